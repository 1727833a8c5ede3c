"""What divisions are called: in full, in short, and formerly."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from shared.divisions import Level

SHORTEST: Final = 2
# The longest first: 张家川回族自治县 is no 张家川回族自治 + 县.
SUFFIXES: Final = (
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "地区",
    "特区",
    "矿区",
    "新区",
    "省",
    "市",
    "盟",
    "县",
    "区",
    "旗",
)
KEPT_WHOLE: Final = {"神农架林区": "神农架"}
PEOPLES: Final = (
    *("蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白"),
    *("土家", "哈尼", "哈萨克", "傣", "黎", "傈僳", "佤", "畲", "拉祜", "水", "东乡", "纳西"),
    *("景颇", "柯尔克孜", "土", "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬", "锡伯"),
    *("阿昌", "普米", "塔吉克", "怒", "鄂温克", "德昂", "保安", "裕固", "京", "独龙", "鄂伦春"),
    *("门巴", "珞巴", "基诺", "各"),
)
# Peoples whose 族 a name leaves out: 伊犁哈萨克自治州.
WITHOUT_ZU: Final = ("蒙古", "维吾尔", "哈萨克", "柯尔克孜", "塔吉克", "锡伯")
PEOPLE: Final = re.compile(f"(?:(?:{'|'.join(PEOPLES)})族|{'|'.join(WITHOUT_ZU)})+$")
# Cut short, these say where in a town something is, not which district it is in.
DIRECTIONS: Final = frozenset(
    {"市中", "城中", "城东", "城西", "城南", "城北", "路南", "路北", "桥东", "桥西"}
)


class Form(StrEnum):
    """By which of its names a division is called."""

    FULL = "full"  # 余姚市
    SHORT = "short"  # 余姚
    FORMER = "former"  # 奉化市, now 奉化区


ORDER: Final = tuple(Form)


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name that is no longer in use: the code it had, if known, and what has its place now."""

    name: str
    code: str | None
    now: tuple[str, ...]
    until: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table of divisions."""

    code: str
    name: str
    level: Level
    parent: str | None
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and not self.ended_by(day)

    def ended_by(self, day: date) -> bool:
        return self.valid_to is not None and self.valid_to < day


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for. `now` are the codes in its place if it is no longer valid."""

    code: str
    form: Form
    valid: bool
    now: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every name of every division on a day, and the divisions by code.

    `heirs` are the codes in the place of one that has ended.
    """

    by_name: Mapping[str, tuple[Named, ...]]
    by_code: Mapping[str, Entry]
    valid: Collection[str]
    heirs: Mapping[str, tuple[str, ...]]
    longest: int

    def now(self, code: str) -> tuple[str, ...]:
        """What stands in the place of a code that is no longer valid, as far as known."""
        return () if code in self.valid else self.heirs.get(code, ())

    def path(self, code: str) -> tuple[Entry, ...]:
        """The division and all above it that are known, widest first."""
        entry = self.by_code.get(code)
        if entry is None:
            return ()
        above = self.path(entry.parent) if entry.parent else ()
        return (*above, entry)


def short_name(name: str) -> str:
    """The name as people say it: 余姚市 → 余姚, 恩施土家族苗族自治州 → 恩施, 芒市 → 芒市.

    A name that would be cut to one character stays whole.
    """
    if name in KEPT_WHOLE:
        return KEPT_WHOLE[name]
    for suffix in SUFFIXES:
        stem = name.removesuffix(suffix)
        if stem == name or len(stem) < SHORTEST:
            continue
        cut = PEOPLE.sub("", stem) if suffix.startswith("自治") else stem
        return cut if len(cut) >= SHORTEST else stem.removesuffix("族")
    return name


def former_names(document: Mapping[str, Any]) -> tuple[FormerName, ...]:
    """The former names of the data file."""
    return tuple(
        FormerName(row["name"], row.get("code"), tuple(row["now"]), row["until"])
        for row in document["names"]
    )


def gazetteer(
    entries: Iterable[Entry],
    former: Iterable[FormerName],
    *,
    heirs: Mapping[str, tuple[str, ...]],
    on_day: date,
) -> Gazetteer:
    """Every name by which a division may be called on the day.

    A row that ended is a former name; of two rows of one code the one in force speaks for it.
    `heirs` are the codes that took the place of those that ended.
    """
    rows = sorted(
        (each for each in entries if each.valid_from <= on_day), key=lambda row: row.valid_from
    )
    by_code = {each.code: each for each in rows}
    valid = {each.code for each in rows if each.holds_on(on_day)}
    names: dict[str, dict[str, Named]] = defaultdict(dict)
    for row in rows:
        if row.holds_on(on_day):
            _add(names, row.name, Named(row.code, Form.FULL, valid=True), Form.SHORT)
        else:
            now = (row.code,) if row.code in valid else heirs.get(row.code, ())
            _add(names, row.name, Named(row.code, Form.FORMER, valid=row.code in valid, now=now))
    for each in former:
        code = each.code or each.now[0]
        _add(names, each.name, Named(code, Form.FORMER, valid=code in valid, now=each.now))
    return Gazetteer(
        by_name={name: tuple(named.values()) for name, named in names.items()},
        by_code=by_code,
        valid=valid,
        heirs=heirs,
        longest=max(map(len, names), default=0),
    )


def _add(
    names: dict[str, dict[str, Named]], name: str, named: Named, short_form: Form = Form.FORMER
) -> None:
    """The name in full and in short; the plainer form of one code stands first and stays."""
    _keep(names[name], named)
    short = short_name(name)
    if short != name and short not in DIRECTIONS:
        _keep(names[short], Named(named.code, short_form, named.valid, named.now))


def _keep(known: dict[str, Named], named: Named) -> None:
    held = known.get(named.code)
    if held is None or (ORDER.index(named.form), not named.now) < (
        ORDER.index(held.form),
        not held.now,
    ):
        known[named.code] = named

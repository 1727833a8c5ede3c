"""The table of divisions (行政区划, GB/T 2260) and the graph of county borders, as published."""

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Any, Final

from shared import divisions
from shared.divisions import Level
from shared.errors import InvalidInput, RuleViolation


class UnknownDivision(InvalidInput):
    code = "unknown_division"
    zh = "不是现行有效的行政区划代码:{codes}"
    en = "Not a division valid on this day: {codes}"


class BadTable(InvalidInput):
    """A file of reference data contradicts itself; nothing of it is taken."""

    code = "bad_reference_table"
    zh = "基础数据有误:{reason}"
    en = "The reference data are wrong: {reason}"


@dataclass(frozen=True, slots=True)
class DivisionFact:
    """One division for one time. `parent` is the nearest superior that is in the table."""

    code: str
    name: str
    level: Level
    parent: str | None
    valid_from: date
    valid_to: date | None = None


class BorderKind(StrEnum):
    """How two counties lie to each other."""

    LAND = "land"  # 陆界
    WATER = "water"  # 水界
    SEA = "sea"  # 隔海相望


# Of these kinds are the borders of two counties that touch.
TOUCHING: Final = frozenset({BorderKind.LAND, BorderKind.WATER})


@dataclass(frozen=True, slots=True)
class BorderFact:
    """Two counties, `a` before `b`, and the kilometres between or along them.

    By land and by water they touch, and `km` is the length of the shared boundary; by sea they do
    not, and `km` is the shortest way over the water.
    """

    a: str
    b: str
    km: float
    kind: BorderKind = BorderKind.LAND


def division_table(document: Mapping[str, Any]) -> tuple[DivisionFact, ...]:
    """The divisions of a data file; BadTable if a code is malformed or comes twice."""
    valid_from = date.fromisoformat(document["valid_from"])
    names: dict[str, str] = dict(document["divisions"])
    if len(names) < len(document["divisions"]):
        raise BadTable(reason="a division comes twice")
    for code in names:
        if divisions.CODE.fullmatch(code) is None:
            raise BadTable(reason=code)
    return tuple(
        DivisionFact(code, name, divisions.level(code), superior(code, names), valid_from)
        for code, name in names.items()
    )


def superior(code: str, known: Container[str]) -> str | None:
    """The city above a county, the province above a city.

    Counties that a province governs itself (济源 419001) and districts of a municipality (东城
    110101) have no city in the table: their superior is the province.
    """
    above = (divisions.city_of(code), code[:2] + "0000")
    return next((each for each in above if each != code and each in known), None)


def border_table(document: Mapping[str, Any]) -> tuple[BorderFact, ...]:
    """The pairs of a data file, which has each under its lower code; BadTable if it does not.

    What stands under `borders` is a land border unless `water` names the pair; `sea` has distances.
    """
    water = {(a, b) for a, b in document.get("water", ())}
    touching = (
        BorderFact(a, b, km, BorderKind.WATER if (a, b) in water else BorderKind.LAND)
        for a, b, km in _pairs(document["borders"])
    )
    apart = (BorderFact(a, b, km, BorderKind.SEA) for a, b, km in _pairs(document.get("sea", {})))
    pairs = tuple(chain(touching, apart))
    for each in pairs:
        if not (each.a < each.b and each.km > 0):
            raise BadTable(reason=f"{each.a} {each.b}")
    if unknown := water - {(each.a, each.b) for each in pairs if each.kind is BorderKind.WATER}:
        raise BadTable(reason=f"water without a border: {sorted(unknown)}")
    return pairs


def _pairs(nested: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[str, str, float]]:
    return ((a, b, float(km)) for a, others in nested.items() for b, km in others.items())


# Places of the last two digits that GB/T 2260 gives to nobody below a city; no table of ours has
# a division there. Statistics number development zones from 71 on in the same way.
ZONE_NUMBERS: Final = (*range(71, 80), *range(91, 100))


class NoZoneHere(InvalidInput):
    """A functional zone lies below a city, or below a municipality (直辖市)."""

    code = "no_zone_here"
    zh = "功能区应设在设区的市或直辖市之下:{division}"
    en = "A functional zone lies below a city or a municipality, not below {division}."


class NotAZoneCode(InvalidInput):
    code = "not_a_zone_code"
    zh = "{zone} 不是 {division} 的功能区代码:后两位应为 71–79 或 91–99。"
    en = "{zone} is no code of a functional zone of {division}: it ends in 71-79 or 91-99."


class ZoneCodesUsedUp(RuleViolation):
    code = "zone_codes_used_up"
    zh = "{division} 的功能区代码已用完。"
    en = "{division} has no code for another functional zone."


class ZoneExists(RuleViolation):
    """The code was given before, be it to a zone that ended, or the name is in use."""

    code = "zone_exists"
    zh = "代码或名称已被使用:{taken}"
    en = "This code or name is taken: {taken}"


def zone_codes(parent: str) -> tuple[str, ...]:
    """The codes functional zones of a city may have, in the order in which they are given out.

    NoZoneHere unless `parent` is a city or a municipality. A code keeps the city's four digits, so
    that the zone lies in its city's subtree; below a municipality, the first four digits are those
    of its districts.
    """
    if divisions.level(parent) is divisions.Level.CITY:
        stem = parent[:4]
    elif parent[:2] in divisions.MUNICIPALITIES and parent.endswith("0000"):
        stem = parent[:2] + "01"
    else:
        raise NoZoneHere(reason=parent, division=parent, pointer="/parent")
    return tuple(f"{stem}{number}" for number in ZONE_NUMBERS)


def zone_code(parent: str, wanted: str | None, *, used: Collection[str]) -> str:
    """The code of a new zone: the one wanted, else the first that never was given out."""
    codes = zone_codes(parent)
    if wanted is None:
        free = next((each for each in codes if each not in used), None)
        if free is None:
            raise ZoneCodesUsedUp(division=parent)
        return free
    if wanted not in codes:
        raise NotAZoneCode(reason=wanted, zone=wanted, division=parent, pointer="/code")
    if wanted in used:
        raise ZoneExists(taken=wanted)
    return wanted

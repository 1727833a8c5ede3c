"""Who is in the pool of a draw, in which class, and how many of a class are drawn (DOMAIN 3.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from services.tasks.enterprises.domain.positive_lists import Category, Effect, Standing
from services.tasks.enterprises.domain.registry import Status
from services.tasks.enterprises.domain.visits import Mode
from shared import divisions
from shared.errors import InvalidInput


class ObjectClass(StrEnum):
    """检查对象分类, in the order in which they are drawn."""

    KEY = "key"  # 重点
    SPECIAL = "special"  # 特殊
    GENERAL = "general"  # 一般


class SpecialGround(StrEnum):
    """Why an object is special (闽清, DOMAIN 3.3 [S73])."""

    PUNISHED_LAST_YEAR = "punished_last_year"  # 上年度受处罚
    SUPERVISED = "supervised"  # 挂牌督办
    BAD_CREDIT = "bad_credit"  # 环境信用不良
    MAJOR_RISK = "major_risk"  # 重大环境风险
    PROVEN_COMPLAINTS = "proven_complaints"  # 三次以上查实投诉


class Excluded(StrEnum):
    """Why an object of the library is not in the pool."""

    CLOSED = "closed"  # 已关停
    AT_THE_CAP = "at_the_cap"  # 年度日常现场检查已达上限
    DRAWN_THIS_PERIOD = "drawn_this_period"  # 本期已抽中
    LOWER_FREQUENCY = "lower_frequency"  # 正面清单第六类,间隔未满


# Why an object is left out that tells of another draw.
DRAWN_BEFORE: Final = frozenset({Excluded.DRAWN_THIS_PERIOD, Excluded.LOWER_FREQUENCY})

LEAST_COMPLAINTS: Final = "draw.special_complaints"
QUARTERS: Final = 4


class BadRatio(InvalidInput):
    code = "bad_ratio"
    zh = "抽查比例须为 0 至 1 之间的分数,且不低于现行规定({least})。"
    en = "A ratio is a fraction between 0 and 1, and no lower than the rule in force ({least})."


class FewComplaints(InvalidInput):
    code = "few_complaints"
    zh = "以查实投诉列为特殊对象的,投诉须不少于 {least} 件;其他情形不填写件数。"
    en = "Proven complaints make an object special from {least} on; no other ground has a number."


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a class is drawn: a ratio, and at least so many."""

    ratio: Fraction
    floor: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An object of the library as the freeze finds it."""

    status: Status
    standing: Standing | None
    at_the_cap: bool
    drawn_this_period: bool
    drawn_lately: bool


def ratio_of(text: str) -> Fraction:
    """An exact ratio from `25/100` or `0.25`; BadRatio if it is none."""
    try:
        ratio = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise BadRatio(reason="ratio", least="0", pointer="/ratios") from None
    if not 0 <= ratio <= 1:
        raise BadRatio(reason="ratio", least="0", pointer="/ratios")
    return ratio


def shares_of(
    table: Mapping[str, Any], own: Mapping[ObjectClass, Fraction], classes: Iterable[ObjectClass]
) -> dict[ObjectClass, Share]:
    """The shares of a plan: those in force, or its own where it draws more; never less."""
    shares = {}
    for each in classes:
        least, floor = ratio_of(table[each]["ratio"]), int(table[each]["floor"])
        ratio = own.get(each, least)
        if ratio < least:
            raise BadRatio(reason="too low", least=str(least), pointer="/ratios")
        shares[each] = Share(ratio, floor)
    return shares


def yearly(officers: int, per_officer: int) -> int:
    """How many general objects a year the staff answers for: 8 officers at 1:5 are 40 (池州)."""
    return officers * per_officer


def by_staff(officers: int, per_officer: int) -> Share:
    """A quarter's part of the yearly number, as a share without a ratio."""
    return Share(Fraction(0), -(-yearly(officers, per_officer) // QUARTERS))


def class_of(*, is_key: bool, is_special: bool, shares: Mapping[ObjectClass, Share]) -> ObjectClass:
    """Of an object that is both the class of which more is drawn, key where it is the same [DD]."""
    if is_key and is_special:
        key, special = (
            shares[each].ratio if each in shares else Fraction(-1)
            for each in (ObjectClass.KEY, ObjectClass.SPECIAL)
        )
        return ObjectClass.SPECIAL if special > key else ObjectClass.KEY
    if is_key:
        return ObjectClass.KEY
    return ObjectClass.SPECIAL if is_special else ObjectClass.GENERAL


def mode_of(standing: Standing | None) -> Mode:
    """Categories 1 to 5 are checked from afar, category 6 as an ordinary unit (seed 001)."""
    spared = standing is not None and standing.effect is Effect.OFF_SITE_ONLY
    return Mode.OFF_SITE if spared else Mode.ON_SITE


def exclusion(listed: Listed) -> Excluded | None:
    """Why an object is left out of the pool, if it is. Who is checked from afar has no cap."""
    if listed.status is Status.CLOSED:
        return Excluded.CLOSED
    if listed.drawn_this_period:
        return Excluded.DRAWN_THIS_PERIOD
    if listed.at_the_cap and mode_of(listed.standing) is Mode.ON_SITE:
        return Excluded.AT_THE_CAP
    sixth = listed.standing is not None and listed.standing.category is Category.ONLINE_MONITORED
    return Excluded.LOWER_FREQUENCY if sixth and listed.drawn_lately else None


def level_of(division: str) -> str:
    """By which row of the ratio table a division draws."""
    return "county" if divisions.level(division) is divisions.Level.COUNTY else "city"


def require_complaints(ground: SpecialGround, number: int | None, *, least: int) -> None:
    counted = ground is SpecialGround.PROVEN_COMPLAINTS
    if counted != (number is not None) or (number is not None and number < least):
        raise FewComplaints(reason="number", least=least, pointer="/number")

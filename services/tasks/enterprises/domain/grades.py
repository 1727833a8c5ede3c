"""绿黄红分级: a score out of weighted elements, the grade it gives, and how often to make contact.

The elements of seed 002 are 环保守法诚信度, 环境风险度, 群众关注度, 环境危害度, on top of being
国控/省控/市控. Elements, weights and thresholds are settings: seed 002 has no figures.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from shared.clocks.days import DAY, add_months
from shared.errors import InvalidInput

ELEMENTS: Final = "grade.elements"
LISTING_POINTS: Final = "grade.listing_points"
THRESHOLDS: Final = "grade.thresholds"
CONTACT_EVERY: Final = "grade.contact_every"
MOST: Final = 100
QUARTER: Final = 3


class Grade(StrEnum):
    """From the least to the most supervised."""

    GREEN = "green"  # 绿色监管企业
    YELLOW = "yellow"  # 黄色警示企业
    RED = "red"  # 红色严管企业


class Interval(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class WrongElements(InvalidInput):
    code = "wrong_elements"
    zh = "评分要素须恰为:{elements}"
    en = "The elements to be scored are exactly: {elements}"


class OverrideDay(InvalidInput):
    code = "override_day"
    zh = "人工调整须有截止日期,且不早于今天。"
    en = "An override ends on a day, today or later."


@dataclass(frozen=True, slots=True)
class Element:
    """How bad it is on one element, 0 (best) to 100, and what that rests on."""

    code: str
    score: int
    basis: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """Weights by element, points by listing, and the least score of a grade above green."""

    weights: Mapping[str, int]
    listing: Mapping[str, int]
    thresholds: Mapping[str, int]

    @classmethod
    def of(cls, rules: Mapping[str, Any]) -> "Scheme":
        weights = {code: each["weight"] for code, each in rules[ELEMENTS].items()}
        return cls(weights, rules[LISTING_POINTS], rules[THRESHOLDS])


@dataclass(frozen=True, slots=True)
class Judgement:
    """A grade and, line by line, where its score comes from."""

    grade: Grade
    score: Decimal
    reasons: tuple[dict[str, Any], ...]


def judge(elements: Sequence[Element], flags: Iterable[str], scheme: Scheme) -> Judgement:
    """The grade of these scores: the weighted mean plus the points of the highest listing.

    WrongElements unless every element of the scheme is scored once and no other.
    """
    if sorted(each.code for each in elements) != sorted(scheme.weights):
        listed = ", ".join(sorted(scheme.weights))
        raise WrongElements(reason=listed, elements=listed, pointer="/elements")
    whole = sum(scheme.weights.values())
    shares = {
        each.code: Fraction(each.score * scheme.weights[each.code], whole) for each in elements
    }
    listed_as = max(
        (flag for flag in flags if flag in scheme.listing),
        key=lambda flag: scheme.listing[flag],
        default=None,
    )
    points = scheme.listing[listed_as] if listed_as else 0
    score = min(Fraction(MOST), sum(shares.values(), Fraction(points)))
    reasons = [
        {
            "code": each.code,
            "score": each.score,
            "weight": scheme.weights[each.code],
            "points": str(_shown(shares[each.code])),
            "basis": each.basis,
        }
        for each in elements
    ]
    if listed_as:
        reasons.append({"code": "listing", "listed_as": listed_as, "points": str(points)})
    return Judgement(_grade(score, scheme.thresholds), _shown(score), tuple(reasons))


def _grade(score: Fraction, thresholds: Mapping[str, int]) -> Grade:
    reached = [each for each in (Grade.YELLOW, Grade.RED) if score >= thresholds[each]]
    return reached[-1] if reached else Grade.GREEN


def _shown(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def require_open_override(until: date, *, today: date) -> None:
    if until < today:
        raise OverrideDay(reason="until", pointer="/until")


def contact_due(since: date, every: Interval) -> date:
    """The last day for the next contact, one interval after `since` to the end of its period.

    Anchored to ISO weeks, calendar months and quarters: a contact in the first quarter is followed
    by one in the second.
    """
    match every:
        case Interval.WEEK:
            return since + timedelta(days=7 + 6 - since.weekday())
        case Interval.MONTH:
            return _month_end(add_months(since.replace(day=1), 1))
        case Interval.QUARTER:
            begins = since.replace(day=1, month=since.month - (since.month - 1) % QUARTER)
            return _month_end(add_months(begins, 2 * QUARTER - 1))


def _month_end(first: date) -> date:
    return add_months(first, 1) - DAY

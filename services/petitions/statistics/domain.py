"""Published figures: exact fractions with the rule they were counted by (DOMAIN 2.9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from shared import divisions

PERCENT: Final = 100


class Metric(StrEnum):
    REPEAT_RATE = "repeat_rate"  # 重复率
    DISSATISFACTION_RATE = "dissatisfaction_rate"  # 不满意率


class Denominator(StrEnum):
    """What the dissatisfaction rate is counted against; practice knows both."""

    VALID_CALLBACK = "valid_callback"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Rule:
    """How a rate is counted, in words; a changed rule is a new version."""

    version: str
    zh: str
    en: str


RULES: Final[Mapping[tuple[Metric, Denominator | None], Rule]] = {
    (Metric.REPEAT_RATE, None): Rule(
        "repeat_rate.v1",
        "期内收到的重复件 ÷ 期内收到的全部信访件,按各区划份额计。",
        "Repeat items received in the period ÷ all items received in it, by division shares.",
    ),
    (Metric.DISSATISFACTION_RATE, Denominator.VALID_CALLBACK): Rule(
        "dissatisfaction_rate.valid_callback.v1",
        "期内最后一次有效回访为不满意的信访件 ÷ 期内有有效回访的信访件,按各区划份额计。",
        "Items whose last valid call-back in the period is dissatisfied ÷ items with one.",
    ),
    (Metric.DISSATISFACTION_RATE, Denominator.CLOSED): Rule(
        "dissatisfaction_rate.closed.v1",
        "期内最后一次有效回访为不满意的信访件 ÷ 期内办结的信访件,按各区划份额计。",
        "Items whose last valid call-back in the period is dissatisfied ÷ items closed in it.",
    ),
}


@dataclass(frozen=True, slots=True)
class Group:
    """So many items with the same shares, of which each counts in the numerator or not."""

    shares: Mapping[str, str]
    counts: bool
    items: int


@dataclass(frozen=True, slots=True)
class Rate:
    """`value` is None where nothing was there to be counted."""

    metric: Metric
    rule: Rule
    numerator: Fraction
    denominator: Fraction

    @property
    def value(self) -> Fraction | None:
        return self.numerator / self.denominator if self.denominator else None

    @property
    def percent(self) -> str | None:
        """Rounded half up to one decimal, as offices print it: 12.8."""
        return None if self.value is None else rounded_percent(self.value)


def rounded_percent(value: Fraction) -> str:
    """A fraction as per cent with one decimal, half up: 16/359 → 4.5."""
    exact = Decimal(value.numerator * PERCENT) / Decimal(value.denominator)
    return str(exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def weight(shares: Mapping[str, str], scope: str) -> Fraction:
    """How much of an item counts within a scope."""
    parts = (Fraction(part) for code, part in shares.items() if divisions.covers(scope, code))
    return sum(parts, Fraction(0))


def total(groups: Sequence[Group], scope: str, *, counting: bool = False) -> Fraction:
    """The weighted number of items, or of those that count in the numerator."""
    parts = (
        group.items * weight(group.shares, scope)
        for group in groups
        if group.counts or not counting
    )
    return sum(parts, Fraction(0))

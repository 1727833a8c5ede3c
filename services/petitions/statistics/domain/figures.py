"""Figures: a rule, what it counted, and what that is set beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.petitions.statistics.domain.counting import (
    Group,
    approximate,
    change,
    days_taken,
    plain,
    ranks,
    rounded,
    rounded_percent,
    total,
)
from services.petitions.statistics.domain.definitions import Definition, Unit
from services.petitions.statistics.domain.facts import Fact
from services.petitions.statistics.domain.periods import Period

Counted = Mapping[Fact, Sequence[Group]]
Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is None where nothing was there to be counted; a count is its own value."""

    rule: Definition
    numerator: Fraction
    denominator: Fraction | None = None
    approximate: bool = False

    @property
    def value(self) -> Fraction | None:
        if self.denominator is None:
            return self.numerator
        return self.numerator / self.denominator if self.denominator else None

    def percent(self, decimals: int) -> str | None:
        """A rate as offices print it: 12.8."""
        if self.rule.unit is not Unit.PERCENT or self.value is None:
            return None
        return rounded_percent(self.value, decimals)

    def shown(self, decimals: int) -> str | None:
        """The number that is printed beside the unit: 4.46 %, 4.5 items, 28.0 days."""
        if self.value is None:
            return None
        match self.rule.unit:
            case Unit.PERCENT:
                return rounded_percent(self.value, decimals)
            case Unit.DAYS:
                return rounded(self.value, decimals)
            case Unit.ITEMS:
                return plain(self.value, decimals)


def figure(rule: Definition, counted: Counted, scope: str) -> Figure:
    """The figure of a rule out of what was counted for it."""
    above = counted.get(rule.numerator, ())
    if rule.denominator is None:
        return Figure(rule, total(above, scope), None, approximate(above, scope))
    below = counted.get(rule.denominator, ())
    numerator = (
        days_taken(above, scope)
        if rule.unit is Unit.DAYS
        else total(above, scope, counting=rule.only_marked(of_denominator=False))
    )
    denominator = total(below, scope, counting=rule.only_marked(of_denominator=True))
    unsure = approximate(above, scope) or approximate(below, scope)
    return Figure(rule, numerator, denominator, unsure)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure beside an earlier one by the same rule."""

    this: Figure
    period: Period
    last: Figure

    @property
    def change(self) -> Fraction | None:
        return change(self.this.value, self.last.value)

    @property
    def points(self) -> Fraction | None:
        """How far a rate moved, in percentage points: 12.8 % to 4.9 % are -7.9."""
        if self.this.rule.unit is not Unit.PERCENT:
            return None
        if self.this.value is None or self.last.value is None:
            return None
        return self.this.value - self.last.value


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure with last year's and, where asked for, the period's just before."""

    figure: Figure
    period: Period
    year_on_year: Comparison | None = None
    period_on_period: Comparison | None = None

    @property
    def unit(self) -> Unit:
        return self.figure.rule.unit


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a breakdown; `share` is its part of the whole's numerator."""

    key: Key
    figure: Figure
    share: Fraction | None


def parts(rule: Definition, counted: Counted, scope: str, whole: Figure) -> list[Part]:
    """Every key's figure, largest first; what counts for nothing in the scope is left out."""
    by_key: dict[Key, dict[Fact, list[Group]]] = {}
    for fact, groups in counted.items():
        for group in groups:
            by_key.setdefault(group.key, {}).setdefault(fact, []).append(group)
    found = [(key, figure(rule, own, scope)) for key, own in by_key.items()]
    lines = [
        Part(key, each, each.numerator / whole.numerator if whole.numerator else None)
        for key, each in found
        if each.numerator or each.denominator
    ]
    return sorted(lines, key=_order)


def _order(part: Part) -> tuple[Fraction, tuple[str, ...]]:
    return -part.figure.numerator, tuple(each or "" for each in part.key)


@dataclass(frozen=True, slots=True)
class Ranked:
    rank: int
    part: Part


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first `top`; `together` is what they count for, `more_tied` who shares the last rank."""

    lines: Sequence[Ranked]
    total: Fraction
    more_tied: int

    @property
    def together(self) -> Fraction:
        return sum((each.part.figure.numerator for each in self.lines), Fraction(0))

    @property
    def share(self) -> Fraction | None:
        return self.together / self.total if self.total else None


def ranking(lines: Sequence[Part], *, whole: Figure, top: int, by_value: bool) -> Ranking:
    """The lines by count, or by the value of their rate; those without a name are not ranked."""

    def measure(part: Part) -> Fraction:
        value = part.figure.value if by_value else part.figure.numerator
        return Fraction(0) if value is None else value

    named = [
        each
        for each in lines
        if each.key[0] is not None
        and (each.figure.value is not None if by_value else each.figure.numerator)
    ]
    named.sort(key=lambda each: (-measure(each), str(each.key[0])))
    places = ranks([measure(each) for each in named])
    chosen = [Ranked(rank, each) for rank, each in zip(places[:top], named[:top], strict=True)]
    beyond = sum(place == chosen[-1].rank for place in places[top:]) if chosen else 0
    return Ranking(chosen, whole.numerator, beyond)

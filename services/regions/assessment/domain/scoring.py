"""From events to scores: pure, exact, the same whatever the order of the events.

An indicator's value is a share, a mean or a sum of its events. A line of the scheme turns the value
into a fraction between `zero_at` and `full_at`. Lines with too few events are not assessed, and
their weight is shared out among the others in proportion to theirs: never 0, never full marks.
Everything is a fraction until the score, which is rounded half up to two places.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final

from services.regions.assessment.domain.catalogue import CATALOGUE, Direction, Formula
from shared.errors import InvalidInput

PLACES: Final = Decimal("0.01")
WHOLE_WEIGHT: Final = Decimal(100)
HUNDRED: Final = Fraction(100)
ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)


class BadScheme(InvalidInput):
    """A scheme that could not be computed."""

    code = "bad_assessment_scheme"
    zh = "考核方案有误:{reason}"
    en = "The scheme does not hold together: {reason}"


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of a scheme: its weight of 100, and the values of no and of full marks."""

    indicator: str
    weight: Decimal
    zero_at: Decimal
    full_at: Decimal
    minimum_events: int


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Bonus (points above 0) or malus (below) per counted unit, at most `cap` in all."""

    indicator: str
    points: Decimal
    cap: Decimal


@dataclass(frozen=True, slots=True)
class Rules:
    """A scheme as far as it is computed.

    A unit whose assessed lines weigh less than `minimum_weight` of 100 is not assessed; a line of
    fewer than `caution_below` events says so. Bonus and malus together are capped as well.
    """

    full_marks: Decimal
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...]
    bonus_cap: Decimal
    malus_cap: Decimal
    minimum_weight: Decimal
    caution_below: int

    @property
    def indicators(self) -> tuple[str, ...]:
        lines = tuple(each.indicator for each in self.lines)
        return lines + tuple(each.indicator for each in self.adjustments)


@dataclass(frozen=True, slots=True)
class Event:
    """One act, or one duty that was let go by, as far as it counts."""

    indicator: str
    division: str
    source_id: str
    good: bool
    value: Decimal = Decimal(1)


Key = tuple[str, str, str]  # indicator, division, source of the event


def key_of(event: Event) -> Key:
    return event.indicator, event.division, event.source_id


@dataclass(frozen=True, slots=True)
class Mark:
    """What one line came to for a unit; without a value it is not assessed.

    `weight` is the line's own, `effective_weight` with its part of what was shared out; `step` are
    the marks that one event more or less in time makes.
    """

    indicator: str
    numerator: Decimal
    denominator: int
    value: Fraction | None
    fraction: Fraction | None
    weight: Decimal
    effective_weight: Fraction
    marks: Fraction | None
    step: Fraction | None
    few: bool


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What a bonus or malus came to."""

    indicator: str
    quantity: Decimal
    events: int
    points: Fraction


@dataclass(frozen=True, slots=True)
class UnitResult:
    """A unit's score; None where it is not assessed, and then it has no rank."""

    division: str
    marks: tuple[Mark, ...]
    adjusted: tuple[Adjusted, ...]
    assessed_weight: Decimal
    score: Decimal | None
    caution: bool
    rank: int | None = None


def rounded(exact: Fraction) -> Decimal:
    """Half up to two places."""
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(PLACES, ROUND_HALF_UP)


def require_sound(rules: Rules) -> None:
    """BadScheme unless every line can be computed and the weights make a whole."""
    if len(set(rules.indicators)) < len(rules.indicators):
        raise BadScheme(reason="an indicator is named twice", pointer="/lines")
    for number, line in enumerate(rules.lines):
        if fault := _fault_of_line(line):
            raise BadScheme(reason=fault, pointer=f"/lines/{number}")
    for number, adjustment in enumerate(rules.adjustments):
        if fault := _fault_of_adjustment(adjustment):
            raise BadScheme(reason=fault, pointer=f"/adjustments/{number}")
    if sum(each.weight for each in rules.lines) != WHOLE_WEIGHT:
        raise BadScheme(reason="the weights do not make 100", pointer="/lines")


def _fault_of_line(line: Line) -> str | None:
    known = CATALOGUE.get(line.indicator)
    if known is None:
        return f"no indicator {line.indicator}"
    if known.formula is Formula.COUNT:
        return "what is only counted is a bonus or a malus"
    rises = line.full_at > line.zero_at
    if line.full_at == line.zero_at or rises != (known.direction is Direction.HIGHER):
        return "full marks lie on the wrong side"
    if known.formula is Formula.SHARE and max(line.zero_at, line.full_at) > WHOLE_WEIGHT:
        return "a share is at most 100 percent"
    return None


def _fault_of_adjustment(adjustment: Adjustment) -> str | None:
    known = CATALOGUE.get(adjustment.indicator)
    if known is None:
        return f"no indicator {adjustment.indicator}"
    if known.formula is not Formula.COUNT:
        return "what has a share or a mean is a line"
    if (adjustment.points > 0) != (known.direction is Direction.HIGHER) or not adjustment.points:
        return "the points have the wrong sign"
    return None


def assess(
    rules: Rules, units: Sequence[str], events: Iterable[Event], *, left_out: Collection[Key] = ()
) -> tuple[UnitResult, ...]:
    """Every unit's result, in the order of units, ranked among those assessed."""
    by_place: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for each in events:
        if key_of(each) not in left_out:
            by_place[each.division, each.indicator].append(each)
    results = [_unit(rules, division, by_place) for division in units]
    places = ranks({each.division: each.score for each in results if each.score is not None})
    return tuple(replace(each, rank=places.get(each.division)) for each in results)


def ranks(scores: Mapping[str, Decimal]) -> dict[str, int]:
    """1 for the best; equals share a place and the next ones move down by as many."""
    return {
        division: 1 + sum(other > score for other in scores.values())
        for division, score in scores.items()
    }


def _unit(
    rules: Rules, division: str, by_place: Mapping[tuple[str, str], Sequence[Event]]
) -> UnitResult:
    raw = {each.indicator: by_place.get((division, each.indicator), ()) for each in rules.lines}
    counted = [each for each in rules.lines if _is_assessed(each, raw[each.indicator])]
    weight = sum((each.weight for each in counted), Decimal(0))
    marks = tuple(
        _mark(rules, line, raw[line.indicator], weight if line in counted else None)
        for line in rules.lines
    )
    adjusted = tuple(
        _adjusted(each, by_place.get((division, each.indicator), ())) for each in rules.adjustments
    )
    score = None
    if counted and weight >= rules.minimum_weight:
        score = rounded(_total(rules, marks, adjusted))
    caution = any(each.few for each in marks if each.marks is not None)
    return UnitResult(division, marks, adjusted, weight, score, caution)


def _is_assessed(line: Line, events: Sequence[Event]) -> bool:
    return len(events) >= max(1, line.minimum_events)


def _mark(rules: Rules, line: Line, events: Sequence[Event], whole: Decimal | None) -> Mark:
    """`whole` is the weight of all lines assessed; None if this one is not."""
    formula = CATALOGUE[line.indicator].formula
    good = [each for each in events if formula is Formula.MEAN or each.good]
    numerator = sum((each.value for each in good), Decimal(0))
    few = len(events) < rules.caution_below
    if whole is None:
        return Mark(
            line.indicator, numerator, len(events), None, None, line.weight, ZERO, None, None, few
        )
    per_event = HUNDRED if formula is Formula.SHARE else ONE
    value = per_event * Fraction(numerator) / len(events)
    span = Fraction(line.full_at) - Fraction(line.zero_at)
    fraction = min(ONE, max(ZERO, (value - Fraction(line.zero_at)) / span))
    effective = Fraction(line.weight) / Fraction(whole)
    worth = Fraction(rules.full_marks) * effective
    step = worth * per_event / len(events) / abs(span) if formula is Formula.SHARE else None
    return Mark(
        line.indicator,
        numerator,
        len(events),
        value,
        fraction,
        line.weight,
        effective * HUNDRED,
        worth * fraction,
        step,
        few,
    )


def _adjusted(rule: Adjustment, events: Sequence[Event]) -> Adjusted:
    quantity = sum((each.value for each in events), Decimal(0))
    points = Fraction(rule.points) * Fraction(quantity)
    cap = Fraction(rule.cap)
    return Adjusted(rule.indicator, quantity, len(events), min(cap, max(-cap, points)))


def _total(rules: Rules, marks: Iterable[Mark], adjusted: Sequence[Adjusted]) -> Fraction:
    base = sum((each.marks for each in marks if each.marks is not None), ZERO)
    bonus = sum((each.points for each in adjusted if each.points > 0), ZERO)
    malus = sum((each.points for each in adjusted if each.points < 0), ZERO)
    return max(
        ZERO,
        base + min(bonus, Fraction(rules.bonus_cap)) + max(malus, -Fraction(rules.malus_cap)),
    )


def comparable(before: Rules, now: Rules) -> bool:
    """Whether scores of two schemes mean the same: all that decides a score is equal."""
    return before == now


def line_to_json(line: Line) -> dict[str, Any]:
    return {
        "indicator": line.indicator,
        "weight": str(line.weight),
        "zero_at": str(line.zero_at),
        "full_at": str(line.full_at),
        "minimum_events": line.minimum_events,
    }


def line_from_json(stored: Mapping[str, Any]) -> Line:
    return Line(
        stored["indicator"],
        Decimal(stored["weight"]),
        Decimal(stored["zero_at"]),
        Decimal(stored["full_at"]),
        stored["minimum_events"],
    )


def adjustment_to_json(adjustment: Adjustment) -> dict[str, Any]:
    return {
        "indicator": adjustment.indicator,
        "points": str(adjustment.points),
        "cap": str(adjustment.cap),
    }


def adjustment_from_json(stored: Mapping[str, Any]) -> Adjustment:
    return Adjustment(stored["indicator"], Decimal(stored["points"]), Decimal(stored["cap"]))


def mark_to_json(mark: Mark) -> dict[str, Any]:
    """As it is kept and shown: two places, exact only inside the calculation."""
    return {
        "indicator": mark.indicator,
        "numerator": str(mark.numerator.quantize(PLACES)),
        "denominator": mark.denominator,
        "value": _shown(mark.value),
        "weight": str(mark.weight),
        "effective_weight": _shown(mark.effective_weight),
        "marks": _shown(mark.marks),
        "step": _shown(mark.step),
        "few": mark.few,
    }


def adjusted_to_json(adjusted: Adjusted) -> dict[str, Any]:
    return {
        "indicator": adjusted.indicator,
        "quantity": str(adjusted.quantity.quantize(PLACES)),
        "events": adjusted.events,
        "points": _shown(adjusted.points),
    }


def _shown(exact: Fraction | None) -> str | None:
    return None if exact is None else str(rounded(exact))

"""What a file is judged by, and how two judgements become one score.

A score is of 100: each item counts with its weight by the part of its points that is left. A veto
(一票否决) sets the score to what the rules of the round say.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import median
from typing import Any, Final

from shared.errors import InvalidInput

WHOLE: Final = 100
CENT: Final = Decimal("0.01")


class ItemKind(StrEnum):
    DEDUCTION = "deduction"  # 扣分项
    VETO = "veto"  # 否决项


class FinalRule(StrEnum):
    """How scores that count together become one."""

    MEAN = "mean"
    LOWEST = "lowest"
    MEDIAN = "median"


class BadRubric(InvalidInput):
    code = "bad_rubric"
    zh = "评查标准有误:{reason}"
    en = "The rubric does not hold together: {reason}"


class BadMark(InvalidInput):
    code = "bad_mark"
    zh = "评分有误:{reason}"
    en = "The marks do not fit the rubric: {reason}"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the rubric; a veto has neither points nor weight."""

    code: str
    text: str
    kind: ItemKind
    basis: str
    max_points: int = 0
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reader takes off an item and why; of a veto, that it holds."""

    item: str
    reason: str
    points: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is to be put right: the mean of what was taken off, with every reason given."""

    item: str
    points: Decimal
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What was settled when the round opened and does not change under it."""

    readers_per_file: int
    threshold: Decimal
    final_rule: FinalRule
    third_rule: FinalRule
    veto_score: Decimal
    opens_reader_division: bool
    reading_working_days: int
    objection_working_days: int


def rules_from_json(stored: Mapping[str, Any]) -> Rules:
    return Rules(
        readers_per_file=stored["readers_per_file"],
        threshold=Decimal(str(stored["threshold"])),
        final_rule=FinalRule(stored["final_rule"]),
        third_rule=FinalRule(stored["third_rule"]),
        veto_score=Decimal(str(stored["veto_score"])),
        opens_reader_division=stored["opens_reader_division"],
        reading_working_days=stored["reading_working_days"],
        objection_working_days=stored["objection_working_days"],
    )


def rules_to_json(rules: Rules) -> dict[str, Any]:
    exact = {"threshold": str(rules.threshold), "veto_score": str(rules.veto_score)}
    return asdict(rules) | exact


def rubric_from_json(stored: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    return tuple(Item(**{**each, "kind": ItemKind(each["kind"])}) for each in stored)


def marks_to_json(marks: Iterable[Mark]) -> list[dict[str, Any]]:
    return [asdict(each) | {"points": str(each.points)} for each in marks]


def marks_from_json(stored: Iterable[Mapping[str, Any]]) -> tuple[Mark, ...]:
    return tuple(Mark(each["item"], each["reason"], Decimal(each["points"])) for each in stored)


def require_rubric(rubric: Sequence[Item]) -> None:
    """BadRubric unless every item is named once and something can be lost."""
    if len({each.code for each in rubric}) < len(rubric):
        raise BadRubric(reason="an item is named twice", pointer="/rubric")
    for place, each in enumerate(rubric):
        if (each.kind is ItemKind.VETO) != (each.max_points == 0 and each.weight == 0):
            raise BadRubric(reason="only a veto has no points", pointer=f"/rubric/{place}")
        if each.kind is ItemKind.DEDUCTION and 0 in (each.max_points, each.weight):
            raise BadRubric(reason="points and weight are at least 1", pointer=f"/rubric/{place}")
    if all(each.kind is ItemKind.VETO for each in rubric):
        raise BadRubric(reason="nothing but vetoes", pointer="/rubric")


def require_marks(rubric: Sequence[Item], marks: Sequence[Mark]) -> None:
    """BadMark unless each names an item once and takes no more off than the item has."""
    items = {each.code: each for each in rubric}
    if len({each.item for each in marks}) < len(marks):
        raise BadMark(reason="an item is marked twice", pointer="/marks")
    for place, mark in enumerate(marks):
        item = items.get(mark.item)
        if item is None:
            raise BadMark(reason=f"no item {mark.item}", pointer=f"/marks/{place}/item")
        if item.kind is ItemKind.VETO and mark.points:
            raise BadMark(reason="a veto has no points", pointer=f"/marks/{place}/points")
        if item.kind is ItemKind.DEDUCTION and not 0 < mark.points <= item.max_points:
            raise BadMark(
                reason=f"between 0 and {item.max_points}", pointer=f"/marks/{place}/points"
            )


def vetoes(rubric: Sequence[Item], marks: Iterable[Mark]) -> frozenset[str]:
    """The vetoes that hold by these marks."""
    known = {each.code for each in rubric if each.kind is ItemKind.VETO}
    return frozenset(each.item for each in marks) & known


def total(rubric: Sequence[Item], marks: Sequence[Mark], *, veto_score: Decimal) -> Decimal:
    """The score of these marks, of 100, to the cent."""
    if vetoes(rubric, marks):
        return veto_score.quantize(CENT)
    lost = {each.item: Fraction(each.points) for each in marks}
    scored = [each for each in rubric if each.kind is ItemKind.DEDUCTION]
    left = sum(
        Fraction(each.weight)
        * (each.max_points - lost.get(each.code, Fraction(0)))
        / each.max_points
        for each in scored
    )
    return _to_cent(WHOLE * Fraction(left) / sum(each.weight for each in scored))


def disagree(rubric: Sequence[Item], readings: Sequence[Sequence[Mark]], *, rules: Rules) -> bool:
    """Whether totals lie apart by more than the threshold, or one sees a veto and one does not."""
    totals = [total(rubric, each, veto_score=rules.veto_score) for each in readings]
    seen = {vetoes(rubric, each) for each in readings}
    return len(seen) > 1 or max(totals) - min(totals) > rules.threshold


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a file comes to."""

    score: Decimal
    vetoed: bool
    faults: tuple[Fault, ...]


def outcome(
    rubric: Sequence[Item], readings: Sequence[Sequence[Mark]], *, rule: FinalRule, rules: Rules
) -> Outcome:
    """The score of readings that count together; a veto holds if more than half see one."""
    vetoed = 2 * sum(bool(vetoes(rubric, each)) for each in readings) > len(readings)
    totals = [total(rubric, each, veto_score=rules.veto_score) for each in readings]
    score = rules.veto_score.quantize(CENT) if vetoed else final(totals, rule)
    return Outcome(score, vetoed, faults(readings))


def final(scores: Sequence[Decimal], rule: FinalRule) -> Decimal:
    """One score of several."""
    match rule:
        case FinalRule.MEAN:
            return _to_cent(Fraction(sum(scores)) / len(scores))
        case FinalRule.LOWEST:
            return min(scores)
        case FinalRule.MEDIAN:
            return median(scores).quantize(CENT, ROUND_HALF_UP)


def faults(readings: Sequence[Sequence[Mark]]) -> tuple[Fault, ...]:
    """Items marked by half of the readers at least, in the order of their codes."""
    found: dict[str, list[Mark]] = defaultdict(list)
    for reading in readings:
        for mark in reading:
            found[mark.item].append(mark)
    return tuple(
        Fault(
            item,
            _to_cent(Fraction(sum(each.points for each in marks)) / len(readings)),
            tuple(each.reason for each in marks),
        )
        for item, marks in sorted(found.items())
        if 2 * len(marks) >= len(readings)
    )


def faults_to_json(found: Iterable[Fault]) -> list[dict[str, Any]]:
    return [
        {"item": each.item, "points": str(each.points), "reasons": list(each.reasons)}
        for each in found
    ]


def _to_cent(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, ROUND_HALF_UP)

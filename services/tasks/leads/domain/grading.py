"""How urgent a lead is: points with their reasons, out of figures that are settings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from services.tasks.enterprises.domain.grades import Grade
from services.tasks.leads.domain.sources import Source


class Confidence(StrEnum):
    """可信度."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Priority(StrEnum):
    """线索等级."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Points:
    """The settings: points by value, per further report of the same object, and least scores."""

    source: Mapping[str, int]
    confidence: Mapping[str, int]
    grade: Mapping[str, int]
    medium: Mapping[str, int]
    per_repeat: int
    most_for_repeats: int
    thresholds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Told:
    """What one report of the matter says; the source as everybody may know it."""

    source: Source
    confidence: Confidence
    media: Sequence[str]


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the sum: what counted, with which value, for how many points."""

    code: str
    value: str
    points: int

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "value": self.value, "points": self.points}


@dataclass(frozen=True, slots=True)
class Grading:
    priority: Priority
    score: int
    reasons: tuple[Reason, ...]


_MOST_URGENT_FIRST: Final = (Priority.URGENT, Priority.HIGH, Priority.NORMAL)


def grade(told: Iterable[Told], object_grade: Grade | None, points: Points) -> Grading:
    """The priority of a matter out of all its reports; their order does not matter."""
    told = [*told]
    reasons = [
        _best("source", (each.source for each in told), points.source),
        _best("confidence", (each.confidence for each in told), points.confidence),
        _best("medium", (medium for each in told for medium in each.media), points.medium),
    ]
    if object_grade is not None:
        reasons.append(_best("object_grade", [object_grade], points.grade))
    if len(told) > 1:
        extra = min((len(told) - 1) * points.per_repeat, points.most_for_repeats)
        reasons.append(Reason("repeats", str(len(told)), extra))
    score = sum(each.points for each in reasons)
    return Grading(_priority(score, points.thresholds), score, tuple(reasons))


def check_days(told: Iterable[Told], by_source: Mapping[str, int]) -> int:
    """Days to check what these sources say: the shortest of theirs."""
    return min(by_source.get(each.source, by_source["default"]) for each in told)


def _best(code: str, values: Iterable[str], table: Mapping[str, int]) -> Reason:
    """The value that counts most; of equals the first by name, whatever came first."""
    default = table.get("default", 0)
    points, value = min((-table.get(value, default), str(value)) for value in values)
    return Reason(code, value, -points)


def _priority(score: int, thresholds: Mapping[str, int]) -> Priority:
    reached = (each for each in _MOST_URGENT_FIRST if score >= thresholds[each])
    return next(reached, Priority.LOW)

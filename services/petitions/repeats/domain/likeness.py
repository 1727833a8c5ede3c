"""How alike two petitions are, and why, in words a clerk can read (DOMAIN 2.7).

The rule orders what a clerk looks at; it never decides. Every part lies between 0 and 1, and
what neither petition says counts for nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, degrees, radians, sin, sqrt
from typing import Final
from uuid import UUID

from services.petitions.repeats.domain.targets import Target, likeness_of_names, mentioned

# What is complained of tells most; the same person comes next, since people complain of several
# things; words differ from letter to letter and are alike in letters about other firms.
WEIGHT_TARGET: Final = 0.40
WEIGHT_PERSON: Final = 0.25
WEIGHT_TEXT: Final = 0.15
WEIGHT_ISSUES: Final = 0.10
WEIGHT_PLACE: Final = 0.10
# Both name a firm and not the same one: template letters are about another matter.
OTHER_FIRM: Final = 0.4
# One of the two names nothing: what is left is a guess.
UNNAMED: Final = 0.8
# From here two names are taken for one object: 0.5 is two characters of which one differs.
SAME_OBJECT: Final = 0.75
CANDIDATES: Final = 5
WIDER: Final = 1.01
NEAR_A_POLE: Final = 0.01
EARTH_RADIUS: Final = 6_371_008.8  # metres, mean (IUGG)
# Below this, nothing would make a clerk look twice.
LEAST: Final = 0.15


@dataclass(frozen=True, slots=True)
class Likeness:
    """The facts of a petition by which it is compared; its text is free of the petitioner."""

    id: UUID
    tokens: frozenset[str]
    target: Target
    divisions: frozenset[str]
    media: frozenset[str]
    received_at: datetime
    object_code: str | None = None
    point: tuple[float, float] | None = None
    # An accusation nobody signed: the accused party stands for the person.
    unsigned_accusation: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a likeness; None where there is nothing to compare."""

    person: float | None
    target: float | None
    place: float | None
    issues: float | None
    text: float
    other_firm: bool
    unnamed: bool

    @property
    def score(self) -> float:
        weighted = (
            (WEIGHT_PERSON, self.person),
            (WEIGHT_TARGET, self.target),
            (WEIGHT_PLACE, self.place),
            (WEIGHT_ISSUES, self.issues),
            (WEIGHT_TEXT, self.text),
        )
        known = [(weight, part) for weight, part in weighted if part is not None]
        mean = sum(weight * part for weight, part in known) / sum(weight for weight, _ in known)
        return mean * (OTHER_FIRM if self.other_firm else 1) * (UNNAMED if self.unnamed else 1)


def compare(one: Likeness, other: Likeness) -> Parts:
    """The parts of the two petitions' likeness; the same whichever comes first."""
    target = _by_code(one, other)
    if target is None:
        target = _target(one.target, other.target)
    sure = all(any(name.sure for name in each.target.names) for each in (one, other))
    return Parts(
        person=_person(one, other),
        target=target,
        place=_shared(one.target.places, other.target.places),
        issues=_issues(one.target.issues, other.target.issues),
        text=_jaccard(one.target.grams, other.target.grams),
        other_firm=sure and target is not None and target < SAME_OBJECT,
        unnamed=bool(one.target.names) != bool(other.target.names) and target is None,
    )


def _person(one: Likeness, other: Likeness) -> float | None:
    if not one.tokens or not other.tokens:
        return None
    return float(not one.tokens.isdisjoint(other.tokens))


def _by_code(one: Likeness, other: Likeness) -> float | None:
    """The credit code tells without doubt, where both have one."""
    if one.object_code is None or other.object_code is None:
        return None
    return float(one.object_code == other.object_code)


def _target(one: Target, other: Target) -> float | None:
    found = [likeness_of_names(mine, theirs) for mine in one.names for theirs in other.names]
    found += [mentioned(name, other) for name in one.names if name.sure]
    found += [mentioned(name, one) for name in other.names if name.sure]
    if not one.names or not other.names:
        return max(found, default=0.0) or None
    return max(found)


def _shared(one: Collection[str], other: Collection[str]) -> float | None:
    if not one or not other:
        return None
    return float(any(mine in theirs or theirs in mine for mine in one for theirs in other))


def _issues(mine: frozenset[str], theirs: frozenset[str]) -> float | None:
    return _jaccard(mine, theirs) if mine or theirs else None


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 1.0


def same_person(one: Likeness, other: Likeness) -> bool:
    """A petitioner in common; unsigned accusations have the accused instead (DOMAIN 2.7)."""
    if one.unsigned_accusation and other.unsigned_accusation:
        return same_object(one, other, metres=0)
    return bool(_person(one, other))


def same_object(one: Likeness, other: Likeness, *, metres: int) -> bool:
    """The same enterprise by code or name, or the same place within so many metres."""
    distance = metres_between(one.point, other.point)
    if distance is not None and distance <= metres:
        return True
    target = compare(one, other).target
    return target is not None and target >= SAME_OBJECT


def metres_between(
    one: tuple[float, float] | None, other: tuple[float, float] | None
) -> float | None:
    """Great-circle distance of two points (longitude, latitude) of WGS 84, by the haversine."""
    if one is None or other is None:
        return None
    (east, north), (theirs_east, theirs_north) = (
        (radians(each[0]), radians(each[1])) for each in (one, other)
    )
    chord = (
        sin((theirs_north - north) / 2) ** 2
        + cos(north) * cos(theirs_north) * sin((theirs_east - east) / 2) ** 2
    )
    return 2 * EARTH_RADIUS * asin(sqrt(min(chord, 1.0)))


def box_around(
    point: tuple[float, float] | None, *, metres: int
) -> tuple[float, float, float, float] | None:
    """South, north, west, east of everything so near, and a little more; a gate, not a measure."""
    if point is None:
        return None
    east, north = point
    high = degrees(metres / EARTH_RADIUS) * WIDER
    wide = high / max(cos(radians(north)), NEAR_A_POLE)
    return north - high, north + high, east - wide, east + wide


def rank(
    new: Likeness, earlier: Sequence[Likeness], *, at_most: int = CANDIDATES
) -> list[tuple[Likeness, Parts]]:
    """The most alike first; of two as alike the later received, then the greater key."""
    compared = [(each, compare(new, each)) for each in earlier if each.id != new.id]
    likely = [(each, parts) for each, parts in compared if parts.score >= LEAST]
    likely.sort(key=lambda pair: (pair[1].score, pair[0].received_at, pair[0].id), reverse=True)
    return likely[:at_most]

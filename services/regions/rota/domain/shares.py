"""How many each unit sends in a round: headcount decides (人多多抽,人少少抽).

Entitlements are real: proportional to headcount within bounds, re-shared until they fill the
capacity. Persons are whole. A unit is given the whole part of its entitlement, and of the fractions
one person more when its turn has come, so that what it was given never differs from what it was
entitled to by a whole person. Which units are next is the Pfair rule PD² (Baruah, Cohen, Plaxton,
Varvel 1996; Anderson, Srinivasan 2004): each further person has a window of rounds, the earliest
end is first. While nothing changes, it keeps both that bound and the capacity of each round.

When headcounts, units or the capacity change with fractions outstanding, no rule can keep both
(decision 0032); then the bound stands and the round is larger or smaller by the fewest persons
that it takes, which later rounds make good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, trunc
from typing import Final

HALF: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The fewest and the most persons of one unit in one round (seed 002: 1-4)."""

    least: int
    most: int

    def of(self, headcount: int) -> tuple[int, int]:
        """The bounds of a unit: nobody sends more than it has."""
        most = min(self.most, headcount)
        return min(self.least, most), most


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit before a round. `carried` is what it was entitled to minus what it was given."""

    code: str
    headcount: int
    carried: Fraction


@dataclass(frozen=True, slots=True)
class Share:
    """What a unit is entitled to in a round, and how many it is given."""

    entitled: Fraction
    given: int


def reachable(capacity: int, heads: Sequence[int], bounds: Bounds) -> int:
    """The capacity a round can have: no unit sends fewer or more than its bounds."""
    limits = [bounds.of(each) for each in heads]
    return max(sum(low for low, _ in limits), min(capacity, sum(high for _, high in limits)))


def entitlements(heads: Mapping[str, int], capacity: int, bounds: Bounds) -> dict[str, Fraction]:
    """Shares proportional to headcount within the bounds, which fill the reachable capacity."""
    total = reachable(capacity, list(heads.values()), bounds)
    level = _level(list(heads.values()), total, bounds)
    return {code: _clamped(head, level, bounds) for code, head in heads.items()}


def allot(units: Sequence[Standing], capacity: int, bounds: Bounds) -> dict[str, Share]:
    """Whole persons of a round by unit; the same units and capacity give the same shares.

    Before and after, a unit's `carried` lies strictly between -1 and 1.
    """
    entitled = entitlements({each.code: each.headcount for each in units}, capacity, bounds)
    must, may = [], []
    for each in units:
        part = _fraction(entitled[each.code])
        after = each.carried + part
        if part and after >= 1:
            must.append(each)
        elif part and after > 0:
            may.append(each)
    whole = sum(floor(each) for each in entitled.values())
    owed = trunc(sum((each.carried for each in units), Fraction()))
    seats = max(0, int(sum(entitled.values())) + owed - whole - len(must))
    may.sort(key=lambda each: _urgency(each, _fraction(entitled[each.code])))
    further = {each.code for each in [*must, *may[:seats]]}
    return {
        code: Share(share, floor(share) + (code in further)) for code, share in entitled.items()
    }


def _level(heads: Sequence[int], total: int, bounds: Bounds) -> Fraction:
    """The persons per head at which all units together send `total`."""
    edges = sorted(
        {Fraction(edge, head) for head in heads for edge in bounds.of(head)} | {Fraction()}
    )
    below = edges[0]
    for edge in edges:
        if sum(_clamped(head, edge, bounds) for head in heads) > total:
            break
        below = edge
    filled = sum((_clamped(head, below, bounds) for head in heads), Fraction())
    # Between two edges only these grow, in proportion to their heads.
    growing = sum(head for head in heads if _grows(head, below, bounds))
    return below + (total - filled) / growing if growing else below


def _grows(head: int, level: Fraction, bounds: Bounds) -> bool:
    low, high = bounds.of(head)
    return low <= level * head < high


def _clamped(head: int, level: Fraction, bounds: Bounds) -> Fraction:
    low, high = bounds.of(head)
    return max(Fraction(low), min(Fraction(high), level * head))


def _fraction(share: Fraction) -> Fraction:
    return share - floor(share)


def _urgency(unit: Standing, part: Fraction) -> tuple[int, int, int, Fraction, str]:
    """The order of PD²; the larger fraction and then the lower code decide what it leaves open."""
    due = ceil((1 - unit.carried) / part)
    # Whether the window of the next person begins in the round this one's ends in.
    overlaps = unit.carried + part * due > 1
    cascade = _cascade(unit.carried, part, due) if overlaps else 0
    return due, -overlaps, -cascade, -part, unit.code


def _cascade(carried: Fraction, part: Fraction, due: int) -> int:
    """The round up to which waiting until the last moment leaves a unit no choice any more."""
    if part < HALF:
        return 0
    rests = 1 - part
    return ceil((ceil(rests * due - carried) + carried) / rests)

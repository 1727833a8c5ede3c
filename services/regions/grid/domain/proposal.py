"""A balanced partition by the force there is: proposed by the machine, changed by a person.

Deterministic: ties go to the lower code. Townships stay together: a cell lies in one township, or
is made of whole ones where there are fewer cells than townships.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.regions.grid.domain.partition import TOWNSHIP_DIGITS
from shared.errors import InvalidInput

DEFAULT_WEIGHT: Final = 1.0


class CannotDivide(InvalidInput):
    code = "cannot_divide"
    zh = "无法划分:{reason}"
    en = "Cannot be divided so: {reason}"


@dataclass(frozen=True, slots=True)
class Part:
    """A cell proposed: its areas, what weighs in it, the officers there would be."""

    areas: tuple[str, ...]
    weight: float
    officers: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """`spread` is the heaviest less the lightest cell; `bound` is what it cannot exceed per group.

    There is no bound where neighbours had to be kept together.
    """

    parts: tuple[Part, ...]
    spread: float
    bound: float | None


@dataclass(frozen=True, slots=True)
class Force:
    """What a division is to be divided by. Officers are counted by township."""

    weights: Mapping[str, float]
    officers: Mapping[str, int]
    neighbours: Collection[tuple[str, str]] = ()


def require_known(areas: Iterable[str], force: Force) -> None:
    """CannotDivide if something weighs, or somebody works, where nothing is divided."""
    codes = {*areas}
    townships = {each[:TOWNSHIP_DIGITS] for each in codes}
    beside = {code for pair in force.neighbours for code in pair}
    for foreign, pointer in (
        (force.weights.keys() - codes, "/weights"),
        (force.officers.keys() - townships, "/officers"),
        (beside - codes, "/neighbours"),
    ):
        if foreign:
            raise CannotDivide(reason=f"not divided: {', '.join(sorted(foreign))}", pointer=pointer)


def by_force(officers: Mapping[str, int], *, per_cell: int, areas: int) -> int:
    """How many cells the officers there are can hold, `per_cell` each: at least one."""
    return max(1, min(areas, sum(officers.values()) // per_cell))


def propose(areas: Sequence[str], cells: int, force: Force) -> Proposal:
    """The areas in so many cells, each about as heavy as the others.

    Within one township, and among whole townships, the heaviest cell exceeds the lightest by no
    more than the heaviest single piece (longest processing time first).
    """
    if not 1 <= cells <= len({*areas}):
        raise CannotDivide(reason=f"{len({*areas})} areas in {cells} cells", pointer="/cells")
    weights = {each: force.weights.get(each, DEFAULT_WEIGHT) for each in sorted({*areas})}
    townships = _by_township(weights)
    beside = _beside(force.neighbours)
    if cells < len(townships):
        return _of_townships(townships, weights, cells, force, beside)
    seats = _seats(townships, weights, cells, force)
    parts = []
    bound = 0.0
    for code, members in townships.items():
        groups = _divide({each: weights[each] for each in members}, seats[code], beside)
        bound = max(bound, *(weights[each] for each in members))
        shares = _shares(force.officers.get(code, 0), groups, weights)
        parts += [
            _part(group, weights, officers) for group, officers in zip(groups, shares, strict=True)
        ]
    return _proposal(parts, bound=None if beside else bound)


def _of_townships(
    townships: Mapping[str, Sequence[str]],
    weights: Mapping[str, float],
    cells: int,
    force: Force,
    beside: Mapping[str, frozenset[str]],
) -> Proposal:
    whole = {code: sum(weights[each] for each in members) for code, members in townships.items()}
    groups = _divide(whole, cells, _between(beside))
    parts = [
        _part(
            [each for code in group for each in townships[code]],
            weights,
            sum(force.officers.get(code, 0) for code in group),
        )
        for group in groups
    ]
    return _proposal(parts, bound=None if beside else max(whole.values()))


def _by_township(codes: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in codes:
        found.setdefault(each[:TOWNSHIP_DIGITS], []).append(each)
    return found


def _seats(
    townships: Mapping[str, Sequence[str]],
    weights: Mapping[str, float],
    cells: int,
    force: Force,
) -> dict[str, int]:
    """Cells a township gets: one each, the rest where most officers (or weight) fall to a cell."""
    claims = {
        code: float(force.officers.get(code, 0))
        if any(force.officers.values())
        else sum(weights[each] for each in members)
        for code, members in townships.items()
    }
    seats = dict.fromkeys(townships, 1)
    for _ in range(cells - len(townships)):
        open_ = [code for code in townships if seats[code] < len(townships[code])]
        # The lowest code first among equals: max keeps the first, and they are in order.
        best = max(open_, key=lambda code: claims[code] / seats[code])
        seats[best] += 1
    return seats


def _divide(
    weights: Mapping[str, float], number: int, beside: Mapping[str, frozenset[str]]
) -> list[list[str]]:
    """So many groups, none empty; connected ones as far as the neighbours given allow."""
    order = sorted(weights, key=lambda each: (-weights[each], each))
    seeds = _far_apart(order, number, beside) if beside else order[:number]
    groups = [[each] for each in seeds]
    loads = [weights[each] for each in seeds]
    left = [each for each in order if each not in seeds]
    while left:
        by_load = sorted(range(number), key=lambda place: (loads[place], place))
        place, piece = by_load[0], left[0]
        if beside:
            place, piece = _next_to(groups, left, by_load, beside)
        left.remove(piece)
        groups[place].append(piece)
        loads[place] += weights[piece]
    return [sorted(each) for each in groups]


def _far_apart(
    order: Sequence[str], number: int, beside: Mapping[str, frozenset[str]]
) -> list[str]:
    """Where groups begin: each as far from those before as there is, so that all can grow."""
    seeds = [order[0]]
    while len(seeds) < number:
        steps = _steps_from(seeds, beside)
        left = [each for each in order if each not in seeds]
        # What cannot be reached at all is farthest.
        seeds.append(max(left, key=lambda each: steps.get(each, len(order))))
    return seeds


def _steps_from(seeds: Iterable[str], beside: Mapping[str, frozenset[str]]) -> dict[str, int]:
    steps = dict.fromkeys(seeds, 0)
    edge = [*steps]
    while edge:
        reached = sorted(
            {other for each in edge for other in beside.get(each, frozenset())} - steps.keys()
        )
        steps |= dict.fromkeys(reached, steps[edge[0]] + 1)
        edge = reached
    return steps


def _next_to(
    groups: Sequence[Sequence[str]],
    left: Sequence[str],
    by_load: Sequence[int],
    beside: Mapping[str, frozenset[str]],
) -> tuple[int, str]:
    """The lightest group that has a neighbour left, and that; the lightest if none has."""
    for place in by_load:
        reach = frozenset[str]().union(*(beside.get(each, frozenset()) for each in groups[place]))
        for piece in left:
            if piece in reach:
                return place, piece
    return by_load[0], left[0]


def _beside(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {code: frozenset(others) for code, others in found.items()}


def _between(beside: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Townships touch where areas of theirs do."""
    return _beside(
        (one[:TOWNSHIP_DIGITS], other[:TOWNSHIP_DIGITS])
        for one, others in beside.items()
        for other in others
        if one[:TOWNSHIP_DIGITS] != other[:TOWNSHIP_DIGITS]
    )


def _shares(
    officers: int, groups: Sequence[Sequence[str]], weights: Mapping[str, float]
) -> list[int]:
    """The township's officers over its cells, the odd ones to the heaviest."""
    each, odd = divmod(officers, len(groups))
    heaviest = sorted(
        range(len(groups)),
        key=lambda place: (-sum(weights[code] for code in groups[place]), place),
    )
    return [each + (place in heaviest[:odd]) for place in range(len(groups))]


def _part(areas: Iterable[str], weights: Mapping[str, float], officers: int) -> Part:
    codes = tuple(sorted(areas))
    return Part(codes, sum(weights[each] for each in codes), officers)


def _proposal(parts: Sequence[Part], *, bound: float | None) -> Proposal:
    ordered = tuple(sorted(parts, key=lambda each: each.areas))
    loads = [each.weight for each in ordered]
    return Proposal(ordered, max(loads) - min(loads), bound)

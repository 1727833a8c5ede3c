"""Joint groups derived from the border graph (两两交界, DOMAIN 4.1): a proposal, never a decision.

The counties with a border to another city are sorted into groups that hang together by such
borders, with as many kilometres inside groups as a local search finds. With each county in one
group not every border can lie within one: those left out are named. With several groups a county,
all are covered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.regions.groups.domain.partition import (
    Graph,
    Partition,
    grow,
    improve,
    merge_down,
    place_the_rest,
    split_up,
)
from services.regions.groups.domain.territory import Pair
from shared.errors import InvalidInput

# Less than the shortest border there is (half a kilometre): who touches goes before who does not,
# and of those the nearest goes first.
BY_SEA: Final = 400
# More are no working group, and the search would take too long.
MOST_MEMBERS: Final = 50
METRES: Final = 1000


class BadWishes(InvalidInput):
    """Groups of no workable size are asked for."""

    code = "bad_proposal_wishes"
    zh = "分组要求不合理:{reason}"
    en = "The groups asked for cannot be: {reason}"


@dataclass(frozen=True, slots=True)
class Wishes:
    """How large groups may be, or how many there shall be; whether a county may sit in several.

    With a number of groups and no size, a group has about as many members as all, divided by it.
    """

    most_members: int | None
    groups: int | None = None
    several: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """Groups of counties, and exactly what they leave out.

    `unplaced` have a border with another city and no place in a group of the size asked for;
    `without_border` are the counties that have no such border.
    """

    groups: tuple[tuple[str, ...], ...]
    covered: tuple[Pair, ...]
    uncovered: tuple[Pair, ...]
    unplaced: tuple[str, ...]
    without_border: tuple[str, ...]


def propose(counties: Iterable[str], borders: Iterable[Pair], wishes: Wishes) -> Proposal:
    """Groups for the counties from the borders among them; BadWishes if the sizes cannot be.

    Only borders between cities count. The same input in any order gives the same answer.
    """
    known = frozenset(counties)
    pairs = sorted(each for each in borders if each.crosses and {each.a, each.b} <= known)
    graph = _graph(pairs)
    most = _most(len(graph), wishes)
    partition = Partition(graph)
    _settle(partition, most=most, joining=True)
    if wishes.groups is not None:
        most = _towards(partition, wishes.groups, most, wishes)
        _settle(partition, most=most, joining=False)
    groups = partition.groups
    if wishes.several:
        groups = _with_the_rest(groups, pairs, most=most)
    return _told(known, graph, pairs, groups)


def _settle(partition: Partition, *, most: int, joining: bool) -> None:
    """Join if so wished, place and improve until nothing changes.

    It ends: joining and improving leave no county alone, placing makes those alone fewer, and
    between two placings the metres inside groups only grow.
    """
    before = None
    while before != (before := partition.groups):
        if joining:
            grow(partition, most=most)
        place_the_rest(partition, most=most)
        improve(partition, most=most)


def _graph(pairs: Iterable[Pair]) -> Graph:
    graph: dict[str, dict[str, int]] = {}
    for each in pairs:
        metres = max(1, _weight(each))
        graph.setdefault(each.a, {})[each.b] = metres
        graph.setdefault(each.b, {})[each.a] = metres
    return {code: dict(sorted(others.items())) for code, others in sorted(graph.items())}


def _weight(pair: Pair) -> int:
    if pair.by_sea:
        return round(BY_SEA / (1 + pair.km))
    return round(pair.km * METRES)


def _most(counties: int, wishes: Wishes) -> int:
    if wishes.most_members is not None:
        return wishes.most_members
    if wishes.groups is None:
        raise BadWishes(reason="neither a size nor a number", pointer="/groups")
    each = max(2, -(-counties // wishes.groups))
    if each > MOST_MEMBERS:
        reason = f"{wishes.groups} groups of {counties} counties"
        raise BadWishes(reason=reason, pointer="/groups")
    return each


def _towards(partition: Partition, groups: int, most: int, wishes: Wishes) -> int:
    """Fewer or more groups, to the number asked for, as far as the size asked for lets them."""
    if wishes.most_members is None:
        merge_down(partition, groups=groups)
    split_up(partition, groups=groups)
    return max([most, *map(len, partition.groups)])


def _with_the_rest(
    groups: list[tuple[str, ...]], pairs: Iterable[Pair], *, most: int
) -> list[tuple[str, ...]]:
    """Every border inside some group: a county joins a second one, or two make one of their own."""
    found = [set(each) for each in groups]
    for pair in sorted(pairs, key=lambda each: (-each.km, each.a, each.b)):
        ends = {pair.a, pair.b}
        if any(ends <= each for each in found):
            continue
        host = next((each for each in found if ends & each and len(each) < most), None)
        if host is None:
            found.append(ends)
        else:
            host |= ends
    return sorted(tuple(sorted(each)) for each in found)


def _told(
    known: frozenset[str], graph: Graph, pairs: list[Pair], groups: list[tuple[str, ...]]
) -> Proposal:
    covered, uncovered = sort_out(pairs, groups)
    placed = {code for each in groups for code in each}
    return Proposal(
        groups=tuple(groups),
        covered=covered,
        uncovered=uncovered,
        unplaced=tuple(sorted(graph.keys() - placed)),
        without_border=tuple(sorted(known - graph.keys())),
    )


def sort_out(
    pairs: Iterable[Pair], groups: Iterable[Iterable[str]]
) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """The borders with both sides in one group, and the others."""
    sits_in: dict[str, set[int]] = {}
    for number, members in enumerate(groups):
        for code in members:
            sits_in.setdefault(code, set()).add(number)
    covered: list[Pair] = []
    uncovered: list[Pair] = []
    for each in pairs:
        together = sits_in.get(each.a, set()) & sits_in.get(each.b, set())
        (covered if together else uncovered).append(each)
    return tuple(covered), tuple(uncovered)


def kilometres(pairs: Iterable[Pair]) -> float:
    """How long these borders are together; a way over the sea is no border's length."""
    return round(sum(each.km for each in pairs if not each.by_sea), 2)

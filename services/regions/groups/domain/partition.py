"""Counties sorted into groups that hang together by borders between cities.

Weights are whole metres of border, so that sums do not depend on their order. A group here is valid
if it has two members at least and they hang together; since every border counted is one between
cities, such a group spans two cities. Everything goes by code, so the same input gives the same
groups.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

Graph = Mapping[str, Mapping[str, int]]
SMALLEST: Final = 2


def hangs_together(graph: Graph, members: Collection[str]) -> bool:
    """Whether one gets from each member to each other over borders within the group."""
    if not members:
        return False
    inside = set(members)
    first = min(inside)
    inside.discard(first)
    waiting = [first]
    while waiting:
        near = [each for each in graph[waiting.pop()] if each in inside]
        inside.difference_update(near)
        waiting += near
    return not inside


def is_group(graph: Graph, members: Collection[str]) -> bool:
    return len(members) >= SMALLEST and hangs_together(graph, members)


class Partition:
    """Who sits with whom. A county that sits alone is not placed yet."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.home = {code: number for number, code in enumerate(sorted(graph))}
        self.members = {number: {code} for code, number in self.home.items()}

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """The groups by their lowest code, the members of each by code."""
        return sorted(
            tuple(sorted(each)) for each in self.members.values() if len(each) >= SMALLEST
        )

    @property
    def count(self) -> int:
        return sum(len(each) >= SMALLEST for each in self.members.values())

    @property
    def alone(self) -> list[str]:
        return sorted(code for code, number in self.home.items() if len(self.members[number]) == 1)

    def metres(self, code: str, number: int) -> int:
        """How much border the county has with members of a group."""
        return sum(km for other, km in self.graph[code].items() if self.home[other] == number)

    def near(self, code: str) -> list[int]:
        """The other groups a county has a border with."""
        own = self.home[code]
        return list(
            dict.fromkeys(
                number for other in self.graph[code] if (number := self.home[other]) != own
            )
        )

    def between(self) -> dict[tuple[int, int], int]:
        """How much border each two groups have with each other."""
        found: dict[tuple[int, int], int] = {}
        for code, others in self.graph.items():
            for other, metres in others.items():
                mine, theirs = self.home[code], self.home[other]
                if mine < theirs:
                    found[mine, theirs] = found.get((mine, theirs), 0) + metres
        return found

    def move(self, code: str, number: int) -> None:
        old = self.home[code]
        self.members[old].discard(code)
        if not self.members[old]:
            del self.members[old]
        self.members[number].add(code)
        self.home[code] = number

    def merge(self, kept: int, other: int) -> None:
        for code in sorted(self.members[other]):
            self.move(code, kept)

    def split_off(self, part: Iterable[str]) -> int:
        """Take a part of a group out, as a group of its own."""
        new = max(self.members) + 1
        self.members[new] = set()
        for code in sorted(part):
            self.move(code, new)
        return new


def grow(partition: Partition, *, most: int) -> None:
    """Join what has most border in common, small ones first, up to `most` members.

    Joining by the size of the result leaves few counties alone: pairs first, then a third to a
    pair, and of joins to the same size those first that end somebody's being alone.
    """
    for size in range(SMALLEST, most + 1):
        joins = sorted(_joins(partition, size))
        taken: set[int] = set()
        for _, _, mine, theirs in joins:
            if not {mine, theirs} & taken:
                taken |= {mine, theirs}
                partition.merge(mine, theirs)


def _joins(partition: Partition, size: int) -> Iterator[tuple[int, int, int, int]]:
    for (mine, theirs), metres in partition.between().items():
        sizes = len(partition.members[mine]), len(partition.members[theirs])
        if sum(sizes) == size:
            yield min(sizes), -metres, mine, theirs


def place_the_rest(partition: Partition, *, most: int) -> None:
    """Find a place for who sits alone; who has none stays alone.

    Along a chain of counties that make room for one another, until one finds a group with room, or
    one that can be split. No group is touched twice by a chain, so each stays valid.
    """
    for code in partition.alone:
        if len(partition.members[partition.home[code]]) == 1:
            _place(partition, code, most=most)


def _place(partition: Partition, code: str, *, most: int) -> None:
    came_by: dict[str, tuple[str, int] | None] = {code: None}
    seen = {partition.home[code]}
    waiting = deque([code])
    while waiting:
        mover = waiting.popleft()
        for number in partition.near(mover):
            if number in seen:
                continue
            if _takes_in(partition, mover, number, most=most):
                _follow(partition, mover, came_by)
                return
            seen.add(number)
            for displaced in _displaced(partition, mover, number):
                came_by[displaced] = (mover, number)
                waiting.append(displaced)


def _takes_in(partition: Partition, mover: str, number: int, *, most: int) -> bool:
    """Let the county into the group if there is room, or if the group with it makes two."""
    members = partition.members[number]
    if len(members) < most:
        partition.move(mover, number)
        return True
    part = _best_half(partition.graph, members | {mover})
    if part is None:
        return False
    partition.move(mover, number)
    partition.split_off(part)
    return True


def _displaced(partition: Partition, mover: str, number: int) -> list[str]:
    """Who could leave the group for the county and leave it valid."""
    members = partition.members[number]
    return [
        each for each in sorted(members) if is_group(partition.graph, (members - {each}) | {mover})
    ]


def _follow(
    partition: Partition, placed: str, came_by: Mapping[str, tuple[str, int] | None]
) -> None:
    """Everybody on the chain moves to where the next one left."""
    step = came_by[placed]
    while step is not None:
        mover, number = step
        partition.move(mover, number)
        step = came_by[mover]


def _best_half(graph: Graph, members: Collection[str]) -> set[str] | None:
    """The part of a group to split off so that both are valid, as even as can be; None if none."""
    best: tuple[int, list[str]] | None = None
    for root in sorted(members):
        for part in _branches(graph, members, root):
            rest = set(members) - part
            if len(part) < SMALLEST or not is_group(graph, rest):
                continue
            found = (abs(len(rest) - len(part)), sorted(part))
            if best is None or found < best:
                best = found
    return None if best is None else set(best[1])


def _branches(graph: Graph, members: Collection[str], root: str) -> Iterator[set[str]]:
    """What hangs below each member in a tree that is grown from the root over the borders."""
    inside, above, order = set(members), {root: ""}, [root]
    for code in order:
        for near in sorted(graph[code]):
            if near in inside and near not in above:
                above[near] = code
                order.append(near)
    below = {code: {code} for code in order}
    for code in reversed(order[1:]):
        yield below[code]
        below[above[code]] |= below[code]


def merge_down(partition: Partition, *, groups: int) -> None:
    """Join the smallest group with its smallest neighbour until there are no more than `groups`."""
    while partition.count > groups:
        joins = sorted(
            (
                len(partition.members[mine]) + len(partition.members[theirs]),
                -metres,
                mine,
                theirs,
            )
            for (mine, theirs), metres in partition.between().items()
        )
        if not joins:
            return
        _, _, mine, theirs = joins[0]
        partition.merge(mine, theirs)


def split_up(partition: Partition, *, groups: int) -> None:
    """Halve the largest group that can be halved until there are `groups`."""
    whole: set[int] = set()
    while partition.count < groups:
        sizes = [
            (-len(members), number)
            for number, members in partition.members.items()
            if number not in whole and len(members) >= SMALLEST + SMALLEST
        ]
        if not sizes:
            return
        _, number = min(sizes)
        part = _best_half(partition.graph, partition.members[number])
        if part is None:
            whole.add(number)
        else:
            partition.split_off(part)


def improve(partition: Partition, *, most: int) -> None:
    """Move and swap counties while that brings more border inside, or the same with evener groups.

    Each change makes the metres inside more, or the sum of the squares of sizes less, so this ends.
    """
    changed = True
    while changed:
        changed = False
        for code in sorted(partition.home):
            changed |= _moved(partition, code, most=most) or _swapped(partition, code)


def _moved(partition: Partition, code: str, *, most: int) -> bool:
    own = partition.home[code]
    rest = partition.members[own] - {code}
    if len(rest) < SMALLEST:
        return False
    here = partition.metres(code, own)
    best = (0, 0)
    target: int | None = None
    for number in partition.near(code):
        size = len(partition.members[number])
        if not SMALLEST <= size < most:
            continue
        gain = (partition.metres(code, number) - here, len(rest) - size)
        if gain > best:
            best, target = gain, number
    if target is None or not hangs_together(partition.graph, rest):
        return False
    partition.move(code, target)
    return True


def _swapped(partition: Partition, code: str) -> bool:
    own = partition.home[code]
    mine = partition.members[own]
    if len(mine) < SMALLEST:
        return False
    for number in partition.near(code):
        theirs = partition.members[number]
        if len(theirs) < SMALLEST:
            continue
        for other in sorted(theirs):
            if _gain(partition, code, other) > 0 and _may_swap(partition, code, other):
                partition.move(code, number)
                partition.move(other, own)
                return True
    return False


def _gain(partition: Partition, code: str, other: str) -> int:
    own, number = partition.home[code], partition.home[other]
    shared = partition.graph[code].get(other, 0)
    return (
        partition.metres(code, number)
        + partition.metres(other, own)
        - partition.metres(code, own)
        - partition.metres(other, number)
        - shared
        - shared
    )


def _may_swap(partition: Partition, code: str, other: str) -> bool:
    mine, theirs = (partition.members[partition.home[each]] for each in (code, other))
    return is_group(partition.graph, (mine - {code}) | {other}) and is_group(
        partition.graph, (theirs - {other}) | {code}
    )

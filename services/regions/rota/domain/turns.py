"""Who of a unit is next: a fixed order, each in turn, nobody twice before all others (按序轮流).

Every member waits in a lap of the order. Who is drawn waits in the next lap; who cannot go keeps
the place, and so is the first to go once back. Rounds missed while away are not made up for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff: `barred` is why he or she cannot go this time."""

    key: str
    position: int
    lap: int
    barred: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """The members of one unit; `lap` is the one from which was drawn last."""

    lap: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """Somebody drawn, and the lap he or she was drawn from."""

    key: str
    lap: int


def take(queue: Queue, number: int) -> tuple[tuple[Pick, ...], Queue]:
    """The next `number` who can go, or as many as there are, and the queue after them."""
    waiting = sorted(
        (each for each in queue.members if each.barred is None),
        key=lambda each: (each.lap, each.position),
    )
    lap = queue.lap
    after: dict[str, int] = {}
    for each in waiting[:number]:
        lap, after[each.key] = drawn_from(lap, each.lap)
    members = tuple(
        replace(each, lap=after[each.key]) if each.key in after else each for each in queue.members
    )
    return tuple(Pick(each.key, each.lap) for each in waiting[:number]), Queue(lap, members)


def drawn_from(unit_lap: int, own_lap: int) -> tuple[int, int]:
    """The unit's lap once somebody waiting in `own_lap` was drawn, and the lap he waits in then."""
    lap = max(unit_lap, own_lap)
    return lap, lap + 1


def joining(lap: int, *, positions: Sequence[int], laps: Sequence[int]) -> tuple[int, int]:
    """Position and lap of who joins a unit: behind all, in the lap that is being drawn."""
    return max(positions, default=0) + 1, min((each for each in laps if each >= lap), default=lap)


def may_take_over(drawn_lap: int, other_lap: int) -> bool:
    """Whether somebody waiting in `other_lap` takes the turn of who now waits in `drawn_lap`.

    Who was drawn in this lap already would go a second time before all others.
    """
    return other_lap < drawn_lap

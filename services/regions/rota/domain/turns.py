"""Who of a unit is next: a queue, each in turn, nobody twice before all others (按序轮流).

Who is drawn goes to the end; who cannot go keeps the place, and so is at the head once back. Turns
missed while away are not made up for: `lap` counts turns as if nobody had ever been away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff: `barred` is why he or she cannot go this time."""

    key: str
    place: int
    lap: int
    barred: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """The members of one unit; `end` is the first place behind all."""

    end: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """Somebody drawn: where he or she stood, and stands now."""

    key: str
    place: int
    lap: int
    next_place: int
    next_lap: int


def take(queue: Queue, number: int) -> tuple[tuple[Pick, ...], Queue]:
    """The next `number` who can go, or as many as there are, and the queue after them."""
    free = {each.key: each for each in queue.members if each.barred is None}
    waiting = sorted(free.values(), key=lambda each: each.place)
    picked = []
    for taken, each in enumerate(waiting[:number]):
        others = [other.lap for other in free.values() if other.key != each.key]
        after = replace(each, place=queue.end + taken, lap=_next_lap(each.lap, others))
        free[each.key] = after
        picked.append(Pick(each.key, each.place, each.lap, after.place, after.lap))
    members = tuple(free.get(each.key, each) for each in queue.members)
    return tuple(picked), Queue(queue.end + len(picked), members)


def joining(laps: Sequence[int]) -> int:
    """The lap of who joins members in these laps, behind all of them."""
    return max(laps, default=0)


def may_take_over(drawn_lap: int, other_lap: int) -> bool:
    """Whether somebody in `other_lap` takes the turn of who is in `drawn_lap` by it.

    Who had as many turns would have two more than others by it.
    """
    return other_lap < drawn_lap


def _next_lap(own: int, others: Sequence[int]) -> int:
    """The lap after a turn; who was away for more than a lap falls in with the others."""
    if others and own < max(others) - 1:
        return min(others) + 1
    return own + 1

"""When a coordinating item may be answered (DOMAIN 2.10)."""

from collections.abc import Mapping
from typing import Final

from services.petitions.intake.domain import State
from shared.errors import RuleViolation

# A part that is refused or ended needs no answer any more.
WITHOUT_ANSWER: Final = frozenset({State.NOT_ACCEPTED, State.CLOSED})
# What ended of a matter leaves its parts nothing to do.
ENDS_PARTS: Final = frozenset({State.CLOSED, State.FINAL, State.NOT_ACCEPTED})


class PartsUnanswered(RuleViolation):
    code = "parts_unanswered"
    zh = "分办件尚未全部答复:{numbers}。可等待,或注明为部分答复。"
    en = "Not every part has been answered: {numbers}. Wait, or mark the reply as partial."


def is_answered(state: State, *, replied: bool) -> bool:
    """Whether a part has nothing left to say before the petitioner is answered."""
    return replied or state in WITHOUT_ANSWER


def is_partial(parts: Mapping[str, bool], *, first: bool, partial: bool) -> bool:
    """Whether a reply is a partial one; `parts` says of each number whether it is answered.

    The first reply waits for every part, unless it says that it is partial. PartsUnanswered if not.
    """
    waiting = [number for number, answered in parts.items() if not answered]
    if first and waiting and not partial:
        raise PartsUnanswered(numbers=", ".join(waiting))
    return first and bool(waiting)

"""What a citizen may see of a case, and how guessing at it gets slow."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from services.petitions.intake.domain import State
from shared.errors import NotFound, TooMany


class Status(StrEnum):
    """The state as the office says it to the public: who has the papers is its own matter."""

    REGISTERED = "registered"
    ROUTED = "routed"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    IN_HAND = "in_hand"
    ANSWERED = "answered"
    UNDER_REVIEW = "under_review"
    UNDER_RE_REVIEW = "under_re_review"
    FINAL = "final"
    CLOSED = "closed"


PUBLIC: Final[Mapping[State, Status]] = {
    State.REGISTERED: Status.REGISTERED,
    State.TRANSFERRED: Status.ROUTED,
    State.ASSIGNED: Status.ROUTED,
    State.OBJECTED: Status.ROUTED,
    State.ACCEPTED: Status.ACCEPTED,
    State.NOT_ACCEPTED: Status.NOT_ACCEPTED,
    State.IN_PROGRESS: Status.IN_HAND,
    State.REOPENED: Status.IN_HAND,
    State.REPLIED: Status.ANSWERED,
    State.UNDER_REVIEW: Status.UNDER_REVIEW,
    State.REVIEWED: Status.ANSWERED,
    State.UNDER_RE_REVIEW: Status.UNDER_RE_REVIEW,
    State.FINAL: Status.FINAL,
    State.CLOSED: Status.CLOSED,
}
WORDS: Final[Mapping[Status, tuple[str, str]]] = {
    Status.REGISTERED: ("已登记", "registered"),
    Status.ROUTED: ("转送办理中", "passed on to the competent unit"),
    Status.ACCEPTED: ("已受理", "accepted"),
    Status.NOT_ACCEPTED: ("不予受理", "not accepted"),
    Status.IN_HAND: ("办理中", "being handled"),
    Status.ANSWERED: ("已答复", "answered"),
    Status.UNDER_REVIEW: ("复查中", "under review"),
    Status.UNDER_RE_REVIEW: ("复核中", "under re-review"),
    Status.FINAL: ("复核终结", "final after re-review"),
    Status.CLOSED: ("已办结", "closed"),
}


class UnknownCase(NotFound):
    """Whether the number, the code or both are wrong is not said."""

    code = "unknown_case"
    zh = "编号或查询码不正确。"
    en = "The number or the code is not right."

    def __init__(self) -> None:
        super().__init__(what="petition")


class TooManyGuesses(TooMany):
    code = "too_many_guesses"
    zh = "尝试次数过多,请稍后再试。"
    en = "Too many tries; wait a while."


@dataclass(frozen=True, slots=True)
class Subject:
    """What guesses are counted for: `factor` times the free ones, before each doubles the wait."""

    key: bytes
    factor: int
    # Bars only who has guessed wrong at this number from here: the owner comes from elsewhere.
    only_guessers: bool = False


def subjects(number: str, source: str) -> Sequence[Subject]:
    """A number from a source; the source at all; the number from everywhere."""
    return (
        Subject(_key("pair", number, source), 1),
        Subject(_key("source", source), 6),
        Subject(_key("number", number), 10, only_guessers=True),
    )


def _key(*parts: str) -> bytes:
    """People type anything into a field for a number, so that it is kept as a hash only."""
    return hashlib.sha256("\0".join(parts).encode()).digest()


def delay(failures: int, *, free: int, longest: timedelta) -> timedelta:
    """How long nothing is judged after so many wrong guesses: doubling, up to the longest."""
    beyond = failures - free
    if beyond <= 0:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(beyond, 30)), longest)

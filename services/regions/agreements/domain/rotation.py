"""The turn of the lead (轮值): who leads in which term, and what passing somebody over does."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from shared.clocks.days import add_months
from shared.errors import InvalidInput, RuleViolation


class BadRotation(InvalidInput):
    code = "bad_rotation"
    zh = "轮值规则有误:{reason}"
    en = "The rotation does not hold together: {reason}"


class NotItsTurn(RuleViolation):
    """Only whose turn it would be can be passed over, and somebody must be left to stand in."""

    code = "not_its_turn"
    zh = "第 {term} 任不轮到 {member},或其已在本轮末位。"
    en = "Term {term} is not {member}'s, or it is the last of its round."


@dataclass(frozen=True, slots=True)
class Skip:
    """A member passed over in a term: it leads at the end of the same round instead."""

    term: int
    member: str
    reason: str
    approved_by: str


def lead_of(term: int, order: Sequence[str], offset: int = 0, skips: Iterable[Skip] = ()) -> str:
    """Who leads in `term`, counted from 0: `order[(term + offset) mod k]` unless passed over.

    A skip moves its member to the end of the round the skipped term lies in, so that each member
    leads once a round all the same [DD, DOMAIN 4.2]. BadRotation if there is nobody to lead.
    """
    return _round_of(term, order, offset, skips)[term % len(order)]


def rotation(
    order: Sequence[str], *, offset: int = 0, skipped: Iterable[Skip] = ()
) -> Iterator[str]:
    """The leads of term 0, 1, 2 and so on without end."""
    skips = tuple(skipped)
    return (lead_of(term, order, offset, skips) for term in count())


def _round_of(term: int, order: Sequence[str], offset: int, skips: Iterable[Skip]) -> list[str]:
    size = len(order)
    if not size or len(set(order)) < size or term < 0:
        raise BadRotation(reason="order", pointer="/rotation/order")
    begins = term - term % size
    line = [order[(begins + place + offset) % size] for place in range(size)]
    for skip in skips:
        if skip.term // size == term // size and skip.member in line:
            line.remove(skip.member)
            line.append(skip.member)
    return line


def require_skippable(
    term: int, member: str, order: Sequence[str], offset: int, skips: Iterable[Skip]
) -> None:
    """NotItsTurn unless the member would lead in the term and another of the round can stand in."""
    is_last = term % len(order) == len(order) - 1
    if is_last or lead_of(term, order, offset, skips) != member:
        raise NotItsTurn(term=term, member=member)


def term_at(day: date, first_day: date, months: int) -> int:
    """The number of the term the day lies in, counted from 0 at `first_day`.

    Before the first day it is term 0: who leads first also calls the first meeting.
    """
    if day < first_day:
        return 0
    elapsed = (day.year - first_day.year) * 12 + day.month - first_day.month
    if add_months(first_day, elapsed) > day:
        elapsed -= 1
    return elapsed // months

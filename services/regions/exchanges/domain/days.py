"""Person-days given and received: the same stays seen from two sides, so that both sums agree.

A stay counts from its first day to its last, both included (a guest recalled on a day was there on
it); person-times (人次) count in the period in which the stay begins. Neighbouring periods add up.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.regions.exchanges.domain.staff import WAS_HERE, Purpose, Stay
from shared import divisions
from shared.clocks.calendar import WorkCalendar
from shared.clocks.days import DAY


@dataclass(frozen=True, slots=True)
class Presence:
    """Where somebody of `home` was; `host` is a division's code or the name of a body above."""

    home: str
    host: str
    purpose: Purpose
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Days:
    """人次, calendar days and working days."""

    person_times: int = 0
    calendar_days: int = 0
    working_days: int = 0

    def __add__(self, other: "Days") -> "Days":
        return Days(
            self.person_times + other.person_times,
            self.calendar_days + other.calendar_days,
            self.working_days + other.working_days,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """What one side gave or received for a purpose, from or to one other."""

    other: str
    purpose: Purpose
    given: Days
    received: Days


@dataclass(frozen=True, slots=True)
class Balance:
    """Of a division with its subtree: what it gave and received, by other side and purpose."""

    given: Days
    received: Days
    lines: tuple[Line, ...]


def span(
    stay: Stay, *, from_on: date, to_on: date, last_on: date | None, today: date
) -> tuple[date, date] | None:
    """First and last day a guest was there up to today; None if not yet or never."""
    if stay is Stay.PRESENT:
        return (from_on, min(to_on, today)) if from_on <= today else None
    return (from_on, last_on) if stay in WAS_HERE and last_on is not None else None


def counted(each: Presence, first: date, last: date, calendar: WorkCalendar) -> Days:
    """The part of a stay that lies from `first` to `last`."""
    begins, ends = max(each.first, first), min(each.last, last)
    if begins > ends:
        return Days()
    return Days(
        person_times=int(first <= each.first <= last),
        calendar_days=(ends - begins).days + 1,
        working_days=calendar.workdays_between(begins - DAY, ends),
    )


def balance(
    presences: Iterable[Presence], division: str, *, first: date, last: date, calendar: WorkCalendar
) -> Balance:
    """What `division` and all below it gave and received from `first` to `last`.

    An exchange between two divisions of one subtree is given and received within it.
    """
    given: dict[tuple[str, Purpose], Days] = defaultdict(Days)
    received: dict[tuple[str, Purpose], Days] = defaultdict(Days)
    for each in presences:
        days = counted(each, first, last, calendar)
        if days == Days():
            continue
        if _lies_in(division, each.home):
            given[each.host, each.purpose] += days
        if _lies_in(division, each.host):
            received[each.home, each.purpose] += days
    keys = sorted(given.keys() | received.keys())
    lines = tuple(
        Line(
            other,
            purpose,
            given.get((other, purpose), Days()),
            received.get((other, purpose), Days()),
        )
        for other, purpose in keys
    )
    return Balance(sum(given.values(), Days()), sum(received.values(), Days()), lines)


def _lies_in(division: str, side: str) -> bool:
    """A body named by its name lies nowhere."""
    return divisions.CODE.fullmatch(side) is not None and divisions.covers(
        divisions.scope(division), side
    )

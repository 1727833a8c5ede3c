"""The turn of duty: who sits when, the same for the same people, and fair among equals.

Nobody has a duty more than another before that one had as many; within that, nights, weekends and
holidays go to who had fewest, and are then traded as long as a trade makes them more even.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Final
from uuid import UUID

from services.regions.duty.domain.shifts import (
    LEADER_SEAT,
    DutyPerson,
    Shift,
    is_night,
)
from services.regions.officers.domain import Period
from shared.clocks.calendar import DayKind, WorkCalendar
from shared.clocks.days import legal_day
from shared.errors import InvalidInput


class BadTurn(InvalidInput):
    code = "bad_duty_turn"
    zh = "轮值人员名单有误:{reason}"
    en = "The turn of people does not fit: {reason}"


@dataclass(frozen=True)
class Weight:
    """What a duty, or all duties of a person, count for: shifts, nights, weekends, holidays."""

    shifts: int = 0
    nights: int = 0
    weekends: int = 0
    holidays: int = 0

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(
            self.shifts + other.shifts,
            self.nights + other.nights,
            self.weekends + other.weekends,
            self.holidays + other.holidays,
        )

    def __sub__(self, other: "Weight") -> "Weight":
        return Weight(
            self.shifts - other.shifts,
            self.nights - other.nights,
            self.weekends - other.weekends,
            self.holidays - other.holidays,
        )

    @cached_property
    def burdens(self) -> tuple[int, int, int]:
        return self.nights, self.weekends, self.holidays


NOTHING: Final = Weight()


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: people in their order, what they had before, the rest they need.

    A person's place in the order decides between equals.
    """

    leaders: tuple[UUID, ...]
    officers: tuple[UUID, ...]
    seats: int
    rest: timedelta
    night_hour: int
    carried: Mapping[UUID, Weight] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat of one shift in a turn."""

    shift: Shift
    number: int
    weight: Weight


def weight_of(period: Period, calendar: WorkCalendar, *, night_hour: int) -> Weight:
    """What a shift counts for, by the day on which it begins."""
    kind = calendar.kind(legal_day(period.starts_at))
    return Weight(
        1,
        int(is_night(period, night_hour=night_hour)),
        int(kind is DayKind.WEEKEND),
        int(kind is DayKind.HOLIDAY),
    )


def carried_over(had: Mapping[UUID, Weight], people: Iterable[UUID]) -> dict[UUID, Weight]:
    """What counts of former duties: who had more than the least has one to wait, never more.

    Who is new or was long away thus does not make up for all of it.
    """
    known = {each: had.get(each) for each in people}
    counted = [each for each in known.values() if each is not None]
    if not counted:
        return {}
    least = Weight(
        min(each.shifts for each in counted),
        min(each.nights for each in counted),
        min(each.weekends for each in counted),
        min(each.holidays for each in counted),
    )
    return {
        officer: Weight(
            min(weight.shifts - least.shifts, 1),
            min(weight.nights - least.nights, 1),
            min(weight.weekends - least.weekends, 1),
            min(weight.holidays - least.holidays, 1),
        )
        for officer, weight in known.items()
        if weight is not None
    }


def require_turn(turn: Turn) -> None:
    """BadTurn unless everybody is named once."""
    everybody = (*turn.leaders, *turn.officers)
    if len(set(everybody)) < len(everybody):
        raise BadTurn(reason="somebody is named twice", pointer="/officers")


def take_turns(
    shifts: Sequence[Shift],
    turn: Turn,
    people: Mapping[UUID, DutyPerson],
    calendar: WorkCalendar,
) -> dict[tuple[UUID, int], UUID]:
    """Who sits on which seat of which shift. A seat that nobody can take stays empty."""
    require_turn(turn)
    board = _Board(turn, people, calendar, shifts)
    for shift in shifts:
        for number in range(turn.seats):
            board.fill(shift, number)
    board.trade()
    return {(seat.shift.id, seat.number): officer for seat, officer in board.taken.items()}


class _Board:
    """A turn while it is being made."""

    def __init__(
        self,
        turn: Turn,
        people: Mapping[UUID, DutyPerson],
        calendar: WorkCalendar,
        shifts: Sequence[Shift],
    ) -> None:
        self.turn = turn
        self.people = people
        # One object for shifts that count alike, so that those are told apart at once.
        kinds: dict[Weight, Weight] = {}
        self.weights = {
            each.id: kinds.setdefault(weight, weight)
            for each in shifts
            for weight in [weight_of(each.period, calendar, night_hour=turn.night_hour)]
        }
        self.order = {each: n for n, each in enumerate((*turn.leaders, *turn.officers))}
        self.had = {each: turn.carried.get(each, NOTHING) for each in self.order}
        self.periods: dict[UUID, list[Period]] = {each: [] for each in self.order}
        self.taken: dict[Seat, UUID] = {}
        self.seats: dict[UUID, list[Seat]] = {each.id: [] for each in shifts}

    def fill(self, shift: Shift, number: int) -> None:
        """Give the seat to who comes next, if anybody can take it."""
        pool = self.turn.leaders if number == LEADER_SEAT else self.turn.officers
        free = [each for each in pool if self._can(each, shift.period, without=None)]
        last = number == self.turn.seats - 1
        if last and not self._is_certificated(shift, besides=None):
            able = [each for each in free if self._has_certificate(each, shift)]
            free = able or free
        if free:
            chosen = min(free, key=lambda each: self._rank(each, shift))
            seat = Seat(shift, number, self.weights[shift.id])
            self.seats[shift.id].append(seat)
            self._sit(seat, chosen)

    def trade(self) -> None:
        """Exchange seats of one pool while that makes nights, weekends and holidays more even.

        Each trade lowers the sum of squares, so that there is an end to it.
        """
        traded = True
        while traded:
            traded = False
            seats = list(self.taken)
            for n, one in enumerate(seats):
                for other in seats[n + 1 :]:
                    if (
                        one.weight is not other.weight
                        and self._gains(one, other)
                        and self._may_trade(one, other)
                    ):
                        self._trade(one, other)
                        traded = True

    def _rank(self, officer: UUID, shift: Shift) -> tuple[int, int, float, int]:
        weight, had = self.weights[shift.id], self.had[officer]
        burden = sum(
            count if counts else -count
            for counts, count in zip(weight.burdens, had.burdens, strict=True)
        )
        last = max((each.ends_at.timestamp() for each in self.periods[officer]), default=0.0)
        return had.shifts, burden, last, self.order[officer]

    def _can(self, officer: UUID, period: Period, *, without: Period | None) -> bool:
        """Whether the person is there and rested; not counting the duty given away in a trade."""
        if self.people[officer].is_away(period):
            return False
        return all(
            each is without
            or each.ends_at + self.turn.rest <= period.starts_at
            or period.ends_at + self.turn.rest <= each.starts_at
            for each in self.periods[officer]
        )

    def _has_certificate(self, officer: UUID, shift: Shift) -> bool:
        return all(self.people[officer].is_certificated(day) for day in set(shift.period.days))

    def _is_certificated(self, shift: Shift, *, besides: UUID | None) -> bool:
        return any(
            self.taken[seat] != besides and self._has_certificate(self.taken[seat], shift)
            for seat in self.seats[shift.id]
        )

    def _sit(self, seat: Seat, officer: UUID) -> None:
        self.taken[seat] = officer
        self.periods[officer].append(seat.shift.period)
        self.had[officer] += seat.weight

    def _gains(self, one: Seat, other: Seat) -> bool:
        """Whether the sum of the squares of both people's burdens falls.

        With m more of a burden for one and m less for the other it changes by 2m(a - b + m).
        """
        a, b = self.taken[one], self.taken[other]
        if a == b or (one.number == LEADER_SEAT) != (other.number == LEADER_SEAT):
            return False
        theirs, mine = self.had[a].burdens, self.had[b].burdens
        moved = zip(other.weight.burdens, one.weight.burdens, theirs, mine, strict=True)
        return sum((to - of) * (x - y + to - of) for to, of, x, y in moved) < 0

    def _may_trade(self, one: Seat, other: Seat) -> bool:
        a, b = self.taken[one], self.taken[other]
        if one.shift is other.shift:
            return False
        rested = self._can(a, other.shift.period, without=one.shift.period) and self._can(
            b, one.shift.period, without=other.shift.period
        )
        return rested and all(
            self._is_certificated(seat.shift, besides=leaves)
            or self._has_certificate(comes, seat.shift)
            or not self._is_certificated(seat.shift, besides=None)
            for seat, leaves, comes in ((one, a, b), (other, b, a))
        )

    def _trade(self, one: Seat, other: Seat) -> None:
        a, b = self.taken[one], self.taken[other]
        for seat, officer in ((one, a), (other, b)):
            self.periods[officer].remove(seat.shift.period)
            self.had[officer] -= seat.weight
        self._sit(one, b)
        self._sit(other, a)

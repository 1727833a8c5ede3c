"""Whether a roster holds: no minute without its people, nobody in two places, some rest between.

Everything is computed over the stretches between which nothing changes, so that a hole of one
minute is found and named as exactly as one of a day.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final
from uuid import UUID

from services.regions.duty.domain.shifts import DutyPerson, Shift, Stint
from services.regions.officers.domain import Period
from shared.clocks.days import DAY, SHANGHAI, legal_day
from shared.errors import RuleViolation

MINUTE: Final = timedelta(minutes=1)
NAMED_AT_MOST: Final = 50


class FaultKind(StrEnum):
    HOLE = "hole"  # 无人值班
    OVERLAP = "overlap"  # 同一岗位重复安排
    TWICE = "twice"  # 同一人同时两岗
    TOO_LITTLE_REST = "too_little_rest"  # 两班间隔不足
    AWAY = "away"  # 请假、离岗
    NOT_CERTIFICATED = "not_certificated"  # 当班无持证执法人员


# What makes a published shift a threatened one.
THREATS: Final = frozenset({FaultKind.HOLE, FaultKind.AWAY, FaultKind.NOT_CERTIFICATED})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong from when to when; the seat and the person, where it is about one."""

    kind: FaultKind
    period: Period
    seat: int | None = None
    officer_id: UUID | None = None
    shift_id: UUID | None = None

    def told(self) -> str:
        """The fault in a line, for a message."""
        begins, ends = (
            each.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
            for each in (self.period.starts_at, self.period.ends_at)
        )
        seat = "" if self.seat is None else f" #{self.seat}"
        return f"{self.kind.value}{seat} {begins}/{ends}"


class RosterFaulty(RuleViolation):
    """Names every hole, overlap and other fault with its times."""

    code = "roster_faulty"
    zh = "值班表存在问题,不能发布或变更:{faults}"
    en = "The roster does not hold: {faults}"


@dataclass(frozen=True, slots=True)
class Plan:
    """A roster as it is judged. `rest` is the least time between two shifts of one person.

    `beside` are the same people's stints on other rosters; `waived` are stints that somebody
    took in an emergency, whatever the rest before or after.
    """

    period: Period
    seats: int
    shifts: Sequence[Shift]
    stints: Sequence[Stint]
    rest: timedelta = timedelta(0)
    beside: Sequence[Stint] = ()
    waived: frozenset[UUID] = frozenset()


def faults(plan: Plan, people: Mapping[UUID, DutyPerson]) -> list[Fault]:
    """Everything that is wrong with the plan, by time; nothing if it holds."""
    found = [
        *_untiled(plan),
        *_seat_faults(plan),
        *_twice(plan),
        *_rest_faults(plan),
        *_away(plan, people),
        *_not_certificated(plan, people),
    ]
    return sorted(found, key=lambda each: (each.period.starts_at, each.kind, each.seat or 0))


def require_sound(found: Iterable[Fault]) -> None:
    """RosterFaulty, with what is wrong, unless nothing is."""
    listed = list(found)
    if listed:
        told = "; ".join(each.told() for each in listed[:NAMED_AT_MOST])
        raise RosterFaulty(faults=told)


def gaps(period: Period, covered: Iterable[Period]) -> list[Period]:
    """What of the period none of the others covers."""
    missing, reached = [], period.starts_at
    for each in sorted(covered, key=lambda one: one.starts_at):
        if each.starts_at > reached:
            missing.append(Period(reached, min(each.starts_at, period.ends_at)))
        reached = max(reached, each.ends_at)
        if reached >= period.ends_at:
            break
    if reached < period.ends_at:
        missing.append(Period(reached, period.ends_at))
    return missing


def stretches(period: Period, edges: Iterable[datetime]) -> Iterator[Period]:
    """The period cut at these instants and at every midnight, so that a stretch is of one day."""
    first = legal_day(period.starts_at)
    days = (legal_day(period.ends_at) - first).days + 1
    midnights = (datetime.combine(first + n * DAY, time.min, SHANGHAI) for n in range(1, days + 1))
    inside = {each for each in (*edges, *midnights) if period.starts_at < each < period.ends_at}
    for start, end in pairwise(sorted({period.starts_at, *inside, period.ends_at})):
        yield Period(start, end)


def merged(periods: Iterable[Period]) -> list[Period]:
    """Touching and overlapping periods as one."""
    found: list[Period] = []
    for each in sorted(periods, key=lambda one: one.starts_at):
        if found and each.starts_at <= found[-1].ends_at:
            found[-1] = Period(found[-1].starts_at, max(found[-1].ends_at, each.ends_at))
        else:
            found.append(each)
    return found


def _untiled(plan: Plan) -> Iterator[Fault]:
    for each in gaps(plan.period, [shift.period for shift in plan.shifts]):
        yield Fault(FaultKind.HOLE, each)
    for one, other in pairwise(sorted(plan.shifts, key=lambda each: each.period.starts_at)):
        if one.period.overlaps(other.period):
            yield Fault(FaultKind.OVERLAP, _common(one.period, other.period), shift_id=other.id)


def _seat_faults(plan: Plan) -> Iterator[Fault]:
    for shift in plan.shifts:
        for seat in range(plan.seats):
            held = [each for each in plan.stints if (each.shift_id, each.seat) == (shift.id, seat)]
            for each in gaps(shift.period, [stint.period for stint in held]):
                yield Fault(FaultKind.HOLE, each, seat=seat, shift_id=shift.id)
            for one, other in pairwise(sorted(held, key=lambda each: each.period.starts_at)):
                if one.period.overlaps(other.period):
                    common = _common(one.period, other.period)
                    yield Fault(FaultKind.OVERLAP, common, seat=seat, shift_id=shift.id)


def _twice(plan: Plan) -> Iterator[Fault]:
    for one, other in _neighbours(plan):
        if one.period.overlaps(other.period):
            common = _common(one.period, other.period)
            yield Fault(FaultKind.TWICE, common, officer_id=one.officer_id, shift_id=other.shift_id)


def _rest_faults(plan: Plan) -> Iterator[Fault]:
    for one, other in _neighbours(plan):
        gap = other.period.starts_at - one.period.ends_at
        excused = one.shift_id == other.shift_id or {one.id, other.id} & plan.waived
        if timedelta(0) <= gap < plan.rest and not excused:
            between = Period(one.period.starts_at, other.period.ends_at)
            yield Fault(
                FaultKind.TOO_LITTLE_REST,
                between,
                officer_id=one.officer_id,
                shift_id=other.shift_id,
            )


def _neighbours(plan: Plan) -> Iterator[tuple[Stint, Stint]]:
    """Stints of one person that follow one another, at least one of them of this plan."""
    own = {each.id for each in plan.stints}
    everything = sorted(
        (*plan.stints, *plan.beside), key=lambda each: (each.officer_id, each.period.starts_at)
    )
    for one, other in pairwise(everything):
        if one.officer_id == other.officer_id and {one.id, other.id} & own:
            yield one, other


def _away(plan: Plan, people: Mapping[UUID, DutyPerson]) -> Iterator[Fault]:
    for each in plan.stints:
        for missing in absences(each.period, people[each.officer_id]):
            yield Fault(
                FaultKind.AWAY,
                missing,
                seat=each.seat,
                officer_id=each.officer_id,
                shift_id=each.shift_id,
            )


def absences(period: Period, person: DutyPerson) -> list[Period]:
    """When in the period the person is not there."""
    away = list(person.away)
    if person.left_at is not None and person.left_at < period.ends_at:
        away.append(Period(min(person.left_at, period.starts_at), period.ends_at))
        if person.left_at > period.starts_at:
            away[-1] = Period(person.left_at, period.ends_at)
    return merged(_common(each, period) for each in away if each.overlaps(period))


def _not_certificated(plan: Plan, people: Mapping[UUID, DutyPerson]) -> Iterator[Fault]:
    """Stretches in which people are on duty, but none of them with a valid certificate."""
    for shift in plan.shifts:
        held = [each for each in plan.stints if each.shift_id == shift.id]

        def lacks(stretch: Period, held: Sequence[Stint] = held) -> bool:
            there = present(stretch, held, people)
            day = legal_day(stretch.starts_at)
            return not any(people[each].is_certificated(day) for each in there)

        for each in _where(shift.period, held, people, lacks):
            yield Fault(FaultKind.NOT_CERTIFICATED, each, shift_id=shift.id)


def present(
    stretch: Period, stints: Iterable[Stint], people: Mapping[UUID, DutyPerson]
) -> set[UUID]:
    """Who is on duty throughout a stretch in which nothing changes."""
    return {
        each.officer_id
        for each in stints
        if each.period.overlaps(stretch) and not people[each.officer_id].is_away(stretch)
    }


def understaffed(
    period: Period, seats: int, stints: Sequence[Stint], people: Mapping[UUID, DutyPerson]
) -> list[Period]:
    """When in the period fewer than `seats` are there, or none of them with a valid certificate.

    What was planned does not count, but who was there.
    """

    def lacks(stretch: Period) -> bool:
        there = present(stretch, stints, people)
        day = legal_day(stretch.starts_at)
        return len(there) < seats or not any(people[each].is_certificated(day) for each in there)

    return _where(period, stints, people, lacks)


def _where(
    period: Period,
    stints: Sequence[Stint],
    people: Mapping[UUID, DutyPerson],
    lacks: Callable[[Period], bool],
) -> list[Period]:
    edges = {edge for each in stints for edge in (each.period.starts_at, each.period.ends_at)}
    for officer_id in {each.officer_id for each in stints}:
        person = people[officer_id]
        edges |= {edge for each in person.away for edge in (each.starts_at, each.ends_at)}
        edges |= {person.left_at} if person.left_at is not None else set()
    return merged(each for each in stretches(period, edges) if lacks(each))


def _common(one: Period, other: Period) -> Period:
    return Period(max(one.starts_at, other.starts_at), min(one.ends_at, other.ends_at))

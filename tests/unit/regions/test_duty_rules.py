"""Duty without a hole: shifts, faults, turns, swaps and replacements, as rules."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st

from services.regions.duty.domain import changes, incidents
from services.regions.duty.domain.changes import (
    BegunAlready,
    DifferentSeats,
    RosterState,
    RosterStep,
    SwapState,
    SwapStep,
    SwapWithOneself,
)
from services.regions.duty.domain.figures import spread
from services.regions.duty.domain.handing import HandoverState, handover_state, is_late
from services.regions.duty.domain.holes import (
    FaultKind,
    Plan,
    RosterFaulty,
    faults,
    require_sound,
    understaffed,
)
from services.regions.duty.domain.incidents import (
    BadReceiver,
    Evaluation,
    EvaluationMissing,
    OrdersOpen,
    OrderState,
    OrderStep,
    OutsideArea,
    Receiver,
    Result,
)
from services.regions.duty.domain.shifts import (
    BadPattern,
    DutyPerson,
    Shift,
    Stint,
    is_night,
    shifts_of,
)
from services.regions.duty.domain.turn import (
    NOTHING,
    BadTurn,
    Turn,
    Weight,
    carried_over,
    take_turns,
    weight_of,
)
from services.regions.officers.domain import Certificate, Period
from shared.clocks.calendar import CalendarYear, Holiday, WorkCalendar
from shared.clocks.days import SHANGHAI
from shared.errors import IllegalStep

CERTIFICATE: Final = Certificate("ZJ-1", date(2020, 1, 1), date(2030, 1, 1))
REST: Final = timedelta(hours=12)
HALVES: Final = (time(8), time(20))
DRAGON_BOAT: Final = Holiday("端午节", "Dragon Boat Festival")
CALENDAR: Final = WorkCalendar.of(
    [CalendarYear(2026, 1, None, {date(2026, 6, 19): DRAGON_BOAT}, {})]
)
MONDAY: Final = datetime(2026, 6, 15, 8, tzinfo=SHANGHAI)
PATTERNS: Final = (HALVES, (time(0), time(8), time(16)), (time(9),), (time(7, 30), time(18, 15)))


def officers(count: int) -> list[UUID]:
    return [UUID(int=1000 + n) for n in range(count)]


def everybody(ids: Sequence[UUID]) -> dict[UUID, DutyPerson]:
    return {each: DutyPerson(each, certificates=(CERTIFICATE,)) for each in ids}


def shifts_from(begins: datetime, days: int, pattern: Sequence[time]) -> list[Shift]:
    start = datetime.combine(begins.date(), pattern[0], SHANGHAI)
    periods = shifts_of(Period(start, start + timedelta(days=days)), pattern)
    return [Shift(UUID(int=n + 1), each) for n, each in enumerate(periods)]


def planned(
    shifts: Sequence[Shift],
    turn: Turn,
    people: Mapping[UUID, DutyPerson],
) -> Plan:
    periods = {each.id: each.period for each in shifts}
    taken = take_turns(shifts, turn, people, CALENDAR)
    stints = [
        Stint(UUID(int=5000 + n), shift, seat, officer, periods[shift])
        for n, ((shift, seat), officer) in enumerate(sorted(taken.items()))
    ]
    whole = Period(shifts[0].period.starts_at, shifts[-1].period.ends_at)
    return Plan(whole, turn.seats, shifts, stints, rest=turn.rest)


def week() -> tuple[Plan, dict[UUID, DutyPerson]]:
    ids = officers(12)
    turn = Turn(tuple(ids[:4]), tuple(ids[4:]), 3, REST, night_hour=3)
    people = everybody(ids)
    return planned(shifts_from(MONDAY, 7, HALVES), turn, people), people


@given(
    day=st.dates(date(2026, 1, 1), date(2026, 12, 1)),
    days=st.integers(1, 35),
    pattern=st.sampled_from(PATTERNS),
)
def test_the_shifts_of_any_pattern_follow_on_one_another(
    day: date, days: int, pattern: tuple[time, ...]
) -> None:
    shifts = shifts_from(datetime.combine(day, time(), SHANGHAI), days, pattern)
    assert len(shifts) == days * len(pattern)
    assert sum((each.period.ends_at - each.period.starts_at for each in shifts), timedelta()) == (
        timedelta(days=days)
    )
    ends = [each.period.ends_at for each in shifts]
    assert [each.period.starts_at for each in shifts[1:]] == ends[:-1]


@pytest.mark.parametrize(
    ("pattern", "begins", "ends"),
    [
        (HALVES, MONDAY + timedelta(hours=1), MONDAY + timedelta(days=1)),
        (HALVES, MONDAY, MONDAY + timedelta(hours=13)),
        ((time(20), time(8)), MONDAY, MONDAY + timedelta(days=1)),
        ((), MONDAY, MONDAY + timedelta(days=1)),
        (HALVES, MONDAY, MONDAY + timedelta(days=36)),
    ],
)
def test_a_period_that_does_not_fit_its_change_overs_is_refused(
    pattern: tuple[time, ...], begins: datetime, ends: datetime
) -> None:
    with pytest.raises(BadPattern):
        shifts_of(Period(begins, ends), pattern)


@settings(max_examples=40, deadline=None)
@given(
    leaders=st.integers(4, 7),
    extra=st.integers(0, 6),
    seats=st.integers(2, 4),
    days=st.integers(1, 31),
    day=st.dates(date(2026, 1, 1), date(2026, 11, 30)),
    pattern=st.sampled_from(PATTERNS),
)
def test_a_turn_has_no_hole_is_the_same_again_and_is_even_among_equals(
    *, leaders: int, extra: int, seats: int, days: int, day: date, pattern: tuple[time, ...]
) -> None:
    ids = officers(leaders + 4 * (seats - 1) + extra)
    people = everybody(ids)
    rest = timedelta(hours=8) if len(pattern) == 3 else timedelta(hours=10)
    turn = Turn(tuple(ids[:leaders]), tuple(ids[leaders:]), seats, rest, night_hour=3)
    shifts = shifts_from(datetime.combine(day, time(), SHANGHAI), days, pattern)
    plan = planned(shifts, turn, people)
    assert faults(plan, people) == []
    assert planned(shifts, turn, people) == plan
    had = dict.fromkeys(ids, NOTHING)
    weights = {each.id: weight_of(each.period, CALENDAR, night_hour=3) for each in shifts}
    for each in plan.stints:
        had[each.officer_id] += weights[each.shift_id]
    for pool in (ids[:leaders], ids[leaders:]):
        counts = [had[each].shifts for each in pool]
        assert max(counts) - min(counts) <= 1
        for n in range(3):
            burdens = [had[each].burdens[n] for each in pool]
            # A trade that would make them more even is made; rest may leave one more.
            assert max(burdens) - min(burdens) <= 2


def test_nights_weekends_and_holidays_of_a_month_are_even_within_one() -> None:
    ids = officers(12)
    turn = Turn(tuple(ids[:4]), tuple(ids[4:]), 3, REST, night_hour=3)
    shifts = shifts_from(datetime(2026, 6, 1, tzinfo=SHANGHAI), 28, HALVES)
    plan = planned(shifts, turn, everybody(ids))
    weights = {each.id: weight_of(each.period, CALENDAR, night_hour=3) for each in shifts}
    had = dict.fromkeys(ids, NOTHING)
    for each in plan.stints:
        had[each.officer_id] += weights[each.shift_id]
    for pool in (ids[:4], ids[4:]):
        for n in range(3):
            burdens = [had[each].burdens[n] for each in pool]
            assert max(burdens) - min(burdens) <= 1
    assert sum(each.holidays for each in had.values()) == 2 * 3


def test_what_was_had_before_counts_once_and_no_more() -> None:
    one, two, three = officers(3)
    had = {one: Weight(20, 9, 4, 1), two: Weight(3, 1, 0, 0)}
    assert carried_over(had, [one, two, three]) == {one: Weight(1, 1, 1, 1), two: NOTHING}
    assert carried_over({}, [one]) == {}


def test_who_is_away_gets_no_duty_and_who_is_named_twice_is_refused() -> None:
    ids = officers(12)
    people = everybody(ids)
    whole = Period(MONDAY, MONDAY + timedelta(days=7))
    people[ids[5]] = DutyPerson(ids[5], away=(whole,), certificates=(CERTIFICATE,))
    turn = Turn(tuple(ids[:4]), tuple(ids[4:]), 3, REST, night_hour=3)
    plan = planned(shifts_from(MONDAY, 7, HALVES), turn, people)
    assert ids[5] not in {each.officer_id for each in plan.stints}
    assert faults(plan, people) == []
    with pytest.raises(BadTurn):
        take_turns([], Turn((ids[0],), (ids[0],), 2, REST, 3), people, CALENDAR)


def test_too_few_people_leave_holes_that_are_named_to_the_minute() -> None:
    ids = officers(2)
    turn = Turn((ids[0],), (ids[1],), 2, REST, night_hour=3)
    people = everybody(ids)
    plan = planned(shifts_from(MONDAY, 1, HALVES), turn, people)
    found = faults(plan, people)
    assert {(each.kind, each.seat) for each in found if each.kind is FaultKind.HOLE} == {
        (FaultKind.HOLE, 0),
        (FaultKind.HOLE, 1),
    }
    with pytest.raises(RosterFaulty) as told:
        require_sound(found)
    assert "hole #0 2026-06-15 20:00/2026-06-16 08:00" in str(told.value)


def test_each_kind_of_fault_is_found() -> None:
    plan, people = week()
    first = plan.stints[0]
    minute = timedelta(minutes=1)
    short = Stint(
        first.id,
        first.shift_id,
        first.seat,
        first.officer_id,
        Period(first.period.starts_at, first.period.ends_at - minute),
    )

    def kinds(
        stints: Sequence[Stint],
        who: Mapping[UUID, DutyPerson] = people,
        shifts: Sequence[Shift] = plan.shifts,
    ) -> set[FaultKind]:
        changed = Plan(plan.period, plan.seats, shifts, stints, rest=plan.rest)
        return {each.kind for each in faults(changed, who)}

    assert kinds(plan.stints) == set()
    assert kinds([short, *plan.stints[1:]]) == {FaultKind.HOLE}
    assert FaultKind.HOLE in kinds(
        [each for each in plan.stints if each.shift_id != first.shift_id], shifts=plan.shifts[1:]
    )
    doubled = first.given_to(plan.stints[1].officer_id, as_id=UUID(int=9))
    assert {FaultKind.OVERLAP, FaultKind.TWICE} <= kinds([*plan.stints, doubled])
    following = next(each for each in plan.stints if each.shift_id == plan.shifts[1].id)
    tired = [
        following.given_to(first.officer_id, as_id=following.id) if each is following else each
        for each in plan.stints
    ]
    assert FaultKind.TOO_LITTLE_REST in kinds(tired)
    assert kinds(plan.stints, {key: DutyPerson(key) for key in people}) == {
        FaultKind.NOT_CERTIFICATED
    }
    gone = {**people, first.officer_id: DutyPerson(first.officer_id, left_at=MONDAY)}
    assert FaultKind.AWAY in kinds(plan.stints, gone)


def test_a_certificate_that_ends_within_a_night_leaves_the_morning_without() -> None:
    ids = officers(2)
    last_day = Certificate("ZJ-2", date(2020, 1, 1), date(2026, 6, 15))
    people = {each: DutyPerson(each, certificates=(last_day,)) for each in ids}
    night = Shift(UUID(int=1), Period(MONDAY + timedelta(hours=12), MONDAY + timedelta(days=1)))
    stints = [Stint(UUID(int=7 + n), night.id, n, ids[n], night.period) for n in (0, 1)]
    [fault] = faults(Plan(night.period, 2, [night], stints), people)
    assert fault.kind is FaultKind.NOT_CERTIFICATED
    assert fault.period == Period(datetime(2026, 6, 16, tzinfo=SHANGHAI), night.period.ends_at)


def test_coverage_counts_who_was_there_and_not_who_was_planned() -> None:
    plan, people = week()
    assert understaffed(plan.period, 3, plan.stints, people) == []
    first = plan.stints[0]
    hour = Period(MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=3))
    people[first.officer_id] = DutyPerson(first.officer_id, (hour,), None, (CERTIFICATE,))
    assert understaffed(plan.period, 3, plan.stints, people) == [hour]


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_sequence_of_swaps_replacements_and_absences_leaves_a_hole(
    data: st.DataObject,
) -> None:
    """A random walk: whatever is allowed is done, and the plan is looked at after each step."""
    plan, people = week()
    stints = tuple(plan.stints)
    now = MONDAY
    ids = iter(range(10_000, 20_000))
    reserve = [*people, *(UUID(int=3000 + n) for n in range(4))]
    people |= everybody(reserve[12:])

    def fresh() -> tuple[UUID, UUID]:
        return UUID(int=next(ids)), UUID(int=next(ids))

    for _ in range(data.draw(st.integers(1, 12))):
        one = data.draw(st.sampled_from(stints))
        urgent = data.draw(st.booleans())
        try:
            if urgent:
                at = one.period.starts_at + timedelta(minutes=data.draw(st.integers(-60, 720)))
                who = data.draw(st.sampled_from(reserve))
                change = changes.replaced(one, who, at=at, ids=fresh(), now=now)
            else:
                other = data.draw(st.sampled_from(stints))
                change = changes.swapped(one, other, ids=fresh(), now=now)
        except (BegunAlready, DifferentSeats, SwapWithOneself):
            continue
        after = change.applied(stints)
        before = faults(Plan(plan.period, 3, plan.shifts, stints, rest=REST), people)
        found = faults(Plan(plan.period, 3, plan.shifts, after, rest=REST), people)
        if not changes.barring(found, before=before, new=change.came, urgent=urgent):
            stints = after
        if data.draw(st.booleans()):
            away = data.draw(st.sampled_from(reserve))
            begins = now + timedelta(hours=data.draw(st.integers(0, 100)))
            absence = Period(begins, begins + timedelta(hours=30))
            people[away] = DutyPerson(away, (absence,), None, (CERTIFICATE,))
        now += timedelta(hours=data.draw(st.integers(0, 12)))
        standing = faults(Plan(plan.period, 3, plan.shifts, stints, rest=REST), people)
        assert not {each.kind for each in standing} & {
            FaultKind.HOLE,
            FaultKind.OVERLAP,
            FaultKind.TWICE,
        }


def test_a_replacement_cuts_the_duty_where_it_begins() -> None:
    plan, people = week()
    one = plan.stints[0]
    at = one.period.starts_at + timedelta(hours=5)
    who = next(each for each in people if each != one.officer_id)
    change = changes.replaced(one, who, at=at, ids=(UUID(int=1), UUID(int=2)), now=MONDAY)
    assert [(each.officer_id, each.period) for each in change.came] == [
        (one.officer_id, Period(one.period.starts_at, at)),
        (who, Period(at, one.period.ends_at)),
    ]
    whole = changes.replaced(
        one, who, at=one.period.starts_at, ids=(UUID(int=1), UUID(int=2)), now=MONDAY
    )
    assert [each.period for each in whole.came] == [one.period]
    with pytest.raises(BegunAlready):
        changes.replaced(one, who, at=at, ids=(UUID(int=1), UUID(int=2)), now=one.period.ends_at)


@pytest.mark.parametrize("state", RosterState)
@pytest.mark.parametrize("step", RosterStep)
def test_a_roster_goes_where_its_table_says_and_nowhere_else(
    state: RosterState, step: RosterStep
) -> None:
    legal = changes.ROSTER_TRANSITIONS[state]
    if step in legal:
        assert changes.roster_step(state, step) is legal[step]
    else:
        with pytest.raises(IllegalStep):
            changes.roster_step(state, step)


def test_a_swap_is_approved_only_after_the_other_consented() -> None:
    assert changes.swap_step(SwapState.PROPOSED, SwapStep.CONSENT) is SwapState.CONSENTED
    assert changes.swap_step(SwapState.CONSENTED, SwapStep.APPROVE) is SwapState.APPROVED
    with pytest.raises(IllegalStep):
        changes.swap_step(SwapState.PROPOSED, SwapStep.APPROVE)


def test_a_night_holds_the_night_hour() -> None:
    evening = Period(MONDAY + timedelta(hours=12), MONDAY + timedelta(days=1))
    assert is_night(evening, night_hour=3)
    assert not is_night(Period(MONDAY, MONDAY + timedelta(hours=12)), night_hour=3)


@pytest.mark.parametrize(
    ("minutes_late", "taken", "late"), [(30, True, False), (31, True, True), (31, False, True)]
)
def test_a_hand_over_is_late_once_its_minutes_are_over(
    *, minutes_late: int, taken: bool, late: bool
) -> None:
    then = MONDAY + timedelta(minutes=minutes_late)
    assert is_late(MONDAY, taken_at=then if taken else None, minutes=30, now=then) is late


def test_the_state_of_a_hand_over_follows_from_what_was_written() -> None:
    assert handover_state(written=False, taken_at=None, reservations=None) is HandoverState.DUE
    assert handover_state(written=True, taken_at=None, reservations=None) is HandoverState.WRITTEN
    assert handover_state(written=True, taken_at=MONDAY, reservations=None) is HandoverState.TAKEN
    assert handover_state(written=True, taken_at=MONDAY, reservations="车") is (
        HandoverState.RESERVED
    )


@pytest.mark.parametrize(
    ("ordered", "told"), [("330902", "330900"), ("330900", "330900"), ("330000", "330900")]
)
def test_the_next_level_hears_of_silence_but_nobody_above_the_centre(
    ordered: str, told: str
) -> None:
    assert incidents.next_level(ordered, centre="330900") == told


def test_a_provincial_centre_tells_the_city_above_the_county() -> None:
    assert incidents.next_level("330902", centre="330000") == "330900"


@pytest.mark.parametrize(
    ("receiver", "bureau", "people", "lead"),
    [
        (Receiver.DESK, None, (), "张网格"),
        (Receiver.BUREAU, None, (), None),
        (Receiver.BUREAU, "330903", (), None),
        (Receiver.OFFICERS, None, (), None),
        (Receiver.GRID_LEAD, None, (UUID(int=1),), "张网格"),
    ],
)
def test_a_receiver_is_named_as_its_kind_asks(
    receiver: Receiver, bureau: str | None, people: tuple[UUID, ...], lead: str | None
) -> None:
    with pytest.raises(BadReceiver):
        incidents.require_receiver(
            centre="330900",
            division="330902",
            receiver=receiver,
            bureau_division=bureau,
            officer_ids=people,
            grid_lead=lead,
        )


def test_a_centre_orders_only_its_own_area() -> None:
    with pytest.raises(OutsideArea):
        incidents.require_receiver(
            centre="330900",
            division="330200",
            receiver=Receiver.DESK,
            bureau_division=None,
            officer_ids=(),
            grid_lead=None,
        )


def test_every_order_is_evaluated_and_none_is_open() -> None:
    reported, recalled, waiting = (UUID(int=n) for n in range(3))
    word = Evaluation(reported, Result.GOOD, None)
    orders = {reported: (1, OrderState.REPORTED), recalled: (2, OrderState.RECALLED)}
    incidents.require_evaluations(orders, [word])
    with pytest.raises(OrdersOpen):
        incidents.require_evaluations({**orders, waiting: (3, OrderState.ARRIVED)}, [word])
    for said in ([], [word, word], [word, Evaluation(recalled, Result.GOOD, None)]):
        with pytest.raises(EvaluationMissing):
            incidents.require_evaluations(orders, said)


@pytest.mark.parametrize(
    ("acknowledged", "reported", "refused", "expected"),
    [
        (5, 60, None, True),
        (20, 120, None, True),
        (21, 60, None, False),
        (5, 121, None, False),
        (None, None, 20, True),
        (None, None, 21, False),
        (5, None, 60, True),
    ],
)
def test_an_order_is_timely_if_it_was_answered_and_reported_on_in_time(
    *, acknowledged: int | None, reported: int | None, refused: int | None, expected: bool
) -> None:
    def at(minutes: int | None) -> datetime | None:
        return None if minutes is None else MONDAY + timedelta(minutes=minutes)

    assert (
        incidents.timely(
            acknowledged_at=at(acknowledged),
            acknowledge_due_at=MONDAY + timedelta(minutes=20),
            reported_at=at(reported),
            due_at=MONDAY + timedelta(minutes=120),
            refused_at=at(refused),
        )
        is expected
    )


def test_an_order_that_somebody_arrived_on_is_not_recalled() -> None:
    assert incidents.order_step(OrderState.UNDER_WAY, OrderStep.RECALL) is OrderState.RECALLED
    with pytest.raises(IllegalStep):
        incidents.order_step(OrderState.ARRIVED, OrderStep.RECALL)


def test_spreads_hold_the_limit_itself() -> None:
    minutes = [timedelta(minutes=n) for n in (1, 2, 3, 10)]
    found = spread((each, timedelta(minutes=3)) for each in minutes)
    assert (found.median, found.p90, found.longest) == (2.5, 10, 10)
    assert (found.count, found.within, found.share) == (4, 3, 0.75)
    assert spread([]).median is None
    assert spread([(timedelta(minutes=1), None)]).share is None

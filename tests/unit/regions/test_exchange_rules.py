"""Rules of the exchange form: states, stays, person-days from both sides, trainings, honours."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from services.regions.exchanges.domain import days, honours, staff, trainings
from services.regions.exchanges.domain.days import Days, Presence
from services.regions.exchanges.domain.staff import (
    BadExchange,
    BegunAlready,
    DaysPassed,
    ExchangeKind,
    ExchangeState,
    ExtensionRefused,
    Going,
    NobodySent,
    OutsideDays,
    Purpose,
    Stay,
    Step,
    TooLongStay,
)
from shared.clocks.calendar import CalendarYear, Holiday, WorkCalendar
from shared.errors import IllegalStep

XINDU, GUANGHAN, CHENGDU, DEYANG = "510114", "510681", "510100", "510600"
MINISTRY: Final = "生态环境部"
MONDAY: Final = date(2026, 3, 2)
WEEK: Final = timedelta(days=6)
LABOUR: Final = Holiday("劳动节", "Labour Day")
CALENDAR: Final = WorkCalendar.of(
    [
        CalendarYear(
            2026,
            1,
            "notice",
            {date(2026, 5, 1): LABOUR, date(2026, 5, 4): LABOUR, date(2026, 5, 5): LABOUR},
            {date(2026, 5, 9): LABOUR},
        )
    ]
)


@pytest.mark.parametrize(
    ("transitions", "step"),
    [
        (staff.TRANSITIONS, staff.step),
        (trainings.TRANSITIONS, trainings.step),
        (honours.TRANSITIONS, honours.step),
    ],
)
def test_every_step_leads_where_the_table_says_and_nowhere_else(
    transitions: Any, step: Any
) -> None:
    steps = {each for legal in transitions.values() for each in legal}
    for state, legal in transitions.items():
        for taken in steps:
            if taken in legal:
                assert step(state, taken) is legal[taken]
            else:
                with pytest.raises(IllegalStep):
                    step(state, taken)


def test_what_is_over_stays_over() -> None:
    over = (ExchangeState.REPORTED, ExchangeState.DECLINED, ExchangeState.CALLED_OFF)
    assert all(not staff.TRANSITIONS[each] for each in over)
    assert Step.CALL_OFF not in staff.TRANSITIONS[ExchangeState.RUNNING]


def proposal(**changes: Any) -> None:
    fields: dict[str, Any] = {
        "proposer": XINDU,
        "partner": GUANGHAN,
        "host_body": None,
        "document": None,
        "days": Going(MONDAY, MONDAY + WEEK),
        "today": MONDAY,
        "longest": 180,
    }
    kind = changes.pop("kind", ExchangeKind.MUTUAL)
    staff.require_sound(kind, **{**fields, **changes})


def test_two_divisions_exchange_and_a_superior_or_the_ministry_calls_up() -> None:
    proposal()
    proposal(kind=ExchangeKind.SECONDMENT, partner=CHENGDU)
    called = {"partner": None, "host_body": MINISTRY}
    proposal(kind=ExchangeKind.SECONDMENT, **called, document="环办执法函〔2026〕1号")
    for wrong in (
        {"partner": None},
        {"partner": XINDU},
        {"host_body": MINISTRY},
        {**called, "document": "1号"},
        {"kind": ExchangeKind.SECONDMENT, **called},
        {"kind": ExchangeKind.SECONDMENT, "partner": DEYANG},
        {"kind": ExchangeKind.SECONDMENT, "proposer": CHENGDU, "partner": XINDU},
        {"days": Going(MONDAY + WEEK, MONDAY)},
    ):
        with pytest.raises(BadExchange):
            proposal(**wrong)
    with pytest.raises(BegunAlready):
        proposal(today=MONDAY + timedelta(days=1))
    with pytest.raises(TooLongStay):
        proposal(longest=6)
    proposal(longest=7)


def test_each_side_that_sends_has_named_somebody_within_the_days() -> None:
    both = staff.senders(ExchangeKind.MUTUAL, XINDU, GUANGHAN)
    with pytest.raises(NobodySent):
        staff.require_manned(both, [XINDU])
    staff.require_manned(both, [XINDU, GUANGHAN])
    staff.require_manned(staff.senders(ExchangeKind.SECONDMENT, XINDU, CHENGDU), [XINDU])
    whole = Going(MONDAY, MONDAY + WEEK)
    staff.require_within([whole], whole)
    for stay in (
        Going(MONDAY - timedelta(days=1), MONDAY),
        Going(MONDAY, MONDAY + timedelta(days=7)),
        Going(MONDAY + WEEK, MONDAY),
    ):
        with pytest.raises(OutsideDays):
            staff.require_within([stay], whole)


def test_nobody_agrees_to_days_that_lie_behind() -> None:
    stay = Going(MONDAY, MONDAY + WEEK)
    staff.require_ahead([stay], MONDAY)
    with pytest.raises(DaysPassed):
        staff.require_ahead([stay], MONDAY + timedelta(days=1))


def test_a_stay_is_prolonged_within_the_rules() -> None:
    there = [Going(MONDAY, MONDAY + WEEK)]
    rules: dict[str, Any] = {"current": there, "extensions": 0, "most": 1, "longest": 14}
    staff.require_extension(to_on=date(2026, 3, 15), **rules)
    for wrong in (
        {"to_on": MONDAY + WEEK},
        {"to_on": date(2026, 3, 16)},
        {"to_on": date(2026, 3, 15), "extensions": 1},
        {"to_on": date(2026, 3, 15), "current": []},
    ):
        with pytest.raises(ExtensionRefused):
            staff.require_extension(**{**rules, **wrong})


def test_days_are_counted_by_the_calendar_and_to_the_day_of_the_recall() -> None:
    from_on, to_on = date(2026, 4, 30), date(2026, 5, 9)
    whole = Presence(XINDU, GUANGHAN, Purpose.AUDIT, from_on, to_on)
    # 30 April, 6–8 May, and 9 May that is worked in exchange.
    assert days.counted(whole, from_on, to_on, CALENDAR) == Days(1, 10, 5)
    recalled_on = date(2026, 5, 6)
    stay, last_on = staff.after_recall(
        Stay.PRESENT, from_on=from_on, to_on=to_on, today=recalled_on
    )
    assert (stay, last_on) == (Stay.RECALLED, recalled_on)
    found = days.span(stay, from_on=from_on, to_on=to_on, last_on=last_on, today=to_on)
    assert found == (from_on, recalled_on)
    assert staff.after_recall(Stay.NAMED, from_on=from_on, to_on=to_on, today=from_on) == (
        Stay.DROPPED,
        None,
    )
    late = date(2026, 6, 1)
    assert staff.after_recall(Stay.PRESENT, from_on=from_on, to_on=to_on, today=late)[1] == to_on
    left = staff.after_leaving(Stay.PRESENT, from_on=from_on, to_on=to_on, left_on=late)
    assert left == (Stay.LEFT, to_on)
    before = staff.after_leaving(
        Stay.NAMED, from_on=from_on, to_on=to_on, left_on=from_on - timedelta(days=1)
    )
    assert before == (Stay.DROPPED, None)


def test_7_person_times_to_the_ministry_are_given_by_one_and_received_by_nobody_here() -> None:
    gone = [Presence("510121", MINISTRY, Purpose.AUDIT, MONDAY, MONDAY + WEEK) for _ in range(7)]
    year = {"first": date(2026, 1, 1), "last": date(2026, 12, 31), "calendar": CALENDAR}
    found = days.balance(gone, "510121", **year)  # type: ignore[arg-type]
    assert found.given == Days(7, 49, 35)
    assert found.received == Days()
    [line] = found.lines
    assert (line.other, line.given) == (MINISTRY, found.given)


CODES: Final = ("510114", "510121", "510681", "510683", "330281")
a_day = st.integers(0, 300).map(lambda n: date(2026, 1, 1) + timedelta(days=n))


@st.composite
def stays(draw: st.DrawFn) -> Presence:
    """What became of a stay that was agreed, perhaps prolonged and perhaps recalled."""
    home, host = draw(st.lists(st.sampled_from(CODES), min_size=2, max_size=2, unique=True))
    first = draw(a_day)
    to_on = first + timedelta(days=draw(st.integers(0, 40)) + draw(st.integers(0, 20)))
    recalled_on = first + timedelta(days=draw(st.integers(0, 60)))
    _, last_on = staff.after_recall(Stay.PRESENT, from_on=first, to_on=to_on, today=recalled_on)
    assert last_on is not None
    last = draw(st.sampled_from([to_on, last_on]))
    return Presence(home, host, draw(st.sampled_from(Purpose)), first, last)


@given(st.lists(stays(), max_size=12), a_day)
def test_what_all_give_is_what_all_receive_and_periods_add_up(
    found: list[Presence], cut: date
) -> None:
    first, last = date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=400)
    total = [days.balance(found, code, first=first, last=last, calendar=CALENDAR) for code in CODES]
    given_days = sum((each.given for each in total), Days())
    assert given_days == sum((each.received for each in total), Days())
    assert given_days.calendar_days == sum((each.last - each.first).days + 1 for each in found)
    assert given_days.person_times == len(found)
    before = days.balance(found, "510000", first=first, last=cut, calendar=CALENDAR)
    after = days.balance(
        found, "510000", first=cut + timedelta(days=1), last=last, calendar=CALENDAR
    )
    whole = days.balance(found, "510000", first=first, last=last, calendar=CALENDAR)
    assert before.given + after.given == whole.given
    assert before.received + after.received == whole.received


NINE: Final = datetime(2026, 3, 10, 1, tzinfo=UTC)


def test_a_training_counts_person_hours_of_those_who_had_registered() -> None:
    until = NINE + timedelta(hours=2, minutes=30)
    assert trainings.hours(NINE, until, people=3) == Decimal("7.5")
    assert trainings.hours(NINE, NINE + timedelta(minutes=20), people=1) == Decimal("0.3")
    registered = trainings.Registered(3, frozenset({"a", "b"}))
    trainings.require_attendance(XINDU, registered, people=3, officers=["a"])
    for people, officers in ((4, ["a"]), (2, ["c"]), (1, ["a", "b"])):
        with pytest.raises(trainings.BadAttendance):
            trainings.require_attendance(XINDU, registered, people=people, officers=officers)
    trainings.require_places(5, taken=3, wanted=2)
    with pytest.raises(trainings.PlacesFull):
        trainings.require_places(5, taken=4, wanted=2)


def test_a_training_lies_ahead_and_names_each_division_once() -> None:
    fit: dict[str, Any] = {
        "convener": CHENGDU,
        "invited": [DEYANG],
        "starts_at": NINE,
        "ends_at": NINE + timedelta(hours=1),
        "longest_hours": 8,
        "now": NINE - timedelta(days=1),
    }
    trainings.require_sound(**fit)
    for wrong in (
        {"ends_at": NINE},
        {"ends_at": NINE + timedelta(hours=9)},
        {"now": NINE},
        {"invited": [CHENGDU]},
        {"invited": [DEYANG, DEYANG]},
    ):
        with pytest.raises(trainings.BadTraining):
            trainings.require_sound(**{**fit, **wrong})

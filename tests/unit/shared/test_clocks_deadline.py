"""Deadlines: the vectors, the time rules one by one, and what holds for every term."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from shared.clocks.calendar import WorkCalendar
from shared.clocks.days import add_months, end_of_day
from shared.clocks.deadline import DateOutOfRange, deadline
from shared.clocks.ledger import Ledger, NaiveInstant
from shared.clocks.term import (
    DETENTION_TRANSFER_RULES,
    PENALTY_LAW,
    InvalidTerm,
    Term,
    Unit,
    day_unit,
)
from tests.factories.clocks import CALENDAR, YEARS, a_term, at, started

DAY_UNITS = [Unit.WORKING_DAYS, Unit.NATURAL_DAYS, Unit.MONTHS]

start_days = st.dates(date(2003, 1, 1), date(2028, 12, 31))
amounts = st.integers(1, 200)
units = st.sampled_from(list(Unit))


def due_on(start: str, term: Term, calendar: WorkCalendar = CALENDAR) -> str:
    return str(deadline(started(start), term, calendar).due_on)


@pytest.mark.parametrize(
    ("start", "n", "unrolled", "rolled"),
    [
        ("2026-02-10", 15, "2026-02-25", "2026-02-25"),
        ("2026-09-16", 15, "2026-10-01", "2026-10-08"),
        ("2026-03-02", 60, "2026-05-01", "2026-05-06"),
        ("2026-08-03", 60, "2026-10-02", "2026-10-08"),
        ("2026-03-02", 90, "2026-05-31", "2026-06-01"),
        ("2026-04-16", 15, "2026-05-01", "2026-05-06"),
        ("2026-01-31", 30, "2026-03-02", "2026-03-02"),
    ],
)
def test_vectors_in_natural_days(start: str, n: int, unrolled: str, rolled: str) -> None:
    assert due_on(start, a_term(n, rolls=False)) == unrolled
    assert due_on(start, a_term(n, rolls=True)) == rolled


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-02-12", 5, "2026-02-26"),
        ("2026-09-29", 3, "2026-10-09"),
        ("2026-04-30", 7, "2026-05-13"),
        ("2026-05-08", 1, "2026-05-09"),
    ],
)
def test_vectors_in_working_days(start: str, n: int, due: str) -> None:
    assert due_on(start, a_term(n, Unit.WORKING_DAYS)) == due


def test_t1_the_day_of_the_event_is_not_counted_however_late_it_came() -> None:
    term = a_term(1)
    for hour in (0, 23):
        assert deadline(started("2026-03-02", hour), term, CALENDAR).due_on == date(2026, 3, 3)


def test_t1_the_day_of_the_event_is_that_of_shanghai() -> None:
    evening_in_utc = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    assert deadline(Ledger(evening_in_utc), a_term(1), CALENDAR).due_on == date(2026, 3, 4)


def test_t2_days_are_natural_unless_the_text_says_otherwise() -> None:
    assert day_unit("petition-work-regulations", 5) is Unit.NATURAL_DAYS


@pytest.mark.parametrize(
    ("days", "working"), [(2, True), (3, True), (5, True), (7, True), (15, False)]
)
def test_t3_the_short_terms_of_the_penalty_law_are_working_days(
    days: int, *, working: bool
) -> None:
    assert (day_unit(PENALTY_LAW, days) is Unit.WORKING_DAYS) is working


def test_t4_a_last_day_at_rest_moves_to_the_first_working_day_even_a_make_up_one() -> None:
    assert due_on("2026-01-02", a_term(1)) == "2026-01-04"


def test_t5_petition_terms_roll_but_the_objection_is_in_working_days() -> None:
    assert due_on("2026-09-28", a_term(5)) == "2026-10-08"
    assert due_on("2026-09-28", a_term(5, Unit.WORKING_DAYS)) == "2026-10-10"


def test_t6_hours_run_from_the_clock_time_through_holidays() -> None:
    due = deadline(started("2026-09-30", 17), a_term(24, Unit.HOURS), CALENDAR)
    assert due.due_at == at("2026-10-01", 17)
    assert due.due_on == date(2026, 10, 1)


@pytest.mark.parametrize("days", [3, 15, 30])
def test_t7_transfers_for_detention_are_in_working_days(days: int) -> None:
    assert day_unit(DETENTION_TRANSFER_RULES, days) is Unit.WORKING_DAYS


def test_t8_the_last_day_is_in_time_to_its_end_and_the_next_is_not() -> None:
    due = deadline(started("2026-03-02"), a_term(1), CALENDAR)
    assert due.due_at == datetime(2026, 3, 3, 16, 0, tzinfo=UTC)
    assert due.in_time(due.due_at - timedelta(microseconds=1))
    assert not due.in_time(due.due_at)


def test_t8_the_last_moment_of_a_term_in_hours_is_in_time() -> None:
    due = deadline(started("2026-03-02"), a_term(4, Unit.HOURS), CALENDAR)
    assert due.in_time(at("2026-03-02", 13))
    assert not due.in_time(at("2026-03-02", 13) + timedelta(microseconds=1))


def test_t9_make_up_days_are_counted() -> None:
    assert due_on("2026-02-13", a_term(1, Unit.WORKING_DAYS)) == "2026-02-14"


def test_t10_rolling_is_a_setting_of_the_term_and_on_by_default() -> None:
    assert Term(15, Unit.NATURAL_DAYS, a_term(1).basis).rolls
    assert due_on("2026-09-16", a_term(15, rolls=False)) == "2026-10-01"


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 30), 2, date(2026, 3, 30)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 5, 7), 6, date(2026, 11, 7)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(
    start: date, months: int, end: date
) -> None:
    assert add_months(start, months) == end


def test_months_roll_like_natural_days() -> None:
    assert due_on("2026-04-02", a_term(1, Unit.MONTHS)) == "2026-05-06"
    assert due_on("2026-04-02", a_term(1, Unit.MONTHS, rolls=False)) == "2026-05-02"


def test_a_deadline_names_its_basis_and_pins_the_years_it_rests_on() -> None:
    due = deadline(started("2025-12-30"), a_term(5, Unit.WORKING_DAYS), CALENDAR)
    assert due.basis == a_term(1).basis
    assert due.versions == ((2025, 1), (2026, 1))
    assert not due.provisional


@pytest.mark.parametrize(
    ("start", "term", "provisional"),
    [
        ("2026-12-30", a_term(1, Unit.WORKING_DAYS), False),
        ("2026-12-30", a_term(2, Unit.WORKING_DAYS), True),
        ("2026-11-22", a_term(60), True),
        ("2026-11-22", a_term(60, rolls=False), False),
        ("2026-11-22", a_term(30), False),
        ("2026-12-31", a_term(24, Unit.HOURS), False),
        ("2003-12-31", a_term(1, Unit.WORKING_DAYS), False),
        ("2003-12-29", a_term(8, Unit.WORKING_DAYS), True),
    ],
)
def test_a_deadline_that_asked_an_unknown_year_is_provisional(
    start: str, term: Term, *, provisional: bool
) -> None:
    assert deadline(started(start), term, CALENDAR).provisional is provisional


@given(start=start_days, amount=amounts, unit=st.sampled_from(DAY_UNITS), rolls=st.booleans())
def test_provisional_exactly_when_an_unknown_year_was_asked(
    start: date, amount: int, unit: Unit, *, rolls: bool
) -> None:
    due = deadline(started(start), a_term(amount, unit, rolls=rolls), CALENDAR)
    assert due.due_on is not None
    unrolled = deadline(started(start), a_term(amount, unit, rolls=False), CALENDAR).due_on
    assert unrolled is not None
    first = start + timedelta(days=1) if unit is Unit.WORKING_DAYS else unrolled
    asked = unit is Unit.WORKING_DAYS or rolls
    unknown = any(year not in CALENDAR.years for year in range(first.year, due.due_on.year + 1))
    assert due.provisional is (asked and unknown)


@given(start_days, start_days, amounts, amounts, units)
def test_a_deadline_is_monotone_in_start_and_amount(
    one: date, other: date, few: int, many: int, unit: Unit
) -> None:
    (one, other), (few, many) = sorted((one, other)), sorted((few, many))
    earlier = deadline(started(one), a_term(few, unit), CALENDAR).due_at
    later = deadline(started(other), a_term(many, unit), CALENDAR).due_at
    assert earlier is not None
    assert later is not None
    assert earlier <= later


@given(start=start_days, amount=amounts, unit=st.sampled_from(DAY_UNITS), rolls=st.booleans())
def test_a_term_in_days_ends_with_a_legal_day_and_rolls_onto_a_working_day(
    start: date, amount: int, unit: Unit, *, rolls: bool
) -> None:
    due = deadline(started(start), a_term(amount, unit, rolls=rolls), CALENDAR)
    assert due.due_on is not None
    assert due.due_at == end_of_day(due.due_on)
    assert due.due_on > start
    if rolls:
        assert CALENDAR.is_workday(due.due_on)


@given(
    st.datetimes(datetime(2004, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 zone is drawn apart
    st.integers(-12, 14),
    amounts,
)
def test_hours_are_exact_in_any_zone_and_across_holidays(
    naive: datetime, offset: int, amount: int
) -> None:
    start = naive.replace(tzinfo=timezone(timedelta(hours=offset)))
    due = deadline(Ledger(start), a_term(amount, Unit.HOURS), CALENDAR)
    assert due.due_at is not None
    assert due.due_at - start == timedelta(hours=amount)


def test_hours_are_real_hours_where_clocks_are_put_forward() -> None:
    start = datetime(2026, 3, 7, 12, tzinfo=ZoneInfo("America/New_York"))
    due = deadline(Ledger(start), a_term(24, Unit.HOURS), CALENDAR)
    assert due.due_at == datetime(2026, 3, 8, 17, tzinfo=UTC)


def test_the_calendar_given_is_the_calendar_used() -> None:
    assert due_on("2026-09-16", a_term(15), WorkCalendar.of(YEARS[:-1])) == "2026-10-01"


@pytest.mark.parametrize("amount", [0, -1, 10**20])
def test_a_term_without_sense_is_refused(amount: int) -> None:
    with pytest.raises(InvalidTerm):
        a_term(amount)


@pytest.mark.parametrize("unit", list(Unit))
def test_a_deadline_beyond_the_last_date_is_refused(unit: Unit) -> None:
    with pytest.raises(DateOutOfRange):
        deadline(started("9999-12-30"), a_term(100, unit), CALENDAR)


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(NaiveInstant):
        Ledger(datetime(2026, 3, 2, 9))  # noqa: DTZ001 the point of the test

"""The work calendar: the real one day by day, and its arithmetic against a naive walk."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from shared.clocks.calendar import (
    CalendarYear,
    DayKind,
    Holiday,
    MisplacedCalendarDay,
    RestRange,
    WorkCalendar,
)
from shared.clocks.json_form import calendar_year_from_json, calendar_year_to_json
from tests.factories.clocks import CALENDAR, YEARS, days_from

REST_2026 = [
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
]
MAKE_UP_2026 = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
WITH_A_GAP = WorkCalendar.of(each for each in YEARS if each.year in {2019, 2021, 2026})
EMPTY = WorkCalendar.of([])
ONE_DAY = timedelta(days=1)

days = st.dates(date(2001, 1, 1), date(2030, 12, 31))
counts = st.integers(0, 300)
calendars = st.sampled_from([CALENDAR, WITH_A_GAP, EMPTY])


def walked(calendar: WorkCalendar, start: date, n: int) -> date:
    """The oracle: goes day by day, in the direction of n."""
    step = ONE_DAY if n > 0 else -ONE_DAY
    day, left = start, abs(n)
    while left:
        day += step
        left -= calendar.is_workday(day)
    return day


@pytest.mark.parametrize(("first", "last"), REST_2026)
def test_the_holidays_of_2026_are_rest_days(first: str, last: str) -> None:
    assert not any(map(CALENDAR.is_workday, days_from(first, last)))


@pytest.mark.parametrize("day", MAKE_UP_2026)
def test_the_make_up_days_of_2026_are_working_days_on_a_weekend(day: str) -> None:
    assert date.fromisoformat(day).weekday() >= 5
    assert CALENDAR.kind(date.fromisoformat(day)) is DayKind.MAKE_UP
    assert CALENDAR.is_workday(date.fromisoformat(day))


def test_all_other_days_of_2026_follow_the_week() -> None:
    listed = set().union(*(days_from(*each) for each in REST_2026))
    listed |= set(map(date.fromisoformat, MAKE_UP_2026))
    for day in days_from("2026-01-01", "2026-12-31") - listed:
        assert CALENDAR.is_workday(day) is (day.weekday() < 5), day


def test_the_file_holds_the_years_2004_to_2026_and_no_invented_notice_number() -> None:
    assert [(each.year, each.version, each.notice) for each in YEARS] == [
        (year, 1, None) for year in range(2004, 2027)
    ]


def test_the_kind_of_a_day_says_why_it_is_off() -> None:
    assert CALENDAR.kind(date(2026, 2, 12)) is DayKind.WORKDAY
    assert CALENDAR.kind(date(2026, 2, 8)) is DayKind.WEEKEND
    assert CALENDAR.kind(date(2026, 2, 16)) is DayKind.HOLIDAY
    assert CALENDAR.holiday(date(2026, 2, 16)) == Holiday("春节", "Spring Festival")
    assert CALENDAR.holiday(date(2026, 2, 12)) is None
    assert CALENDAR.holiday(date(2027, 2, 12)) is None


def test_rest_days_come_in_runs_with_the_names_of_their_holidays() -> None:
    assert CALENDAR.rest_ranges(date(2026, 2, 6), date(2026, 2, 26)) == (
        RestRange(date(2026, 2, 7), date(2026, 2, 8), ()),
        RestRange(date(2026, 2, 15), date(2026, 2, 23), (Holiday("春节", "Spring Festival"),)),
    )
    [golden_week] = CALENDAR.rest_ranges(date(2025, 10, 1), date(2025, 10, 8))
    assert [each.zh for each in golden_week.holidays] == ["国庆节", "中秋节"]


def test_make_up_days_are_listed_within_their_bounds() -> None:
    assert CALENDAR.make_up_days(date(2025, 10, 11), date(2026, 2, 27)) == (
        date(2025, 10, 11),
        date(2026, 1, 4),
        date(2026, 2, 14),
    )


def test_an_unknown_year_is_monday_to_friday_at_version_0() -> None:
    assert CALENDAR.covers(date(2026, 12, 31))
    assert not CALENDAR.covers(date(2027, 1, 1))
    assert CALENDAR.is_workday(date(2027, 1, 1))
    assert CALENDAR.versions(date(2025, 5, 1), date(2027, 1, 1)) == (
        (2025, 1),
        (2026, 1),
        (2027, 0),
    )
    assert WITH_A_GAP.versions(date(2020, 1, 1), date(2020, 1, 1)) == ((2020, 0),)


def test_a_new_version_of_a_year_is_the_one_that_counts() -> None:
    corrected = WorkCalendar.of([replace(YEARS[-1], version=2, days_off={})])
    assert corrected.versions(date(2026, 1, 1), date(2026, 1, 1)) == ((2026, 2),)
    assert corrected.is_workday(date(2026, 10, 1))


@pytest.mark.parametrize(
    ("off", "make_up"),
    [(date(2026, 1, 3), None), (date(2025, 1, 1), None), (None, date(2026, 1, 5))],
)
def test_a_notice_with_a_misplaced_day_is_refused(off: date | None, make_up: date | None) -> None:
    name = Holiday("元旦", "New Year's Day")
    with pytest.raises(MisplacedCalendarDay):
        CalendarYear(2026, 1, None, {off: name} if off else {}, {make_up: name} if make_up else {})


@given(calendars, days, st.integers(-300, 300))
def test_adding_working_days_agrees_with_a_walk(
    calendar: WorkCalendar, start: date, n: int
) -> None:
    assert calendar.add_workdays(start, n) == walked(calendar, start, n)


@given(calendars, days)
def test_the_nearest_working_day_agrees_with_a_walk(calendar: WorkCalendar, day: date) -> None:
    assert calendar.next_workday_on_or_after(day) == walked(calendar, day - ONE_DAY, 1)


@given(calendars, days, counts)
def test_counting_between_undoes_adding(calendar: WorkCalendar, start: date, n: int) -> None:
    assert calendar.workdays_between(start, calendar.add_workdays(start, n)) == n


@given(calendars, days, days, counts, counts)
def test_adding_is_monotone_in_both(
    calendar: WorkCalendar, one: date, other: date, few: int, many: int
) -> None:
    (one, other), (few, many) = sorted((one, other)), sorted((few, many))
    assert calendar.add_workdays(one, few) <= calendar.add_workdays(other, many)


def test_counting_goes_on_across_both_ends_of_what_is_known() -> None:
    assert CALENDAR.add_workdays(date(2004, 1, 2), -1) == date(2003, 12, 31)
    assert CALENDAR.next_workday_on_or_after(date(2004, 1, 1)) == date(2004, 1, 2)
    assert CALENDAR.add_workdays(date(2026, 12, 31), 1) == date(2027, 1, 1)
    assert CALENDAR.add_workdays(date(2027, 1, 1), -1) == date(2026, 12, 31)


def test_a_count_beyond_the_last_date_overflows() -> None:
    with pytest.raises(OverflowError):
        CALENDAR.add_workdays(date(9999, 12, 31), 1)


@pytest.mark.parametrize("year", YEARS, ids=lambda each: str(each.year))
def test_a_year_survives_its_json_form(year: CalendarYear) -> None:
    assert calendar_year_from_json(calendar_year_to_json(year)) == year

"""When reports are cut off: to the second, whatever the settings were and however they change."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given, strategies as st

from services.petitions.through_train.domain import (
    Period,
    WeekStart,
    handling_term,
    midnight,
    next_cut_off,
    period_of,
    week_before,
)
from tests.factories.clocks import at

MONDAY: Final = WeekStart(weekday=1, hour=0)
days: Final = st.dates(date(2020, 1, 1), date(2040, 1, 1))
week_starts: Final = st.builds(WeekStart, st.integers(1, 7), st.integers(0, 23))
monthly_or_quarterly: Final = st.sampled_from(list(Period))


@pytest.mark.parametrize(
    ("last", "start", "cut_off"),
    [
        ("2026-03-09T00:00:00+08:00", MONDAY, "2026-03-16T00:00:00+08:00"),
        ("2026-12-28T00:00:00+08:00", MONDAY, "2027-01-04T00:00:00+08:00"),
        ("2026-03-09T00:00:00+08:00", WeekStart(5, 18), "2026-03-13T18:00:00+08:00"),
        # From Friday evening back to Monday midnight.
        ("2026-03-13T18:00:00+08:00", MONDAY, "2026-03-16T00:00:00+08:00"),
        # The day of a cut-off never has a second one.
        ("2026-03-09T00:00:00+08:00", WeekStart(1, 12), "2026-03-16T12:00:00+08:00"),
    ],
)
def test_a_week_ends_at_the_weekday_and_hour_that_are_set(
    last: str, start: WeekStart, cut_off: str
) -> None:
    found = next_cut_off(datetime.fromisoformat(last), lambda _: start)

    assert found == datetime.fromisoformat(cut_off)


@pytest.mark.parametrize(
    ("said", "start"),
    [
        ("monday 00:00", MONDAY),
        ("friday 18:00", WeekStart(5, 18)),
        ("sunday 23:00", WeekStart(7, 23)),
    ],
)
def test_a_week_start_is_read_as_it_is_said(said: str, start: WeekStart) -> None:
    assert WeekStart.of(said) == start


def test_the_first_week_has_seven_days() -> None:
    assert week_before(at("2026-03-16")) == at("2026-03-09")


@given(days, st.lists(st.tuples(days, week_starts), max_size=4), week_starts)
def test_weeks_meet_without_gap_or_overlap_however_the_setting_changes(
    first: date, changes: list[tuple[date, WeekStart]], initial: WeekStart
) -> None:
    def start_on(day: date) -> WeekStart:
        return max(
            ((since, start) for since, start in changes if since <= day),
            default=(date.min, initial),
            key=lambda each: each[0],
        )[1]

    cut_offs = [midnight(first)]
    for _ in range(8):
        cut_offs.append(next_cut_off(cut_offs[-1], start_on))

    for earlier, later in pairwise(cut_offs):
        assert timedelta(0) < later - earlier
        assert later.date() > earlier.date()
        expected = start_on(later.date())
        assert (later.isoweekday(), later.hour) == (expected.weekday, expected.hour)


def monthly(_: date) -> Period:
    return Period.MONTHLY


def quarterly(_: date) -> Period:
    return Period.QUARTERLY


@pytest.mark.parametrize(
    ("day", "kind", "start", "end"),
    [
        ("2026-03-31", "monthly", "2026-03-01", "2026-04-01"),
        ("2026-12-31", "monthly", "2026-12-01", "2027-01-01"),
        ("2028-02-29", "monthly", "2028-02-01", "2028-03-01"),
        ("2026-03-31", "quarterly", "2026-01-01", "2026-04-01"),
        ("2026-04-01", "quarterly", "2026-04-01", "2026-07-01"),
        ("2026-11-15", "quarterly", "2026-10-01", "2027-01-01"),
    ],
)
def test_a_day_lies_in_its_month_or_quarter(day: str, kind: str, start: str, end: str) -> None:
    found = period_of(date.fromisoformat(day), lambda _: Period(kind))

    assert [str(each) for each in found] == [kind, start, end]


@pytest.mark.parametrize(
    ("day", "since", "to", "found"),
    [
        # In the midst of a month: that month ends as it began, then the rest of the quarter.
        ("2026-01-20", "2026-01-15", "quarterly", ("monthly", "2026-01-01", "2026-02-01")),
        ("2026-02-01", "2026-01-15", "quarterly", ("quarterly", "2026-02-01", "2026-04-01")),
        # In the midst of a quarter: it ends as it began, then months.
        ("2026-05-20", "2026-05-01", "monthly", ("quarterly", "2026-04-01", "2026-07-01")),
        ("2026-07-01", "2026-05-01", "monthly", ("monthly", "2026-07-01", "2026-08-01")),
    ],
)
def test_a_period_ends_as_it_began(
    day: str, since: str, to: str, found: tuple[str, str, str]
) -> None:
    new = Period(to)
    old = Period.MONTHLY if new is Period.QUARTERLY else Period.QUARTERLY

    def period_on(day: date) -> Period:
        return new if day >= date.fromisoformat(since) else old

    kind, start, end = period_of(date.fromisoformat(day), period_on)
    assert (kind.value, str(start), str(end)) == found


@given(days, st.lists(st.tuples(days, monthly_or_quarterly), max_size=5), monthly_or_quarterly)
def test_every_day_lies_in_one_period_however_the_setting_changes(
    first: date, changes: list[tuple[date, Period]], initial: Period
) -> None:
    def period_on(day: date) -> Period:
        return max(
            ((since, kind.value, kind) for since, kind in changes if since <= day),
            default=(date.min, "", initial),
        )[2]

    _, start, end = period_of(first, period_on)
    assert start <= first < end
    for _ in range(6):
        _, next_start, next_end = period_of(end, period_on)
        assert next_start == end
        assert period_of(next_end - timedelta(days=1), period_on)[1:] == (next_start, next_end)
        end = next_end


@pytest.mark.parametrize(
    ("today", "days_left"), [("2026-03-10", 21), ("2026-03-30", 1), ("2026-03-31", None)]
)
def test_a_county_has_until_the_last_day_of_the_period(today: str, days_left: int | None) -> None:
    term = handling_term(
        "period_report", today=date.fromisoformat(today), period_end=date(2026, 4, 1)
    )

    assert (term and term.amount) == days_left
    assert term is None or not term.rolls  # no rest day moves the report


def test_or_so_many_days_as_are_set() -> None:
    term = handling_term(15, today=date(2026, 3, 31), period_end=date(2026, 4, 1))

    assert term is not None
    assert (term.amount, term.rolls) == (15, True)

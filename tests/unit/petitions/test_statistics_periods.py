"""Periods of legal days: their bounds, their buckets, and what they are compared with."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from services.petitions.statistics.domain.periods import (
    MOST_BUCKETS,
    By,
    Period,
    PeriodBackwards,
    TooManyBuckets,
    boundaries,
    bucket_year_before,
    buckets,
    layers,
    period_before,
    period_of,
    year_before,
)

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
DAY = timedelta(days=1)


def days(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


def test_a_legal_day_begins_at_four_in_the_afternoon_of_the_day_before_in_utc() -> None:
    period = days("2024-03-01", "2024-03-31")

    assert period.start == datetime(2024, 2, 29, 16, tzinfo=UTC)
    assert period.end == datetime(2024, 3, 31, 16, tzinfo=UTC)


def test_a_period_backwards_is_refused_and_one_day_is_a_period() -> None:
    assert period_of(date(2024, 1, 1), date(2024, 1, 1)).last == date(2024, 1, 1)
    with pytest.raises(PeriodBackwards):
        period_of(date(2024, 1, 2), date(2024, 1, 1))


@pytest.mark.parametrize(
    ("this", "last"),
    [
        (("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31")),
        (("2024-03-05", "2024-04-17"), ("2023-03-05", "2023-04-17")),
        # Whole months stay whole.
        (("2024-02-01", "2024-02-29"), ("2023-02-01", "2023-02-28")),
        (("2025-02-01", "2025-02-28"), ("2024-02-01", "2024-02-29")),
        (("2025-01-01", "2025-02-28"), ("2024-01-01", "2024-02-29")),
        # Of anything else a 29 February is compared with the 28th.
        (("2024-02-10", "2024-02-29"), ("2023-02-10", "2023-02-28")),
        (("2024-02-29", "2024-03-10"), ("2023-02-28", "2023-03-10")),
        (("2025-02-10", "2025-02-28"), ("2024-02-10", "2024-02-28")),
    ],
)
def test_last_years_same_period(this: tuple[str, str], last: tuple[str, str]) -> None:
    assert year_before(days(*this)) == days(*last)


@pytest.mark.parametrize(
    ("this", "before"),
    [
        (("2024-03-01", "2024-03-31"), ("2024-02-01", "2024-02-29")),
        (("2024-01-01", "2024-03-31"), ("2023-10-01", "2023-12-31")),
        (("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31")),
        (("2024-03-04", "2024-03-10"), ("2024-02-26", "2024-03-03")),
        (("2024-01-01", "2024-01-01"), ("2023-12-31", "2023-12-31")),
    ],
)
def test_the_period_before_is_as_long(this: tuple[str, str], before: tuple[str, str]) -> None:
    assert period_before(days(*this)) == days(*before)


@given(DAYS, st.integers(0, 800), st.sampled_from(By))
def test_buckets_are_the_period_without_gap_or_overlap(first: date, length: int, by: By) -> None:
    period = Period(first, first + length * DAY)
    try:
        cut = buckets(period, by)
    except TooManyBuckets:
        assert by is By.DAY
        assert length >= MOST_BUCKETS
        return
    assert (cut[0].period.first, cut[-1].period.last) == (period.first, period.last)
    for one, next_ in pairwise(cut):
        assert one.period.last + DAY == next_.period.first
    assert len({each.label for each in cut}) == len(cut)
    assert not any(each.partial for each in cut[1:-1])


@pytest.mark.parametrize(
    ("by", "labels"),
    [
        (By.DAY, ["2024-12-30", "2024-12-31", "2025-01-01"]),
        (By.WEEK, ["2025-W01"]),
        (By.MONTH, ["2024-12", "2025-01"]),
        (By.QUARTER, ["2024-Q4", "2025-Q1"]),
        (By.YEAR, ["2024", "2025"]),
    ],
)
def test_buckets_are_labelled_as_offices_write_them(by: By, labels: list[str]) -> None:
    cut = buckets(days("2024-12-30", "2025-01-01"), by)
    assert [each.label for each in cut] == labels
    assert cut[0].partial is (by is not By.DAY)


def test_a_leap_year_by_days_is_the_most() -> None:
    assert len(buckets(days("2024-01-01", "2024-12-31"), By.DAY)) == MOST_BUCKETS
    with pytest.raises(TooManyBuckets):
        buckets(days("2024-01-01", "2025-01-01"), By.DAY)


@pytest.mark.parametrize(
    ("by", "this", "last"),
    [
        (By.WEEK, ("2024-03-04", "2024-03-10"), ("2023-03-06", "2023-03-12")),
        # 2026 has a 53rd week, 2025 has none; 2027's first is that of 2026.
        (By.WEEK, ("2026-12-28", "2027-01-03"), None),
        (By.WEEK, ("2027-01-04", "2027-01-10"), ("2025-12-29", "2026-01-04")),
        # A week that the period cuts is compared with as many days of the same names.
        (By.WEEK, ("2024-03-06", "2024-03-10"), ("2023-03-08", "2023-03-12")),
        (By.DAY, ("2024-02-29", "2024-02-29"), None),
        (By.DAY, ("2024-02-28", "2024-02-28"), ("2023-02-28", "2023-02-28")),
        (By.MONTH, ("2025-02-01", "2025-02-28"), ("2024-02-01", "2024-02-29")),
        (By.QUARTER, ("2024-01-01", "2024-03-31"), ("2023-01-01", "2023-03-31")),
    ],
)
def test_what_a_bucket_is_compared_with(
    by: By, this: tuple[str, str], last: tuple[str, str] | None
) -> None:
    assert bucket_year_before(days(*this), by) == (days(*last) if last else None)


@given(st.lists(st.tuples(DAYS, st.integers(0, 400)), max_size=12))
def test_layers_hold_every_period_once_and_never_two_that_overlap(
    drawn: list[tuple[date, int]],
) -> None:
    periods = {Period(first, first + length * DAY) for first, length in drawn}
    found = layers(periods)

    assert sorted(each for row in found for each in row) == sorted(periods)
    for row in found:
        assert all(one.last < next_.first for one, next_ in pairwise(row))
        bounds = boundaries(row)
        assert bounds == sorted(set(bounds))
        assert {each.start for each in row} <= set(bounds)

"""Periods of legal days (Asia/Shanghai), cut into buckets and set beside earlier ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from services.petitions.through_train.domain import midnight
from shared.clocks.days import DAY, MONTHS_IN_YEAR, add_months
from shared.errors import InvalidInput

DAYS_IN_WEEK: Final = 7
MONTHS_IN_QUARTER: Final = 3
# A leap year by days; nobody reads more of a table.
MOST_BUCKETS: Final = 366


class By(StrEnum):
    DAY = "day"
    WEEK = "week"  # ISO 8601: Monday to Sunday, of the year its Thursday lies in
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class PeriodBackwards(InvalidInput):
    code = "period_backwards"
    zh = "统计期的末日不能早于首日。"
    en = "The last day of the period lies before the first."


class TooManyBuckets(InvalidInput):
    code = "too_many_buckets"
    zh = "统计期按此划分超过 {most} 段,请缩短统计期或改用更长的分段。"
    en = "Cut like this the period has more than {most} buckets."


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The legal days from `first` to `last`, both counted."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first instant no longer in it."""
        return midnight(self.last + DAY)

    @property
    def whole_months(self) -> bool:
        return self.first.day == 1 and (self.last + DAY).day == 1


def period_of(first: date, last: date) -> Period:
    if last < first:
        raise PeriodBackwards(reason="period", pointer="last_day")
    return Period(first, last)


def _later(period: Period, months: int) -> Period:
    """Moved by months; whole months stay whole, another 29 February becomes the 28th."""
    first = add_months(period.first, months)
    if period.whole_months:
        return Period(first, add_months(period.last + DAY, months) - DAY)
    return Period(first, add_months(period.last, months))


def year_before(period: Period) -> Period:
    """The same period of last year (上年同期): the same days, or the same whole months.

    February 2025 is compared with all 29 days of February 2024; of a period that is not made of
    whole months a 29 February is compared with the 28th.
    """
    return _later(period, -MONTHS_IN_YEAR)


def period_before(period: Period) -> Period:
    """The period of the same length just before (环比): as many months, or as many days."""
    if period.whole_months:
        after = period.last + DAY
        years, months = after.year - period.first.year, after.month - period.first.month
        return _later(period, -(years * MONTHS_IN_YEAR + months))
    days = period.last - period.first + DAY
    return Period(period.first - days, period.last - days)


def _first_of(by: By, day: date) -> date:
    """The first day of the bucket a day lies in."""
    match by:
        case By.DAY:
            return day
        case By.WEEK:
            return day - timedelta(days=day.weekday())
        case By.MONTH:
            return day.replace(day=1)
        case By.QUARTER:
            return day.replace(
                month=(day.month - 1) // MONTHS_IN_QUARTER * MONTHS_IN_QUARTER + 1, day=1
            )
        case By.YEAR:
            return day.replace(month=1, day=1)


def _first_of_next(by: By, day: date) -> date:
    match by:
        case By.DAY:
            return day + DAY
        case By.WEEK:
            return day + DAYS_IN_WEEK * DAY
        case By.MONTH:
            return add_months(day, 1)
        case By.QUARTER:
            return add_months(day, MONTHS_IN_QUARTER)
        case By.YEAR:
            return add_months(day, MONTHS_IN_YEAR)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One step of a series; `partial` where the asked period cuts it."""

    label: str
    period: Period
    partial: bool


def label(by: By, day: date) -> str:
    """How the bucket of a day is written: 2024-02-29, 2024-W09, 2024-02, 2024-Q1, 2024."""
    match by:
        case By.DAY:
            return day.isoformat()
        case By.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case By.MONTH:
            return f"{day:%Y-%m}"
        case By.QUARTER:
            return f"{day.year}-Q{(day.month - 1) // MONTHS_IN_QUARTER + 1}"
        case By.YEAR:
            return str(day.year)


def buckets(period: Period, by: By) -> list[Bucket]:
    """The whole period, cut; TooManyBuckets rather than a table nobody reads."""
    found: list[Bucket] = []
    start = _first_of(by, period.first)
    while start <= period.last:
        if len(found) == MOST_BUCKETS:
            raise TooManyBuckets(reason="by", pointer="by", most=MOST_BUCKETS)
        after = _first_of_next(by, start)
        cut = Period(max(start, period.first), min(after - DAY, period.last))
        found.append(Bucket(label(by, start), cut, partial=cut != Period(start, after - DAY)))
        start = after
    return found


def bucket_year_before(period: Period, by: By) -> Period | None:
    """What a bucket is compared with; a 53rd week and 29 February have nothing as a rule.

    Weeks are compared by their ISO number, since dates would compare a Sunday with a Saturday.
    """
    match by:
        case By.WEEK:
            year, week, _ = period.first.isocalendar()
            try:
                monday = date.fromisocalendar(year - 1, week, 1)
            except ValueError:
                return None
            offset = monday - _first_of(by, period.first)
            return Period(period.first + offset, period.last + offset)
        case By.DAY if (period.first.month, period.first.day) == (2, 29):
            return None
        case _:
            return year_before(period)


def layers(periods: Iterable[Period]) -> list[list[Period]]:
    """The periods as few rows of disjoint ones, each sorted: a row is counted in one go."""
    rows: list[list[Period]] = []
    for period in sorted(set(periods)):
        row = next((row for row in rows if row[-1].last < period.first), None)
        if row is None:
            rows.append([period])
        else:
            row.append(period)
    return rows


def boundaries(row: Sequence[Period]) -> list[datetime]:
    """Every instant at which one of the disjoint periods begins or ends, ascending."""
    return sorted({instant for each in row for instant in (each.start, each.end)})

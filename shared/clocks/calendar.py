"""Which days are working days: Monday to Friday, corrected by the yearly notice of holidays.

Holidays on weekdays are off, make-up weekends (调休) are working days (T9). A year without a
notice counts as plain Monday to Friday and carries version 0, which makes what rests on it
provisional.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Self

from shared.clocks.days import DAY
from shared.errors import InvalidInput

UNPUBLISHED: Final = 0  # the version of a year whose notice is not known
WEEK: Final = 7
WORKWEEK: Final = 5

Versions = tuple[tuple[int, int], ...]  # (year, version), ascending by year


class MisplacedCalendarDay(InvalidInput):
    """A notice may free weekdays and claim weekends of its own year, nothing else."""

    code = "misplaced_calendar_day"
    zh = "{year}年日历中的{day}有误:休假日应为当年的周一至周五,调休上班日应为当年的周末。"
    en = (
        "{day} is misplaced in the calendar of {year}: days off are weekdays of the year, "
        "make-up workdays its weekend days."
    )


class DayKind(StrEnum):
    WORKDAY = "workday"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Holiday:
    """What a day is off, or made up, for."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year's notice (国务院办公厅关于部分节假日安排的通知): the exceptions to Monday-Friday.

    `notice` is the document number, None where the source did not give it.
    """

    year: int
    version: int
    notice: str | None
    days_off: Mapping[date, Holiday]
    make_up: Mapping[date, Holiday]

    def __post_init__(self) -> None:
        for days, on_weekend in ((self.days_off, False), (self.make_up, True)):
            for day in days:
                if day.year != self.year or (day.weekday() >= WORKWEEK) is not on_weekend:
                    raise MisplacedCalendarDay(reason="misplaced day", year=self.year, day=day)

    def workdays(self) -> Iterator[int]:
        """The ordinals of the year's working days, ascending."""
        for ordinal in range(
            date(self.year, 1, 1).toordinal(), date(self.year, 12, 31).toordinal() + 1
        ):
            day = date.fromordinal(ordinal)
            if day in self.make_up or (day.weekday() < WORKWEEK and day not in self.days_off):
                yield ordinal


@dataclass(frozen=True, slots=True)
class RestRange:
    """Consecutive rest days; without holidays it is a plain weekend."""

    first: date
    last: date
    holidays: tuple[Holiday, ...]


@dataclass(frozen=True, slots=True, eq=False)
class WorkCalendar:
    """Immutable; counting is two look-ups in a sorted table, never a walk over days."""

    years: Mapping[int, CalendarYear]
    _workdays: tuple[int, ...] = field(repr=False)
    _first: int = field(repr=False)
    _last: int = field(repr=False)

    @classmethod
    def of(cls, years: Iterable[CalendarYear]) -> Self:
        """The calendar of these years; a year missing in or around them is Monday to Friday."""
        known = {each.year: each for each in sorted(years, key=lambda each: each.year)}
        if not known:
            return cls({}, (), 1, 0)
        span = range(min(known), max(known) + 1)
        table = [o for year in span for o in known.get(year, _without_notice(year)).workdays()]
        first, last = date(span[0], 1, 1).toordinal(), date(span[-1], 12, 31).toordinal()
        return cls(known, tuple(table), first, last)

    def covers(self, day: date) -> bool:
        """Whether the notice of the day's year is known."""
        return day.year in self.years

    def versions(self, first: date, last: date) -> Versions:
        """The version of each year from `first` to `last`; 0 for a year without notice."""
        return tuple((year, self._version(year)) for year in range(first.year, last.year + 1))

    def is_workday(self, day: date) -> bool:
        return self.kind(day) in {DayKind.WORKDAY, DayKind.MAKE_UP}

    def kind(self, day: date) -> DayKind:
        year = self.years.get(day.year)
        if day.weekday() >= WORKWEEK:
            return DayKind.MAKE_UP if year and day in year.make_up else DayKind.WEEKEND
        return DayKind.HOLIDAY if year and day in year.days_off else DayKind.WORKDAY

    def holiday(self, day: date) -> Holiday | None:
        """The holiday a weekday is off for or a weekend day is made up for."""
        year = self.years.get(day.year)
        return (year.days_off.get(day) or year.make_up.get(day)) if year else None

    def add_workdays(self, start: date, n: int) -> date:
        """The n-th working day after `start`, which is not counted (T1); before it if n < 0.

        OverflowError beyond the year 9999.
        """
        if n == 0:
            return start
        if n < 0:
            return self._workday(self._rank(start.toordinal() - 1) + n + 1)
        return self._workday(self._rank(start.toordinal()) + n)

    def workdays_between(self, start: date, end: date) -> int:
        """How many working days come after `start` up to and with `end`; undoes `add_workdays`."""
        return self._rank(end.toordinal()) - self._rank(start.toordinal())

    def next_workday_on_or_after(self, day: date) -> date:
        return self._workday(self._rank(day.toordinal() - 1) + 1)

    def rest_ranges(self, first: date, last: date) -> tuple[RestRange, ...]:
        """The rest days from `first` to `last`, in runs. Walks over the days: for explanations."""
        ranges: list[RestRange] = []
        for day in _days(first, last):
            if self.is_workday(day):
                continue
            run = ranges.pop() if ranges and ranges[-1].last + DAY == day else None
            ranges.append(self._joined(run, day))
        return tuple(ranges)

    def make_up_days(self, first: date, last: date) -> tuple[date, ...]:
        """The weekend days worked from `first` to `last`, ascending."""
        spanned = (self.years.get(year) for year in range(first.year, last.year + 1))
        days = (day for year in spanned if year for day in year.make_up)
        return tuple(sorted(day for day in days if first <= day <= last))

    def _joined(self, run: RestRange | None, day: date) -> RestRange:
        name = self.holiday(day)
        before = run.holidays if run else ()
        names = before if name is None or name in before else (*before, name)
        return RestRange(run.first if run else day, day, names)

    def _version(self, year: int) -> int:
        known = self.years.get(year)
        return known.version if known else UNPUBLISHED

    def _rank(self, ordinal: int) -> int:
        """How many working days of the table lie at or before the day; goes on outside it."""
        if ordinal < self._first:
            return _weekday_rank(ordinal) - _weekday_rank(self._first - 1)
        if ordinal > self._last:
            return len(self._workdays) + _weekday_rank(ordinal) - _weekday_rank(self._last)
        return bisect_right(self._workdays, ordinal)

    def _workday(self, rank: int) -> date:
        """The working day of that rank: the inverse of `_rank`."""
        beyond = rank - len(self._workdays)
        if beyond > 0:
            return _weekday(beyond + _weekday_rank(self._last))
        if rank < 1:
            return _weekday(rank + _weekday_rank(self._first - 1))
        return date.fromordinal(self._workdays[rank - 1])


def _without_notice(year: int) -> CalendarYear:
    return CalendarYear(year, UNPUBLISHED, None, {}, {})


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _weekday_rank(ordinal: int) -> int:
    """How many days Monday to Friday lie at or before the day; ordinal 1 was a Monday."""
    weeks, day = divmod(ordinal, WEEK)
    return weeks * WORKWEEK + min(day, WORKWEEK)


def _weekday(rank: int) -> date:
    weeks, day = divmod(rank - 1, WORKWEEK)
    ordinal = weeks * WEEK + day + 1
    if not 1 <= ordinal <= date.max.toordinal():
        raise OverflowError
    return date.fromordinal(ordinal)

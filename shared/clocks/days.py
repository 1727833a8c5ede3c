"""Legal days: dates in Asia/Shanghai, and the instants they begin and end at."""

import calendar
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
DAY: Final = timedelta(days=1)
MONTHS_IN_YEAR: Final = 12


def legal_day(instant: datetime) -> date:
    """The day an instant belongs to in law: its date in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """24:00 of a legal day, that is the midnight after it: the first instant no longer in it."""
    return datetime.combine(day + DAY, time.min, SHANGHAI)


def elapsed(start: datetime, end: datetime) -> timedelta:
    """Real time between two instants; plain subtraction within one zone compares wall clocks."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def after(start: datetime, duration: timedelta) -> datetime:
    """The instant `duration` of real time later, shown in Asia/Shanghai."""
    return (start.astimezone(UTC) + duration).astimezone(SHANGHAI)


def add_months(start: date, months: int) -> date:
    """The same day `months` later; the last day of a month that has no such day."""
    years, month = divmod(start.month - 1 + months, MONTHS_IN_YEAR)
    year = start.year + years
    if year > MAXYEAR:
        raise OverflowError
    _, last = calendar.monthrange(year, month + 1)
    return date(year, month + 1, min(start.day, last))

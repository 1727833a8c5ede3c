"""What can be asked of figures."""

from datetime import date, timedelta
from typing import Final

from shared.errors import InvalidInput

YEAR: Final = timedelta(days=365)


class PeriodReversed(InvalidInput):
    code = "period_reversed"
    zh = "起始日期不能晚于截止日期。"
    en = "A period begins before it ends."


def period(since: date | None, until: date | None, *, today: date) -> tuple[date, date]:
    """First and last day asked for: up to today, and a year long, unless said otherwise."""
    last = until or today
    first = since or last - YEAR
    if first > last:
        raise PeriodReversed(reason="period", pointer="/since")
    return first, last

"""When a city's reports are due: its settings, laid on the calendar."""

from collections.abc import Callable
from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.through_train import domain
from services.petitions.through_train.domain import Period, WeekStart
from shared.rule_settings import figure_by_day


async def week_after(session: AsyncSession, city: str, last: datetime) -> datetime:
    """The cut-off of the week that begins at the instant `last`."""
    return domain.next_cut_off(last, await _week_start_on(session, city))


async def period_at(session: AsyncSession, city: str, day: date) -> tuple[Period, date, date]:
    """The period report a day belongs to: its kind, first day, and the first day after it."""
    figure = await figure_by_day(session, "through_train.period_report", division=city)
    return domain.period_of(day, lambda on: Period(figure(on)))


async def _week_start_on(session: AsyncSession, city: str) -> Callable[[date], WeekStart]:
    figure = await figure_by_day(session, "through_train.week_start", division=city)
    return lambda day: WeekStart.of(figure(day))

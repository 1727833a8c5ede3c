"""When a city's reports are due: its settings, laid on the calendar."""

from collections.abc import Callable
from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.through_train import domain
from services.petitions.through_train.domain import Period, WeekStart
from shared.rule_settings import settings_by_day


async def week_after(session: AsyncSession, city: str, last: datetime) -> datetime:
    """The cut-off of the week that begins at the instant `last`."""
    return domain.next_cut_off(last, await _week_start_on(session, city))


async def period_at(session: AsyncSession, city: str, day: date) -> tuple[Period, date, date]:
    """The period report a day belongs to: its kind, first day, and the first day after it."""
    settings = await settings_by_day(session, division=city)
    return domain.period_of(day, lambda on: Period(settings(on)["through_train.period_report"]))


async def _week_start_on(session: AsyncSession, city: str) -> Callable[[date], WeekStart]:
    settings = await settings_by_day(session, division=city)
    return lambda day: WeekStart(**settings(day)["through_train.week_start"])

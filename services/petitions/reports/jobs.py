"""Reports that time issues: one group at a time, each in a transaction of its own."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.reports import queries, use_cases
from services.petitions.reports.domain import ReportKind
from services.petitions.through_train.domain import (
    Period,
    midnight,
    period_before,
    period_start,
    week_cut_off,
)
from shared.clocks.days import legal_day
from shared.jobs import Job
from shared.rule_settings import rule_settings

WEEK: Final = timedelta(days=7)


async def weekly(session: AsyncSession, now: datetime) -> int:
    """Issue one missing weekly report of the week that ended last Sunday at 24:00."""
    end = legal_day(week_cut_off(now))
    start = end - WEEK
    groups = await queries.groups_without_report(
        session, ReportKind.WEEKLY, period_start=start, founded_before=midnight(end)
    )
    for group in groups[:1]:
        await use_cases.issue_weekly(session, group, start=start, end=end, now=now)
    return len(groups[:1])


async def _periodic(session: AsyncSession, now: datetime, period: Period) -> int:
    """Issue one missing report of the period that just ended, for a city that uses it."""
    end = period_start(period, now)
    start = period_before(period, end)
    groups = await queries.groups_without_report(
        session, ReportKind(period.value), period_start=start, founded_before=midnight(end)
    )
    for group in groups:
        settings = await rule_settings(session, division=group.city, on_day=legal_day(now))
        if settings["through_train.period_report"] == period:
            await use_cases.issue_periodic(session, group, period, start=start, end=end, now=now)
            return 1
    return 0


async def monthly(session: AsyncSession, now: datetime) -> int:
    return await _periodic(session, now, Period.MONTHLY)


async def quarterly(session: AsyncSession, now: datetime) -> int:
    return await _periodic(session, now, Period.QUARTERLY)


JOBS: Final = (
    Job("reports.weekly", weekly),
    Job("reports.monthly", monthly),
    Job("reports.quarterly", quarterly),
)

"""Reports that time issues: the earliest missing one of a group, each in a transaction of its own.

A service that was down issues what it missed, one after the other, each with what was due in it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.reports import queries
from services.petitions.reports.domain import PERIODIC, ReportKind
from services.petitions.reports.models import Report
from services.petitions.reports.use_cases import issuing
from services.petitions.through_train.domain import midnight, week_before
from services.petitions.through_train.models import WorkingGroup
from services.petitions.through_train.use_cases.schedule import period_at, week_after
from shared.clocks.days import DAY, legal_day
from shared.contracts.petitions import CallbackRecorded, RepeatConfirmed
from shared.jobs import Job
from shared.rule_settings import rule_settings

TRIGGERS: Final = (CallbackRecorded.topic, RepeatConfirmed.topic)


async def weekly(session: AsyncSession, now: datetime) -> int:
    """Issue the earliest missing weekly report of one group."""
    for group, last in await queries.groups_and_last(session, [ReportKind.WEEKLY], founded_by=now):
        start, cut_off = await _week(session, group, last)
        if not group.created_at < cut_off <= now:
            continue
        if await _still_listening(session, group, cut_off, now):
            continue
        if not await _claim(session, group, [ReportKind.WEEKLY], start):
            continue
        await issuing.issue_weekly(
            session, group, start=start, cut_off=cut_off, first=last is None, now=now
        )
        return 1
    return 0


async def _week(
    session: AsyncSession, group: WorkingGroup, last: Report | None
) -> tuple[datetime, datetime]:
    """The group's next week: from its last cut-off, or the one it was founded in."""
    if last is not None:
        return last.cut_off, await week_after(session, group.city, last.cut_off)
    cut_off = await week_after(session, group.city, group.created_at - DAY)
    if cut_off <= group.created_at:
        cut_off = await week_after(session, group.city, cut_off)
    return week_before(cut_off), cut_off


async def _still_listening(
    session: AsyncSession, group: WorkingGroup, cut_off: datetime, now: datetime
) -> bool:
    """Whether a call-back of the last minutes is on its way; it is waited for, but not for ever."""
    settings = await rule_settings(session, division=group.city, on_day=legal_day(cut_off))
    patience = timedelta(minutes=settings["through_train.wait_minutes"])
    return now < cut_off + patience and await queries.is_unheard(
        session, group.city, TRIGGERS, before=cut_off
    )


async def _claim(
    session: AsyncSession, group: WorkingGroup, kinds: Sequence[ReportKind], start: datetime
) -> bool:
    """Whether this worker, and no other before it, issues the report that begins then."""
    if await queries.claim_group(session, group.id) is None:
        return False
    return not await queries.is_issued(session, group.id, kinds, period_start=legal_day(start))


async def periodic(session: AsyncSession, now: datetime) -> int:
    """Issue the earliest missing monthly or quarterly report of one group."""
    for group, last in await queries.groups_and_last(session, PERIODIC, founded_by=now):
        day = last.period_end if last else legal_day(group.created_at)
        period, start, end = await period_at(session, group.city, day)
        # A period the setting cut short begins where the last report ended.
        start, cut_off = midnight(max(start, day) if last else start), midnight(end)
        if not group.created_at < cut_off <= now:
            continue
        if not await _claim(session, group, PERIODIC, start):
            continue
        await issuing.issue_periodic(
            session, group, ReportKind(period.value), start=start, cut_off=cut_off, now=now
        )
        return 1
    return 0


JOBS: Final = (
    Job("reports.weekly", weekly),
    Job("reports.periodic", periodic),
)

"""The two clocks of a group: members have time to confirm, and a lead has its term."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain.life import term_in_days
from services.regions.groups.queries import GroupFile
from shared.clock_rows.rows import Ladder, drop_clocks, start_clock, stop_clock
from shared.clocks.days import legal_day
from shared.clocks.term import LegalBasis, Term, Unit
from shared.rule_settings import rule_settings

KIND: Final = "joint_group"
CONFIRMING: Final = "confirming"
TERM: Final = "term_of_lead"


async def start_confirming(
    session: AsyncSession, file: GroupFile, *, now: datetime
) -> datetime | None:
    """Until when members have time to confirm, before their common superior may decide."""
    settings = await rule_settings(session, division=file.group.drafter, on_day=legal_day(now))
    term = term_in_days(settings["group.confirm_days"])
    return await _start(session, file, CONFIRMING, term, now=now)


async def end_confirming(session: AsyncSession, file: GroupFile, *, now: datetime) -> None:
    await stop_clock(session, subject_id=file.group.id, kind=CONFIRMING, at=now)


async def start_term(session: AsyncSession, file: GroupFile, *, now: datetime) -> None:
    """The lead has to hand over by the last day of its term."""
    days = (file.term_ends_on - legal_day(now)).days
    # The term of office is the group's own rule; nothing moves its last day.
    basis = LegalBasis("joint-group-rotation", "", "联动组轮值", "rotation of the group")
    term = Term(days, Unit.NATURAL_DAYS, basis, rolls=False, evidence="S65")
    await _start(session, file, TERM, term, now=now)


async def end_term(session: AsyncSession, file: GroupFile, *, now: datetime) -> None:
    await stop_clock(session, subject_id=file.group.id, kind=TERM, at=now)


async def stop_waiting(session: AsyncSession, file: GroupFile, *, now: datetime) -> None:
    """Nobody waits for anything of this group any more."""
    await drop_clocks(session, subject_id=file.group.id, at=now)


async def _start(
    session: AsyncSession, file: GroupFile, kind: str, term: Term, *, now: datetime
) -> datetime | None:
    settings = await rule_settings(session, division=file.group.drafter, on_day=legal_day(now))
    due = await start_clock(
        session,
        subject_kind=KIND,
        subject_id=file.group.id,
        kind=kind,
        term=term,
        ladder=Ladder(
            timedelta(hours=settings["cooperation.warn_before_hours"]),
            timedelta(hours=settings["cooperation.raise_after_hours"]),
        ),
        started_at=now,
        seen_by=[file.group.drafter, *file.codes],
    )
    return due.due_at

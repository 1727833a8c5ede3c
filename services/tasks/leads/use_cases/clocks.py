"""The times a lead lives under: to be graded, to be answered, to be checked."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.leads.domain import grading
from services.tasks.leads.domain.grading import Points, Told
from services.tasks.leads.domain.life import (
    ANSWER_CLOCK,
    CHECK_CLOCK,
    GRADE_CLOCK,
    SURVEY_CLOCK,
    days,
    hours,
)
from services.tasks.leads.domain.sources import shown
from services.tasks.leads.models.leads import Lead
from services.tasks.leads.models.surveys import SurveyRequest
from shared.clock_rows.rows import (
    ClockState,
    Ladder,
    clocks_of,
    drop_clocks,
    is_running,
    start_clock,
    stop_clock,
)
from shared.clocks.days import legal_day
from shared.clocks.term import Term
from shared.rule_settings import rule_settings


async def rules(session: AsyncSession, lead: Lead) -> Mapping[str, Any]:
    """The settings a lead lives under: those in force where and when it was received."""
    return await _rules(session, lead.received_by, lead.received_at)


async def _rules(session: AsyncSession, division: str, at: datetime) -> Mapping[str, Any]:
    return await rule_settings(session, division=division, on_day=legal_day(at))


def points(in_force: Mapping[str, Any]) -> Points:
    return Points(**in_force["lead.points"], thresholds=in_force["lead.thresholds"])


def told(lead: Lead) -> Told:
    """What counts of a report: no more than everybody may know."""
    return Told(shown(lead.source, confidential=lead.confidential), lead.confidence, lead.media)


async def start_checking(session: AsyncSession, lead: Lead) -> datetime:
    """The time to check, from the receipt on: by source, and shorter for an urgent one.

    Where a grading changes it, the clock that runs is given up for another.
    """
    in_force = await rules(session, lead)
    allowed = grading.check_days([told(lead)], in_force["lead.check_days"])
    if lead.priority is not None:
        allowed = min(allowed, in_force["lead.check_days_by_priority"][lead.priority])
    for clock in await clocks_of(session, [lead.id]):
        if clock.kind == CHECK_CLOCK and clock.state is ClockState.RUNNING:
            if clock.term.amount == allowed:
                return lead.due_at
            await drop_clocks(session, subject_id=lead.id, at=lead.received_at, kinds={CHECK_CLOCK})
    return await _start(
        session,
        ("lead", lead.id),
        CHECK_CLOCK,
        days(CHECK_CLOCK, allowed),
        in_force=in_force,
        at=lead.received_at,
        seen_by=lead.parties,
    )


async def start_grading(session: AsyncSession, lead: Lead, *, at: datetime) -> None:
    in_force = await rules(session, lead)
    term = hours(GRADE_CLOCK, in_force["lead.grade_hours"])
    await _start(
        session,
        ("lead", lead.id),
        GRADE_CLOCK,
        term,
        in_force=in_force,
        at=at,
        seen_by=lead.parties,
    )


async def start_answering(session: AsyncSession, lead: Lead, *, at: datetime) -> None:
    in_force = await rules(session, lead)
    term = hours(ANSWER_CLOCK, in_force["lead.answer_hours"])
    await _start(
        session,
        ("lead", lead.id),
        ANSWER_CLOCK,
        term,
        in_force=in_force,
        at=at,
        seen_by=lead.parties,
    )


async def start_survey(session: AsyncSession, survey: SurveyRequest) -> datetime:
    in_force = await _rules(session, survey.division, survey.requested_at)
    return await _start(
        session,
        ("survey_request", survey.id),
        SURVEY_CLOCK,
        hours(SURVEY_CLOCK, in_force["lead.survey_hours"][survey.kind]),
        in_force=in_force,
        at=survey.requested_at,
        seen_by=[survey.division, survey.asked_of],
    )


async def stop(session: AsyncSession, subject_id: UUID, kind: str, *, at: datetime) -> None:
    """The act came that the clock waited for, if it still waits."""
    if await is_running(session, subject_id=subject_id, kind=kind):
        await stop_clock(session, subject_id=subject_id, kind=kind, at=at)


async def _start(
    session: AsyncSession,
    subject: tuple[str, UUID],
    kind: str,
    term: Term,
    *,
    in_force: Mapping[str, Any],
    at: datetime,
    seen_by: Sequence[str],
) -> datetime:
    due = await start_clock(
        session,
        subject_kind=subject[0],
        subject_id=subject[1],
        kind=kind,
        term=term,
        ladder=Ladder(
            timedelta(hours=in_force["lead.warn_before_hours"][kind]),
            timedelta(hours=in_force["lead.raise_after_hours"]),
        ),
        started_at=at,
        seen_by=seen_by,
    )
    assert due.due_at is not None  # noqa: S101 -- only a paused clock has no deadline
    return due.due_at

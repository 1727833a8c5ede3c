"""Hearing the units: the announcement, their word, and deciding on what they object to."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain.consent import NotAParty
from services.regions.assessment.domain import life
from services.regions.assessment.domain.life import (
    ObjectedAlready,
    ObjectionsClosed,
    ObjectionState,
    OtherUnitsRow,
    SamePerson,
    Step,
)
from services.regions.assessment.models import Assessment, AssessmentObjection
from services.regions.assessment.queries import files as queries
from services.regions.assessment.use_cases.computing import run_again
from services.regions.assessment.use_cases.record import (
    OBJECTION_CLOCK,
    had_a_hand,
    may_object,
    note,
)
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import Ladder, start_clock
from shared.clocks.days import legal_day
from shared.ids import uuid7
from shared.rule_settings import rule_settings

TERM: Final = "assessment.objection_working_days"
LADDER: Final = Ladder(warn_before=timedelta(days=1), raise_after=timedelta(days=1))


async def announce(
    session: AsyncSession,
    actor: Actor,
    assessment_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> Assessment:
    """告知: each unit learns its result and rows, and may object by a clock."""
    row = await queries.lock_assessment(session, assessment_id)
    require(actor, "assessment.set_up", division=row.division)
    row.require_version(expected_version)
    row.state = life.step(row.state, Step.ANNOUNCE)
    life.require_over(row.last_day, as_of=row.as_of)
    scheme = await queries.scheme(session, row.scheme_id)
    row.visible_to = divisions.visibility([row.division, *scheme.units])
    figures = await rule_settings(session, division=row.division, on_day=legal_day(now))
    due = await start_clock(
        session,
        subject_kind="assessment",
        subject_id=row.id,
        kind=OBJECTION_CLOCK,
        term=life.objection_term(figures[TERM]),
        ladder=LADDER,
        started_at=now,
        seen_by=row.visible_to,
    )
    row.announced_at, row.objections_due_at = now, due.due_at
    await note(session, actor, row, Step.ANNOUNCE, reason=None, now=now)
    return row


async def agree(
    session: AsyncSession,
    actor: Actor,
    assessment_id: UUID,
    *,
    division: str,
    expected_version: int,
    now: datetime,
) -> Assessment:
    """无异议: a unit's word on its own result."""
    row = await _begin(
        session, actor, assessment_id, Step.AGREE, division=division, version=expected_version
    )
    await note(session, actor, row, Step.AGREE, reason=None, unit=division, now=now)
    return row


async def object_to(
    session: AsyncSession,
    actor: Actor,
    assessment_id: UUID,
    *,
    division: str,
    event_id: UUID,
    grounds: str,
    expected_version: int,
    now: datetime,
) -> Assessment:
    """申诉: a unit names one of its rows that must not count, once, and in time."""
    row = await _begin(
        session, actor, assessment_id, Step.OBJECT, division=division, version=expected_version
    )
    if not may_object(row, now=now):
        raise ObjectionsClosed
    found = await queries.event(session, row, event_id)
    if found is None or found.division != division:
        raise OtherUnitsRow(reason="row", pointer="/event_id")
    if await queries.objected(session, row, found):
        raise ObjectedAlready
    session.add(
        AssessmentObjection(
            id=uuid7(),
            assessment_id=row.id,
            event_id=found.id,
            division=division,
            grounds=grounds,
            state=ObjectionState.FILED,
            filed_at=now,
            filed_by=actor.id,
            filed_name=actor.name,
            visible_to=divisions.visibility([division]),
        )
    )
    await note(session, actor, row, Step.OBJECT, reason=grounds, unit=division, now=now)
    return row


async def decide(
    session: AsyncSession,
    actor: Actor,
    assessment_id: UUID,
    objection_id: UUID,
    *,
    accepts: bool,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Assessment:
    """One who did not compute refuses, or would accept: then a second person is asked."""
    row, found = await _objection(
        session, actor, assessment_id, objection_id, Step.DECIDE, version=expected_version
    )
    found.state = ObjectionState.PROPOSED if accepts else ObjectionState.REFUSED
    found.decided_at, found.decided_by, found.decision = now, actor.id, reason
    told = f"{objection_id}: {found.state}; {reason}"
    await note(session, actor, row, Step.DECIDE, reason=told, unit=found.division, now=now)
    return row


async def confirm(
    session: AsyncSession,
    actor: Actor,
    assessment_id: UUID,
    objection_id: UUID,
    *,
    confirms: bool,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Assessment:
    """The second person's word: the row is left out and all is run again, or it is open anew."""
    row, found = await _objection(
        session, actor, assessment_id, objection_id, Step.CONFIRM, version=expected_version
    )
    if confirms:
        found.state = ObjectionState.ACCEPTED
        found.confirmed_at, found.confirmed_by = now, actor.id
        await session.flush()
        await run_again(session, row)
    else:
        found.state = ObjectionState.FILED
        found.decided_at = found.decided_by = found.decision = None
    told = f"{objection_id}: {found.state}; {reason}"
    await note(session, actor, row, Step.CONFIRM, reason=told, unit=found.division, now=now)
    return row


async def _begin(
    session: AsyncSession,
    actor: Actor,
    assessment_id: UUID,
    step: Step,
    *,
    division: str,
    version: int,
) -> Assessment:
    """The assessment locked, for a step of a unit in its own name."""
    row = await queries.lock_assessment(session, assessment_id)
    require(actor, "assessment.answer", division=division)
    row.require_version(version)
    scheme = await queries.scheme(session, row.scheme_id)
    if division not in scheme.units:
        raise NotAParty(reason=division, division=division, pointer="/division")
    row.state = life.step(row.state, step)
    return row


async def _objection(
    session: AsyncSession,
    actor: Actor,
    assessment_id: UUID,
    objection_id: UUID,
    step: Step,
    *,
    version: int,
) -> tuple[Assessment, AssessmentObjection]:
    """The assessment locked and one of its objections, for another person than before."""
    row = await queries.lock_assessment(session, assessment_id)
    require(actor, "assessment.decide", division=row.division)
    row.require_version(version)
    found = await queries.objection(session, row, objection_id)
    row.state = life.step(row.state, step)
    life.require_objection_step(found.state, step)
    if had_a_hand(actor, row, found):
        raise SamePerson
    return row, found

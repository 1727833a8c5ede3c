"""How every step of handling begins, and how the clock it was due on ends."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.use_cases.recusal import require_not_recused
from services.petitions.intake import queries
from services.petitions.intake.domain import (
    WHILE_COMPETENCE_IS_OPEN,
    CompetenceOpen,
    Step,
    step as leads_to,
)
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import decider
from services.petitions.profiles.domain import ClockKind
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import is_running, stop_clock


async def begin_step(
    session: AsyncSession, actor: Actor, petition_id: UUID, version: int, step: Step
) -> Petition:
    """The petition, locked, as the caller saw it, with the right to take the step."""
    petition = await queries.lock_petition(session, petition_id)
    petition.require_version(version)
    require(actor, f"petition.{step}", division=decider(petition, step))
    leads_to(petition.state, step)
    if petition.competence_open and step in WHILE_COMPETENCE_IS_OPEN:
        raise CompetenceOpen(step=step.value)
    await require_not_recused(session, petition.id, actor)
    return petition


async def stop(session: AsyncSession, petition: Petition, kind: ClockKind, now: datetime) -> None:
    """End a clock whose act was done, if it runs at all."""
    if await is_running(session, subject_id=petition.id, kind=kind):
        await stop_clock(session, subject_id=petition.id, kind=kind, at=now)

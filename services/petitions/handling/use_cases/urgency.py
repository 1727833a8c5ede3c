"""A matter turns out to be major or urgent: the superiors are told at once (art. 25)."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.domain.urgency import AlreadyUrgent
from services.petitions.handling.use_cases.begin import begin_step
from services.petitions.intake.domain import Step, Urgency
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import take
from services.petitions.intake.use_cases.urgent import report_upward
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.auth.actor import Actor

# Characters the column holds; a reason may grow by being redacted.
REASON_LENGTH = 500


async def mark_urgent(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Mark the petition and report it upward, in one act."""
    petition = await begin_step(session, actor, petition_id, version, Step.MARK_URGENT)
    if petition.urgency is Urgency.MAJOR_URGENT:
        raise AlreadyUrgent
    petition.urgency = Urgency.MAJOR_URGENT
    told = await without_petitioner(session, petition.party_ids, reason, keys=keys)
    await take(session, petition, Step.MARK_URGENT, actor=actor, reason=told, keys=None, now=now)
    await report_upward(session, petition, actor=actor, reason=told[:REASON_LENGTH], now=now)
    return petition

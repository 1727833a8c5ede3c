"""The written answer, and filing what nobody can be called back about."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.domain.answer import Outcome, StillReachable, require_handler
from services.petitions.handling.use_cases.begin import begin_step, stop
from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import take
from services.petitions.profiles.domain import ClockKind
from services.petitions.vault.use_cases import VaultKeys
from shared.auth.actor import Actor


async def reply(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    outcome: Outcome,
    opinion: str,
    legal_basis: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The written answer: opinion with its legal basis (art. 32); a call-back follows."""
    petition = await begin_step(session, actor, petition_id, version, Step.REPLY)
    require_handler(petition.handler_id, actor.id)
    petition.outcome, petition.reply = outcome.value, opinion
    petition.replied_at = now
    facts = {"outcome": outcome.value, "legal_basis": legal_basis}
    await take(
        session, petition, Step.REPLY, actor=actor, reason=opinion, keys=keys, now=now, facts=facts
    )
    await stop(session, petition, ClockKind.CLOSING, now)
    return petition


async def file(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Close what nobody can be called back about: an anonymous petition (DOMAIN 2.7)."""
    petition = await begin_step(session, actor, petition_id, version, Step.FILE)
    if not petition.anonymous:
        raise StillReachable
    petition.closed_at = now
    await take(session, petition, Step.FILE, actor=actor, reason=reason, keys=keys, now=now)
    return petition

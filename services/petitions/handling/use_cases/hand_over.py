"""Another officer handles the petition, as when the first is recused."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling import queries
from services.petitions.handling.domain.recusal import AlreadyHandler, Recused
from services.petitions.handling.use_cases.begin import begin_step
from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import take
from services.petitions.vault.use_cases import VaultKeys
from shared.auth.actor import Actor
from shared.auth.policy import require


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    account_id: UUID | None,
    account_name: str | None,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """An officer of the unit takes the petition over, or the head names one."""
    petition = await begin_step(session, actor, petition_id, version, Step.HAND_OVER)
    right = "petition.start" if account_id is None else "petition.name_handler"
    require(actor, right, division=petition.holder)
    handler_id, name = account_id or actor.id, actor.name
    if account_id is not None:
        name = account_name or str(account_id)
    if petition.handler_id == handler_id:
        raise AlreadyHandler(name=name)
    if await queries.is_recused(session, petition.id, handler_id):
        raise Recused(name=name)
    facts = {"from": str(petition.handler_id), "to": str(handler_id)}
    petition.handler_id, petition.handler_name = handler_id, name
    await take(
        session,
        petition,
        Step.HAND_OVER,
        actor=actor,
        reason=reason,
        keys=keys,
        now=now,
        facts=facts,
    )
    return petition

"""Recusal: an interest is declared or ordered, and bars every step until it is lifted (art. 28)."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling import queries
from services.petitions.handling.domain.recusal import (
    AlreadyRecused,
    OwnRecusal,
    RecusalLifted,
    Recused,
)
from services.petitions.handling.models import Recusal
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import lock_petition
from services.petitions.intake.use_cases.steps import KIND, seen_by, touch
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require

# Characters the column holds; a reason may grow by being redacted.
REASON_LENGTH = 500


async def require_not_recused(session: AsyncSession, petition_id: UUID, actor: Actor) -> None:
    """Recused if the actor has an interest in the matter; asked before every step with it."""
    if await queries.is_recused(session, petition_id, actor.id):
        raise Recused(name=actor.name)


async def declare(
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
) -> tuple[Petition, Recusal]:
    """Declare the own interest, or order somebody else's recusal as the head."""
    petition = await lock_petition(session, petition_id)
    petition.require_version(version)
    own = account_id is None or account_id == actor.id
    right = "recusal.declare" if own else "recusal.order"
    require(actor, right, division=petition.holder)
    recused_id, name = actor.id, actor.name
    if account_id is not None and not own:
        recused_id, name = account_id, account_name or str(account_id)
    if await queries.is_recused(session, petition.id, recused_id):
        raise AlreadyRecused(name=name)
    reason = await without_petitioner(session, petition.party_ids, reason, keys=keys)
    recusal = Recusal(
        petition_id=petition.id,
        account_id=recused_id,
        account_name=name,
        reason=reason[:REASON_LENGTH],
        declared_by=actor.id,
        declared_by_name=actor.name,
        at=now,
        visible_to=petition.visible_to,
    )
    session.add(recusal)
    await _keep(session, actor, petition, recusal, right, now=now)
    return petition, recusal


async def lift(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    recusal_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> tuple[Petition, Recusal]:
    """A head finds that there is no interest, or none any more."""
    petition = await lock_petition(session, petition_id)
    petition.require_version(version)
    require(actor, "recusal.lift", division=petition.holder)
    recusal = await queries.recusal(session, petition.id, recusal_id)
    if recusal.account_id == actor.id:
        raise OwnRecusal
    if recusal.lifted_at is not None:
        raise RecusalLifted
    told = await without_petitioner(session, petition.party_ids, reason, keys=keys)
    recusal.lifted_by, recusal.lifted_by_name = actor.id, actor.name
    recusal.lifted_reason, recusal.lifted_at = told[:REASON_LENGTH], now
    await _keep(session, actor, petition, recusal, "recusal.lift", now=now)
    return petition, recusal


async def _keep(
    session: AsyncSession,
    actor: Actor,
    petition: Petition,
    recusal: Recusal,
    action: str,
    *,
    now: datetime,
) -> None:
    await touch(session, petition)
    await record(
        session,
        actor,
        action,
        object_kind=KIND,
        object_id=petition.id,
        now=now,
        seen_by=seen_by(petition),
        reason=recusal.lifted_reason or recusal.reason,
        after={"recusal": recusal.id, "account": recusal.account_id},
    )

"""Handling petitions together, and apart again: a relation, never a move."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling import queries
from services.petitions.handling.domain.merging import NotMerged, require_mergeable
from services.petitions.handling.use_cases.recusal import REASON_LENGTH, require_not_recused
from services.petitions.intake.domain import require_whole
from services.petitions.intake.models import MergeLink, Petition
from services.petitions.intake.queries import lock_petition
from services.petitions.intake.use_cases.steps import KIND, seen_by, touch
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require

RIGHT = "petition.merge"


async def merge(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    into_id: UUID,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Handle the petition with another one; each keeps its number, clocks and state."""
    # In one order, so that two who merge each into the other do not wait for one another.
    locked = {each: await lock_petition(session, each) for each in sorted({petition_id, into_id})}
    petition, into = locked[petition_id], locked[into_id]
    petition.require_version(version)
    for each in (petition, into):
        require(actor, RIGHT, division=each.holder)
        require_whole(each.parent_id)
        await require_not_recused(session, each.id, actor)
    require_mergeable(
        petition_id,
        into_id,
        merged=await queries.running_merger(session, petition_id) is not None,
        into_merged=await queries.running_merger(session, into_id) is not None,
        has_merged=await queries.has_merged(session, petition_id),
    )
    parties = [*petition.party_ids, *into.party_ids]
    told = await without_petitioner(session, parties, reason, keys=keys)
    link = MergeLink(
        petition_id=petition_id,
        into_id=into_id,
        reason=told[:REASON_LENGTH],
        merged_by=actor.id,
        merged_by_name=actor.name,
        at=now,
    )
    session.add(link)
    await _keep(session, actor, petition, link, "merge", now=now)
    return petition


async def unmerge(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Handle the petition by itself again; the row stays, with who undid it and why."""
    petition = await lock_petition(session, petition_id)
    petition.require_version(version)
    require(actor, RIGHT, division=petition.holder)
    await require_not_recused(session, petition.id, actor)
    link = await queries.running_merger(session, petition_id)
    if link is None:
        raise NotMerged
    told = await without_petitioner(session, petition.party_ids, reason, keys=keys)
    link.undone_by, link.undone_by_name = actor.id, actor.name
    link.undone_reason, link.undone_at = told[:REASON_LENGTH], now
    await _keep(session, actor, petition, link, "unmerge", now=now)
    return petition


async def _keep(
    session: AsyncSession,
    actor: Actor,
    petition: Petition,
    link: MergeLink,
    act: str,
    *,
    now: datetime,
) -> None:
    await touch(session, petition)
    await record(
        session,
        actor,
        f"petition.{act}",
        object_kind=KIND,
        object_id=petition.id,
        now=now,
        seen_by=seen_by(petition),
        reason=link.undone_reason or link.reason,
        after={"into": link.into_id, "merged": link.undone_at is None},
    )

"""Confirming a repeat and taking a wrong confirmation back. Both are a clerk's."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.domain import require_whole
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import lock_petition
from services.petitions.intake.use_cases.steps import KIND, seen_by
from services.petitions.repeats import queries
from services.petitions.repeats.domain.likeness import compare
from services.petitions.repeats.domain.reasons import Ground, reasons
from services.petitions.repeats.domain.rules import (
    AlreadyRepeat,
    Basis,
    HasRepeats,
    NotARepeat,
    NotEarlier,
    RepeatOfItself,
    require_same,
)
from services.petitions.repeats.models import RepeatLink
from services.petitions.repeats.use_cases.candidates import rule_for
from services.petitions.repeats.use_cases.likeness import of_petition
from services.petitions.vault import use_cases as vault
from services.petitions.vault.use_cases import VaultKeys
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.contracts.petitions import RepeatConfirmed, RepeatRevoked
from shared.messaging.outbox import announce

NOTE_LENGTH = 200


async def confirm(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    root_id: UUID,
    note: str | None,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> RepeatLink:
    """Record that the petition repeats an earlier one; a repeat of a repeat joins its root."""
    petition = await _to_decide(session, actor, petition_id, version=version)
    # The root is locked too: two repeats confirmed at once get two positions.
    root = await lock_petition(session, await queries.root_of(session, root_id))
    basis, grounds = await _common_ground(session, petition, root, now=now)
    if note is not None:  # who reads the link may know neither petition's people
        people = [*petition.party_ids, *root.party_ids]
        note = await vault.without_petitioner(session, people, note, keys=keys)
    link = RepeatLink(
        petition_id=petition.id,
        root_id=root.id,
        position=await queries.last_position(session, root.id) + 1,
        basis=basis,
        grounds=[each.value for each in grounds],
        note=note and note[:NOTE_LENGTH],
        confirmed_by=actor.id,
        at=now,
        visible_to=sorted({*petition.visible_to, *root.visible_to}),
    )
    session.add(link)
    await session.flush()
    after = {"root": root.id, "position": link.position, "basis": basis}
    await _trace(session, actor, petition, "confirm_repeat", reason=note, now=now, after=after)
    await announce(
        session,
        RepeatConfirmed(
            petition_id=petition.id,
            root_id=root.id,
            at=now,
            divisions=petition.divisions,
            office=petition.office,
        ),
        now=now,
    )
    return link


async def revoke(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> None:
    """Take a wrong confirmation back; the matter's later repeats move up by one."""
    petition = await _to_decide(session, actor, petition_id, version=version)
    link = await queries.link(session, petition.id)
    if link is None:
        raise NotARepeat
    # Who revokes sees the whole matter, as who confirms does.
    root = await lock_petition(session, link.root_id)
    matter = await queries.repeats_of(session, root.id)
    await session.delete(link)
    await session.flush()
    for later in matter:
        if later.position > link.position:
            later.position -= 1
            await session.flush()  # one by one: no two ever have one position
    people = [*petition.party_ids, *root.party_ids]
    reason = await vault.without_petitioner(session, people, reason, keys=keys)
    before = {"root": root.id, "position": link.position, "basis": link.basis}
    await _trace(session, actor, petition, "revoke_repeat", reason=reason, now=now, before=before)
    await announce(
        session,
        RepeatRevoked(
            petition_id=petition.id,
            root_id=root.id,
            at=now,
            divisions=petition.divisions,
            office=petition.office,
        ),
        now=now,
    )


async def _to_decide(
    session: AsyncSession, actor: Actor, petition_id: UUID, *, version: int
) -> Petition:
    petition = await lock_petition(session, petition_id)
    petition.require_version(version)
    require(actor, "petition.confirm_repeat", division=petition.office)
    return petition


async def _common_ground(
    session: AsyncSession, petition: Petition, root: Petition, *, now: datetime
) -> tuple[Basis, list[Ground]]:
    """By what the two are one matter, and all they have in common."""
    await _require_order(session, petition, root)
    rule = await rule_for(session, petition.office, petition.divisions, now=now)
    new, first = of_petition(petition, seats=rule.seats), of_petition(root, seats=rule.seats)
    require_same(new, first, basis=rule.basis, metres=rule.metres)
    parts = compare(new, first)
    told = reasons(new, first, parts, counties=rule.counties, metres=rule.metres)
    return rule.basis, [each.ground for each in told]


async def _require_order(session: AsyncSession, petition: Petition, root: Petition) -> None:
    if petition.id == root.id:
        raise RepeatOfItself
    for each in (petition, root):
        require_whole(each.parent_id)
    if await queries.link(session, petition.id):
        raise AlreadyRepeat
    if await queries.repeats_of(session, petition.id):
        raise HasRepeats
    if petition.received_at < root.received_at:
        raise NotEarlier


async def _trace(
    session: AsyncSession,
    actor: Actor,
    petition: Petition,
    act: str,
    *,
    reason: str | None,
    now: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    await record(
        session,
        actor,
        f"petition.{act}",
        object_kind=KIND,
        object_id=petition.id,
        now=now,
        seen_by=seen_by(petition),
        reason=reason,
        before=before,
        after=after,
    )

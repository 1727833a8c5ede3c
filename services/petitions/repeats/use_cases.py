"""Finding and confirming repeats. A person confirms; nothing merges by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.models import Petition
from services.petitions.intake.queries import lock_petition, petition as read_petition
from services.petitions.repeats import queries
from services.petitions.repeats.domain import (
    Ground,
    HasRepeats,
    Likeness,
    NotEarlier,
    NotTheSamePerson,
    RepeatOfItself,
    grounds,
    is_candidate,
)
from services.petitions.repeats.models import RepeatLink
from shared import reference
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.contracts.petitions import RepeatConfirmed
from shared.messaging.outbox import announce
from shared.rule_settings import rule_settings


def _likeness(petition: Petition) -> Likeness:
    return Likeness(
        id=petition.id,
        tokens=frozenset(petition.petitioner_tokens),
        object_name=petition.object_name,
        division=petition.divisions[0],
        media=frozenset(petition.media),
    )


async def candidates(
    session: AsyncSession, petition_id: UUID
) -> Sequence[tuple[Petition, list[Ground]]]:
    """Earlier petitions this one may repeat, each with what they have in common."""
    petition = await read_petition(session, petition_id)
    settings = await rule_settings(
        session, division=petition.office, on_day=legal_day(petition.received_at)
    )
    window = timedelta(days=settings["repeats.window_days"])
    neighbours = await reference.neighbours(session, petition.divisions[0])
    new = _likeness(petition)
    compared = [
        (earlier, grounds(new, _likeness(earlier), neighbours=neighbours))
        for earlier in await queries.by_same_person(session, petition, window=window)
    ]
    return [(earlier, found) for earlier, found in compared if is_candidate(found)]


async def confirm(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    root_id: UUID,
    note: str | None,
    version: int,
    now: datetime,
) -> RepeatLink:
    """Record that the petition repeats an earlier one; a repeat of a repeat joins its root."""
    petition = await lock_petition(session, petition_id)
    petition.require_version(version)
    require(actor, "petition.confirm_repeat", division=petition.office)
    # The root is locked too: two repeats confirmed at once get two positions.
    root = await lock_petition(session, await queries.root_of(session, root_id))
    found = await _common_ground(session, petition, root)
    link = RepeatLink(
        petition_id=petition.id,
        root_id=root.id,
        position=await queries.last_position(session, root.id) + 1,
        grounds=[each.value for each in found],
        note=note,
        confirmed_by=actor.id,
        at=now,
        visible_to=sorted({*petition.visible_to, *root.visible_to}),
    )
    session.add(link)
    await session.flush()
    seen_by = [petition.office, *petition.divisions]
    await record(
        session,
        actor,
        "petition.confirm_repeat",
        object_kind="petition",
        object_id=petition.id,
        now=now,
        seen_by=seen_by,
        reason=note,
        after={"root": root.id, "position": link.position},
    )
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


async def _common_ground(session: AsyncSession, petition: Petition, root: Petition) -> list[Ground]:
    if petition.id == root.id:
        raise RepeatOfItself
    if await queries.repeats_of(session, petition.id):
        raise HasRepeats
    if petition.received_at < root.received_at:
        raise NotEarlier
    neighbours = await reference.neighbours(session, petition.divisions[0])
    found = grounds(_likeness(petition), _likeness(root), neighbours=neighbours)
    if Ground.SAME_PERSON not in found:
        raise NotTheSamePerson
    return found

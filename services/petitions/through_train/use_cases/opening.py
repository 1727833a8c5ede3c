"""What puts a matter on the through-train."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.domain import State as PetitionState
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import petition as read_petition
from services.petitions.repeats.queries import matter, root_of
from services.petitions.through_train import queries
from services.petitions.through_train.domain import NoteKind, Trigger
from services.petitions.through_train.models import Escalation
from services.petitions.through_train.use_cases.escalation import KIND, settings_of
from services.petitions.through_train.use_cases.telling import note
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR, record


async def open_or_join(
    session: AsyncSession, *, petition_id: UUID, trigger: Trigger, at: datetime, now: datetime
) -> None:
    """Make the petition's matter a candidate, or tell the escalation it is in of one more trigger.

    What a re-review ended stays ended (art. 36).
    """
    root, *repeats = await _matter(session, petition_id)
    settings = await settings_of(session, root.divisions[0], now)
    if trigger not in settings["through_train.trigger_on"] or root.state is PetitionState.FINAL:
        return
    running = await queries.running(session, root.id)
    if running is not None:
        await note(
            session,
            running,
            NoteKind.TRIGGERED_AGAIN,
            trigger.value,
            actor=SYSTEM_ACTOR,
            now=at,
        )
        return
    await _open(session, root, repeats, trigger=trigger, at=at, now=now)


async def repeat_revoked(
    session: AsyncSession, *, root_id: UUID, petition_id: UUID, now: datetime
) -> None:
    """Who decides on the matter reads that one of its repeats was none, and judges by the rest.

    What was pushed stays pushed: a report named it, and only people lead it on (视情).
    """
    root, *repeats = await _matter(session, root_id)
    running = await queries.running(session, root.id)
    if running is None:
        return
    running.visible_to = _seen_in(root, repeats)
    revoked = await read_petition(session, petition_id)
    await note(
        session,
        running,
        NoteKind.REPEAT_REVOKED,
        revoked.number,
        actor=SYSTEM_ACTOR,
        now=now,
    )


async def _matter(session: AsyncSession, petition_id: UUID) -> list[Petition]:
    """The coordinating item and its repeats; a part stands for the item it is a part of."""
    petition = await read_petition(session, petition_id)
    root, *repeats = await matter(
        session, await root_of(session, petition.parent_id or petition.id)
    )
    if root.parent_id is None:
        return [root, *repeats]
    return [*await matter(session, await root_of(session, root.parent_id))]


async def _open(
    session: AsyncSession,
    root: Petition,
    repeats: list[Petition],
    *,
    trigger: Trigger,
    at: datetime,
    now: datetime,
) -> None:
    previous = await queries.last_resolved(session, root.id)
    county = root.divisions[0]
    escalation = Escalation(
        petition_id=root.id,
        previous_id=previous.id if previous else None,
        county=county,
        city=divisions.city_of(county),
        divisions=root.divisions,
        trigger=trigger,
        triggered_at=at,
        created_at=now,
        visible_to=_seen_in(root, repeats),
    )
    session.add(escalation)
    await session.flush()
    await record(
        session,
        SYSTEM_ACTOR,
        "escalation.open",
        object_kind=KIND,
        object_id=escalation.id,
        now=now,
        seen_by=escalation.divisions,
        after={"trigger": trigger, "petition": root.id},
    )


def _seen_in(root: Petition, repeats: Sequence[Petition]) -> list[str]:
    """Whoever may see one of the matter's petitions."""
    return sorted({scope for each in (root, *repeats) for scope in each.visible_to})

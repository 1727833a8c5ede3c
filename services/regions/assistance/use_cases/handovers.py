"""Handing a matter over to the organ that decides on it (行政处罚法 art. 22, 25, 27)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance import queries
from services.regions.assistance.domain import course
from services.regions.assistance.domain.course import LetterKind, State
from services.regions.assistance.domain.evidence import EvidenceItem, require_sound
from services.regions.assistance.domain.handing import (
    SETTLED,
    AlreadyHandedOver,
    Ground,
    require_receiver,
)
from services.regions.assistance.models import Handover
from services.regions.assistance.use_cases.course import (
    SEND,
    begin,
    list_evidence,
    new_number,
    require_bureau,
    write_down,
)
from services.regions.divisions.use_cases import require_known
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter
from shared.ids import uuid7


async def send(
    session: AsyncSession,
    actor: Actor,
    *,
    sender: str,
    receiver: str,
    matter: Matter,
    facts: str,
    legal_view: str,
    evidence: Sequence[EvidenceItem],
    urgent: bool,
    contact: str,
    operation_id: UUID | None,
    finding_id: UUID | None,
    now: datetime,
    ground: Ground = Ground.PLACE_OF_ACT,
    receiver_bureau_id: UUID | None = None,
) -> Handover:
    """Hand a matter over with facts, legal view and custody list, by who may send for `sender`.

    NotThePlaceOfTheAct if the act took place outside the receiver (art. 22); BadLetter or
    BadEvidence if letter or list do not hold together; AlreadyHandedOver if another hand-over of
    the same finding stands.
    """
    require(actor, "assistance.send", division=sender)
    await require_known(session, [sender, receiver], on_day=legal_day(now), pointer="/receiver")
    await require_known(
        session, [matter.division], on_day=legal_day(now), pointer="/matter/division"
    )
    await require_bureau(session, receiver_bureau_id, receiver, now=now)
    require_receiver(
        ground,
        sender=sender,
        receiver=receiver,
        place=matter.division,
        has_bureau=receiver_bureau_id is not None,
    )
    require_sound(evidence, now=now)
    if finding_id is not None and await queries.stands_handed_over(session, finding_id):
        raise AlreadyHandedOver
    handover = Handover(
        id=uuid7(),
        number=await new_number(session, LetterKind.HANDOVER, sender, now),
        sender=sender,
        receiver=receiver,
        receiver_bureau_id=receiver_bureau_id,
        ground=ground,
        designated=ground in SETTLED,
        matter=matter.model_dump(mode="json"),
        facts=facts,
        legal_view=legal_view,
        urgent=urgent,
        contact=contact,
        operation_id=operation_id,
        finding_id=finding_id,
        state=State.SENT,
        sent_at=now,
        sent_by=actor.id,
        changed_at=now,
        visible_to=divisions.visibility([sender, receiver]),
    )
    session.add(handover)
    await session.flush()
    await list_evidence(session, handover, evidence)
    await write_down(session, actor, handover, SEND, before=None, reason=None, now=now)
    for kind in course.opening_clocks(urgent=urgent):
        await begin(session, handover, kind, at=now)
    return handover

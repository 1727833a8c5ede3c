"""Asking another organ for help (协查, 行政处罚法 art. 26)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance.domain import course
from services.regions.assistance.domain.course import BadLetter, LetterKind, State
from services.regions.assistance.domain.requests import Asked
from services.regions.assistance.models import AssistanceRequest
from services.regions.assistance.use_cases.course import (
    SEND,
    begin,
    new_number,
    require_bureau,
    write_down,
)
from services.regions.divisions.use_cases import require_known
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.ids import uuid7


async def send(
    session: AsyncSession,
    actor: Actor,
    *,
    sender: str,
    receiver: str,
    receiver_bureau_id: UUID | None,
    kind: Asked,
    title: str,
    facts: str,
    asked: str,
    legal_basis: str,
    urgent: bool,
    contact: str,
    attachments: Sequence[dict[str, Any]],
    now: datetime,
) -> AssistanceRequest:
    """A numbered letter that says what is asked of whom, and on what ground.

    BadLetter if an organ asks itself; within one division the other organ is named as the bureau
    it is.
    """
    require(actor, "assistance.send", division=sender)
    await require_known(session, [sender, receiver], on_day=legal_day(now), pointer="/receiver")
    await require_bureau(session, receiver_bureau_id, receiver, now=now)
    if sender == receiver and receiver_bureau_id is None:
        raise BadLetter(reason="sender and receiver are the same", pointer="/receiver")
    letter = AssistanceRequest(
        id=uuid7(),
        number=await new_number(session, LetterKind.REQUEST, sender, now),
        sender=sender,
        receiver=receiver,
        receiver_bureau_id=receiver_bureau_id,
        kind=kind,
        title=title,
        facts=facts,
        asked=asked,
        legal_basis=legal_basis,
        urgent=urgent,
        contact=contact,
        attachments=list(attachments),
        state=State.SENT,
        sent_at=now,
        sent_by=actor.id,
        changed_at=now,
        visible_to=divisions.visibility([sender, receiver]),
    )
    session.add(letter)
    await session.flush()
    await write_down(session, actor, letter, SEND, before=None, reason=None, now=now)
    for each in course.opening_clocks(urgent=urgent):
        await begin(session, letter, each, at=now)
    return letter

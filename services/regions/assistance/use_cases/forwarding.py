"""The same letter again, to another organ: the parties of a letter never change."""

from typing import Any
from uuid import UUID

from services.regions.assistance.domain import course
from services.regions.assistance.domain.course import BadLetter, State
from services.regions.assistance.domain.evidence import Receipt
from services.regions.assistance.domain.handing import Ground, require_receiver
from services.regions.assistance.models import AssistanceRequest, Handover, LetterEvidence
from services.regions.assistance.queries import AnyLetter, LetterFile, kind_of
from services.regions.assistance.use_cases.acting import Act
from services.regions.assistance.use_cases.course import (
    SEND,
    begin,
    new_number,
    require_bureau,
    write_down,
)
from services.regions.divisions.use_cases import require_known
from shared import divisions
from shared.clocks.days import legal_day
from shared.ids import uuid7


async def forward(
    act: Act,
    file: LetterFile,
    *,
    receiver: str,
    receiver_bureau_id: UUID | None,
    designated: bool,
) -> AnyLetter:
    """A new letter of the same sender's with the same content, which follows the one withdrawn.

    Its evidence is to be received anew. `designated`: by the common superior, so that the new
    receiver cannot object.
    """
    old = file.letter
    await require_known(act.session, [receiver], on_day=legal_day(act.now), pointer="/receiver")
    await require_bureau(act.session, receiver_bureau_id, receiver, now=act.now)
    if (receiver, receiver_bureau_id) == (old.receiver, old.receiver_bureau_id):
        raise BadLetter(reason="the same organ again", pointer="/receiver")
    common = await _common(act, old, receiver, receiver_bureau_id, designated=designated)
    letter = (
        _handover(old, common, designated=designated)
        if isinstance(old, Handover)
        else _request(old, common)
    )
    act.session.add(letter)
    await act.session.flush()
    if isinstance(letter, Handover):
        act.session.add_all(_again(each, letter) for each in file.evidence)
        await act.session.flush()
    reason = f"{old.number}"
    await write_down(act.session, act.actor, letter, SEND, before=None, reason=reason, now=act.now)
    for kind in course.opening_clocks(urgent=letter.urgent):
        await begin(act.session, letter, kind, at=act.now)
    return letter


async def _common(
    act: Act, old: AnyLetter, receiver: str, bureau_id: UUID | None, *, designated: bool
) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "number": await new_number(act.session, kind_of(old), old.sender, act.now),
        "sender": old.sender,
        "receiver": receiver,
        "receiver_bureau_id": bureau_id,
        "facts": old.facts,
        "urgent": old.urgent,
        "contact": old.contact,
        "state": State.SENT,
        "designated": designated,
        "sent_at": act.now,
        "sent_by": act.actor.id,
        "changed_at": act.now,
        "visible_to": divisions.visibility([old.sender, receiver]),
        "follows_id": old.id,
    }


def _request(old: AssistanceRequest, common: dict[str, Any]) -> AssistanceRequest:
    if common["sender"] == common["receiver"] and common["receiver_bureau_id"] is None:
        raise BadLetter(reason="sender and receiver are the same", pointer="/receiver")
    return AssistanceRequest(
        **common,
        kind=old.kind,
        title=old.title,
        asked=old.asked,
        legal_basis=old.legal_basis,
        attachments=old.attachments,
    )


def _handover(old: Handover, common: dict[str, Any], *, designated: bool) -> Handover:
    ground = Ground.DESIGNATED if designated else old.ground
    require_receiver(
        ground,
        sender=old.sender,
        receiver=common["receiver"],
        place=old.matter["division"],
        has_bureau=common["receiver_bureau_id"] is not None,
    )
    return Handover(
        **common,
        ground=ground,
        matter=old.matter,
        legal_view=old.legal_view,
        operation_id=old.operation_id,
        finding_id=old.finding_id,
    )


def _again(item: LetterEvidence, letter: Handover) -> LetterEvidence:
    """The item as it was first listed, not yet received by the new organ."""
    return LetterEvidence(
        id=uuid7(),
        handover_id=letter.id,
        position=item.position,
        title=item.title,
        sha256=item.sha256,
        kind=item.kind,
        taken_at=item.taken_at,
        taken_by=item.taken_by,
        chain=item.chain,
        cma_number=item.cma_number,
        method_standard=item.method_standard,
        receipt=Receipt.PENDING,
        lacks=[],
        visible_to=letter.visible_to,
    )

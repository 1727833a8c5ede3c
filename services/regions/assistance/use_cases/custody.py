"""Receiving evidence item by item, and recognising it (互认证据)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.regions.assistance.domain import evidence as rules
from services.regions.assistance.domain.course import Action
from services.regions.assistance.domain.evidence import (
    OFFICERS_MIN,
    CustodyStep,
    EvidenceItem,
    NotRecognisable,
    Receipt,
    ReceiptSettled,
)
from services.regions.assistance.models import LetterEvidence
from services.regions.assistance.queries import AnyLetter, LetterFile
from services.regions.assistance.use_cases.acting import Act, holder_of
from services.regions.assistance.use_cases.course import settings_of
from shared.errors import NotFound


async def receive(act: Act, seen: Mapping[UUID, str]) -> AnyLetter:
    """签收: the receiver's own hash of each item against the list; a mismatch refuses that item.

    A refused item may come again; a confirmed one is settled (ReceiptSettled).
    """
    file = await act.open(Action.RECEIVE)
    told = [_receive_one(act, _item(file, each), sha256) for each, sha256 in seen.items()]
    await act.take(file.letter, Action.RECEIVE, reason="; ".join(told))
    return file.letter


def _receive_one(act: Act, item: LetterEvidence, sha256: str) -> str:
    if item.receipt is Receipt.CONFIRMED:
        raise ReceiptSettled
    item.receipt = rules.compare(item.sha256, sha256)
    item.received_sha256, item.received_at = sha256, act.now
    item.received_by = act.actor.name
    return f"{item.position} {item.title}: {item.receipt}"


async def recognise(act: Act, evidence_id: UUID, *, recognised: bool, reason: str) -> AnyLetter:
    """The legal reviewer of the organ the evidence came to takes it over as it is, or does not.

    NotRecognisable, with what the item lacks, if he would against the rule; refusing is recorded
    with what it lacks and his own reason.
    """
    file = await act.open(Action.RECOGNISE)
    item = _item(file, evidence_id)
    holder = holder_of(file.letter, Action.RECOGNISE) or ""
    settings = await settings_of(act.session, holder, act.now)
    found = rules.lacks(value_of(item), item.receipt, officers_min=settings[OFFICERS_MIN])
    if recognised and found:
        raise NotRecognisable(lacks=", ".join(found))
    item.recognised, item.recognition_reason = recognised, reason
    item.lacks = [each.value for each in found]
    item.recognised_at, item.recognised_by = act.now, act.actor.name
    verdict = "recognised" if recognised else "not recognised"
    told = f"{item.position} {item.title}: {verdict}; {reason}"
    await act.take(file.letter, Action.RECOGNISE, reason=told)
    return file.letter


def value_of(item: LetterEvidence) -> EvidenceItem:
    """The row as the rules see it."""
    return EvidenceItem(
        title=item.title,
        sha256=item.sha256,
        kind=item.kind,
        taken_at=item.taken_at,
        taken_by=item.taken_by,
        chain=[_custody_step(each) for each in item.chain],
        cma_number=item.cma_number,
        method_standard=item.method_standard,
    )


def _custody_step(step: Mapping[str, Any]) -> CustodyStep:
    return CustodyStep(**{**step, "at": datetime.fromisoformat(step["at"])})


def _item(file: LetterFile, evidence_id: UUID) -> LetterEvidence:
    found = next((each for each in file.evidence if each.id == evidence_id), None)
    if found is None:
        raise NotFound(what="evidence")
    return found

"""What is done on the spot: certificates, code, record, recorder, sheet, declaration, finding."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.visits import Method, Mode
from services.tasks.enterprises.queries.registry import next_number
from services.tasks.inspections.domain import guards
from services.tasks.inspections.domain.guards import (
    AbsenceCase,
    Breach,
    NotOnSite,
    NotUnannounced,
    SheetHandedBefore,
    Signature,
)
from services.tasks.inspections.domain.life import InspectionAction
from services.tasks.inspections.domain.recorders import RecorderAsItIs, SaidItem
from services.tasks.inspections.models.inspections import Inspection
from services.tasks.inspections.use_cases.recording import begin_recording, end_recording
from services.tasks.inspections.use_cases.steps import (
    lock_for,
    one_of,
    presences,
    present,
    take,
)
from shared.auth.actor import Actor
from shared.clocks.days import legal_day


@dataclass(frozen=True, slots=True)
class Answer:
    """How the party answered a text; `case` is one of the five of art. 43."""

    signature: Signature
    note: str | None = None
    case: AbsenceCase | None = None


async def show_certificates(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    officer_ids: Sequence[UUID],
    expected_version: int,
    now: datetime,
) -> Inspection:
    """Officers who are there show theirs."""
    action = InspectionAction.SHOW_CERTIFICATES
    inspection = await lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    there = await present(session, inspection)
    shown = [one_of(there, each) for each in officer_ids]
    for officer in shown:
        officer.certificate_shown = True
    names = ", ".join(each.name for each in shown)
    await take(session, actor, inspection, action, note=names, now=now)
    return inspection


async def show_code(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> Inspection:
    """亮码: the party was shown the code of the act; the first time counts."""
    action = InspectionAction.SHOW_CODE
    inspection = await lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    _require_on_site(inspection)
    inspection.code_shown_at = inspection.code_shown_at or now
    await take(session, actor, inspection, action, note=inspection.act_code, now=now)
    return inspection


async def keep_record(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    text: str,
    answer: Answer,
    expected_version: int,
    now: datetime,
) -> Inspection:
    """Write the record of the inspection, and how the party answered it."""
    inspection = await lock_for(
        session, actor, inspection_id, InspectionAction.RECORD, expected_version=expected_version
    )
    if inspection.mode is Mode.ON_SITE and answer.signature is not Signature.ABSENT:
        guards.require_shown(presences(await present(session, inspection)))
    put_record(inspection, text, answer, now=now)
    await take(session, actor, inspection, InspectionAction.RECORD, note=answer.note, now=now)
    return inspection


def put_record(inspection: Inspection, text: str, answer: Answer, *, now: datetime) -> None:
    inspection.absence_case = guards.absence_case(answer.signature, answer.case)
    inspection.record_text = text
    inspection.signature = answer.signature
    inspection.signature_note = answer.note
    inspection.recorded_at = now


async def switch_recorder(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    on: bool,
    reason: str | None,
    device: str | None,
    said: Sequence[SaidItem],
    expected_version: int,
    now: datetime,
) -> Inspection:
    """Switch the recorder, or say into it what was not said yet; the reason of a gap stays."""
    action = InspectionAction.SWITCH_RECORDER
    inspection = await lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    switched = on != inspection.recorder_on
    if not switched and not (on and said):
        raise RecorderAsItIs
    inspection.recorder_on = on
    inspection.recorder_reason = reason or inspection.recorder_reason
    inspection.said = [*dict.fromkeys([*inspection.said, *said])]
    if switched and on:
        await begin_recording(session, inspection, device, at=now)
    elif switched:
        await end_recording(session, inspection, reason=reason, now=now)
    note = f"{'on' if on else 'off'}: {reason or ', '.join(said)}"
    await take(session, actor, inspection, action, note=note, now=now)
    return inspection


async def hand_integrity_sheet(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> Inspection:
    """The party was given the integrity feedback sheet, which has a number: one a visit."""
    action = InspectionAction.HAND_INTEGRITY_SHEET
    inspection = await lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    _require_on_site(inspection)
    if inspection.sheet_handed_at is not None:
        raise SheetHandedBefore(number=inspection.sheet_number or "")
    year = legal_day(now).year
    serial = await next_number(session, guards.SHEET_SERIES, inspection.division, year)
    inspection.sheet_number = guards.sheet_number(inspection.division, year, serial)
    inspection.sheet_handed_at = now
    await take(session, actor, inspection, action, note=inspection.sheet_number, now=now)
    return inspection


async def declare_unannounced(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    breaches: Sequence[tuple[Breach, str]],
    expected_version: int,
    now: datetime,
) -> Inspection:
    """四不两直: what there was of notice, greeting, briefing and escort; best nothing."""
    action = InspectionAction.DECLARE_UNANNOUNCED
    inspection = await lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    if Method.UNANNOUNCED not in inspection.methods:
        raise NotUnannounced
    inspection.breaches = [{"kind": kind, "note": note} for kind, note in breaches]
    note = ", ".join(kind for kind, _ in breaches) or None
    await take(session, actor, inspection, action, note=note, now=now)
    return inspection


async def lock_for_finding(session: AsyncSession, actor: Actor, inspection_id: UUID) -> Inspection:
    """The inspection under way, locked, for a problem that a member of the team found."""
    return await lock_for(session, actor, inspection_id, InspectionAction.FIND)


def _require_on_site(inspection: Inspection) -> None:
    if inspection.mode is not Mode.ON_SITE:
        raise NotOnSite

"""Recorders: who has one, what it recorded from arrival to departure, and where the file is."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.evidence.domain import EvidenceKind
from services.tasks.evidence.queries import evidence_among
from services.tasks.inspections import queries
from services.tasks.inspections.domain import recorders
from services.tasks.inspections.domain.life import InspectionAction
from services.tasks.inspections.domain.recorders import (
    DeviceNotAssigned,
    Gap,
    RecordingNotStored,
    RecordingStored,
    Span,
)
from services.tasks.inspections.models.inspections import Inspection
from services.tasks.inspections.models.recorders import Recording
from services.tasks.inspections.use_cases.steps import lock_for, present, rules, take
from shared.auth.actor import Actor
from shared.clock_rows.rows import Ladder, start_clock, stop_clock
from shared.db.session import beyond_scope

WARN_HOURS: Final = "inspection.recording_warn_hours"
RAISE_HOURS: Final = "inspection.recording_raise_hours"


async def begin_recording(
    session: AsyncSession, inspection: Inspection, device: str | None, *, at: datetime
) -> None:
    """The recorder runs; a device that is named is in the hands of somebody who is there."""
    if device is not None:
        there = {each.officer_id for each in await present(session, inspection)}
        async with beyond_scope(session):  # officers of other parties have theirs from them
            known = await queries.devices_in_hand(session, serial=device)
        if not any(each.officer_id in there for each in known):
            raise DeviceNotAssigned(reason="device", pointer="/recorder/device", device=device)
    session.add(Recording(inspection_id=inspection.id, device=device, from_at=at))
    await session.flush()


async def end_recording(
    session: AsyncSession,
    inspection: Inspection,
    *,
    reason: str | None,
    to_be_stored: bool = True,
    now: datetime,
) -> None:
    """What runs ends, and its file is due on the platform by the term from now (S15 art. 23)."""
    for recording in await queries.recordings(session, inspection.id):
        if recording.to_at is None:
            recording.to_at, recording.reason = now, reason
            if to_be_stored:
                await _start_clock(session, inspection, recording, at=now)
    await session.flush()


async def gaps(session: AsyncSession, inspection: Inspection, *, left: datetime) -> tuple[Gap, ...]:
    """What was not recorded from the arrival until then; what runs counts as recorded."""
    spans = [
        Span(each.from_at, each.to_at or left, each.reason)
        for each in await queries.recordings(session, inspection.id)
    ]
    return tuple(
        recorders.gaps(
            spans,
            arrived=inspection.started_at,
            left=left,
            first_reason=inspection.late_reason,
        )
    )


async def store(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    recording_id: UUID,
    *,
    evidence_id: UUID,
    expected_version: int,
    now: datetime,
) -> Inspection:
    """The file is on the platform as evidence of the task; its clock stops, met or missed."""
    action = InspectionAction.STORE_RECORDING
    inspection = await lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    known = {each.id: each for each in await queries.recordings(session, inspection.id)}
    recording = known.get(recording_id)
    if recording is None or recording.to_at is None or recording.evidence_id is not None:
        raise RecordingStored
    files = await evidence_among(session, [evidence_id])
    fitting = [
        each
        for each in files
        if each.task_id == inspection.task_id and each.kind is EvidenceKind.AUDIO_VISUAL
    ]
    taken = {each.evidence_id for each in known.values()}
    if not fitting or evidence_id in taken:
        raise RecordingNotStored(reason="evidence_id", pointer="/evidence_id")
    recording.evidence_id, recording.stored_at = evidence_id, now
    await stop_clock(session, subject_id=recording.id, kind=recorders.CLOCK, at=now)
    await take(session, actor, inspection, action, note=str(recording_id), now=now)
    return inspection


async def _start_clock(
    session: AsyncSession, inspection: Inspection, recording: Recording, *, at: datetime
) -> None:
    in_force = await rules(session, inspection)
    await start_clock(
        session,
        subject_kind=recorders.SUBJECT,
        subject_id=recording.id,
        kind=recorders.CLOCK,
        term=recorders.storing_term(in_force[recorders.STORE_DAYS]),
        ladder=Ladder(
            timedelta(hours=in_force[WARN_HOURS]), timedelta(hours=in_force[RAISE_HOURS])
        ),
        started_at=at,
        seen_by=[*inspection.parties, inspection.division],
    )

"""From behind: every officer of the front line has a recorder, and somebody follows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.use_cases.crews import crew
from services.tasks.inspections import queries
from services.tasks.inspections.domain.life import InspectionState
from services.tasks.inspections.domain.recorders import (
    DeviceInUse,
    DeviceReturned,
    NoteKind,
    NothingToFollow,
    OfficerHasDevice,
    TeamFollowsItself,
)
from services.tasks.inspections.models.recorders import RecorderDevice, SupervisionNote
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require


@dataclass(frozen=True, slots=True)
class Bearer:
    """An officer as `regions` knows them."""

    officer_id: UUID
    name: str
    division: str


def device_actions(actor: Actor, device: RecorderDevice) -> list[str]:
    """What this caller may do with the line."""
    in_hand = device.returned_at is None
    return ["return"] if in_hand and may(actor, "recorder.assign", division=device.division) else []


async def assign(
    session: AsyncSession, actor: Actor, serial: str, bearer: Bearer, *, now: datetime
) -> RecorderDevice:
    """A recorder goes to one officer, and each officer has one at a time."""
    require(actor, "recorder.assign", division=bearer.division)
    for held in await queries.devices_in_hand(session, officer_id=bearer.officer_id):
        raise OfficerHasDevice(device=held.serial)
    if await queries.devices_in_hand(session, serial=serial):
        raise DeviceInUse(device=serial)
    device = RecorderDevice(
        serial=serial,
        division=bearer.division,
        officer_id=bearer.officer_id,
        officer_name=bearer.name,
        assigned_at=now,
        assigned_by=actor.id,
        changed_at=now,
        visible_to=divisions.visibility([bearer.division]),
    )
    session.add(device)
    await session.flush()
    await _trace(session, actor, "recorder.assign", device, now=now)
    return device


async def give_back(
    session: AsyncSession,
    actor: Actor,
    device_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> RecorderDevice:
    """The officer has it no more; the line stays."""
    device = await queries.lock_device(session, device_id)
    require(actor, "recorder.assign", division=device.division)
    device.require_version(expected_version)
    if device.returned_at is not None:
        raise DeviceReturned
    device.returned_at = device.changed_at = now
    await session.flush()
    await _trace(session, actor, "recorder.return", device, now=now)
    return device


async def note(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    kind: NoteKind,
    text: str,
    device: str | None,
    now: datetime,
) -> SupervisionNote:
    """Somebody who is not of the team follows an inspection under way and says what was seen."""
    inspection = await queries.inspection(session, inspection_id)
    require(
        actor,
        "inspection.supervise",
        division=inspection.division,
        participants=inspection.parties,
    )
    if inspection.state is not InspectionState.UNDER_WAY:
        raise NothingToFollow
    sent = await crew(session, inspection.task_id)
    if sent is not None and sent.has(actor.id):
        raise TeamFollowsItself
    seen = SupervisionNote(
        inspection_id=inspection.id,
        kind=kind,
        device=device,
        note=text,
        actor_id=actor.id,
        actor_name=actor.name,
        at=now,
    )
    session.add(seen)
    await session.flush()
    await record(
        session,
        actor,
        "inspection.supervise",
        object_kind="inspection",
        object_id=inspection.id,
        now=now,
        seen_by=[*inspection.parties, inspection.division],
        reason=text,
        after=seen.model_dump(mode="json"),
    )
    return seen


async def coverage(
    session: AsyncSession, actor: Actor, division: str, *, first: datetime, last: datetime
) -> Sequence[queries.FrontLine]:
    """Who was sent, and who of them has a recorder."""
    require(actor, "recorder.read", division=division)
    return await queries.front_line(session, division, first=first, last=last)


async def _trace(
    session: AsyncSession, actor: Actor, action: str, device: RecorderDevice, *, now: datetime
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="recorder_device",
        object_id=device.id,
        now=now,
        seen_by=[device.division],
        after=device.model_dump(mode="json"),
    )

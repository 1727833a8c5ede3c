"""交接班: who goes writes down what is open, who comes takes it over."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.duty.domain.changes import NotOfTheDesk
from services.regions.duty.domain.handing import (
    HandedOver,
    NobodyFollows,
    NotWrittenYet,
    TooEarly,
)
from services.regions.duty.models.rosters import DutyHandover
from services.regions.duty.queries import incidents, rosters as queries
from services.regions.duty.queries.rosters import ShiftFile
from services.regions.duty.use_cases.record import SERVE, in_whose_name, note
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.ids import uuid7


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    shift_id: UUID,
    *,
    officer_id: UUID,
    remarks: str,
    expected_version: int,
    now: datetime,
) -> ShiftFile:
    """The note of who goes: what is open is listed by itself, the rest is said.

    Once the shift has begun, and once only.
    """
    file = await _begin(session, actor, roster_id, shift_id, expected_version=expected_version)
    await _require_on(session, actor, file, officer_id)
    if file.shift.starts_at > now:
        raise TooEarly
    if file.handover is not None:
        raise HandedOver
    still_open = await incidents.open_at_desk(session, file.roster.bureau_id)
    session.add(
        DutyHandover(
            id=uuid7(),
            shift_id=shift_id,
            open_incidents=[
                {"id": str(each.id), "title": each.title, "state": each.state.value}
                for each in still_open
            ],
            remarks=remarks,
            written_at=now,
            written_by=officer_id,
            visible_to=file.shift.visible_to,
        )
    )
    told = {"shift_id": str(shift_id), "open_incidents": len(still_open)}
    await note(session, actor, file.roster, "hand_over", content=told, now=now)
    return await queries.shift_file(session, roster_id, shift_id)


async def take_over(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    shift_id: UUID,
    *,
    officer_id: UUID,
    reservations: str | None,
    expected_version: int,
    now: datetime,
) -> ShiftFile:
    """Who comes takes over what was written for him, as it is or with reservations."""
    file = await _begin(session, actor, roster_id, shift_id, expected_version=expected_version)
    if file.handover is None:
        raise NotWrittenYet
    if file.handover.taken_at is not None:
        raise HandedOver
    following = await queries.next_shift(session, file)
    if following is None:
        raise NobodyFollows
    await _require_on(session, actor, following, officer_id)
    file.handover.taken_at, file.handover.taken_by = now, officer_id
    file.handover.reservations = reservations
    told = {"shift_id": str(shift_id)}
    await note(session, actor, file.roster, "take_over", reason=reservations, content=told, now=now)
    return await queries.shift_file(session, roster_id, shift_id)


async def _begin(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    shift_id: UUID,
    *,
    expected_version: int,
) -> ShiftFile:
    """The shift, with its roster locked."""
    held = await queries.lock_roster(session, roster_id)
    require(actor, SERVE, division=held.roster.division)
    held.roster.require_version(expected_version)
    return await queries.shift_file(session, roster_id, shift_id)


async def _require_on(
    session: AsyncSession, actor: Actor, file: ShiftFile, officer_id: UUID
) -> None:
    """The person has a seat on the shift, and the caller is that person or keeps the roster."""
    if officer_id not in {each.officer_id for each in file.stints}:
        raise NotOfTheDesk(reason=str(officer_id), pointer="/officer_id")
    await in_whose_name(session, actor, file.roster.division, officer_id)

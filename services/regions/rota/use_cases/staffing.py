"""Who is in the order of each unit: entered in bulk, leaving, moving, excused for a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers import queries as officers
from services.regions.rota.domain import turns
from services.regions.rota.domain.life import (
    BadDays,
    Excuse,
    NotOfUnit,
    StaffLeft,
    StaffListed,
    UnitUnsent,
    require_days,
)
from services.regions.rota.models import Rota, RotaExcuse, RotaStaff, RotaUnit
from services.regions.rota.queries import people
from services.regions.rota.use_cases.record import lock_rota, note_rota
from services.regions.rota.use_cases.setup import open_unit
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.errors import AppError, NotFound
from shared.ids import uuid7

LONGEST_EXCUSE: Final = 3660


@dataclass(frozen=True, slots=True)
class Line:
    """One person to be listed; `unit` is the code of the unit."""

    unit: str
    name: str
    number: str | None
    officer_id: UUID | None


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a line: the person listed, or why not."""

    line: int
    staff: RotaStaff | None
    error: AppError | None


async def enter(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    lines: Sequence[Line],
    *,
    expected_version: int,
    now: datetime,
) -> tuple[Rota, list[Entered]]:
    """List everybody whose line is right, in the order of the lines; each line has its answer."""
    rota = await lock_rota(
        session, actor, rota_id, "rota.manage", expected_version=expected_version
    )
    units = {each.code: each for each in await people.units(session, rota_id, gone=False)}
    orders = await _orders(session, units.values())
    entered = []
    for number, line in enumerate(lines, start=1):
        try:
            if line.unit not in units:
                raise NotFound(what="rota unit")
            unit = units[line.unit]
            staff = await _list(session, unit, orders[unit.id], line, now=now)
        except AppError as refused:
            entered.append(Entered(number, None, refused))
        else:
            entered.append(Entered(number, staff, None))
    listed = [each.staff for each in entered if each.staff is not None]
    await note_rota(
        session,
        actor,
        rota,
        "enter_staff",
        now=now,
        about={"listed": [str(each.id) for each in listed]},
    )
    return rota, entered


async def leave(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    staff_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Rota:
    """Somebody retires or goes elsewhere: the others keep their places."""
    rota = await lock_rota(
        session, actor, rota_id, "rota.manage", expected_version=expected_version
    )
    staff = await _free(session, rota_id, staff_id)
    staff.left_at, staff.leave_reason = now, reason
    await _note_staff(session, actor, rota, staff, "staff_leaves", reason=reason, now=now)
    return rota


async def move(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    staff_id: UUID,
    *,
    unit_id: UUID,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Rota:
    """Somebody changes the unit: leaves the one order and stands at the end of the other."""
    rota = await lock_rota(
        session, actor, rota_id, "rota.manage", expected_version=expected_version
    )
    staff = await _free(session, rota_id, staff_id)
    unit = await open_unit(session, rota_id, unit_id)
    if unit.id == staff.unit_id:
        raise StaffListed
    staff.left_at, staff.leave_reason = now, reason
    await session.flush()
    line = Line(unit.code, staff.name, staff.number, staff.officer_id)
    orders = await _orders(session, [unit])
    moved = await _list(session, unit, orders[unit.id], line, now=now, moved_from=staff.id)
    await _note_staff(session, actor, rota, moved, "staff_moves", reason=reason, now=now)
    return rota


async def excuse(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    staff_id: UUID,
    *,
    kind: Excuse,
    starts_on: date,
    ends_on: date,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Rota:
    """Leave, recusal or exemption for some days: not drawn then, and first afterwards."""
    rota, staff = await _for_excuse(session, actor, rota_id, staff_id, version=expected_version)
    require_days(starts_on, ends_on, most=LONGEST_EXCUSE)
    allowed = RotaExcuse(
        id=uuid7(),
        staff_id=staff.id,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        approved_by=actor.id,
        approver_name=actor.name,
        approved_at=now,
        visible_to=staff.visible_to,
    )
    session.add(allowed)
    await _note_staff(session, actor, rota, staff, f"excuse_{kind.value}", reason=reason, now=now)
    return rota


async def withdraw_excuse(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    staff_id: UUID,
    excuse_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Rota:
    """The excuse does not hold any more; what lies behind it stays said."""
    rota, staff = await _for_excuse(session, actor, rota_id, staff_id, version=expected_version)
    allowed = await people.excuse(session, staff.id, excuse_id)
    if allowed.withdrawn_at is not None or allowed.ends_on < legal_day(now):
        raise BadDays(reason="excuse", why="over or withdrawn already")
    allowed.withdrawn_at, allowed.withdraw_reason = now, reason
    await _note_staff(session, actor, rota, staff, "withdraw_excuse", reason=reason, now=now)
    return rota


async def _for_excuse(
    session: AsyncSession, actor: Actor, rota_id: UUID, staff_id: UUID, *, version: int
) -> tuple[Rota, RotaStaff]:
    """Who leads the rota excuses, or who leads the unit's own division."""
    rota = await people.lock_rota(session, rota_id)
    staff = await people.staff(session, rota_id, staff_id)
    unit = await people.unit(session, rota_id, staff.unit_id)
    require(actor, "rota.excuse", division=rota.division, participants=[unit.division])
    rota.require_version(version)
    if staff.left_at is not None:
        raise StaffLeft
    return rota, staff


async def _free(session: AsyncSession, rota_id: UUID, staff_id: UUID) -> RotaStaff:
    """The person, if listed and in no running round."""
    staff = await people.staff(session, rota_id, staff_id)
    if staff.left_at is not None:
        raise StaffLeft
    if await people.is_drawn(session, staff_id):
        raise UnitUnsent
    return staff


async def _list(
    session: AsyncSession,
    unit: RotaUnit,
    order: list[RotaStaff],
    line: Line,
    *,
    now: datetime,
    moved_from: UUID | None = None,
) -> RotaStaff:
    """The person at the end of the unit's order, to which the line is added."""
    listed = [each for each in order if each.left_at is None]
    if any((each.name, each.number) == (line.name, line.number) for each in listed):
        raise StaffListed
    if line.officer_id is not None:
        await _require_officer(session, unit, line.officer_id, moves=moved_from is not None)
    staff = RotaStaff(
        id=uuid7(),
        unit_id=unit.id,
        name=line.name,
        number=line.number,
        officer_id=line.officer_id,
        place=unit.queue_end,
        lap=turns.joining([each.lap for each in listed]),
        joined_at=now,
        moved_from_id=moved_from,
        visible_to=unit.visible_to,
    )
    unit.queue_end += 1
    session.add(staff)
    await session.flush()
    order.append(staff)
    return staff


async def _orders(session: AsyncSession, units: Iterable[RotaUnit]) -> dict[UUID, list[RotaStaff]]:
    """Who is or was of each unit, by place."""
    orders: dict[UUID, list[RotaStaff]] = {each.id: [] for each in units}
    for staff in await people.everybody(session, orders):
        orders[staff.unit_id].append(staff)
    return orders


async def _require_officer(
    session: AsyncSession, unit: RotaUnit, officer_id: UUID, *, moves: bool
) -> None:
    """Who moves within a bureau's rota may stay an officer of the bureau of before."""
    officer = await officers.officer(session, officer_id)
    if officer.left_at is not None or (officer.bureau_id != unit.bureau_id and not moves):
        raise NotOfUnit(reason="officer", pointer="/officer_id")
    if await people.officer_listed(session, officer_id):
        raise StaffListed


async def _note_staff(
    session: AsyncSession,
    actor: Actor,
    rota: Rota,
    staff: RotaStaff,
    action: str,
    *,
    reason: str,
    now: datetime,
) -> None:
    await note_rota(
        session,
        actor,
        rota,
        action,
        now=now,
        reason=reason,
        about=staff.model_dump(mode="json"),
        seen_by=staff.visible_to,
    )

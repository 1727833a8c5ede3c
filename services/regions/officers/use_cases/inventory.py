"""What is recorded about a bureau's equipment."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus import queries as bureaus
from services.regions.bureaus.use_cases import open_bureau
from services.regions.officers import queries
from services.regions.officers.domain import (
    EquipmentExists,
    EquipmentKind,
    EquipmentRetired,
    EquipmentStatus,
    ForeignHolder,
)
from services.regions.officers.models import Equipment
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.ids import uuid7


@dataclass(frozen=True, slots=True)
class Condition:
    """What may change about an item; without a holder it is of the pool."""

    label: str
    status: EquipmentStatus = EquipmentStatus.IN_SERVICE
    calibration_valid_to: date | None = None
    holder_id: UUID | None = None


async def add(
    session: AsyncSession,
    actor: Actor,
    *,
    bureau_id: UUID,
    kind: EquipmentKind,
    serial_number: str,
    condition: Condition,
    now: datetime,
) -> Equipment:
    """A new item of the bureau; EquipmentExists if it has one of this kind and number."""
    bureau = await bureaus.bureau(session, bureau_id)
    require(actor, "equipment.manage", division=bureau.division)
    await open_bureau(session, bureau_id)
    if await queries.equipment.has_serial(session, bureau_id, kind, serial_number):
        raise EquipmentExists
    equipment = Equipment(
        id=uuid7(),
        bureau_id=bureau_id,
        division=bureau.division,
        kind=kind,
        serial_number=serial_number,
        created_at=now,
        changed_at=now,
        visible_to=divisions.visibility([bureau.division]),
        **asdict(condition),
    )
    await _require_own_holder(session, equipment)
    session.add(equipment)
    await session.flush()
    await _trace(session, actor, "equipment.create", equipment, now=now)
    return equipment


async def amend(
    session: AsyncSession,
    actor: Actor,
    equipment_id: UUID,
    *,
    condition: Condition,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Equipment:
    """The item is from now on as the condition says. What is booked already stays booked."""
    equipment = await queries.equipment.lock(session, equipment_id)
    require(actor, "equipment.manage", division=equipment.division)
    equipment.require_version(expected_version)
    if equipment.status is EquipmentStatus.RETIRED:
        raise EquipmentRetired
    for name, value in asdict(condition).items():
        setattr(equipment, name, value)
    await _require_own_holder(session, equipment)
    equipment.changed_at = now
    flag_modified(equipment, "changed_at")  # a version even if no time has passed
    await session.flush()
    await _trace(session, actor, "equipment.amend", equipment, now=now, reason=reason)
    return equipment


def actions(actor: Actor, equipment: Equipment) -> list[str]:
    """What this caller may do with the item now."""
    manages = may(actor, "equipment.manage", division=equipment.division)
    return ["amend"] if manages and equipment.status is not EquipmentStatus.RETIRED else []


async def _require_own_holder(session: AsyncSession, equipment: Equipment) -> None:
    if equipment.holder_id is None:
        return
    found = await queries.officers_by_id(session, [equipment.holder_id])
    holder = found.get(equipment.holder_id)
    if holder is None or holder.left_at or holder.bureau_id != equipment.bureau_id:
        raise ForeignHolder(reason="holder", pointer="/holder_id")


async def _trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    equipment: Equipment,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="equipment",
        object_id=equipment.id,
        now=now,
        seen_by=[equipment.division],
        reason=reason,
        after=equipment.model_dump(mode="json"),
    )

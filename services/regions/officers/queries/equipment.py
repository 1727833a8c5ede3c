"""Every SELECT on equipment and its bookings."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers.domain import EquipmentKind, EquipmentStatus, Item, Period
from services.regions.officers.models import Equipment, EquipmentBooking
from shared import divisions
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class EquipmentFilter:
    """Which items are wanted; a division has its subtree's."""

    division: str | None = None
    bureau_id: UUID | None = None
    kind: EquipmentKind | None = None
    status: EquipmentStatus | None = None
    calibration_expires_before: date | None = None


@dataclass(frozen=True, slots=True)
class BookedItem:
    """An item with what holds it from some time on."""

    equipment: Equipment
    bookings: list[EquipmentBooking]

    def item(self, *, besides: Container[UUID]) -> Item:
        """What decides about it; bookings of `besides` do not count."""
        return Item(
            status=self.equipment.status,
            calibration_valid_to=self.equipment.calibration_valid_to,
            holder=self.equipment.holder_id,
            bookings=tuple(
                Period(each.starts_at, each.ends_at)
                for each in self.bookings
                if each.task_id not in besides
            ),
        )


async def one(session: AsyncSession, equipment_id: UUID) -> Equipment:
    found = await session.get(Equipment, equipment_id)
    if found is None:
        raise NotFound(what="equipment")
    return found


async def lock(session: AsyncSession, equipment_id: UUID) -> Equipment:
    """The item, locked until the transaction ends. For every change."""
    rows = await lock_all(session, [equipment_id])
    if not rows:
        raise NotFound(what="equipment")
    return rows[0]


async def lock_all(session: AsyncSession, ids: Iterable[UUID]) -> Sequence[Equipment]:
    """Those of the items that can be seen, locked in one order so that no two wait in a ring."""
    statement = (
        select(Equipment)
        .where(col(Equipment.id).in_(list(ids)))
        .order_by(col(Equipment.id))
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return (await session.exec(statement)).all()


async def listed(
    session: AsyncSession, wanted: EquipmentFilter, *, after: UUID | None, limit: int
) -> Sequence[Equipment]:
    """Items in the order they were added, one more than `limit`."""
    statement = select(Equipment).where(*_conditions(wanted)).order_by(col(Equipment.id))
    if after is not None:
        statement = statement.where(col(Equipment.id) > after)
    return (await session.exec(statement.limit(limit + 1))).all()


def _conditions(wanted: EquipmentFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.division is not None:
        yield col(Equipment.visible_to).contains([divisions.scope(wanted.division)])
    if wanted.bureau_id is not None:
        yield col(Equipment.bureau_id) == wanted.bureau_id
    if wanted.kind is not None:
        yield col(Equipment.kind) == wanted.kind
    if wanted.status is not None:
        yield col(Equipment.status) == wanted.status
    if wanted.calibration_expires_before is not None:
        yield col(Equipment.calibration_valid_to) < wanted.calibration_expires_before


async def of_kinds(
    session: AsyncSession, kinds: Iterable[EquipmentKind], codes: Iterable[str]
) -> Sequence[Equipment]:
    """The items of these kinds that exactly these divisions have and have not retired."""
    statement = (
        select(Equipment)
        .where(
            col(Equipment.kind).in_(list(kinds)),
            col(Equipment.division).in_(list(codes)),
            col(Equipment.status) != EquipmentStatus.RETIRED,
        )
        .order_by(col(Equipment.division), col(Equipment.kind), col(Equipment.id))
    )
    return (await session.exec(statement)).all()


async def has_any(session: AsyncSession, bureau_id: UUID) -> bool:
    """Whether the bureau has an item that is not retired."""
    statement = select(Equipment.id).where(
        Equipment.bureau_id == bureau_id, col(Equipment.status) != EquipmentStatus.RETIRED
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def has_serial(
    session: AsyncSession, bureau_id: UUID, kind: EquipmentKind, serial_number: str
) -> bool:
    statement = select(Equipment.id).where(
        Equipment.bureau_id == bureau_id,
        Equipment.kind == kind,
        Equipment.serial_number == serial_number,
    )
    return (await session.exec(statement)).first() is not None


async def held_by(session: AsyncSession, officer_id: UUID) -> Sequence[Equipment]:
    """What is assigned to an officer, locked until the transaction ends."""
    statement = (
        select(Equipment)
        .where(Equipment.holder_id == officer_id)
        .order_by(col(Equipment.id))
        .with_for_update()
    )
    return (await session.exec(statement)).all()


async def with_bookings(
    session: AsyncSession, items: Sequence[Equipment], period: Period
) -> list[BookedItem]:
    """The items with the bookings that have not ended when the period begins."""
    statement = (
        select(EquipmentBooking)
        .where(
            col(EquipmentBooking.equipment_id).in_([each.id for each in items]),
            col(EquipmentBooking.released_at).is_(None),
            col(EquipmentBooking.ends_at) > period.starts_at,
        )
        .order_by(col(EquipmentBooking.starts_at))
    )
    found = defaultdict[UUID, list[EquipmentBooking]](list)
    for row in (await session.exec(statement)).all():
        found[row.equipment_id].append(row)
    return [BookedItem(each, found[each.id]) for each in items]


async def open_bookings(session: AsyncSession, task_id: UUID) -> Sequence[EquipmentBooking]:
    """What a task still holds, locked until the transaction ends."""
    statement = (
        select(EquipmentBooking)
        .where(EquipmentBooking.task_id == task_id, col(EquipmentBooking.released_at).is_(None))
        .order_by(col(EquipmentBooking.id))
        .with_for_update()
    )
    return (await session.exec(statement)).all()

"""Every SELECT on rotas, their units and their staff."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, exists, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus.models import Bureau
from services.regions.rota.domain.life import RUNNING
from services.regions.rota.models import (
    Rota,
    RotaDraw,
    RotaExcuse,
    RotaStaff,
    RotaStep,
    RotaUnit,
)
from shared import divisions
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class UnitFile:
    """A unit with the name of its bureau and how many of its staff are listed."""

    unit: RotaUnit
    bureau_name: str
    listed: int


@dataclass(frozen=True, slots=True)
class StaffFilter:
    """Which staff are wanted; `active` are those who have not left."""

    unit_id: UUID | None = None
    active: bool | None = None


async def rota(session: AsyncSession, rota_id: UUID) -> Rota:
    found = await session.get(Rota, rota_id)
    if found is None:
        raise NotFound(what="rota")
    return found


async def lock_rota(session: AsyncSession, rota_id: UUID) -> Rota:
    """The rota, locked until the transaction ends. Every act on it or below it begins here."""
    statement = (
        select(Rota)
        .where(Rota.id == rota_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="rota")
    return found


async def running_of(session: AsyncSession, division: str) -> Rota | None:
    statement = select(Rota).where(Rota.division == division, col(Rota.ended_at).is_(None))
    return (await session.exec(statement)).one_or_none()


async def rotas(
    session: AsyncSession, *, division: str | None, after: UUID | None, limit: int
) -> Sequence[Rota]:
    """Rotas from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(Rota).order_by(col(Rota.id).desc())
    if division is not None:
        statement = statement.where(
            func.left(Rota.division, len(divisions.scope(division))) == divisions.scope(division)
        )
    if after is not None:
        statement = statement.where(col(Rota.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def units(session: AsyncSession, rota_id: UUID, *, gone: bool = True) -> Sequence[RotaUnit]:
    """The units by code; with `gone` also those that left."""
    statement = select(RotaUnit).where(RotaUnit.rota_id == rota_id).order_by(col(RotaUnit.code))
    if not gone:
        statement = statement.where(col(RotaUnit.left_at).is_(None))
    return (await session.exec(statement)).all()


async def unit(session: AsyncSession, rota_id: UUID, unit_id: UUID) -> RotaUnit:
    found = await session.get(RotaUnit, unit_id)
    if found is None or found.rota_id != rota_id:
        raise NotFound(what="rota unit")
    return found


async def unit_files(session: AsyncSession, rota_id: UUID) -> list[UnitFile]:
    listed = (
        select(func.count())
        .where(col(RotaStaff.unit_id) == RotaUnit.id, col(RotaStaff.left_at).is_(None))
        .scalar_subquery()
    )
    statement = (
        select(RotaUnit, Bureau.name, listed)
        .join(Bureau, col(Bureau.id) == RotaUnit.bureau_id)
        .where(RotaUnit.rota_id == rota_id)
        .order_by(col(RotaUnit.code))
    )
    return [UnitFile(*row) for row in (await session.exec(statement)).all()]


async def staff_of(session: AsyncSession, unit_ids: Iterable[UUID]) -> Sequence[RotaStaff]:
    """Who has not left these units, in the order of the units and of each."""
    statement = (
        select(RotaStaff)
        .where(col(RotaStaff.unit_id).in_(list(unit_ids)), col(RotaStaff.left_at).is_(None))
        .order_by(col(RotaStaff.unit_id), col(RotaStaff.place))
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def everybody(session: AsyncSession, unit_ids: Iterable[UUID]) -> Sequence[RotaStaff]:
    """Who is or was of these units, by place in the order of each."""
    statement = (
        select(RotaStaff)
        .where(col(RotaStaff.unit_id).in_(list(unit_ids)))
        .order_by(col(RotaStaff.unit_id), col(RotaStaff.place))
    )
    return (await session.exec(statement)).all()


async def staff(session: AsyncSession, rota_id: UUID, staff_id: UUID) -> RotaStaff:
    statement = (
        select(RotaStaff)
        .join(RotaUnit, col(RotaUnit.id) == RotaStaff.unit_id)
        .where(RotaStaff.id == staff_id, RotaUnit.rota_id == rota_id)
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="rota staff")
    return found


async def staff_page(
    session: AsyncSession, rota_id: UUID, wanted: StaffFilter, *, after: UUID | None, limit: int
) -> Sequence[tuple[RotaStaff, RotaUnit]]:
    """Staff in the order they were listed, one more than `limit`."""
    statement = (
        select(RotaStaff, RotaUnit)
        .join(RotaUnit, col(RotaUnit.id) == RotaStaff.unit_id)
        .where(*_conditions(rota_id, wanted))
        .order_by(col(RotaStaff.id))
    )
    if after is not None:
        statement = statement.where(col(RotaStaff.id) > after)
    return (await session.exec(statement.limit(limit + 1))).all()


def _conditions(rota_id: UUID, wanted: StaffFilter) -> Iterable[ColumnElement[bool]]:
    yield col(RotaUnit.rota_id) == rota_id
    if wanted.unit_id is not None:
        yield col(RotaStaff.unit_id) == wanted.unit_id
    if wanted.active is not None:
        left = col(RotaStaff.left_at)
        yield left.is_(None) if wanted.active else left.is_not(None)


async def officer_listed(session: AsyncSession, officer_id: UUID) -> bool:
    """Whether the officer is in any rota's order."""
    statement = select(RotaStaff.id).where(
        RotaStaff.officer_id == officer_id, col(RotaStaff.left_at).is_(None)
    )
    return (await session.exec(statement)).first() is not None


async def is_drawn(session: AsyncSession, staff_id: UUID) -> bool:
    """Whether the person has a turn that is neither served nor excused."""
    statement = select(
        exists().where(col(RotaDraw.staff_id) == staff_id, col(RotaDraw.state).in_(RUNNING))
    )
    return (await session.exec(statement)).one()


async def excuses(
    session: AsyncSession, staff_ids: Iterable[UUID], first: date, last: date
) -> Sequence[RotaExcuse]:
    """What excuses these people on some day from the first to the last."""
    statement = (
        select(RotaExcuse)
        .where(
            col(RotaExcuse.staff_id).in_(list(staff_ids)),
            col(RotaExcuse.withdrawn_at).is_(None),
            col(RotaExcuse.starts_on) <= last,
            col(RotaExcuse.ends_on) >= first,
        )
        .order_by(col(RotaExcuse.id))
    )
    return (await session.exec(statement)).all()


async def excuses_of(session: AsyncSession, staff_ids: Iterable[UUID]) -> Sequence[RotaExcuse]:
    """All that was ever allowed to these people, withdrawn or not."""
    statement = (
        select(RotaExcuse)
        .where(col(RotaExcuse.staff_id).in_(list(staff_ids)))
        .order_by(col(RotaExcuse.id))
    )
    return (await session.exec(statement)).all()


async def excuse(session: AsyncSession, staff_id: UUID, excuse_id: UUID) -> RotaExcuse:
    found = await session.get(RotaExcuse, excuse_id)
    if found is None or found.staff_id != staff_id:
        raise NotFound(what="rota excuse")
    return found


async def steps(
    session: AsyncSession, rota_id: UUID, round_id: UUID | None = None
) -> Sequence[RotaStep]:
    """What was done with the rota itself, or with one of its rounds."""
    statement = (
        select(RotaStep)
        .where(RotaStep.rota_id == rota_id, col(RotaStep.round_id).is_not_distinct_from(round_id))
        .order_by(col(RotaStep.id))
    )
    return (await session.exec(statement)).all()


async def staff_by_id(session: AsyncSession, ids: Iterable[UUID]) -> Sequence[RotaStaff]:
    statement = select(RotaStaff).where(col(RotaStaff.id).in_(list(ids)))
    return (await session.exec(statement)).all()

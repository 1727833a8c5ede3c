"""Every SELECT on cells and on those who answer for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, exists, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.grid.domain.partition import Named
from services.regions.grid.domain.tenure import Away, Lead, Tenure
from services.regions.grid.models.people import (
    GridAbsence,
    GridAssignment,
    GridHandover,
    GridOfficer,
)
from services.regions.grid.models.practice import GridStep
from services.regions.grid.models.territory import GridArea, GridCell, GridCellArea, GridPlan
from shared import divisions
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class CellFilter:
    """Cells of a division in force at `at`, of a level, somebody's, one's parts."""

    at: datetime
    division: str | None = None
    level: int | None = None
    # The login of a lead, deputy or officer at that time.
    person: UUID | None = None
    parent: UUID | None = None
    plan: UUID | None = None


@dataclass(frozen=True, slots=True)
class CellFile:
    """A cell with its people and areas. `is_lowest`: no level of its plan lies below."""

    cell: GridCell
    tenure: Tenure
    absences: Sequence[GridAbsence]
    officers: Sequence[GridOfficer]
    areas: Sequence[GridArea]
    is_lowest: bool

    def officers_at(self, instant: datetime) -> list[GridOfficer]:
        return [each for each in self.officers if _holds(each, instant)]


def _holds(officer: GridOfficer, instant: datetime) -> bool:
    return officer.valid_from <= instant and (
        officer.valid_to is None or instant < officer.valid_to
    )


async def cell(session: AsyncSession, cell_id: UUID) -> GridCell:
    found = await session.get(GridCell, cell_id)
    if found is None:
        raise NotFound(what="grid cell")
    return found


async def lock_cell(session: AsyncSession, cell_id: UUID, *, shared: bool = False) -> GridCell:
    """The cell, locked; `shared` is for those who add to it: they wait for a redraw alone."""
    statement = (
        select(GridCell)
        .where(GridCell.id == cell_id)
        .with_for_update(read=shared)
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="grid cell")
    return found


async def cells(
    session: AsyncSession, wanted: CellFilter, *, after: UUID | None, limit: int
) -> Sequence[GridCell]:
    """Cells of a filter by their ids, one more than `limit`."""
    statement = select(GridCell).where(*_conditions(wanted)).order_by(col(GridCell.id))
    if after is not None:
        statement = statement.where(col(GridCell.id) > after)
    return (await session.exec(statement.limit(limit + 1))).all()


def _conditions(wanted: CellFilter) -> list[Any]:
    if wanted.plan is not None:
        found: list[Any] = [col(GridCell.plan_id) == wanted.plan]
    else:
        found = [
            col(GridCell.valid_from) <= wanted.at,
            or_(col(GridCell.valid_to).is_(None), col(GridCell.valid_to) > wanted.at),
        ]
    if wanted.division is not None:
        found.append(col(GridCell.visible_to).contains([divisions.scope(wanted.division)]))
    if wanted.level is not None:
        found.append(col(GridCell.level) == wanted.level)
    if wanted.parent is not None:
        found.append(col(GridCell.parent_id) == wanted.parent)
    if wanted.person is not None:
        found.append(_of_person(wanted.person, wanted.at))
    return found


def _of_person(person: UUID, at: datetime) -> Any:  # noqa: ANN401 -- SQLAlchemy's own any
    newest = (
        select(GridAssignment.account_id)
        .where(GridAssignment.cell_id == GridCell.id, col(GridAssignment.begins_at) <= at)
        .order_by(col(GridAssignment.begins_at).desc())
        .limit(1)
        .correlate(GridCell)
        .scalar_subquery()
    )
    officer = exists().where(
        col(GridOfficer.cell_id) == GridCell.id,
        col(GridOfficer.account_id) == person,
        col(GridOfficer.valid_from) <= at,
        or_(col(GridOfficer.valid_to).is_(None), col(GridOfficer.valid_to) > at),
    )
    deputy = exists().where(
        col(GridAbsence.cell_id) == GridCell.id,
        col(GridAbsence.deputy_id) == person,
        col(GridAbsence.begins_at) <= at,
        or_(col(GridAbsence.ends_at).is_(None), col(GridAbsence.ends_at) > at),
    )
    return or_(newest == person, officer, deputy)


async def of_plans(session: AsyncSession, plans: Iterable[UUID]) -> Sequence[GridCell]:
    """Every cell of the plans, by level and key."""
    statement = (
        select(GridCell)
        .where(col(GridCell.plan_id).in_([*plans]))
        .order_by(col(GridCell.level), col(GridCell.key), col(GridCell.id))
    )
    return (await session.exec(statement)).all()


async def area_ids(session: AsyncSession, cells: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The areas of each cell."""
    statement = select(GridCellArea).where(col(GridCellArea.cell_id).in_([*cells]))
    found: dict[UUID, list[UUID]] = {}
    for each in (await session.exec(statement)).all():
        found.setdefault(each.cell_id, []).append(each.area_id)
    return found


async def of_area(session: AsyncSession, area_id: UUID, at: datetime) -> Sequence[GridCell]:
    """The cell of each level that had the area at the instant, the highest first."""
    statement = (
        select(GridCell)
        .join(GridCellArea, col(GridCellArea.cell_id) == GridCell.id)
        .where(
            GridCellArea.area_id == area_id,
            col(GridCellArea.valid_from) <= at,
            or_(col(GridCellArea.valid_to).is_(None), col(GridCellArea.valid_to) > at),
        )
        .order_by(col(GridCell.level))
    )
    return (await session.exec(statement)).all()


async def tenures(session: AsyncSession, cells: Sequence[GridCell]) -> dict[UUID, Tenure]:
    """Who led and stood in, of each cell."""
    ids = [each.id for each in cells]
    leads: dict[UUID, list[Lead]] = {}
    statement = (
        select(GridAssignment)
        .where(col(GridAssignment.cell_id).in_(ids))
        .order_by(col(GridAssignment.begins_at))
    )
    for each in (await session.exec(statement)).all():
        person = Named(each.account_id, each.name)
        leads.setdefault(each.cell_id, []).append(Lead(each.begins_at, person))
    away: dict[UUID, list[Away]] = {}
    for row in await _absences(session, ids):
        away.setdefault(row.cell_id, []).append(away_of(row))
    return {
        each.id: Tenure(
            each.valid_from, each.valid_to, tuple(leads[each.id]), tuple(away.get(each.id, ()))
        )
        for each in cells
    }


def away_of(row: GridAbsence) -> Away:
    return Away(row.begins_at, row.ends_at, Named(row.deputy_id, row.deputy_name))


async def away_by_person(session: AsyncSession, cells: Iterable[UUID]) -> dict[UUID, list[Away]]:
    """When those who lead the cells, in turn, are or were away: by the person."""
    found: dict[UUID, list[Away]] = {}
    for row in await _absences(session, cells):
        found.setdefault(row.account_id, []).append(away_of(row))
    return found


async def _absences(session: AsyncSession, cells: Iterable[UUID]) -> Sequence[GridAbsence]:
    statement = (
        select(GridAbsence)
        .where(col(GridAbsence.cell_id).in_([*cells]))
        .order_by(col(GridAbsence.begins_at), col(GridAbsence.id))
    )
    return (await session.exec(statement)).all()


async def absences_of(
    session: AsyncSession, person: UUID, *, since: datetime, until: datetime | None
) -> Sequence[GridAbsence]:
    """Times a person is away, or stands in for somebody, that meet the span."""
    statement = select(GridAbsence).where(
        or_(GridAbsence.account_id == person, GridAbsence.deputy_id == person),
        col(GridAbsence.begins_at) != func.coalesce(GridAbsence.ends_at, since),
        or_(col(GridAbsence.ends_at).is_(None), col(GridAbsence.ends_at) > since),
    )
    if until is not None:
        statement = statement.where(col(GridAbsence.begins_at) < until)
    return (await session.exec(statement)).all()


async def officers(
    session: AsyncSession, cells: Iterable[UUID], *, at: datetime | None = None
) -> dict[UUID, list[GridOfficer]]:
    """Officers of each cell, those of an instant or all there were."""
    statement = (
        select(GridOfficer)
        .where(col(GridOfficer.cell_id).in_([*cells]))
        .order_by(col(GridOfficer.id))
    )
    if at is not None:
        statement = statement.where(
            col(GridOfficer.valid_from) <= at,
            or_(col(GridOfficer.valid_to).is_(None), col(GridOfficer.valid_to) > at),
        )
    found: dict[UUID, list[GridOfficer]] = {}
    for each in (await session.exec(statement)).all():
        found.setdefault(each.cell_id, []).append(each)
    return found


async def depths(session: AsyncSession, cells: Sequence[GridCell]) -> dict[UUID, int]:
    """How many levels the plan of each cell has."""
    statement = select(GridPlan.id, func.cardinality(GridPlan.levels)).where(
        col(GridPlan.id).in_({each.plan_id for each in cells})
    )
    by_plan: dict[UUID, int] = dict((await session.exec(statement)).all())
    return {each.id: by_plan[each.plan_id] for each in cells}


async def files(session: AsyncSession, cells: Sequence[GridCell]) -> list[CellFile]:
    """Each cell with its people and areas."""
    ids = [each.id for each in cells]
    held = await area_ids(session, ids)
    statement = select(GridArea).where(
        col(GridArea.id).in_({area for areas in held.values() for area in areas})
    )
    areas = {each.id: each for each in (await session.exec(statement)).all()}
    times = await tenures(session, cells)
    people = await officers(session, ids)
    depth = await depths(session, cells)
    absences: dict[UUID, list[GridAbsence]] = {}
    for row in await _absences(session, ids):
        absences.setdefault(row.cell_id, []).append(row)
    return [
        CellFile(
            each,
            times[each.id],
            absences.get(each.id, ()),
            people.get(each.id, ()),
            sorted((areas[area] for area in held[each.id]), key=lambda area: area.code),
            each.level == depth[each.id],
        )
        for each in cells
    ]


async def file(session: AsyncSession, row: GridCell) -> CellFile:
    [found] = await files(session, [row])
    return found


async def lock_absence(session: AsyncSession, cell_id: UUID, absence_id: UUID) -> GridAbsence:
    statement = (
        select(GridAbsence)
        .where(GridAbsence.id == absence_id, GridAbsence.cell_id == cell_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="absence")
    return found


async def absence_rows(session: AsyncSession, cell_id: UUID) -> Sequence[GridAbsence]:
    return await _absences(session, [cell_id])


async def handover(session: AsyncSession, handover_id: UUID) -> GridHandover:
    found = await session.get(GridHandover, handover_id)
    if found is None:
        raise NotFound(what="grid handover")
    return found


async def lock_handover(session: AsyncSession, handover_id: UUID) -> GridHandover:
    statement = (
        select(GridHandover)
        .where(GridHandover.id == handover_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="grid handover")
    return found


async def handovers(
    session: AsyncSession,
    *,
    division: str | None,
    cell_id: UUID | None,
    waiting: bool,
    after: UUID | None,
    limit: int,
) -> Sequence[GridHandover]:
    """Hand-overs from the newest on, one more than `limit`; `waiting`: not acknowledged yet."""
    statement = select(GridHandover).order_by(col(GridHandover.id).desc())
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(GridHandover.visible_to).contains([scope]))
    if cell_id is not None:
        statement = statement.where(
            or_(GridHandover.cell_id == cell_id, GridHandover.to_cell_id == cell_id)
        )
    if waiting:
        statement = statement.where(col(GridHandover.acknowledged_at).is_(None))
    if after is not None:
        statement = statement.where(col(GridHandover.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def steps(session: AsyncSession, subject_id: UUID) -> Sequence[GridStep]:
    statement = select(GridStep).where(GridStep.subject_id == subject_id).order_by(col(GridStep.id))
    return (await session.exec(statement)).all()

"""Every SELECT on what is due in cells, on visits and on findings.

What others ask of a division's grid is `figures`: duties kept and missed, findings reported.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.grid.domain import practice
from services.regions.grid.domain.findings import FindingState
from services.regions.grid.domain.practice import RHYTHM, Duty, Kept
from services.regions.grid.models.practice import GridFinding, GridObject, GridVisit
from services.regions.grid.models.territory import GridCell, GridCellArea
from shared import divisions
from shared.clocks.days import legal_day
from shared.errors import NotFound
from shared.rule_settings import rule_settings

# What is due now is late, and a visit made now is one.
INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Owed:
    """An object a cell visits: since when, how often, and when it was last (before a period)."""

    cell: GridCell
    thing: GridObject
    since: datetime
    every: timedelta
    last: datetime | None

    @property
    def due_at(self) -> datetime:
        return practice.next_due(self.last, self.since, self.every)


@dataclass(frozen=True, slots=True)
class Figures:
    """A division's grid in a period: visits owed and kept, findings reported and answered."""

    duties: Kept
    findings: int
    answered: int


async def owed(
    session: AsyncSession, cells: Sequence[GridCell], *, before: datetime, ended_after: datetime
) -> list[Owed]:
    """What the cells owe visits to, with the last one before an instant.

    Objects taken off the list count until they were; `ended_after` leaves out those ended before.
    """
    ids = [each.id for each in cells]
    statement = (
        select(GridCellArea.cell_id, GridObject)
        .join(GridObject, col(GridObject.area_id) == GridCellArea.area_id)
        .where(
            col(GridCellArea.cell_id).in_(ids),
            or_(col(GridObject.ended_at).is_(None), col(GridObject.ended_at) > ended_after),
        )
        .order_by(col(GridObject.id))
    )
    pairs = (await session.exec(statement)).all()
    by_id = {each.id: each for each in cells}
    covered = await _covered_since(session, {each.area_id for _, each in pairs})
    last = await _last_visits(session, {each.id for _, each in pairs}, before)
    rhythms = {
        division: (await rule_settings(session, division=division, on_day=legal_day(before)))[
            RHYTHM
        ]
        for division in {each.division for each in cells}
    }
    found = []
    for cell_id, thing in pairs:
        cell = by_id[cell_id]
        every = practice.interval(rhythms[cell.division], cell.level, thing.kind)
        if every is not None:
            since = max(thing.listed_at, covered[thing.area_id, cell.level])
            seen = last.get((thing.id, cell.level))
            found.append(Owed(cell, thing, since, every, seen))
    return found


async def _covered_since(
    session: AsyncSession, areas: Iterable[UUID]
) -> dict[tuple[UUID, int], datetime]:
    """Since when an area has a cell on a level: a redraw does not set its duties back."""
    statement = (
        select(GridCellArea.area_id, GridCellArea.level, func.min(GridCellArea.valid_from))
        .where(col(GridCellArea.area_id).in_([*areas]))
        .group_by(col(GridCellArea.area_id), col(GridCellArea.level))
    )
    return {(area, level): first for area, level, first in (await session.exec(statement)).all()}


async def _last_visits(
    session: AsyncSession, objects: Iterable[UUID], before: datetime
) -> dict[tuple[UUID, int], datetime]:
    statement = (
        select(GridVisit.object_id, GridVisit.level, func.max(GridVisit.at))
        .where(col(GridVisit.object_id).in_([*objects]), col(GridVisit.at) < before)
        .group_by(col(GridVisit.object_id), col(GridVisit.level))
    )
    rows = (await session.exec(statement)).all()
    return {(thing, level): at for thing, level, at in rows if thing is not None}


async def duties(
    session: AsyncSession,
    cells: Sequence[GridCell],
    *,
    since: datetime,
    until: datetime,
    now: datetime,
) -> dict[UUID, list[Duty]]:
    """The duties of each cell settled in a period, as far as it has passed.

    They are the cell's that has the object's area; a cell answers for them while in force.
    """
    found: dict[UUID, list[Duty]] = {each.id: [] for each in cells}
    owing = await owed(session, cells, before=since, ended_after=since)
    visited = await _visited(session, {each.thing.id for each in owing}, since=since, until=until)
    for each in owing:
        first = max(since, each.cell.valid_from)
        ends = (until, now + INSTANT, each.cell.valid_to, each.thing.ended_at)
        last = min(one for one in ends if one is not None)
        begun = each.since if each.last is None else max(each.since, each.last)
        if first < last and begun < last:
            walked = practice.duties(
                begun,
                visited.get((each.thing.id, each.cell.level), ()),
                each.every,
                since=since,
                until=last,
            )
            found[each.cell.id] += [one for one in walked if one.settled_at >= first]
    return found


async def _visited(
    session: AsyncSession, objects: Iterable[UUID], *, since: datetime, until: datetime
) -> dict[tuple[UUID, int], list[datetime]]:
    statement = select(GridVisit.object_id, GridVisit.level, GridVisit.at).where(
        col(GridVisit.object_id).in_([*objects]),
        col(GridVisit.at) >= since,
        col(GridVisit.at) < until,
    )
    found: dict[tuple[UUID, int], list[datetime]] = {}
    for thing, level, at in (await session.exec(statement)).all():
        if thing is not None:
            found.setdefault((thing, level), []).append(at)
    return found


async def cells_between(
    session: AsyncSession, division: str, *, since: datetime, until: datetime
) -> Sequence[GridCell]:
    """Cells of a division in force at any time of a period."""
    statement = (
        select(GridCell)
        .where(
            col(GridCell.visible_to).contains([divisions.scope(division)]),
            col(GridCell.valid_from) < until,
            or_(col(GridCell.valid_to).is_(None), col(GridCell.valid_to) > since),
        )
        .order_by(col(GridCell.division), col(GridCell.level), col(GridCell.key))
    )
    return (await session.exec(statement)).all()


async def figures(
    session: AsyncSession, division: str, *, since: datetime, until: datetime, now: datetime
) -> Figures:
    """What a division's grid did in a period: for who assesses it."""
    cells = await cells_between(session, division, since=since, until=until)
    settled = await duties(session, cells, since=since, until=until, now=now)
    total = practice.kept(each for found in settled.values() for each in found)
    statement = select(
        func.count(), func.count().filter(col(GridFinding.state) == FindingState.ANSWERED)
    ).where(
        col(GridFinding.visible_to).contains([divisions.scope(division)]),
        col(GridFinding.reported_at) >= since,
        col(GridFinding.reported_at) < until,
    )
    reported, answered = (await session.exec(statement)).one()
    return Figures(total, reported, answered)


async def visits_between(
    session: AsyncSession, cells: Iterable[UUID], *, since: datetime, until: datetime
) -> Sequence[GridVisit]:
    """Visits of the cells in a span, in order of time."""
    statement = (
        select(GridVisit)
        .where(
            col(GridVisit.cell_id).in_([*cells]),
            col(GridVisit.at) >= since,
            col(GridVisit.at) < until,
        )
        .order_by(col(GridVisit.at), col(GridVisit.id))
    )
    return (await session.exec(statement)).all()


async def visits(
    session: AsyncSession, cell_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[GridVisit]:
    """A cell's visits from the newest entry on, one more than `limit`."""
    statement = (
        select(GridVisit).where(GridVisit.cell_id == cell_id).order_by(col(GridVisit.id).desc())
    )
    if after is not None:
        statement = statement.where(col(GridVisit.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def findings_between(
    session: AsyncSession, cells: Iterable[UUID], *, since: datetime, until: datetime
) -> Sequence[GridFinding]:
    """Findings of the visits of the cells, found in a span."""
    statement = (
        select(GridFinding)
        .join(GridVisit, col(GridVisit.id) == GridFinding.visit_id)
        .where(
            col(GridVisit.cell_id).in_([*cells]),
            col(GridFinding.found_at) >= since,
            col(GridFinding.found_at) < until,
        )
        .order_by(col(GridFinding.id))
    )
    return (await session.exec(statement)).all()


async def findings_by_cell(
    session: AsyncSession, cells: Iterable[UUID], *, since: datetime, until: datetime
) -> dict[UUID, int]:
    """How many findings the visits of each cell had in a span."""
    statement = (
        select(GridVisit.cell_id, func.count())
        .join(GridFinding, col(GridFinding.visit_id) == GridVisit.id)
        .where(
            col(GridVisit.cell_id).in_([*cells]),
            col(GridFinding.found_at) >= since,
            col(GridFinding.found_at) < until,
        )
        .group_by(col(GridVisit.cell_id))
    )
    return dict((await session.exec(statement)).all())


async def open_findings(session: AsyncSession, cells: Iterable[UUID]) -> Sequence[GridFinding]:
    """Findings the cells still wait for an answer to, locked."""
    statement = (
        select(GridFinding)
        .where(col(GridFinding.cell_id).in_([*cells]), GridFinding.state != FindingState.ANSWERED)
        .order_by(col(GridFinding.id))
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return (await session.exec(statement)).all()


async def finding(session: AsyncSession, finding_id: UUID) -> GridFinding:
    found = await session.get(GridFinding, finding_id)
    if found is None:
        raise NotFound(what="grid finding")
    return found


async def lock_finding(session: AsyncSession, finding_id: UUID) -> GridFinding:
    statement = (
        select(GridFinding)
        .where(GridFinding.id == finding_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="grid finding")
    return found


async def findings(
    session: AsyncSession,
    *,
    division: str | None,
    state: FindingState | None,
    cell_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[GridFinding]:
    """Findings from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(GridFinding).order_by(col(GridFinding.id).desc())
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(GridFinding.visible_to).contains([scope]))
    if state is not None:
        statement = statement.where(GridFinding.state == state)
    if cell_id is not None:
        statement = statement.where(GridFinding.cell_id == cell_id)
    if after is not None:
        statement = statement.where(col(GridFinding.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()

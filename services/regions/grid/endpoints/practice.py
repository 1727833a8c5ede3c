"""Going round in a cell, over HTTP: the worklist, visits, the daily ledger, the weekly report."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from services.regions.grid.domain.practice import require_day, week_of
from services.regions.grid.endpoints.cells import AskedDep
from services.regions.grid.queries import cells, practice as queries
from services.regions.grid.schemas.practice import (
    LedgerOut,
    VisitIn,
    VisitLineOut,
    VisitOut,
    WorklistOut,
)
from services.regions.grid.use_cases import views, visits
from shared.clocks.days import legal_day
from shared.http.access import policy
from shared.http.pages import Page, PageDep
from shared.http.routing import Route

router = APIRouter(prefix="/grid-cells", tags=["grid"], route_class=Route)
Day = Annotated[date | None, Query(description="today without one")]


@router.get("/{grid_cell_id}/worklist", dependencies=[policy("grid.read")])
async def read_worklist(grid_cell_id: UUID, asked: AskedDep) -> WorklistOut:
    """What the cell is to visit and when, the most urgent first."""
    cell = await cells.cell(asked.session, grid_cell_id)
    found = await views.worklist(asked.session, cell, now=asked.now)
    return WorklistOut.of(cell.id, found, now=asked.now)


@router.get("/{grid_cell_id}/visits", dependencies=[policy("grid.read")])
async def list_visits(grid_cell_id: UUID, asked: AskedDep, page: PageDep) -> Page[VisitLineOut]:
    """The cell's visits, the newest entry first."""
    cell = await cells.cell(asked.session, grid_cell_id)
    [after] = page.after or (None,)
    rows = await queries.visits(
        asked.session, cell.id, after=UUID(after) if after else None, limit=page.limit
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[VisitLineOut.model_validate(row) for row in cut], next=page.next)


@router.post(
    "/{grid_cell_id}/visits",
    status_code=status.HTTP_201_CREATED,
    dependencies=[policy("grid.visit")],
)
async def record_visit(grid_cell_id: UUID, body: VisitIn, asked: AskedDep) -> VisitOut:
    """Record a visit by one of the cell's people; findings go to the county's command."""
    row, findings = await visits.visit(
        asked.session, asked.actor, grid_cell_id, body.facts(), now=asked.now
    )
    return VisitOut.of(row, findings, asked.actor)


@router.get("/{grid_cell_id}/ledger", dependencies=[policy("grid.read")])
async def read_daily_ledger(grid_cell_id: UUID, asked: AskedDep, day: Day = None) -> LedgerOut:
    """日台账: what was done in the cell on a day."""
    wanted = legal_day(asked.now) if day is None else require_day(day, pointer="/day")
    return await _ledger(grid_cell_id, asked, wanted, wanted)


@router.get("/{grid_cell_id}/weekly-report", dependencies=[policy("grid.read")])
async def read_weekly_report(grid_cell_id: UUID, asked: AskedDep, day: Day = None) -> LedgerOut:
    """周报: what was done in the cell from Monday to Sunday around a day."""
    wanted = legal_day(asked.now) if day is None else require_day(day, pointer="/day")
    first, last = week_of(wanted)
    return await _ledger(grid_cell_id, asked, first, last)


async def _ledger(cell_id: UUID, asked: AskedDep, first: date, last: date) -> LedgerOut:
    cell = await cells.cell(asked.session, cell_id)
    found = await views.ledger(asked.session, cell, first=first, last=last, now=asked.now)
    return LedgerOut.of(found, asked.actor, first=first, last=last)

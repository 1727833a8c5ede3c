"""Cells and those who answer for them, over HTTP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.regions.grid.models.territory import GridCell
from services.regions.grid.queries import cells as queries
from services.regions.grid.queries.cells import CellFilter
from services.regions.grid.schemas.people import (
    AcknowledgeIn,
    CellLineOut,
    CellOut,
    ComeBackIn,
    HandOverIn,
    HandoverOut,
    LeaveIn,
    OfficersIn,
)
from services.regions.grid.use_cases import people
from shared.http.access import ActorDep, policy
from shared.http.body import Division, Instant
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/grid-cells", tags=["grid"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: GridCell, at: datetime | None = None) -> CellOut:
        """The cell whole, with who answers (now) and what this caller may do next."""
        file = await queries.file(self.session, row)
        steps = await queries.steps(self.session, row.id)
        self.response.headers["ETag"] = etag(row.version)
        return CellOut.whole(
            file, steps, self.actor, at=self.now if at is None else at, now=self.now
        )


AskedDep = Annotated[Asked, Depends()]


@router.get("", dependencies=[policy("grid.read")])
async def list_grid_cells(
    session: SessionDep,
    page: PageDep,
    now: Now,
    division: Division | None = None,
    level: Annotated[int | None, Query(ge=1, le=4)] = None,
    person_id: Annotated[UUID | None, Query(description="lead, deputy or officer: a login")] = None,
    parent_cell_id: UUID | None = None,
    grid_plan_id: Annotated[UUID | None, Query(description="its cells, in force or not")] = None,
    at: Annotated[Instant | None, Query(description="in force then; now without one")] = None,
) -> Page[CellLineOut]:
    """Cells in force at an instant, of a division, a level, a person, a cell above."""
    instant: datetime = now if at is None else at
    [after] = page.after or (None,)
    rows = await queries.cells(
        session,
        CellFilter(instant, division, level, person_id, parent_cell_id, grid_plan_id),
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    files = await queries.files(session, cut)
    return Page(items=[CellLineOut.of(each, at=instant) for each in files], next=page.next)


@router.get("/handovers", dependencies=[policy("grid.read")])
async def list_grid_handovers(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    grid_cell_id: UUID | None = None,
    waiting: Annotated[bool | None, Query(description="not acknowledged yet")] = None,
) -> Page[HandoverOut]:
    """Hand-overs between leads, and of cells to their successors, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.handovers(
        session,
        division=division,
        cell_id=grid_cell_id,
        waiting=bool(waiting),
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[HandoverOut.of(row, actor) for row in cut], next=page.next)


@router.get("/handovers/{grid_handover_id}", dependencies=[policy("grid.read")])
async def read_grid_handover(grid_handover_id: UUID, asked: AskedDep) -> HandoverOut:
    """One hand-over with what was open."""
    row = await queries.handover(asked.session, grid_handover_id)
    asked.response.headers["ETag"] = etag(row.version)
    return HandoverOut.of(row, asked.actor)


@router.post("/handovers/{grid_handover_id}/acknowledge", dependencies=[policy("grid.take_over")])
async def acknowledge_grid_handover(
    grid_handover_id: UUID,
    body: AcknowledgeIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> HandoverOut:
    """The new lead has taken over what was open."""
    row = await people.acknowledge(
        asked.session,
        asked.actor,
        grid_handover_id,
        remark=body.note,
        expected_version=expected_version,
        now=asked.now,
    )
    asked.response.headers["ETag"] = etag(row.version)
    return HandoverOut.of(row, asked.actor)


@router.get("/{grid_cell_id}", dependencies=[policy("grid.read")])
async def read_grid_cell(
    grid_cell_id: UUID,
    asked: AskedDep,
    at: Annotated[Instant | None, Query(description="who answered then; now without one")] = None,
) -> CellOut:
    """One cell with its areas, each lead there was, absences, officers and what was done."""
    return await asked.answer(await queries.cell(asked.session, grid_cell_id), at)


@router.post("/{grid_cell_id}/hand-over", dependencies=[policy("grid.assign")])
async def hand_cell_over(
    grid_cell_id: UUID, body: HandOverIn, asked: AskedDep, expected_version: ExpectedVersion
) -> CellOut:
    """Another leads from an instant on; what is open is listed for the new lead."""
    row = await people.hand_over(
        asked.session,
        asked.actor,
        grid_cell_id,
        to=body.to.value(),
        at=body.at,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{grid_cell_id}/leave", dependencies=[policy("grid.leave")])
async def leave_cell(
    grid_cell_id: UUID, body: LeaveIn, asked: AskedDep, expected_version: ExpectedVersion
) -> CellOut:
    """The lead is away and the deputy named answers meanwhile."""
    row = await people.leave(
        asked.session,
        asked.actor,
        grid_cell_id,
        since=body.since,
        until=body.until,
        deputy=body.deputy.value(),
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(
    "/{grid_cell_id}/absences/{grid_absence_id}/come-back", dependencies=[policy("grid.leave")]
)
async def come_back_to_cell(
    grid_cell_id: UUID,
    grid_absence_id: UUID,
    body: ComeBackIn,  # noqa: ARG001 -- says nothing, and nothing else is taken
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> CellOut:
    """The lead answers again, sooner than was said."""
    row = await people.come_back(
        asked.session,
        asked.actor,
        grid_cell_id,
        grid_absence_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{grid_cell_id}/officers", dependencies=[policy("grid.assign")])
async def set_cell_officers(
    grid_cell_id: UUID, body: OfficersIn, asked: AskedDep, expected_version: ExpectedVersion
) -> CellOut:
    """Name the grid officers of the cell from now on."""
    row = await people.set_officers(
        asked.session,
        asked.actor,
        grid_cell_id,
        officers=[each.value() for each in body.officers],
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)

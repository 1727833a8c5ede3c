"""What visits found, over HTTP: reported, handed on, answered."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.regions.grid.domain.findings import FindingState
from services.regions.grid.models.practice import GridFinding
from services.regions.grid.queries import cells, practice as queries
from services.regions.grid.schemas.practice import (
    AnswerIn,
    FindingFileOut,
    FindingOut,
    HandOnIn,
)
from services.regions.grid.use_cases import views, visits
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/grid-cells/findings", tags=["grid"], route_class=Route)


@router.get("", dependencies=[policy("grid.read")])
async def list_grid_findings(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    state: FindingState | None = None,
    grid_cell_id: UUID | None = None,
) -> Page[FindingOut]:
    """Findings the caller may know of, the newest first; a cell has those it holds now."""
    [after] = page.after or (None,)
    rows = await queries.findings(
        session,
        division=division,
        state=state,
        cell_id=grid_cell_id,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[FindingOut.of(row, actor) for row in cut], next=page.next)


@router.get("/{grid_finding_id}", dependencies=[policy("grid.read")])
async def read_grid_finding(
    grid_finding_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> FindingFileOut:
    """One finding, who answered for the place when it was found, and what became of it."""
    row = await queries.finding(session, grid_finding_id)
    return await _answer(session, row, actor, response)


@router.post("/{grid_finding_id}/hand-on", dependencies=[policy("grid.answer")])
async def hand_finding_on(
    grid_finding_id: UUID,
    body: HandOnIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> FindingFileOut:
    """Give the finding to who deals with it, by what was made of it."""
    row = await visits.hand_on(
        session,
        actor,
        grid_finding_id,
        kind=body.outcome_kind,
        outcome_id=body.outcome_id,
        remark=body.remark,
        expected_version=expected_version,
        now=now,
    )
    return await _answer(session, row, actor, response)


@router.post("/{grid_finding_id}/answer", dependencies=[policy("grid.answer")])
async def answer_finding(
    grid_finding_id: UUID,
    body: AnswerIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> FindingFileOut:
    """Tell those who found it what came of it."""
    row = await visits.answer(
        session,
        actor,
        grid_finding_id,
        text=body.answer,
        expected_version=expected_version,
        now=now,
    )
    return await _answer(session, row, actor, response)


async def _answer(
    session: SessionDep, row: GridFinding, actor: ActorDep, response: Response
) -> FindingFileOut:
    response.headers["ETag"] = etag(row.version)
    answerable = await views.answered_for(session, row.area_id, at=row.found_at)
    return FindingFileOut.whole(row, answerable, await cells.steps(session, row.id), actor)

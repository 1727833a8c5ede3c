"""Grid plans over HTTP: one route a step."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from services.regions.grid.domain.partition import PlanState
from services.regions.grid.models.territory import GridPlan
from services.regions.grid.queries import cells, plans as queries
from services.regions.grid.schemas.plans import (
    CheckOut,
    DrawingIn,
    GridPlanLineOut,
    MapOut,
    PlanIn,
    PlanOut,
    ProposalOut,
    ProposeIn,
    PublishIn,
    WithdrawIn,
)
from services.regions.grid.use_cases import plans as use_cases, publishing
from shared.http.access import ActorDep, policy
from shared.http.body import Division, Instant
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import COMPUTES, Route, SessionDep

router = APIRouter(prefix="/grid-plans", tags=["grid"], route_class=Route)


@router.get("", dependencies=[policy("grid.read")])
async def list_grid_plans(
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    state: PlanState | None = None,
) -> Page[GridPlanLineOut]:
    """Grid plans the caller may know of, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.plans(
        session,
        division=division,
        state=state,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[GridPlanLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("/propose", dependencies=[policy("grid.draw")], openapi_extra=COMPUTES)
async def propose_cells(
    body: ProposeIn, actor: ActorDep, session: SessionDep, now: Now
) -> ProposalOut:
    """A balanced partition by the force there is, for a person to change. Nothing is stored."""
    found, least = await use_cases.propose(session, actor, body.value(), now=now)
    return ProposalOut.of(found, least)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("grid.draw")])
async def draft_grid_plan(
    body: PlanIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> PlanOut:
    """Draft a version of a county's grid."""
    row = await use_cases.draft(session, actor, body.division, body.value(), now=now)
    response.headers["Location"] = f"/api/v1/grid-plans/{row.id}"
    return await _answer(session, row, actor, response)


@router.get("/{grid_plan_id}", dependencies=[policy("grid.read")])
async def read_grid_plan(
    grid_plan_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> PlanOut:
    """One plan with its cells as drawn."""
    return await _answer(session, await queries.plan(session, grid_plan_id), actor, response)


@router.get("/{grid_plan_id}/check", dependencies=[policy("grid.read")])
async def check_grid_plan(grid_plan_id: UUID, session: SessionDep, now: Now) -> CheckOut:
    """Every area missing, doubly covered or outside; cells without lead or short of officers."""
    row = await queries.plan(session, grid_plan_id)
    return CheckOut.of(await use_cases.checked(session, row, now=now))


@router.get("/{grid_plan_id}/map", dependencies=[policy("grid.read")])
async def read_grid_map(
    grid_plan_id: UUID,
    session: SessionDep,
    now: Now,
    at: Annotated[Instant | None, Query(description="now without one")] = None,
) -> MapOut:
    """The cells of a published plan by codes of areas, with outlines where the list has them."""
    instant: datetime = now if at is None else at
    row = await queries.plan(session, grid_plan_id)
    files = await cells.files(session, await cells.of_plans(session, [row.id]))
    return MapOut.of(row, files, at=instant)


@router.post("/{grid_plan_id}/amend", dependencies=[policy("grid.draw")])
async def amend_grid_plan(
    grid_plan_id: UUID,
    body: DrawingIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> PlanOut:
    """Draw the draft anew."""
    row = await use_cases.amend(
        session, actor, grid_plan_id, body.value(), expected_version=expected_version, now=now
    )
    return await _answer(session, row, actor, response)


@router.post("/{grid_plan_id}/publish", dependencies=[policy("grid.publish")])
async def publish_grid_plan(
    grid_plan_id: UUID,
    body: PublishIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> PlanOut:
    """Put the plan in force: the cells before end exactly where its cells begin."""
    row = await publishing.publish(
        session,
        actor,
        grid_plan_id,
        takes_over_at=body.takes_over_at,
        successors=body.named(),
        short_reason=body.short_reason,
        expected_version=expected_version,
        now=now,
    )
    return await _answer(session, row, actor, response)


@router.post("/{grid_plan_id}/withdraw", dependencies=[policy("grid.draw")])
async def withdraw_grid_plan(
    grid_plan_id: UUID,
    body: WithdrawIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> PlanOut:
    """Give a draft up."""
    row = await use_cases.withdraw(
        session,
        actor,
        grid_plan_id,
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    return await _answer(session, row, actor, response)


async def _answer(
    session: SessionDep, row: GridPlan, actor: ActorDep, response: Response
) -> PlanOut:
    response.headers["ETag"] = etag(row.version)
    return PlanOut.of(row, await cells.steps(session, row.id), actor)

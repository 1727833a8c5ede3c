"""A county's list of areas and the objects visited in them, over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from services.regions.grid.domain.partition import normal
from services.regions.grid.domain.practice import ObjectKind
from services.regions.grid.models.practice import GridObject
from services.regions.grid.queries import areas as queries
from services.regions.grid.schemas.areas import (
    AreaCode,
    AreaOut,
    AreasIn,
    LoadedOut,
    ObjectAmendIn,
    ObjectEndIn,
    ObjectIn,
    ObjectOut,
)
from services.regions.grid.use_cases import areas as use_cases
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/grid-plans", tags=["grid"], route_class=Route)


@router.get("/areas", dependencies=[policy("grid.read")])
async def list_grid_areas(session: SessionDep, page: PageDep, division: Division) -> Page[AreaOut]:
    """Townships, streets and villages in the lists of a division's counties."""
    [after] = page.after or (None,)
    rows = await queries.listed(session, division, after=after, limit=page.limit)
    cut = page.cut(rows, lambda row: (row.code,))
    return Page(items=[AreaOut.of(row) for row in cut], next=page.next)


@router.post("/areas", dependencies=[policy("grid.draw")])
async def load_grid_areas(
    body: AreasIn, actor: ActorDep, session: SessionDep, now: Now
) -> LoadedOut:
    """Take over a county's whole list of areas."""
    listed = [each.value() for each in body.areas]
    return LoadedOut.of(await use_cases.load(session, actor, body.division, listed, now=now))


@router.get("/objects", dependencies=[policy("grid.read")])
async def list_grid_objects(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    division: Division,
    kind: ObjectKind | None = None,
    area: AreaCode | None = None,
) -> Page[ObjectOut]:
    """What is visited in a division's counties, by class or area."""
    [after] = page.after or (None,)
    within = None if area is None else (await queries.by_code(session, normal(area))).id
    rows = await queries.objects(
        session,
        division,
        kind=kind,
        area=within,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    places = await queries.by_id(session, {row.area_id for row in cut})
    return Page(
        items=[ObjectOut.of(row, places[row.area_id], actor) for row in cut], next=page.next
    )


@router.post("/objects", status_code=status.HTTP_201_CREATED, dependencies=[policy("grid.draw")])
async def list_grid_object(
    body: ObjectIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> ObjectOut:
    """Put an object on the list: from now on visits are owed to it."""
    row = await use_cases.list_object(session, actor, body.division, body.facts(), now=now)
    response.headers["Location"] = f"/api/v1/grid-plans/objects/{row.id}"
    return await _answer(session, row, actor, response)


@router.get("/objects/{grid_object_id}", dependencies=[policy("grid.read")])
async def read_grid_object(
    grid_object_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> ObjectOut:
    """One object."""
    return await _answer(session, await queries.object_(session, grid_object_id), actor, response)


@router.post("/objects/{grid_object_id}/amend", dependencies=[policy("grid.draw")])
async def amend_grid_object(
    grid_object_id: UUID,
    body: ObjectAmendIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> ObjectOut:
    """Change what is known of an object, its class among it."""
    row = await use_cases.amend_object(
        session,
        actor,
        grid_object_id,
        body.facts(),
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    return await _answer(session, row, actor, response)


@router.post("/objects/{grid_object_id}/end", dependencies=[policy("grid.draw")])
async def end_grid_object(
    grid_object_id: UUID,
    body: ObjectEndIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> ObjectOut:
    """Take an object off the list: no more visits are owed to it."""
    row = await use_cases.end_object(
        session,
        actor,
        grid_object_id,
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    return await _answer(session, row, actor, response)


async def _answer(
    session: SessionDep, row: GridObject, actor: ActorDep, response: Response
) -> ObjectOut:
    response.headers["ETag"] = etag(row.version)
    places = await queries.by_id(session, [row.area_id])
    return ObjectOut.of(row, places[row.area_id], actor)

"""The territory over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from services.regions.divisions import queries, use_cases
from services.regions.divisions.domain import BorderKind
from services.regions.divisions.models import Division as DivisionRow
from services.regions.divisions.schemas import BorderOut, DivisionOut, SuperiorOut, ZoneIn
from shared.clocks.days import legal_day
from shared.divisions import Level
from shared.http.access import ActorDep, policy
from shared.http.body import Division, ShortText
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import etag
from shared.http.routing import Route, SessionDep
from shared.succession.lineage import heirs
from shared.succession.rows import successions

router = APIRouter(tags=["territory"], route_class=Route)

OnDay = Annotated[
    date | None, Query(alias="on", description="the day asked about; today if absent")
]


@router.get("/divisions", dependencies=[policy("reference.read")])
async def list_divisions(
    session: SessionDep,
    page: PageDep,
    now: Now,
    parent: Division | None = None,
    level: Level | None = None,
    name: ShortText | None = None,
    on_day: OnDay = None,
) -> Page[DivisionOut]:
    """Divisions by code, optionally those directly under `parent` or with `name` in the name."""
    [after] = page.after or (None,)
    rows = await queries.divisions(
        session,
        on_day=on_day or legal_day(now),
        parent=parent,
        level=level,
        name=name,
        after=after,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (row.code,))
    return Page(items=[DivisionOut.model_validate(row) for row in cut], next=page.next)


@router.post(
    "/divisions",
    response_model=DivisionOut,
    status_code=status.HTTP_201_CREATED,
    dependencies=[policy("division.add_zone")],
)
async def add_division(
    body: ZoneIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> DivisionRow:
    """Add a functional zone below a city; published codes come with their table alone."""
    zone = await use_cases.add_zone(
        session,
        actor,
        parent=body.parent,
        name=body.name,
        code=body.code,
        valid_from=body.valid_from,
        now=now,
    )
    response.headers["ETag"] = etag(zone.version)
    response.headers["Location"] = f"/api/v1/divisions/{zone.code}"
    return zone


@router.get("/divisions:common-superior", dependencies=[policy("reference.read")])
async def read_common_superior(
    session: SessionDep,
    now: Now,
    code: Annotated[list[Division], Query(min_length=1, max_length=50)],
    on_day: OnDay = None,
) -> SuperiorOut:
    """The lowest division above (or among) these; it decides what they dispute.

    信访工作条例 art. 24; 行政处罚法 art. 25. With `national`, only the state stands above all.
    """
    found = await use_cases.common_superior(session, code, on_day=on_day or legal_day(now))
    return SuperiorOut.of(found)


@router.get("/divisions/{code}", dependencies=[policy("reference.read")])
async def read_division(
    code: Division, session: SessionDep, now: Now, response: Response, on_day: OnDay = None
) -> DivisionOut:
    """One division as it is, or as it was on a day; of an ended one, who took its place."""
    division = (
        await queries.division(session, code, on_day=on_day)
        if on_day
        else await queries.division_or_last(session, code, today=legal_day(now))
    )
    response.headers["ETag"] = etag(division.version)
    shown = DivisionOut.model_validate(division)
    if division.valid_to is None:
        return shown
    successors = heirs(code, await successions(session))
    return shown.model_copy(update={"successors": tuple(c for c in successors if c != code)})


@router.get("/borders", dependencies=[policy("reference.read")])
async def list_borders(
    session: SessionDep,
    page: PageDep,
    now: Now,
    division: Annotated[
        Division | None, Query(description="a county, or a city or province with all its counties")
    ] = None,
    kind: Annotated[
        BorderKind | None,
        Query(description="land and water: they touch; sea: they face each other over water"),
    ] = None,
) -> Page[BorderOut]:
    """Pairs of counties by their codes: who touches whom, and who is near over the sea.

    `km` is the length of the shared boundary by land and water, the distance by sea.
    """
    rows = await queries.borders(
        session,
        division=division,
        kind=kind,
        on_day=legal_day(now),
        after=page.after and (page.after[0], page.after[1], page.after[2]),
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (row[0].a, row[0].b, row[0].kind))
    return Page(items=[BorderOut.of(*row) for row in cut], next=page.next)

"""The territory over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.regions.divisions import queries
from services.regions.divisions.schemas import BorderOut, DivisionOut
from shared.clocks.days import legal_day
from shared.divisions import Level
from shared.http.access import policy
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
) -> Page[BorderOut]:
    """Pairs of counties that touch, by their codes."""
    a, b = page.after or (None, None)
    rows = await queries.borders(
        session,
        division=division,
        on_day=legal_day(now),
        after=(a, b) if a and b else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (row[0].a, row[0].b))
    return Page(items=[BorderOut.of(*row) for row in cut], next=page.next)

"""Calendar, law and deadlines over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.regions.calendars import queries, use_cases
from services.regions.calendars.schemas import (
    CalendarOut,
    DeadlineIn,
    DeadlineOut,
    LegalBasisOut,
)
from shared.http.access import policy
from shared.http.body import FIRST_YEAR, LAST_YEAR, Code
from shared.http.pages import Page, PageDep
from shared.http.preconditions import etag
from shared.http.routing import COMPUTES, Route, SessionDep

router = APIRouter(tags=["calendar and law"], route_class=Route)

Year = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)]


@router.get("/calendars", dependencies=[policy("reference.read")])
async def list_calendars(session: SessionDep, page: PageDep) -> Page[CalendarOut]:
    """The published years, each in its latest version."""
    [after] = page.after or (None,)
    rows = await queries.years(session, after=after, limit=page.limit)
    cut = page.cut(rows, lambda row: (row.year,))
    return Page(items=[CalendarOut.of(row) for row in cut], next=page.next)


@router.get("/calendars/{year}", dependencies=[policy("reference.read")])
async def read_calendar(
    year: Year,
    session: SessionDep,
    response: Response,
    version: Annotated[int | None, Query(ge=1, le=10_000)] = None,
) -> CalendarOut:
    """One year's working calendar, the latest version unless another is asked for."""
    row = await queries.year(session, year, version=version)
    response.headers["ETag"] = etag(row.version)
    return CalendarOut.of(row)


@router.get("/legal-bases", dependencies=[policy("reference.read")])
async def list_legal_bases(
    session: SessionDep,
    page: PageDep,
    law_code: Code | None = None,
    on_day: Annotated[
        date | None, Query(alias="on", description="only what is in force on this day")
    ] = None,
) -> Page[LegalBasisOut]:
    """Articles the suite rests on, with the days they are in force."""
    law, article, since = page.after or (None, None, None)
    rows = await queries.bases(
        session,
        law_code=law_code,
        on_day=on_day,
        after=(law, article, date.fromisoformat(since)) if law else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (row.law_code, row.article, row.valid_from.isoformat()))
    return Page(items=[LegalBasisOut.model_validate(row) for row in cut], next=page.next)


@router.post(
    "/deadlines:compute", dependencies=[policy("deadline.compute")], openapi_extra=COMPUTES
)
async def compute_deadline(body: DeadlineIn, session: SessionDep) -> DeadlineOut:
    """When a term runs out and why, step by step. Nothing is stored."""
    calculation = await use_cases.calculate(
        session,
        started_at=body.started_at,
        term=body.term(),
        pauses=tuple(each.value() for each in body.pauses),
        extensions=tuple(each.value() for each in body.extensions),
    )
    return DeadlineOut.of(calculation)

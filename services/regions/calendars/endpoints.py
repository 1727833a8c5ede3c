"""Calendar, law and deadlines over HTTP."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status

from services.regions.base import SCHEMA
from services.regions.calendars import queries
from services.regions.calendars.schemas import (
    CalendarOut,
    DeadlineIn,
    DeadlineOut,
    LegalBasisEndIn,
    LegalBasisIn,
    LegalBasisOut,
    PreviewIn,
    PreviewOut,
    PublicationIn,
)
from services.regions.calendars.use_cases import deadlines, law, publication
from services.regions.calendars.use_cases.peers import Peers
from shared.contracts.regions import ClockPreview
from shared.http.access import ActorDep, policy
from shared.http.body import FIRST_YEAR, LAST_YEAR, Code
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import COMPUTES, Route, SessionDep

router = APIRouter(tags=["calendar and law"], route_class=Route)

Year = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response


AskedDep = Annotated[Asked, Depends()]


async def _peers(request: Request) -> Peers:
    return Peers(request.state.peers)


PeersDep = Annotated[Peers, Depends(_peers)]


@router.get("/calendars", dependencies=[policy("reference.read")])
async def list_calendars(session: SessionDep, page: PageDep, actor: ActorDep) -> Page[CalendarOut]:
    """The published years, each in its latest version."""
    [after] = page.after or (None,)
    rows = await queries.years(session, after=after, limit=page.limit)
    cut = page.cut(rows, lambda row: (row.year,))
    return Page(items=[CalendarOut.of(row, actor) for row in cut], next=page.next)


@router.get("/calendars/{year}", dependencies=[policy("reference.read")])
async def read_calendar(
    year: Year,
    session: SessionDep,
    actor: ActorDep,
    response: Response,
    version: Annotated[int | None, Query(ge=1, le=10_000)] = None,
) -> CalendarOut:
    """One year's working calendar, the latest version unless another is asked for."""
    row = await queries.year(session, year, version=version)
    response.headers["ETag"] = etag(row.version)
    return CalendarOut.of(row, actor)


@router.post(
    "/calendars:preview", dependencies=[policy("calendar.publish")], openapi_extra=COMPUTES
)
async def preview_calendar(body: PreviewIn, asked: AskedDep, peers: PeersDep) -> PreviewOut:
    """Which running clocks a year's notice would move, in every service. Nothing is stored."""
    proposal = await publication.propose(asked.session, body.value())
    own = await publication.preview_own(asked.session, asked.actor, proposal.year, most=body.most)
    others = await peers.previews(proposal.year, most=body.most)
    return PreviewOut.of(proposal, {SCHEMA: ClockPreview.model_validate(own), **others})


@router.post(
    "/calendars", status_code=status.HTTP_201_CREATED, dependencies=[policy("calendar.publish")]
)
async def publish_calendar(
    body: PublicationIn, asked: AskedDep, expected_version: ExpectedVersion
) -> CalendarOut:
    """Publish a year's notice as its next version; running clocks follow, each with its reason.

    If-Match names the version it was judged against, "0" for a year that has none.
    """
    row = await publication.publish(
        asked.session,
        asked.actor,
        body.value(),
        expected_version=expected_version,
        reason=body.reason,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/calendars/{row.year}?version={row.version}"
    asked.response.headers["ETag"] = etag(row.version)
    return CalendarOut.of(row, asked.actor)


@router.get("/legal-bases", dependencies=[policy("reference.read")])
async def list_legal_bases(
    session: SessionDep,
    page: PageDep,
    actor: ActorDep,
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
    return Page(items=[LegalBasisOut.of(row, actor) for row in cut], next=page.next)


@router.post(
    "/legal-bases",
    status_code=status.HTTP_201_CREATED,
    dependencies=[policy("legal_basis.publish")],
)
async def publish_legal_basis(body: LegalBasisIn, asked: AskedDep) -> LegalBasisOut:
    """Record a new text of an article; every service hears of it."""
    row = await law.publish_basis(
        asked.session, asked.actor, body.value(), reason=body.reason, now=asked.now
    )
    asked.response.headers["ETag"] = etag(row.version)
    return LegalBasisOut.of(row, asked.actor)


@router.post("/legal-bases/end", dependencies=[policy("legal_basis.publish")])
async def end_legal_basis(
    body: LegalBasisEndIn, asked: AskedDep, expected_version: ExpectedVersion
) -> LegalBasisOut:
    """End a text's validity, or fill in later what took its place."""
    row = await law.end_basis(
        asked.session,
        asked.actor,
        body.value(),
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    asked.response.headers["ETag"] = etag(row.version)
    return LegalBasisOut.of(row, asked.actor)


@router.post(
    "/deadlines:compute", dependencies=[policy("deadline.compute")], openapi_extra=COMPUTES
)
async def compute_deadline(body: DeadlineIn, session: SessionDep) -> DeadlineOut:
    """When a term runs out and why, step by step. Nothing is stored."""
    calculation = await deadlines.calculate(
        session,
        started_at=body.started_at,
        term=body.term(),
        pauses=tuple(each.value() for each in body.pauses),
        extensions=tuple(each.value() for each in body.extensions),
    )
    return DeadlineOut.of(calculation)

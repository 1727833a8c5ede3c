"""What environmental supervisors take part in, over HTTP.

These stand before the routes of one supervisor, whose key would swallow their names.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from services.regions.helpers.models.engaged import EnvironmentalSupervisor
from services.regions.helpers.models.taking_part import ExchangeDay
from services.regions.helpers.queries import engaged, taking_part as queries
from services.regions.helpers.schemas.engaged import SupervisorOut
from services.regions.helpers.schemas.taking_part import (
    ActivityOut,
    CountOut,
    ExchangeDayIn,
    ExchangeDayLineOut,
    ExchangeDayOut,
    LookBackIn,
    VisitIn,
)
from services.regions.helpers.use_cases import taking_part as use_cases
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(
    prefix="/environmental-supervisors", tags=["environmental supervisors"], route_class=Route
)


@router.get("/participation", dependencies=[policy("supervisor.read")])
async def list_participation(
    session: SessionDep,
    page: PageDep,
    division: Division,
    year: Annotated[int, Query(ge=2000, le=2100)],
) -> Page[CountOut]:
    """What each supervisor of a division and below took part in, in a year."""
    [after] = page.after or (None,)
    rows = await queries.counts(
        session,
        division=division,
        year=year,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.supervisor_id),))
    return Page(items=[CountOut.of(row) for row in cut], next=page.next)


@router.get("/exchange-days", dependencies=[policy("supervisor.read")])
async def list_exchange_days(
    session: SessionDep, page: PageDep, division: Division | None = None
) -> Page[ExchangeDayLineOut]:
    """企业与居民交流日 of a division and below, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.exchange_days(
        session, division=division, after=UUID(after) if after else None, limit=page.limit
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[ExchangeDayLineOut.model_validate(row) for row in cut], next=page.next)


@router.post(
    "/exchange-days",
    status_code=status.HTTP_201_CREATED,
    dependencies=[policy("supervisor.record")],
)
async def record_exchange_day(
    body: ExchangeDayIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> ExchangeDayOut:
    """Record an exchange day as it was held, with what the firm promised."""
    day = await use_cases.record_exchange_day(session, actor, body.value(), now=now)
    response.headers["Location"] = f"/api/v1/environmental-supervisors/exchange-days/{day.id}"
    return await _day(session, actor, day, response)


@router.get("/exchange-days/{exchange_day_id}", dependencies=[policy("supervisor.read")])
async def read_exchange_day(
    exchange_day_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> ExchangeDayOut:
    """One exchange day with its promises."""
    file = await queries.exchange_day(session, exchange_day_id)
    return await _day(session, actor, file.day, response)


@router.post(
    "/exchange-days/{exchange_day_id}/promises/{exchange_promise_id}/look-back",
    dependencies=[policy("supervisor.look_back")],
)
async def look_back_at_promise(
    exchange_day_id: UUID,
    exchange_promise_id: UUID,
    body: LookBackIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> ExchangeDayOut:
    """回头看: whether the firm kept what it promised."""
    day = await use_cases.look_back(
        session,
        actor,
        exchange_day_id,
        exchange_promise_id,
        kept=body.kept,
        remark=body.remark,
        expected_version=expected_version,
        now=now,
    )
    return await _day(session, actor, day, response)


@router.get("/{environmental_supervisor_id}/activities", dependencies=[policy("supervisor.read")])
async def list_activities(
    environmental_supervisor_id: UUID, session: SessionDep, page: PageDep
) -> Page[ActivityOut]:
    """A supervisor's own record, the newest line first."""
    [after] = page.after or (None,)
    found = await engaged.one(session, EnvironmentalSupervisor, environmental_supervisor_id)
    rows = await queries.activities(
        session, found.id, after=UUID(after) if after else None, limit=page.limit
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[ActivityOut.of(row) for row in cut], next=page.next)


@router.post(
    "/{environmental_supervisor_id}/visits",
    status_code=status.HTTP_201_CREATED,
    dependencies=[policy("supervisor.record")],
)
async def record_visit(
    environmental_supervisor_id: UUID,
    body: VisitIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> SupervisorOut:
    """Record a visit the supervisor made."""
    supervisor = await use_cases.record_visit(
        session,
        actor,
        environmental_supervisor_id,
        on_day=body.on_day,
        place=body.place,
        findings=body.findings,
        expected_version=expected_version,
        now=now,
    )
    response.headers["ETag"] = etag(supervisor.version)
    return SupervisorOut.of(supervisor, actor)


async def _day(
    session: SessionDep, actor: ActorDep, day: ExchangeDay, response: Response
) -> ExchangeDayOut:
    file = await queries.exchange_day(session, day.id)
    response.headers["ETag"] = etag(day.version)
    return ExchangeDayOut.of(file, use_cases.actions(actor, file))

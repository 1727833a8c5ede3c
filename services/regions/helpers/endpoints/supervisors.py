"""Environmental supervisors of firms and villages over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from services.regions.helpers.domain.engaged import SupervisorKind
from services.regions.helpers.models.engaged import EnvironmentalSupervisor
from services.regions.helpers.queries import engaged as queries
from services.regions.helpers.queries.engaged import Wanted
from services.regions.helpers.schemas.engaged import (
    CreditCode,
    EndIn,
    SupervisorAmendIn,
    SupervisorIn,
    SupervisorOut,
)
from services.regions.helpers.use_cases import engaging as use_cases
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(
    prefix="/environmental-supervisors", tags=["environmental supervisors"], route_class=Route
)


@router.get("", dependencies=[policy("supervisor.read")])
async def list_supervisors(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    kind: SupervisorKind | None = None,
    credit_code: CreditCode | None = None,
    engaged_on: Annotated[date | None, Query(description="in office on this day")] = None,
) -> Page[SupervisorOut]:
    """Supervisors the caller may know of; persons masked except for the own division."""
    [after] = page.after or (None,)
    rows = await queries.supervisors(
        session,
        Wanted(division, engaged_on),
        kind=kind,
        credit_code=credit_code,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[SupervisorOut.of(row, actor, listed=True) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("supervisor.manage")])
async def name_supervisor(
    body: SupervisorIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> SupervisorOut:
    """Name a supervisor of a firm or of a village."""
    supervisor = await use_cases.name_supervisor(
        session, actor, division=body.division, facts=body.facts(), now=now
    )
    response.headers["Location"] = f"/api/v1/environmental-supervisors/{supervisor.id}"
    return _answer(supervisor, actor, response)


@router.get("/{environmental_supervisor_id}", dependencies=[policy("supervisor.read")])
async def read_supervisor(
    environmental_supervisor_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> SupervisorOut:
    """One supervisor."""
    found = await queries.one(session, EnvironmentalSupervisor, environmental_supervisor_id)
    return _answer(found, actor, response)


@router.post("/{environmental_supervisor_id}/amend", dependencies=[policy("supervisor.manage")])
async def amend_supervisor(
    environmental_supervisor_id: UUID,
    body: SupervisorAmendIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> SupervisorOut:
    """Change what is known of a supervisor."""
    supervisor = await use_cases.amend_supervisor(
        session,
        actor,
        environmental_supervisor_id,
        facts=body.facts(),
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    return _answer(supervisor, actor, response)


@router.post("/{environmental_supervisor_id}/end", dependencies=[policy("supervisor.manage")])
async def end_supervisor(
    environmental_supervisor_id: UUID,
    body: EndIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> SupervisorOut:
    """The supervisor leaves."""
    supervisor = await use_cases.end(
        session,
        actor,
        EnvironmentalSupervisor,
        environmental_supervisor_id,
        last_day=body.last_day,
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    return _answer(supervisor, actor, response)


def _answer(
    supervisor: EnvironmentalSupervisor, actor: ActorDep, response: Response
) -> SupervisorOut:
    response.headers["ETag"] = etag(supervisor.version)
    return SupervisorOut.of(supervisor, actor)

"""Experts over HTTP: known to all offices, called by those within scope."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from services.regions.helpers.models.engaged import Expert
from services.regions.helpers.queries import engaged as queries
from services.regions.helpers.queries.engaged import Wanted
from services.regions.helpers.schemas.engaged import (
    EndIn,
    ExpertAmendIn,
    ExpertIn,
    ExpertOut,
    FieldsOut,
)
from services.regions.helpers.use_cases import engaging as use_cases
from shared import divisions
from shared.clocks.days import legal_day
from shared.http.access import ActorDep, policy
from shared.http.body import Code, Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

EVERYWHERE: Final = divisions.division_of(divisions.NATION)
router = APIRouter(prefix="/experts", tags=["experts"], route_class=Route)


@router.get("", dependencies=[policy("expert.read")])
async def list_experts(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    field: Code | None = None,
    engaged_on: Annotated[date | None, Query(description="engaged on this day")] = None,
) -> Page[ExpertOut]:
    """Experts of a division and what lies below it, or all, by field."""
    [after] = page.after or (None,)
    rows = await queries.experts(
        session,
        Wanted(division, engaged_on),
        field=field,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[ExpertOut.of(row, actor) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("expert.manage")])
async def engage_expert(
    body: ExpertIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> ExpertOut:
    """Engage an expert for a bureau."""
    expert = await use_cases.engage_expert(
        session, actor, bureau_id=body.bureau_id, facts=body.facts(), now=now
    )
    response.headers["Location"] = f"/api/v1/experts/{expert.id}"
    return _answer(expert, actor, response)


@router.get("/fields", dependencies=[policy("expert.read")])
async def read_fields(session: SessionDep, now: Now, division: Division | None = None) -> FieldsOut:
    """The fields of knowledge an expert of the division can have; without one, those everywhere."""
    fields = await use_cases.fields_in_force(
        session, division=division or EVERYWHERE, on_day=legal_day(now)
    )
    return FieldsOut(fields=dict(fields))


@router.get("/{expert_id}", dependencies=[policy("expert.read")])
async def read_expert(
    expert_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> ExpertOut:
    """One expert; phone and interests within scope."""
    return _answer(await queries.one(session, Expert, expert_id), actor, response)


@router.post("/{expert_id}/amend", dependencies=[policy("expert.manage")])
async def amend_expert(
    expert_id: UUID,
    body: ExpertAmendIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> ExpertOut:
    """Change what is known of an expert, or engage for longer."""
    expert = await use_cases.amend_expert(
        session,
        actor,
        expert_id,
        facts=body.facts(),
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    return _answer(expert, actor, response)


@router.post("/{expert_id}/end", dependencies=[policy("expert.manage")])
async def end_expert(
    expert_id: UUID,
    body: EndIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> ExpertOut:
    """End the engagement."""
    expert = await use_cases.end(
        session,
        actor,
        Expert,
        expert_id,
        last_day=body.last_day,
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    return _answer(expert, actor, response)


def _answer(expert: Expert, actor: ActorDep, response: Response) -> ExpertOut:
    response.headers["ETag"] = etag(expert.version)
    return ExpertOut.of(expert, actor)

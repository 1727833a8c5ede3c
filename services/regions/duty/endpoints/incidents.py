"""The incident log over HTTP: one route a step."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from services.regions.duty.domain.incidents import Source, State, Urgency
from services.regions.duty.endpoints.asked import AskedDep
from services.regions.duty.queries import incidents as queries
from services.regions.duty.queries.incidents import IncidentFilter
from services.regions.duty.schemas.incidents import (
    CloseIn,
    CorrectionIn,
    IncidentIn,
    IncidentLineOut,
    IncidentOut,
    JudgementIn,
    MergeIn,
)
from services.regions.duty.use_cases import incidents as use_cases
from shared.http.access import policy
from shared.http.body import Division
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/incidents", tags=["incidents"], route_class=Route)


@router.get("", dependencies=[policy("incident.read")])
async def list_incidents(
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    place: Annotated[Division | None, Query(description="where the incident is")] = None,
    state: State | None = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    urgency: Urgency | None = None,
    source: Source | None = None,
) -> Page[IncidentLineOut]:
    """Incidents of the caller's desks, and those an order to its division is about."""
    [after] = page.after or (None,)
    rows = await queries.incidents(
        session,
        IncidentFilter(division, place, state, is_open, urgency, source),
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[IncidentLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("incident.log")])
async def receive_incident(body: IncidentIn, asked: AskedDep) -> IncidentOut:
    """统一信息收集: write down what was told, on the shift that is on duty."""
    row = await use_cases.receive(asked.session, asked.actor, body.value(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/incidents/{row.id}"
    return await asked.answer(row)


@router.get("/{incident_id}", dependencies=[policy("incident.read")])
async def read_incident(incident_id: UUID, asked: AskedDep) -> IncidentOut:
    """One incident with its orders and every entry of its log."""
    return await asked.answer(await queries.incident(asked.session, incident_id))


@router.post("/{incident_id}/correct", dependencies=[policy("incident.log")])
async def correct_incident(
    incident_id: UUID, body: CorrectionIn, asked: AskedDep, expected_version: ExpectedVersion
) -> IncidentOut:
    """更正、续报: an entry beside what was written down."""
    row = await use_cases.correct(
        asked.session,
        asked.actor,
        incident_id,
        correction=body.correction,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{incident_id}/judge", dependencies=[policy("incident.judge")])
async def judge_incident(
    incident_id: UUID, body: JudgementIn, asked: AskedDep, expected_version: ExpectedVersion
) -> IncidentOut:
    """统一问题研判: what it is, how grave, what to do."""
    row = await use_cases.judge(
        asked.session,
        asked.actor,
        incident_id,
        grade=body.grade,
        assessment=body.assessment,
        measures=body.measures,
        experts=body.experts,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{incident_id}/merge", dependencies=[policy("incident.judge")])
async def merge_incident(
    incident_id: UUID, body: MergeIn, asked: AskedDep, expected_version: ExpectedVersion
) -> IncidentOut:
    """The same was told before: this one is linked to the other, which goes on."""
    row = await use_cases.merge(
        asked.session,
        asked.actor,
        incident_id,
        into=body.into,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{incident_id}/close", dependencies=[policy("incident.close")])
async def close_incident(
    incident_id: UUID, body: CloseIn, asked: AskedDep, expected_version: ExpectedVersion
) -> IncidentOut:
    """统一决策考核: what came of it, with a word on each order."""
    row = await use_cases.close(
        asked.session,
        asked.actor,
        incident_id,
        outcome=body.outcome,
        evaluations=[each.value() for each in body.evaluations],
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)

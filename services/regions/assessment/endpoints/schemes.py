"""Assessment schemes over HTTP: set up before what they judge."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from services.regions.assessment.domain.life import SchemeState
from services.regions.assessment.models import AssessmentScheme
from services.regions.assessment.queries import files as queries
from services.regions.assessment.schemas.schemes import (
    IndicatorOut,
    ReasonIn,
    SchemeContentIn,
    SchemeIn,
    SchemeLineOut,
    SchemeOut,
    SchemePublicationIn,
    Year,
)
from services.regions.assessment.use_cases import schemes
from services.regions.assessment.use_cases.record import scheme_actions
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/assessment-schemes", tags=["assessment of units"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: AssessmentScheme) -> SchemeOut:
        """The scheme whole, with what this caller may do next."""
        self.response.headers["ETag"] = etag(row.version)
        file = await queries.scheme_file(self.session, row)
        return SchemeOut.of(file, scheme_actions(self.actor, row))


AskedDep = Annotated[Asked, Depends()]


@router.get("/indicators", dependencies=[policy("assessment.read")])
async def list_indicators() -> list[IndicatorOut]:
    """考核指标库: what a scheme may be made of, and which events each indicator counts."""
    return IndicatorOut.all()


@router.get("", dependencies=[policy("assessment.read")])
async def list_assessment_schemes(
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    year: Year | None = None,
    state: SchemeState | None = None,
) -> Page[SchemeLineOut]:
    """Schemes the caller assesses by or is assessed by, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.schemes(
        session,
        division=division,
        year=year,
        state=state,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[SchemeLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("assessment.set_up")])
async def draft_assessment_scheme(body: SchemeIn, asked: AskedDep) -> SchemeOut:
    """Draft a scheme for the units below a division; what is left out is the default's."""
    row = await schemes.draft(
        asked.session,
        asked.actor,
        division=body.division,
        year=body.year,
        said=body.value(),
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/assessment-schemes/{row.id}"
    return await asked.answer(row)


@router.get("/{assessment_scheme_id}", dependencies=[policy("assessment.read")])
async def read_assessment_scheme(assessment_scheme_id: UUID, asked: AskedDep) -> SchemeOut:
    """One scheme with its lines and its history."""
    return await asked.answer(await queries.scheme(asked.session, assessment_scheme_id))


@router.post("/{assessment_scheme_id}/change", dependencies=[policy("assessment.set_up")])
async def change_assessment_scheme(
    assessment_scheme_id: UUID,
    body: SchemeContentIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> SchemeOut:
    """Say a draft anew, whole."""
    row = await schemes.change(
        asked.session,
        asked.actor,
        assessment_scheme_id,
        said=body.value(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{assessment_scheme_id}/publish", dependencies=[policy("assessment.publish")])
async def publish_assessment_scheme(
    assessment_scheme_id: UUID,
    body: SchemePublicationIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> SchemeOut:
    """公布: the next version of the year's rules, in force from its begin or from now on."""
    row = await schemes.publish(
        asked.session,
        asked.actor,
        assessment_scheme_id,
        late_reason=body.late_reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{assessment_scheme_id}/withdraw", dependencies=[policy("assessment.set_up")])
async def withdraw_assessment_scheme(
    assessment_scheme_id: UUID,
    body: ReasonIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> SchemeOut:
    """Drop a draft."""
    row = await schemes.withdraw(
        asked.session,
        asked.actor,
        assessment_scheme_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)

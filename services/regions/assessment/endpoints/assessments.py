"""Assessments over HTTP: one route a step, and the rows every score comes from."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from services.regions.assessment.domain.life import State
from services.regions.assessment.models import Assessment
from services.regions.assessment.queries import files as queries
from services.regions.assessment.schemas.assessments import (
    AssessmentIn,
    AssessmentLineOut,
    AssessmentOut,
    ComparisonOut,
    ComputeIn,
    DocumentOut,
    HandOverIn,
    ObjectionConfirmationIn,
    ObjectionDecisionIn,
    ObjectionIn,
    ProofOut,
    RowOut,
    UnitIn,
)
from services.regions.assessment.schemas.schemes import ReasonIn, Year
from services.regions.assessment.use_cases import computing, hearing, publishing
from services.regions.assessment.use_cases.record import actions
from shared.http.access import ActorDep, policy
from shared.http.body import Code, Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/assessments", tags=["assessment of units"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: Assessment) -> AssessmentOut:
        """The assessment as this caller sees it, with what it may do next."""
        file = await queries.file(self.session, row)
        self.response.headers["ETag"] = etag(row.version)
        return AssessmentOut.of(file, actions(self.actor, file, now=self.now))


AskedDep = Annotated[Asked, Depends()]


@dataclass(frozen=True, slots=True)
class Step:
    """One legal step, on an assessment as the caller last read it."""

    asked: AskedDep
    expected_version: ExpectedVersion

    @property
    def call(self) -> dict[str, Any]:
        """What every use case of a step is told."""
        return {"expected_version": self.expected_version, "now": self.asked.now}


StepDep = Annotated[Step, Depends()]


@router.get("", dependencies=[policy("assessment.read")])
async def list_assessments(
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    year: Year | None = None,
    state: State | None = None,
) -> Page[AssessmentLineOut]:
    """Assessments the caller makes or was told of, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.assessments(
        session,
        division=division,
        year=year,
        state=state,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[AssessmentLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("assessment.compute")])
async def compute_assessment(body: AssessmentIn, asked: AskedDep) -> AssessmentOut:
    """Compute a period under a published scheme, over or not, from events alone."""
    row = await computing.begin(asked.session, asked.actor, **body.model_dump(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/assessments/{row.id}"
    return await asked.answer(row)


@router.get("/{assessment_id}", dependencies=[policy("assessment.read")])
async def read_assessment(assessment_id: UUID, asked: AskedDep) -> AssessmentOut:
    """One assessment: a unit sees its own result, and the published table."""
    return await asked.answer(await queries.assessment(asked.session, assessment_id))


@router.get("/{assessment_id}/rows", dependencies=[policy("assessment.read")])
async def list_assessment_rows(
    assessment_id: UUID,
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    indicator: Code | None = None,
    good: Annotated[bool | None, Query(description="in time, or good by its own rule")] = None,
) -> Page[RowOut]:
    """The very rows a score comes from; a unit sees its own."""
    row = await queries.assessment(session, assessment_id)
    [after] = page.after or (None,)
    rows = await queries.rows(
        session,
        row,
        division=division,
        indicator=indicator,
        good=good,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda each: (str(each.id),))
    left_out = await queries.left_out(session, row)
    return Page(
        items=[
            RowOut.of(each, left_out.get((each.indicator, each.division, each.source_id)))
            for each in cut
        ],
        next=page.next,
    )


@router.get("/{assessment_id}/comparison", dependencies=[policy("assessment.read")])
async def compare_assessment(assessment_id: UUID, session: SessionDep) -> ComparisonOut:
    """Beside the published result of the year before."""
    return ComparisonOut.of(await publishing.compare(session, assessment_id))


@router.get("/{assessment_id}/proof", dependencies=[policy("assessment.compute")])
async def prove_assessment(assessment_id: UUID, asked: AskedDep) -> ProofOut:
    """Compute it again from its rows, and read their sources as of the same instant."""
    return ProofOut.of(await computing.prove(asked.session, asked.actor, assessment_id))


@router.get("/{assessment_id}/document", dependencies=[policy("assessment.read")])
async def read_assessment_document(assessment_id: UUID, session: SessionDep) -> DocumentOut:
    """The published result for the target duty outside, under its SHA-256."""
    row = await publishing.published(session, assessment_id)
    return DocumentOut(sha256=row.document_sha256 or "", document=row.document or {})


@router.post("/{assessment_id}/compute", dependencies=[policy("assessment.compute")])
async def recompute_assessment(
    assessment_id: UUID, body: ComputeIn, step: StepDep
) -> AssessmentOut:
    """Read the events again; what was announced is taken back."""
    asked = step.asked
    row = await computing.compute(
        asked.session,
        asked.actor,
        assessment_id,
        as_of=body.as_of,
        reason=body.reason,
        **step.call,
    )
    return await asked.answer(row)


@router.post("/{assessment_id}/announce", dependencies=[policy("assessment.set_up")])
async def announce_assessment(assessment_id: UUID, step: StepDep) -> AssessmentOut:
    """告知: each unit learns its own result, and may object by a clock."""
    asked = step.asked
    return await asked.answer(
        await hearing.announce(asked.session, asked.actor, assessment_id, **step.call)
    )


@router.post("/{assessment_id}/agree", dependencies=[policy("assessment.answer")])
async def agree_to_assessment(assessment_id: UUID, body: UnitIn, step: StepDep) -> AssessmentOut:
    """无异议: a unit's word on its own result."""
    asked = step.asked
    row = await hearing.agree(
        asked.session, asked.actor, assessment_id, division=body.division, **step.call
    )
    return await asked.answer(row)


@router.post("/{assessment_id}/object", dependencies=[policy("assessment.answer")])
async def object_to_assessment(
    assessment_id: UUID, body: ObjectionIn, step: StepDep
) -> AssessmentOut:
    """申诉: a unit names one of its rows that must not count."""
    asked = step.asked
    row = await hearing.object_to(
        asked.session,
        asked.actor,
        assessment_id,
        division=body.division,
        event_id=body.event_id,
        grounds=body.grounds,
        **step.call,
    )
    return await asked.answer(row)


@router.post(
    "/{assessment_id}/objections/{assessment_objection_id}/decide",
    dependencies=[policy("assessment.decide")],
)
async def decide_assessment_objection(
    assessment_id: UUID,
    assessment_objection_id: UUID,
    body: ObjectionDecisionIn,
    step: StepDep,
) -> AssessmentOut:
    """Another than who computed refuses the objection, or would accept it."""
    asked = step.asked
    row = await hearing.decide(
        asked.session,
        asked.actor,
        assessment_id,
        assessment_objection_id,
        accepts=body.accepts,
        reason=body.reason,
        **step.call,
    )
    return await asked.answer(row)


@router.post(
    "/{assessment_id}/objections/{assessment_objection_id}/confirm",
    dependencies=[policy("assessment.decide")],
)
async def confirm_assessment_objection(
    assessment_id: UUID,
    assessment_objection_id: UUID,
    body: ObjectionConfirmationIn,
    step: StepDep,
) -> AssessmentOut:
    """A second person's word: the row is left out, or the objection is open anew."""
    asked = step.asked
    row = await hearing.confirm(
        asked.session,
        asked.actor,
        assessment_id,
        assessment_objection_id,
        confirms=body.confirms,
        reason=body.reason,
        **step.call,
    )
    return await asked.answer(row)


@router.post("/{assessment_id}/publish", dependencies=[policy("assessment.publish")])
async def publish_assessment(assessment_id: UUID, step: StepDep) -> AssessmentOut:
    """公布: once every unit was heard."""
    asked = step.asked
    return await asked.answer(
        await publishing.publish(asked.session, asked.actor, assessment_id, **step.call)
    )


@router.post("/{assessment_id}/hand-over", dependencies=[policy("assessment.set_up")])
async def hand_over_assessment(
    assessment_id: UUID, body: HandOverIn, step: StepDep
) -> AssessmentOut:
    """纳入目标责任制: note the receipt of the system the document went into."""
    asked = step.asked
    row = await publishing.hand_over(
        asked.session, asked.actor, assessment_id, **body.model_dump(), **step.call
    )
    return await asked.answer(row)


@router.post("/{assessment_id}/withdraw", dependencies=[policy("assessment.publish")])
async def withdraw_assessment(assessment_id: UUID, body: ReasonIn, step: StepDep) -> AssessmentOut:
    """撤销: the result holds no more."""
    asked = step.asked
    row = await publishing.withdraw(
        asked.session, asked.actor, assessment_id, reason=body.reason, **step.call
    )
    return await asked.answer(row)

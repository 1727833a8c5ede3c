"""Disputes of jurisdiction over HTTP: one route a legal step."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from services.regions.disputes import queries
from services.regions.disputes.domain import DisputeState
from services.regions.disputes.models import JurisdictionDispute
from services.regions.disputes.schemas import (
    DecisionAnswerIn,
    DecisionIn,
    DesignationIn,
    DisputeHandoverIn,
    DisputeIn,
    DisputeLineOut,
    DisputeOut,
    EndIn,
    KeepIn,
    PositionIn,
    PreservationIn,
    ReferIn,
)
from services.regions.disputes.use_cases import deciding, negotiating, preserving
from services.regions.disputes.use_cases.record import DisputeAct, actions
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(
    prefix="/jurisdiction-disputes", tags=["jurisdiction disputes"], route_class=Route
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, dispute: JurisdictionDispute) -> DisputeOut:
        """The dispute whole, with what this caller may do next."""
        file = await queries.file(self.session, dispute)
        self.response.headers["ETag"] = etag(dispute.version)
        return DisputeOut.of(file, actions(self.actor, file))


AskedDep = Annotated[Asked, Depends()]


@dataclass(frozen=True, slots=True)
class Step:
    """One legal step, on a dispute as the caller last read it."""

    asked: AskedDep
    expected_version: ExpectedVersion

    def on(self, dispute_id: UUID) -> DisputeAct:
        return DisputeAct(
            self.asked.session,
            self.asked.actor,
            dispute_id,
            self.expected_version,
            self.asked.now,
        )


StepDep = Annotated[Step, Depends()]


@router.get("", dependencies=[policy("assistance.read")])
async def list_jurisdiction_disputes(
    session: SessionDep, page: PageDep, state: DisputeState | None = None
) -> Page[DisputeLineOut]:
    """Disputes the caller's side is a party to, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.disputes(
        session, state=state, after=UUID(after) if after else None, limit=page.limit
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[DisputeLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("dispute.open")])
async def open_jurisdiction_dispute(body: DisputeIn, asked: AskedDep) -> DisputeOut:
    """管辖争议: several organs claim a matter, or none does; from now on they negotiate."""
    dispute = await negotiating.open_dispute(
        asked.session,
        asked.actor,
        opened_by=body.opened_by,
        parties=body.parties,
        matter=body.matter.value(),
        facts=body.facts,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/jurisdiction-disputes/{dispute.id}"
    return await asked.answer(dispute)


@router.get("/{jurisdiction_dispute_id}", dependencies=[policy("assistance.read")])
async def read_jurisdiction_dispute(jurisdiction_dispute_id: UUID, asked: AskedDep) -> DisputeOut:
    """One dispute with its parties, what is preserved, and its history."""
    return await asked.answer(await queries.dispute(asked.session, jurisdiction_dispute_id))


@router.post("/{jurisdiction_dispute_id}/position", dependencies=[policy("dispute.answer")])
async def state_position_in_jurisdiction_dispute(
    jurisdiction_dispute_id: UUID, body: PositionIn, step: StepDep
) -> DisputeOut:
    """A party claims or denies the matter; when all name the same organ, that is the agreement."""
    dispute = await negotiating.state_position(
        step.on(jurisdiction_dispute_id),
        division=body.division,
        stance=body.stance,
        reason=body.reason,
        filed_at=body.filed_at,
        filed_number=body.filed_number,
        agrees_on=body.agrees_on,
    )
    return await step.asked.answer(dispute)


@router.post("/{jurisdiction_dispute_id}/refer", dependencies=[policy("dispute.answer")])
async def refer_jurisdiction_dispute(
    jurisdiction_dispute_id: UUID, body: ReferIn, step: StepDep
) -> DisputeOut:
    """报请指定: a party sees no agreement before the time to negotiate is over."""
    dispute = await negotiating.refer(
        step.on(jurisdiction_dispute_id), division=body.division, reason=body.reason
    )
    return await step.asked.answer(dispute)


@router.post("/{jurisdiction_dispute_id}/designate", dependencies=[policy("dispute.designate")])
async def designate_in_jurisdiction_dispute(
    jurisdiction_dispute_id: UUID, body: DesignationIn, step: StepDep
) -> DisputeOut:
    """指定管辖: the head of the common superior names an organ, with reason and article."""
    dispute = await deciding.designate(
        step.on(jurisdiction_dispute_id),
        competent=body.competent,
        reason=body.reason,
        legal_basis=body.legal_basis,
    )
    return await step.asked.answer(dispute)


@router.post("/{jurisdiction_dispute_id}/record-decision", dependencies=[policy("dispute.answer")])
async def record_decision_in_jurisdiction_dispute(
    jurisdiction_dispute_id: UUID, body: DecisionIn, step: StepDep
) -> DisputeOut:
    """Across provinces: record the written decision of the state ministry."""
    dispute = await deciding.record_decision(
        step.on(jurisdiction_dispute_id),
        division=body.division,
        document_number=body.document_number,
        document_date=body.document_date,
        competent=body.competent,
    )
    return await step.asked.answer(dispute)


@router.post("/{jurisdiction_dispute_id}/answer-decision", dependencies=[policy("dispute.answer")])
async def answer_decision_in_jurisdiction_dispute(
    jurisdiction_dispute_id: UUID, body: DecisionAnswerIn, step: StepDep
) -> DisputeOut:
    """Another party confirms the recorded decision, or says it is not so."""
    dispute = await deciding.answer_decision(
        step.on(jurisdiction_dispute_id),
        division=body.division,
        confirms=body.confirms,
        reason=body.reason,
    )
    return await step.asked.answer(dispute)


@router.post("/{jurisdiction_dispute_id}/preserve", dependencies=[policy("dispute.preserve")])
async def preserve_in_jurisdiction_dispute(
    jurisdiction_dispute_id: UUID, body: PreservationIn, step: StepDep
) -> DisputeOut:
    """证据保全: whoever holds evidence keeps it safe, from an instant on."""
    dispute = await preserving.preserve(
        step.on(jurisdiction_dispute_id),
        holder=body.holder,
        what=body.what,
        measure=body.measure,
        started_at=body.started_at,
    )
    return await step.asked.answer(dispute)


@router.post(
    "/{jurisdiction_dispute_id}/preservations/{preservation_id}/end",
    dependencies=[policy("dispute.preserve")],
)
async def end_preservation_in_jurisdiction_dispute(
    jurisdiction_dispute_id: UUID, preservation_id: UUID, body: EndIn, step: StepDep
) -> DisputeOut:
    """Let go what was kept; not before it is known who decides."""
    dispute = await preserving.end_preservation(
        step.on(jurisdiction_dispute_id), preservation_id, reason=body.reason
    )
    return await step.asked.answer(dispute)


@router.post("/{jurisdiction_dispute_id}/hand-over", dependencies=[policy("dispute.answer")])
async def hand_over_from_jurisdiction_dispute(
    jurisdiction_dispute_id: UUID, body: DisputeHandoverIn, step: StepDep
) -> DisputeOut:
    """移交: a party that holds the matter hands it to the organ that has it."""
    dispute = await deciding.hand_over(
        step.on(jurisdiction_dispute_id),
        division=body.division,
        facts=body.facts,
        legal_view=body.legal_view,
        evidence=[each.value() for each in body.evidence],
        urgent=body.urgent,
        contact=body.contact,
    )
    return await step.asked.answer(dispute)


@router.post("/{jurisdiction_dispute_id}/keep", dependencies=[policy("dispute.answer")])
async def keep_in_jurisdiction_dispute(
    jurisdiction_dispute_id: UUID, body: KeepIn, step: StepDep
) -> DisputeOut:
    """The competent organ has the matter already: nothing needs to be handed over."""
    dispute = await deciding.keep(
        step.on(jurisdiction_dispute_id), division=body.division, reason=body.reason
    )
    return await step.asked.answer(dispute)

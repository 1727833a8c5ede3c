"""Consultations over HTTP: one route a step."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from services.regions.consultations import queries
from services.regions.consultations.domain import MeasureStep, State
from services.regions.consultations.models import Consultation, ConsultationMeasure
from services.regions.consultations.schemas import (
    AnswerIn,
    CloseIn,
    ConfirmIn,
    ConsultationIn,
    ConsultationLineOut,
    ConsultationOut,
    DiagnosisIn,
    DissentIn,
    HoldIn,
    InvitationOut,
    InviteIn,
    LookBackIn,
    MeasureIn,
    MeasureOut,
    MeasureStepOut,
    ProgressIn,
    ProofIn,
    ReasonIn,
    RhythmOut,
    measure_out,
)
from services.regions.consultations.use_cases import convening, working
from shared.clocks.days import legal_day
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/consultations", tags=["consultations"], route_class=Route)
ONE: Final = "/{consultation_id}"
MEASURE: Final = "/{consultation_id}/measures/{measure_id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: Consultation) -> ConsultationOut:
        """The consultation whole, with what this caller may do next."""
        file = await queries.file(self.session, row)
        steps = await queries.steps(self.session, row.id)
        self.response.headers["ETag"] = etag(row.version)
        return ConsultationOut.of(file, steps, actor=self.actor, now=self.now)


AskedDep = Annotated[Asked, Depends()]


@dataclass(frozen=True, slots=True)
class Step:
    """One step, on what the caller last read."""

    asked: AskedDep
    expected_version: ExpectedVersion

    @property
    def call(self) -> dict[str, Any]:
        """What every use case of a step is told."""
        return {"expected_version": self.expected_version, "now": self.asked.now}

    async def take(
        self, consultation_id: UUID, measure_id: UUID, step: MeasureStep, text: str | None
    ) -> MeasureStepOut:
        measure: ConsultationMeasure = await working.take(
            self.asked.session,
            self.asked.actor,
            consultation_id,
            measure_id,
            step,
            text=text,
            **self.call,
        )
        row = await queries.consultation(self.asked.session, consultation_id)
        self.asked.response.headers["ETag"] = etag(measure.version)
        return measure_out(row, measure, actor=self.asked.actor, now=self.asked.now)


StepDep = Annotated[Step, Depends()]


@router.get("", dependencies=[policy("consultation.read")])
async def list_consultations(
    session: SessionDep,
    page: PageDep,
    convener: Division | None = None,
    state: State | None = None,
) -> Page[ConsultationLineOut]:
    """Consultations the caller's division convened or takes part in, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.consultations(
        session,
        convener=convener,
        state=state,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[ConsultationLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("consultation.convene")])
async def convene_consultation(body: ConsultationIn, asked: AskedDep) -> ConsultationOut:
    """召集会诊: a city or county calls others to its problems."""
    row = await convening.convene(asked.session, asked.actor, body.value(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/consultations/{row.id}"
    return await asked.answer(row)


@router.get("/invitations", dependencies=[policy("consultation.read")])
async def list_invitations(
    session: SessionDep, page: PageDep, division: Division
) -> Page[InvitationOut]:
    """What a division was invited to, also what it declined; `version` is null for the latter."""
    [after] = page.after or (None,)
    rows = await queries.invitations(
        session, division=division, after=UUID(after) if after else None, limit=page.limit
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    versions = await queries.versions(session, [row.consultation_id for row in cut])
    items = [InvitationOut.of(row, versions.get(row.consultation_id)) for row in cut]
    return Page(items=items, next=page.next)


@router.get("/rhythm", dependencies=[policy("consultation.rhythm")])
async def read_rhythm(division: Division, asked: AskedDep) -> RhythmOut:
    """定期会诊: when a division last held a regular one, and whether the next is due."""
    today = legal_day(asked.now)
    found = await convening.rhythm(asked.session, asked.actor, division, today=today)
    return RhythmOut.of(division, found, today)


@router.get("/measures", dependencies=[policy("consultation.read")])
async def list_measures(
    session: SessionDep,
    page: PageDep,
    now: Now,
    division: Division | None = None,
    overdue: bool = False,  # noqa: FBT001, FBT002 -- a flag in an address
) -> Page[MeasureOut]:
    """Measures that are neither done nor dropped, the most urgent first."""
    after = page.after and (datetime.fromisoformat(page.after[0]), UUID(page.after[1]))
    rows = await queries.open_measures(
        session,
        division=division,
        overdue_at=now if overdue else None,
        after=after,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (row.due_at.isoformat(), str(row.id)))
    return Page(items=[MeasureOut.on(row, now=now) for row in cut], next=page.next)


@router.get(ONE, dependencies=[policy("consultation.read")])
async def read_consultation(consultation_id: UUID, asked: AskedDep) -> ConsultationOut:
    """One consultation with its diagnoses, dissents and measures."""
    return await asked.answer(await queries.consultation(asked.session, consultation_id))


@router.post(f"{ONE}/invite", dependencies=[policy("consultation.convene")])
async def invite(consultation_id: UUID, body: InviteIn, step: StepDep) -> ConsultationOut:
    """Call others too, or a division that declined once more."""
    row = await convening.invite(
        step.asked.session,
        step.asked.actor,
        consultation_id,
        invitees=[each.value() for each in body.invitees],
        **step.call,
    )
    return await step.asked.answer(row)


@router.post(f"{ONE}/answer", dependencies=[policy("consultation.answer")])
async def answer_invitation(consultation_id: UUID, body: AnswerIn, step: StepDep) -> InvitationOut:
    """An invited comes, sends an opinion, or declines with a reason and then sees no more."""
    row, own = await convening.answer(
        step.asked.session,
        step.asked.actor,
        consultation_id,
        invitee_id=body.invitee_id,
        said=body.answer,
        text=body.text,
        **step.call,
    )
    step.asked.response.headers["ETag"] = etag(row.version)
    return InvitationOut.of(own, row.version)


@router.post(f"{ONE}/hold", dependencies=[policy("consultation.convene")])
async def hold_consultation(consultation_id: UUID, body: HoldIn, step: StepDep) -> ConsultationOut:
    """It was held: who was there."""
    row = await convening.hold(
        step.asked.session,
        step.asked.actor,
        consultation_id,
        held_on=body.held_on,
        attendance=body.value(),
        **step.call,
    )
    return await step.asked.answer(row)


@router.post(f"{ONE}/cancel", dependencies=[policy("consultation.convene")])
async def cancel_consultation(
    consultation_id: UUID, body: ReasonIn, step: StepDep
) -> ConsultationOut:
    """It does not take place."""
    row = await convening.cancel(
        step.asked.session, step.asked.actor, consultation_id, reason=body.reason, **step.call
    )
    return await step.asked.answer(row)


@router.post(f"{ONE}/diagnose", dependencies=[policy("consultation.convene")])
async def diagnose_problem(
    consultation_id: UUID, body: DiagnosisIn, step: StepDep
) -> ConsultationOut:
    """会诊意见: the diagnosis of one problem."""
    row = await working.diagnose(
        step.asked.session,
        step.asked.actor,
        consultation_id,
        problem_id=body.problem_id,
        diagnosis=body.value(),
        **step.call,
    )
    return await step.asked.answer(row)


@router.post(f"{ONE}/dissent", dependencies=[policy("consultation.answer")])
async def dissent(consultation_id: UUID, body: DissentIn, step: StepDep) -> ConsultationOut:
    """Another view on a problem, under the name of who holds it."""
    row = await working.dissent(
        step.asked.session,
        step.asked.actor,
        consultation_id,
        problem_id=body.problem_id,
        invitee_id=body.invitee_id,
        text=body.text,
        **step.call,
    )
    return await step.asked.answer(row)


@router.post(f"{ONE}/order-measure", dependencies=[policy("consultation.convene")])
async def order_measure(consultation_id: UUID, body: MeasureIn, step: StepDep) -> ConsultationOut:
    """A measure on a problem, with who answers for it and until when."""
    row = await working.order_measure(
        step.asked.session,
        step.asked.actor,
        consultation_id,
        problem_id=body.problem_id,
        text=body.text,
        responsible=body.responsible,
        due_on=body.due_on,
        **step.call,
    )
    return await step.asked.answer(row)


@router.post(f"{MEASURE}/confirm", dependencies=[policy("consultation.see_to")])
async def confirm_measure(
    consultation_id: UUID,
    measure_id: UUID,
    body: ConfirmIn,  # noqa: ARG001 -- a body without content
    step: StepDep,
) -> MeasureStepOut:
    """Who answers for the measure takes it on. If-Match is the measure's, as of all its steps."""
    return await step.take(consultation_id, measure_id, MeasureStep.CONFIRM, None)


@router.post(f"{MEASURE}/progress", dependencies=[policy("consultation.see_to")])
async def report_progress(
    consultation_id: UUID, measure_id: UUID, body: ProgressIn, step: StepDep
) -> MeasureStepOut:
    """How far it has come."""
    return await step.take(consultation_id, measure_id, MeasureStep.PROGRESS, body.progress)


@router.post(f"{MEASURE}/report", dependencies=[policy("consultation.see_to")])
async def report_measure(
    consultation_id: UUID, measure_id: UUID, body: ProofIn, step: StepDep
) -> MeasureStepOut:
    """It is done, and this shows it."""
    return await step.take(consultation_id, measure_id, MeasureStep.REPORT, body.proof)


@router.post(f"{MEASURE}/close", dependencies=[policy("consultation.convene")])
async def close_measure(
    consultation_id: UUID,
    measure_id: UUID,
    body: CloseIn,  # noqa: ARG001 -- a body without content
    step: StepDep,
) -> MeasureStepOut:
    """The convener finds it done."""
    return await step.take(consultation_id, measure_id, MeasureStep.CLOSE, None)


@router.post(f"{MEASURE}/send-back", dependencies=[policy("consultation.convene")])
async def send_measure_back(
    consultation_id: UUID, measure_id: UUID, body: ReasonIn, step: StepDep
) -> MeasureStepOut:
    """The convener finds that something is lacking. Its time goes on as it was set."""
    return await step.take(consultation_id, measure_id, MeasureStep.SEND_BACK, body.reason)


@router.post(f"{MEASURE}/drop", dependencies=[policy("consultation.convene")])
async def drop_measure(
    consultation_id: UUID, measure_id: UUID, body: ReasonIn, step: StepDep
) -> MeasureStepOut:
    """It is given up, and why."""
    return await step.take(consultation_id, measure_id, MeasureStep.DROP, body.reason)


@router.post(f"{ONE}/close", dependencies=[policy("consultation.convene")])
async def close_consultation(
    consultation_id: UUID,
    body: CloseIn,  # noqa: ARG001 -- a body without content
    step: StepDep,
) -> ConsultationOut:
    """办结: every problem has its diagnosis and every measure its end."""
    row = await working.close(step.asked.session, step.asked.actor, consultation_id, **step.call)
    return await step.asked.answer(row)


@router.post(f"{ONE}/look-back", dependencies=[policy("consultation.convene")])
async def look_back(consultation_id: UUID, body: LookBackIn, step: StepDep) -> ConsultationOut:
    """回头看: whether a problem is solved for good."""
    row = await working.look_back(
        step.asked.session,
        step.asked.actor,
        consultation_id,
        problem_id=body.problem_id,
        solved=body.solved,
        text=body.text,
        **step.call,
    )
    return await step.asked.answer(row)

"""Joint operations over HTTP: one route a legal step."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from services.regions.agreements.domain import Form
from services.regions.operations import queries
from services.regions.operations.domain import Action, State
from services.regions.operations.models import Operation
from services.regions.operations.schemas import (
    AnswerIn,
    NoteIn,
    OperationIn,
    OperationLineOut,
    OperationOut,
    ReportIn,
    SummaryIn,
)
from services.regions.operations.use_cases import conduct, consent
from services.regions.operations.use_cases.conduct import PlainStep
from services.regions.operations.use_cases.record import actions
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/operations", tags=["joint operations"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, operation: Operation) -> OperationOut:
        """The operation whole, with what this caller may do next."""
        file = await queries.file(self.session, operation)
        self.response.headers["ETag"] = etag(operation.version)
        return OperationOut.of(file, actions(self.actor, file))


AskedDep = Annotated[Asked, Depends()]


@dataclass(frozen=True, slots=True)
class Step:
    """One legal step, on an operation as the caller last read it."""

    asked: AskedDep
    expected_version: ExpectedVersion

    async def plain(self, operation_id: UUID, action: PlainStep, body: ReportIn) -> OperationOut:
        """A step that changes nothing but the state."""
        operation = await conduct.advance(
            self.asked.session,
            self.asked.actor,
            operation_id,
            action,
            reason=body.reason,
            expected_version=self.expected_version,
            now=self.asked.now,
        )
        return await self.asked.answer(operation)


StepDep = Annotated[Step, Depends()]


@router.get("", dependencies=[policy("operation.read")])
async def list_operations(
    session: SessionDep,
    page: PageDep,
    state: State | None = None,
    form: Form | None = None,
    division: Division | None = None,
    origin_id: UUID | None = None,
) -> Page[OperationLineOut]:
    """Operations the caller has a part in, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.operations(
        session,
        state=state,
        form=form,
        division=division,
        origin_id=origin_id,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[OperationLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("operation.draft")])
async def draft_operation(body: OperationIn, asked: AskedDep) -> OperationOut:
    """拟定: plan a joint operation; only the lead's side sees the draft."""
    operation = await consent.draft(
        asked.session,
        asked.actor,
        form=body.form,
        title=body.title,
        lead=body.lead,
        parties=tuple(body.parties),
        matter=body.matter.value(),
        origin=body.origin.value() if body.origin else None,
        planned_from=body.planned_from,
        planned_to=body.planned_to,
        due_on=body.due_on,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/operations/{operation.id}"
    return await asked.answer(operation)


@router.get("/{operation_id}", dependencies=[policy("operation.read")])
async def read_operation(operation_id: UUID, asked: AskedDep) -> OperationOut:
    """One operation with its parties, history and results."""
    return await asked.answer(await queries.operation(asked.session, operation_id))


@router.post("/{operation_id}/countersign", dependencies=[policy("operation.lead")])
async def countersign_operation(operation_id: UUID, body: NoteIn, step: StepDep) -> OperationOut:
    """会签: send the draft to every party for its answer."""
    operation = await consent.countersign(
        step.asked.session,
        step.asked.actor,
        operation_id,
        reason=body.reason,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return await step.asked.answer(operation)


@router.post("/{operation_id}/answer", dependencies=[policy("operation.answer")])
async def answer_operation(operation_id: UUID, body: AnswerIn, step: StepDep) -> OperationOut:
    """A party agrees or declines. Silence is no consent."""
    operation = await consent.answer(
        step.asked.session,
        step.asked.actor,
        operation_id,
        division=body.division,
        agrees=body.agrees,
        reason=body.reason,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return await step.asked.answer(operation)


@router.post("/{operation_id}/issue", dependencies=[policy("operation.issue")])
async def issue_operation(operation_id: UUID, body: NoteIn, step: StepDep) -> OperationOut:
    """印发: by the lead when all agreed, else by the common superior with a reason."""
    operation = await consent.issue(
        step.asked.session,
        step.asked.actor,
        operation_id,
        reason=body.reason,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return await step.asked.answer(operation)


@router.post("/{operation_id}/prepare", dependencies=[policy("operation.lead")])
async def prepare_operation(operation_id: UUID, body: ReportIn, step: StepDep) -> OperationOut:
    """准备: say how teams are to be made up."""
    return await step.plain(operation_id, Action.PREPARE, body)


@router.post("/{operation_id}/start", dependencies=[policy("operation.lead")])
async def start_operation(operation_id: UUID, body: NoteIn, step: StepDep) -> OperationOut:
    """实施: let it run; the inspection task is made in `tasks`."""
    operation = await conduct.start(
        step.asked.session,
        step.asked.actor,
        operation_id,
        reason=body.reason,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return await step.asked.answer(operation)


@router.post("/{operation_id}/hand-over", dependencies=[policy("operation.lead")])
async def hand_over_operation(operation_id: UUID, body: ReportIn, step: StepDep) -> OperationOut:
    """移交: each finding goes to the organ of the place of the act."""
    return await step.plain(operation_id, Action.HAND_OVER, body)


@router.post("/{operation_id}/summarise", dependencies=[policy("operation.lead")])
async def summarise_operation(operation_id: UUID, body: SummaryIn, step: StepDep) -> OperationOut:
    """总结通报: issue the joint report over all results."""
    operation = await conduct.summarise(
        step.asked.session,
        step.asked.actor,
        operation_id,
        summary=body.summary,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return await step.asked.answer(operation)


@router.post("/{operation_id}/look-back", dependencies=[policy("operation.lead")])
async def look_back_operation(operation_id: UUID, body: ReportIn, step: StepDep) -> OperationOut:
    """回头看: check again what was rectified."""
    return await step.plain(operation_id, Action.LOOK_BACK, body)


@router.post("/{operation_id}/close", dependencies=[policy("operation.lead")])
async def close_operation(operation_id: UUID, body: ReportIn, step: StepDep) -> OperationOut:
    """归档: every hand-over is answered or escalated."""
    return await step.plain(operation_id, Action.CLOSE, body)

"""Joint operations over HTTP: one route a legal step."""

from dataclasses import asdict, dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from services.regions.agreements.domain import Focus, Form, Link
from services.regions.operations import queries
from services.regions.operations.domain import Action, Kind, State
from services.regions.operations.models import Finding, Operation
from services.regions.operations.queries import Wanted
from services.regions.operations.schemas import (
    AdmitIn,
    AmendIn,
    AnswerIn,
    CallOffIn,
    FindingIn,
    FindingLineOut,
    FindingOut,
    FinishIn,
    LeaveIn,
    LookBackIn,
    NoteIn,
    OperationIn,
    OperationLineOut,
    OperationOut,
    PartyOut,
    PassOnIn,
    ReportIn,
    SendIn,
    SharesIn,
    SummaryIn,
    TeamIn,
    pairs,
)
from services.regions.operations.use_cases import conduct, consent, ending, findings, owed, teams
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

    async def answer_finding(self, finding: Finding) -> FindingOut:
        """The finding with every look back; a party that left sees its own, and does nothing."""
        operation = await queries.operation_in_sight(self.session, finding.operation_id)
        file = await queries.file(self.session, operation) if operation else None
        self.response.headers["ETag"] = etag(finding.version)
        return FindingOut.of(
            finding,
            await queries.look_backs(self.session, finding.id),
            findings.finding_actions(self.actor, file, finding),
        )


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


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of operations may be narrowed to."""

    state: State | None = None
    form: Form | None = None
    kind: Kind | None = None
    link: Link | None = None
    focus: Focus | None = None
    division: Division | None = None
    origin_id: UUID | None = None
    group_id: UUID | None = None
    plan_id: UUID | None = None


@router.get("", dependencies=[policy("operation.read")])
async def list_operations(
    session: SessionDep, page: PageDep, filters: Annotated[Filters, Depends()]
) -> Page[OperationLineOut]:
    """Operations the caller has a part in, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.operations(
        session,
        Wanted(**asdict(filters)),
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[OperationLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("operation.draft")])
async def draft_operation(body: OperationIn, asked: AskedDep) -> OperationOut:
    """拟定: plan a joint operation; only the lead's side sees the draft.

    A surprise plan is seen by who drafts it, the lead's head and the accounts named.
    """
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
        kind=body.kind,
        named=body.named,
        frame=body.frame(),
        now=asked.now,
    )
    await owed.take_slot(asked.session, operation)
    asked.response.headers["Location"] = f"/api/v1/operations/{operation.id}"
    return await asked.answer(operation)


@router.get("/{operation_id}", dependencies=[policy("operation.read")])
async def read_operation(operation_id: UUID, asked: AskedDep) -> OperationOut:
    """One operation with its parties, history and results."""
    return await asked.answer(await queries.operation(asked.session, operation_id))


@router.post("/{operation_id}/amend", dependencies=[policy("operation.lead")])
async def amend_operation(operation_id: UUID, body: AmendIn, step: StepDep) -> OperationOut:
    """Rewrite a draft before any party is asked."""
    operation = await consent.amend(
        step.asked.session,
        step.asked.actor,
        operation_id,
        title=body.title,
        matter=body.matter.value(),
        planned_from=body.planned_from,
        planned_to=body.planned_to,
        due_on=body.due_on,
        frame=body.frame(),
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    await owed.move_slot(step.asked.session, operation)
    return await step.asked.answer(operation)


@router.post("/{operation_id}/admit", dependencies=[policy("operation.lead")])
async def admit_to_operation(operation_id: UUID, body: AdmitIn, step: StepDep) -> OperationOut:
    """Let further people know of a surprise plan before it starts."""
    operation = await consent.admit(
        step.asked.session,
        step.asked.actor,
        operation_id,
        account_ids=body.account_ids,
        reason=body.reason,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return await step.asked.answer(operation)


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
    """印发: by the lead when all agreed, else by the common superior with a reason.

    A surprise check by a superior of its own subordinates is issued from the draft.
    """
    operation = await consent.issue(
        step.asked.session,
        step.asked.actor,
        operation_id,
        reason=body.reason,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    await owed.plan_slot(step.asked.session, operation)
    return await step.asked.answer(operation)


@router.post("/{operation_id}/prepare", dependencies=[policy("operation.lead")])
async def prepare_operation(operation_id: UUID, body: ReportIn, step: StepDep) -> OperationOut:
    """准备: say how teams are to be made up."""
    return await step.plain(operation_id, Action.PREPARE, body)


@router.post("/{operation_id}/teams", dependencies=[policy("operation.lead")])
async def form_team(operation_id: UUID, body: TeamIn, step: StepDep) -> OperationOut:
    """Form a team for a place; the parties name who goes in it."""
    operation = await teams.form_team(
        step.asked.session,
        step.asked.actor,
        operation_id,
        name=body.name,
        place=body.place,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return await step.asked.answer(operation)


@router.post("/{operation_id}/send-officers", dependencies=[policy("operation.send")])
async def send_officers(operation_id: UUID, body: SendIn, step: StepDep) -> OperationOut:
    """A party names its own people for a team, of those `POST /officers/eligible` answers."""
    operation = await teams.send(
        step.asked.session,
        step.asked.actor,
        operation_id,
        team_id=body.team_id,
        division=body.division,
        officer_ids=body.officer_ids,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return await step.asked.answer(operation)


@router.post("/{operation_id}/leave", dependencies=[policy("operation.leave")])
async def leave_operation(operation_id: UUID, body: LeaveIn, step: StepDep) -> PartyOut:
    """A party withdraws with a reason; from now on it sees its own rows only."""
    party = await consent.leave(
        step.asked.session,
        step.asked.actor,
        operation_id,
        division=body.division,
        reason=body.reason,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return PartyOut.model_validate(party)


@router.post("/{operation_id}/finish", dependencies=[policy("operation.finish")])
async def finish_part(operation_id: UUID, body: FinishIn, step: StepDep) -> PartyOut:
    """A party reports its own results and closes its own part."""
    party = await conduct.finish(
        step.asked.session,
        step.asked.actor,
        operation_id,
        division=body.division,
        summary=body.summary,
        own_figures=body.own_figures(),
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return PartyOut.model_validate(party)


@router.get("/{operation_id}/parties/{division}", dependencies=[policy("operation.read")])
async def read_party(operation_id: UUID, division: Division, session: SessionDep) -> PartyOut:
    """One party's part; its own people see it whatever became of it."""
    party = await queries.participation(session, operation_id, division)
    return PartyOut.model_validate(party)


@router.get("/{operation_id}/findings", dependencies=[policy("operation.read")])
async def list_findings(
    operation_id: UUID, session: SessionDep, page: PageDep
) -> Page[FindingLineOut]:
    """What was found, in the order it was recorded; a party that left sees its own."""
    [after] = page.after or (None,)
    rows = await queries.findings_page(
        session, operation_id, after=UUID(after) if after else None, limit=page.limit
    )
    if not rows:
        await queries.require_known_operation(session, operation_id)
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[FindingLineOut.model_validate(row) for row in cut], next=page.next)


@router.post(
    "/{operation_id}/findings",
    status_code=status.HTTP_201_CREATED,
    dependencies=[policy("finding.record")],
)
async def record_finding(operation_id: UUID, body: FindingIn, asked: AskedDep) -> FindingOut:
    """A party records what it found, beside what the others record."""
    finding = await findings.record_finding(
        asked.session,
        asked.actor,
        operation_id,
        division=body.division,
        found=body.value(),
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/operations/{operation_id}/findings/{finding.id}"
    return await asked.answer_finding(finding)


@router.get("/{operation_id}/findings/{finding_id}", dependencies=[policy("operation.read")])
async def read_finding(operation_id: UUID, finding_id: UUID, asked: AskedDep) -> FindingOut:
    """One finding with its evidence, whose it is, and every look back."""
    return await asked.answer_finding(
        await queries.finding(asked.session, operation_id, finding_id)
    )


@router.post(
    "/{operation_id}/findings/{finding_id}/hand-over", dependencies=[policy("finding.hand_over")]
)
async def hand_over_finding(
    operation_id: UUID, finding_id: UUID, body: PassOnIn, step: StepDep
) -> FindingOut:
    """Hand a finding with its evidence to the organ of the place of the act."""
    finding = await findings.hand_over(
        step.asked.session,
        step.asked.actor,
        operation_id,
        finding_id,
        legal_view=body.legal_view,
        urgent=body.urgent,
        contact=body.contact,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return await step.asked.answer_finding(finding)


@router.post(
    "/{operation_id}/findings/{finding_id}/look-back", dependencies=[policy("finding.look_back")]
)
async def look_back_at_finding(
    operation_id: UUID, finding_id: UUID, body: LookBackIn, step: StepDep
) -> FindingOut:
    """回头看: somebody else than the recorder checks what was rectified."""
    finding = await findings.check_again(
        step.asked.session,
        step.asked.actor,
        operation_id,
        finding_id,
        division=body.division,
        rectified=body.rectified,
        remark=body.note,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return await step.asked.answer_finding(finding)


@router.post("/{operation_id}/shares", dependencies=[policy("operation.lead")])
async def declare_shares(operation_id: UUID, body: SharesIn, step: StepDep) -> OperationOut:
    """Declare whose a result is, before the joint report."""
    operation = await findings.declare_shares(
        step.asked.session,
        step.asked.actor,
        operation_id,
        task_id=body.task_id,
        finding_id=body.finding_id,
        shares=pairs(body.shares),
        reason=body.reason,
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return await step.asked.answer(operation)


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


@router.post("/{operation_id}/call-off", dependencies=[policy("operation.lead")])
async def call_off_operation(operation_id: UUID, body: CallOffIn, step: StepDep) -> OperationOut:
    """取消: by the lead or the head of the common superior, any time before the joint report.

    `findings_left` while a finding of another place is neither handed over nor in `dropped`.
    """
    operation = await ending.call_off(
        step.asked.session,
        step.asked.actor,
        operation_id,
        reason=body.reason,
        dropped=body.reasons(),
        expected_version=step.expected_version,
        now=step.asked.now,
    )
    return await step.asked.answer(operation)

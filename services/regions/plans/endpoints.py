"""Joint plans over HTTP: one route a legal step."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response, status

from services.regions.plans import queries
from services.regions.plans.domain.life import State
from services.regions.plans.models import Plan, PlanText
from services.regions.plans.schemas import (
    AnswerIn,
    NoteIn,
    PartyReasonIn,
    PlanIn,
    PlanLineOut,
    PlanOut,
    ProgressIn,
    ReasonIn,
    RevisionIn,
    SummaryIn,
    TextOut,
)
from services.regions.plans.use_cases import conduct, deciding, drafting
from services.regions.plans.use_cases.record import actions
from shared.clocks.days import legal_day
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/plans", tags=["joint plans"], route_class=Route)
ONE: Final = "/{plan_id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, plan: Plan) -> PlanOut:
        """The plan whole, with what this caller may do next."""
        file, today = await queries.file(self.session, plan), legal_day(self.now)
        self.response.headers["ETag"] = etag(plan.version)
        return PlanOut.of(
            file,
            quota=await queries.quota(self.session, plan, on_day=today),
            texts=await queries.texts(self.session, plan.id),
            steps=await queries.steps(self.session, plan.id),
            today=today,
            actions=actions(self.actor, file, self.now),
        )


AskedDep = Annotated[Asked, Depends()]


@dataclass(frozen=True, slots=True)
class Step:
    """One legal step, on a plan as the caller last read it."""

    asked: AskedDep
    expected_version: ExpectedVersion

    @property
    def call(self) -> dict[str, Any]:
        """What every use case of a step is told."""
        return {"expected_version": self.expected_version, "now": self.asked.now}


StepDep = Annotated[Step, Depends()]


@router.get("", dependencies=[policy("plan.read")])
async def list_plans(
    session: SessionDep,
    page: PageDep,
    state: State | None = None,
    year: Annotated[int | None, Query(ge=2000, le=2199)] = None,
    division: Division | None = None,
    agreement_id: UUID | None = None,
    parent_plan_id: UUID | None = None,
) -> Page[PlanLineOut]:
    """Plans the caller has a part in, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.plans(
        session,
        state=state,
        year=year,
        division=division,
        agreement_id=agreement_id,
        parent_id=parent_plan_id,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[PlanLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("plan.draft")])
async def draft_plan(body: PlanIn, asked: AskedDep) -> PlanOut:
    """拟定: write a draft; only the lead's own division sees it."""
    plan = await drafting.draft(
        asked.session, asked.actor, lead=body.lead, terms=body.value(), now=asked.now
    )
    asked.response.headers["Location"] = f"/api/v1/plans/{plan.id}"
    return await asked.answer(plan)


@router.get(ONE, dependencies=[policy("plan.read")])
async def read_plan(plan_id: UUID, asked: AskedDep) -> PlanOut:
    """One plan with its parties' words, its matters and figures, its quotas and its history."""
    return await asked.answer(await queries.plan(asked.session, plan_id))


@router.get(
    f"{ONE}/texts/{{text_version}}", dependencies=[policy("plan.read")], response_model=TextOut
)
async def read_plan_text(
    plan_id: UUID, text_version: Annotated[int, Path(ge=1, le=32_767)], session: SessionDep
) -> PlanText:
    """A text that was before the parties, as it was hashed."""
    return await queries.text(session, plan_id, text_version)


@router.post(f"{ONE}/revise", dependencies=[policy("plan.draft")])
async def revise_plan(plan_id: UUID, body: RevisionIn, step: StepDep) -> PlanOut:
    """Change the text; before the parties it is a new version, and consent begins anew."""
    plan = await drafting.revise(
        step.asked.session, step.asked.actor, plan_id, terms=body.value(), **step.call
    )
    return await step.asked.answer(plan)


@router.post(f"{ONE}/countersign", dependencies=[policy("plan.draft")])
async def countersign_plan(plan_id: UUID, body: NoteIn, step: StepDep) -> PlanOut:
    """会签: send the draft to every party; the time to answer begins."""
    plan = await drafting.countersign(
        step.asked.session, step.asked.actor, plan_id, reason=body.reason, **step.call
    )
    return await step.asked.answer(plan)


@router.post(f"{ONE}/withdraw", dependencies=[policy("plan.draft")])
async def withdraw_plan(plan_id: UUID, body: ReasonIn, step: StepDep) -> PlanOut:
    """The lead takes the text back to its desk."""
    plan = await drafting.withdraw(
        step.asked.session, step.asked.actor, plan_id, reason=body.reason, **step.call
    )
    return await step.asked.answer(plan)


@router.post(f"{ONE}/answer", dependencies=[policy("plan.answer")])
async def answer_plan(plan_id: UUID, body: AnswerIn, step: StepDep) -> PlanOut:
    """A party agrees to the text of this hash or declines it. Silence is no consent."""
    plan = await deciding.answer(
        step.asked.session,
        step.asked.actor,
        plan_id,
        division=body.division,
        agrees=body.agrees,
        text_hash=body.text_hash,
        reason=body.reason,
        **step.call,
    )
    return await step.asked.answer(plan)


@router.post(f"{ONE}/ask-decision", dependencies=[policy("plan.answer")])
async def ask_for_decision_on_plan(plan_id: UUID, body: PartyReasonIn, step: StepDep) -> PlanOut:
    """A party asks the lowest common superior to decide."""
    plan = await deciding.ask_decision(
        step.asked.session,
        step.asked.actor,
        plan_id,
        division=body.division,
        reason=body.reason,
        **step.call,
    )
    return await step.asked.answer(plan)


@router.post(f"{ONE}/issue", dependencies=[policy("plan.issue")])
async def issue_plan(plan_id: UUID, body: NoteIn, step: StepDep) -> PlanOut:
    """印发: by the lead, when all parties agreed."""
    plan = await deciding.issue(
        step.asked.session, step.asked.actor, plan_id, reason=body.reason, **step.call
    )
    return await step.asked.answer(plan)


@router.post(f"{ONE}/decide", dependencies=[policy("plan.decide")])
async def decide_plan(plan_id: UUID, body: ReasonIn, step: StepDep) -> PlanOut:
    """The common superior's head issues the text as it stands, once asked or when time is up."""
    plan = await deciding.decide(
        step.asked.session, step.asked.actor, plan_id, reason=body.reason, **step.call
    )
    return await step.asked.answer(plan)


@router.post(f"{ONE}/items/{{item_id}}/progress", dependencies=[policy("plan.progress")])
async def progress_plan_item(
    plan_id: UUID, item_id: UUID, body: ProgressIn, step: StepDep
) -> PlanOut:
    """How far a matter is, that it is done, or (by the lead) that it is dropped."""
    plan = await conduct.progress(
        step.asked.session,
        step.asked.actor,
        plan_id,
        item_id,
        outcome=body.outcome,
        told=body.told,
        done_on=body.done_on,
        **step.call,
    )
    return await step.asked.answer(plan)


@router.post(f"{ONE}/close", dependencies=[policy("plan.issue")])
async def close_plan(plan_id: UUID, body: SummaryIn, step: StepDep) -> PlanOut:
    """归档: the lead sums the plan up, with no matter left open."""
    plan = await conduct.close(
        step.asked.session, step.asked.actor, plan_id, summary=body.summary, **step.call
    )
    return await step.asked.answer(plan)

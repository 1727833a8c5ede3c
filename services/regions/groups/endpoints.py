"""Joint groups over HTTP: derived from borders, confirmed by members, held to their quotas."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from services.regions.agreements.domain import Form
from services.regions.groups import queries
from services.regions.groups.domain.life import GroupState
from services.regions.groups.models import JointGroup
from services.regions.groups.schemas import (
    CheckIn,
    ConfirmIn,
    FindingsOut,
    GroupComplianceLineOut,
    GroupComplianceOut,
    GroupIn,
    GroupLineOut,
    GroupNoteIn,
    GroupOut,
    GroupReasonIn,
    HandOverIn,
    InviteIn,
    LeaveIn,
    LiaisonsIn,
    OfMemberIn,
    ProposalOut,
    RevisionIn,
    WishesIn,
    grouping,
)
from services.regions.groups.use_cases import changing, deriving, forming, reckoning
from services.regions.groups.use_cases.record import actions
from shared.clocks.days import legal_day
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import COMPUTES, Route, SessionDep

router = APIRouter(tags=["joint groups"], route_class=Route)

Year = Annotated[int | None, Query(ge=1990, le=2199, description="the plan year; this if absent")]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, group: JointGroup) -> GroupOut:
        """The group whole, with what this caller may do next."""
        file = await queries.file(self.session, group)
        today = legal_day(self.now)
        self.response.headers["ETag"] = etag(group.version)
        return GroupOut.of(file, actions(self.actor, file, today=today), today=today)


AskedDep = Annotated[Asked, Depends()]


@dataclass(frozen=True, slots=True)
class Step:
    """One step, on a group as the caller last read it."""

    asked: AskedDep
    expected_version: ExpectedVersion

    async def take(
        self, act: Callable[..., Awaitable[JointGroup]], joint_group_id: UUID, **facts: object
    ) -> GroupOut:
        asked = self.asked
        group = await act(
            asked.session,
            asked.actor,
            joint_group_id,
            expected_version=self.expected_version,
            now=asked.now,
            **facts,
        )
        return await asked.answer(group)


StepDep = Annotated[Step, Depends()]


@router.post("/groups:propose", dependencies=[policy("group.propose")], openapi_extra=COMPUTES)
async def propose_groups(
    body: WishesIn, actor: ActorDep, session: SessionDep, now: Now
) -> ProposalOut:
    """Groups worked out from the borders of an area, with exactly what they leave out.

    Nothing is stored: a person takes of it what is to be a group.
    """
    area, found = await deriving.proposal(
        session,
        actor,
        asked=body.divisions,
        most_members=body.max_members,
        groups=body.groups,
        several=body.several,
        sea=body.sea,
        today=legal_day(now),
    )
    return ProposalOut.of(area, found)


@router.post("/groups:check", dependencies=[policy("group.propose")], openapi_extra=COMPUTES)
async def check_groups(
    body: CheckIn, actor: ActorDep, session: SessionDep, now: Now
) -> FindingsOut:
    """Which borders between cities a grouping leaves out, and what else is amiss with it."""
    area, found = await deriving.findings(
        session,
        actor,
        asked=body.divisions,
        groups=grouping(body.groups),
        sea=body.sea,
        today=legal_day(now),
    )
    return FindingsOut.of(area, found)


@router.get("/groups", dependencies=[policy("group.read")])
async def list_groups(
    session: SessionDep,
    page: PageDep,
    state: GroupState | None = None,
    form: Form | None = None,
    plan_id: UUID | None = None,
    division: Division | None = None,
) -> Page[GroupLineOut]:
    """Groups the caller has a part in, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.groups(
        session,
        state=state,
        form=form,
        plan_id=plan_id,
        division=division,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[GroupLineOut.model_validate(row) for row in cut], next=page.next)


@router.get("/groups/compliance", dependencies=[policy("group.read")])
async def list_group_compliance(
    session: SessionDep,
    page: PageDep,
    now: Now,
    plan_id: UUID | None = None,
    year: Year = None,
) -> Page[GroupComplianceLineOut]:
    """Active groups with done, required and forecast of each period, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.groups(
        session,
        state=GroupState.ACTIVE,
        form=None,
        plan_id=plan_id,
        division=None,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    today = legal_day(now)
    asked = year or today.year
    lines = await reckoning.standing(session, cut, year=asked, today=today)
    items = [GroupComplianceLineOut.of(group, asked, found) for group, found in lines]
    return Page(items=items, next=page.next)


@router.post("/groups", status_code=status.HTTP_201_CREATED, dependencies=[policy("group.draft")])
async def draft_group(body: GroupIn, asked: AskedDep) -> GroupOut:
    """拟定: put a group down, from a proposal or by hand; only the drafter's side sees it."""
    group = await forming.draft(
        asked.session,
        asked.actor,
        drafter=body.drafter,
        code=body.code,
        new=body.value(),
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/groups/{group.id}"
    return await asked.answer(group)


@router.get("/groups/{joint_group_id}", dependencies=[policy("group.read")])
async def read_group(joint_group_id: UUID, asked: AskedDep) -> GroupOut:
    """One group with its members, turns, hand-overs and history."""
    return await asked.answer(await queries.group(asked.session, joint_group_id))


@router.get("/groups/{joint_group_id}/compliance", dependencies=[policy("group.read")])
async def read_group_compliance(
    joint_group_id: UUID, session: SessionDep, now: Now, year: Year = None
) -> GroupComplianceOut:
    """Done of required in each period of a year, the forecast, and the operations behind it."""
    group = await queries.group(session, joint_group_id)
    file = await queries.file(session, group)
    today = legal_day(now)
    asked = year or today.year
    [(_, lines)] = await reckoning.standing(session, [group], year=asked, today=today)
    line = GroupComplianceLineOut.of(group, asked, lines)
    return GroupComplianceOut.with_slots(line, file.slots)


@router.post("/groups/{joint_group_id}/revise", dependencies=[policy("group.draft")])
async def revise_group(joint_group_id: UUID, body: RevisionIn, step: StepDep) -> GroupOut:
    """Write a draft anew; confirmations given to the one before are void."""
    return await step.take(forming.revise, joint_group_id, new=body.value())


@router.post("/groups/{joint_group_id}/submit", dependencies=[policy("group.draft")])
async def submit_group(joint_group_id: UUID, body: GroupNoteIn, step: StepDep) -> GroupOut:
    """征求确认: ask every member for its word."""
    return await step.take(forming.submit, joint_group_id, reason=body.reason)


@router.post("/groups/{joint_group_id}/confirm", dependencies=[policy("group.confirm")])
async def confirm_group(joint_group_id: UUID, body: ConfirmIn, step: StepDep) -> GroupOut:
    """确认: a member, or its city for it, agrees or declines. Silence is no consent."""
    return await step.take(
        forming.confirm,
        joint_group_id,
        division=body.division,
        agrees=body.agrees,
        reason=body.reason,
    )


@router.post("/groups/{joint_group_id}/ask-decision", dependencies=[policy("group.confirm")])
async def ask_group_decision(joint_group_id: UUID, body: OfMemberIn, step: StepDep) -> GroupOut:
    """提请决定: a member lets the common superior decide before the time to confirm is up."""
    return await step.take(
        forming.ask_decision, joint_group_id, division=body.division, reason=body.reason
    )


@router.post("/groups/{joint_group_id}/activate", dependencies=[policy("group.draft")])
async def activate_group(joint_group_id: UUID, body: GroupNoteIn, step: StepDep) -> GroupOut:
    """运行: every member has confirmed."""
    return await step.take(forming.activate, joint_group_id, reason=body.reason)


@router.post("/groups/{joint_group_id}/decide", dependencies=[policy("group.decide")])
async def decide_group(joint_group_id: UUID, body: GroupReasonIn, step: StepDep) -> GroupOut:
    """决定: the common superior puts the group to work, with a reason."""
    return await step.take(forming.decide, joint_group_id, reason=body.reason)


@router.post("/groups/{joint_group_id}/invite", dependencies=[policy("group.lead")])
async def invite_to_group(joint_group_id: UUID, body: InviteIn, step: StepDep) -> GroupOut:
    """The lead asks another division to join; it confirms by itself."""
    return await step.take(
        changing.invite,
        joint_group_id,
        division=body.division,
        role=body.role,
        joins_on=body.joins_on,
        reason=body.reason,
    )


@router.post("/groups/{joint_group_id}/leave", dependencies=[policy("group.confirm")])
async def leave_group(joint_group_id: UUID, body: LeaveIn, step: StepDep) -> GroupOut:
    """退出: a member leaves on its own word, from a day on."""
    return await step.take(
        changing.leave,
        joint_group_id,
        division=body.division,
        leaves_on=body.leaves_on,
        reason=body.reason,
    )


@router.post("/groups/{joint_group_id}/hand-over", dependencies=[policy("group.lead")])
async def hand_over_group(joint_group_id: UUID, body: HandOverIn, step: StepDep) -> GroupOut:
    """轮值移交: the lead passes to whose turn it is, with what is open."""
    return await step.take(
        changing.hand_over,
        joint_group_id,
        items=[each.model_dump(mode="json") for each in body.items],
        reason=body.reason,
    )


@router.post("/groups/{joint_group_id}/take-over", dependencies=[policy("group.lead")])
async def take_over_group(joint_group_id: UUID, body: GroupNoteIn, step: StepDep) -> GroupOut:
    """轮值接收: take what was handed over, or the lead itself when a term is past."""
    return await step.take(changing.take_over, joint_group_id, reason=body.reason)


@router.post("/groups/{joint_group_id}/skip", dependencies=[policy("group.confirm")])
async def skip_in_group(joint_group_id: UUID, body: OfMemberIn, step: StepDep) -> GroupOut:
    """Pass over whose turn is next; it leads at the end of the round."""
    return await step.take(
        changing.skip, joint_group_id, division=body.division, reason=body.reason
    )


@router.post("/groups/{joint_group_id}/liaise", dependencies=[policy("group.liaise")])
async def name_group_liaisons(joint_group_id: UUID, body: LiaisonsIn, step: StepDep) -> GroupOut:
    """联络员: whom to reach in a member."""
    return await step.take(
        changing.liaise,
        joint_group_id,
        division=body.division,
        contacts=[each.value() for each in body.people],
    )


@router.post("/groups/{joint_group_id}/end", dependencies=[policy("group.draft")])
async def end_group(joint_group_id: UUID, body: GroupReasonIn, step: StepDep) -> GroupOut:
    """终止: by who drafted the group, or the common superior."""
    return await step.take(changing.end, joint_group_id, reason=body.reason)

"""From the draft of a group to its first day: who drafts, who confirms, who decides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import Form
from services.regions.agreements.domain.consent import Answer, BoundBy, decider
from services.regions.agreements.domain.rotation import lead_of
from services.regions.divisions.use_cases import require_known
from services.regions.groups import queries
from services.regions.groups.domain import life
from services.regions.groups.domain.life import (
    AlreadyInAGroup,
    BadGroup,
    ConfirmationMissing,
    Draft,
    GroupAction,
    GroupState,
    MemberRole,
    MemberStatus,
    NothingToAnswer,
)
from services.regions.groups.models import GroupMember, JointGroup
from services.regions.groups.queries import GroupFile
from services.regions.groups.use_cases.changing import take_in
from services.regions.groups.use_cases.record import (
    lock,
    note,
    require_drafter,
    require_word,
    show_to_members,
    speaks_for,
)
from services.regions.groups.use_cases.waiting import (
    end_confirming,
    start_confirming,
    start_term,
    stop_waiting,
)
from services.regions.plans.domain import IN_EFFECT, NotInEffect
from services.regions.plans.queries import parties_of, plan as read_plan
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.errors import AlreadyExists, ReasonMissing
from shared.ids import uuid7
from shared.rule_settings import rule_settings

DRAFTED: Final = "draft"


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A group as asked for. Without a rotation the acting members lead by their codes."""

    name: str
    form: Form
    plan_id: UUID | None
    members: Sequence[tuple[str, MemberRole]]
    rotation: tuple[str, ...] | None
    rotation_offset: int
    term_months: int | None
    valid_from: date
    valid_to: date

    @property
    def roles(self) -> Mapping[str, MemberRole]:
        """BadGroup if a division is named twice."""
        roles = dict(self.members)
        if len(roles) < len(self.members):
            raise BadGroup(reason="a division is named twice", pointer="/members")
        return roles


async def draft(
    session: AsyncSession,
    actor: Actor,
    *,
    drafter: str,
    code: str,
    new: NewGroup,
    now: datetime,
) -> JointGroup:
    """Put a group down; nobody but the drafter and those above it sees the draft."""
    require(actor, "group.draft", division=drafter)
    plan = await _sound(session, drafter, new, but=None, now=now)
    if await queries.code_taken(session, drafter=drafter, code=code):
        raise AlreadyExists
    group = JointGroup(
        id=uuid7(),
        code=code,
        drafter=drafter,
        state=GroupState.DRAFT,
        rotation_from=0,
        rotation_number=0,
        term=0,
        drafted_at=now,
        drafted_by=actor.id,
        changed_at=now,
        visible_to=divisions.visibility([drafter]),
        **_described(new, plan),
    )
    session.add(group)
    await session.flush()
    session.add_all(_members(group, new))
    await note(session, actor, group, DRAFTED, reason=None, now=now)
    return group


async def revise(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    new: NewGroup,
    *,
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """Write it anew: nobody has confirmed this one."""
    file = await lock(session, group_id, expected_version)
    group = file.group
    require_drafter(actor, group)
    group.state = life.step(group.state, GroupAction.REVISE)
    plan = await _sound(session, group.drafter, new, but=group.id, now=now)
    for name, value in _described(new, plan).items():
        setattr(group, name, value)
    group.confirm_until = group.decision_asked_at = None
    await stop_waiting(session, file, now=now)
    group.visible_to = divisions.visibility([group.drafter])
    for row in (*file.members, *file.liaisons):
        await session.delete(row)
    await session.flush()
    session.add_all(_members(group, new))
    await note(session, actor, group, GroupAction.REVISE, reason=None, now=now)
    return group


async def submit(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """Ask every member. Whom the actor may speak for has confirmed by that."""
    file = await lock(session, group_id, expected_version)
    group = file.group
    require_drafter(actor, group)
    group.state = life.step(group.state, GroupAction.SUBMIT)
    group.confirm_until = await start_confirming(session, file, now=now)
    show_to_members(file)
    for member in file.present:
        if speaks_for(actor, "group.confirm", member.division):
            _say(member, Answer.AGREED, actor, reason=None, now=now)
    await note(session, actor, group, GroupAction.SUBMIT, reason=reason, now=now)
    return group


async def confirm(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    division: str,
    agrees: bool,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """A member's own word, or its city's. Until the group is active it may think again.

    In an active group only who is invited has something to confirm: it joins, or it declines and
    sees the group no more.
    """
    file = await lock(session, group_id, expected_version)
    group = file.group
    require_word(actor, "group.confirm", division)
    member = file.member(division)
    if member is None:
        raise life.NotAMember(reason=division, division=division, pointer="/division")
    if not agrees and reason is None:
        raise ReasonMissing(reason="decline", pointer="/reason")
    joins = group.state is GroupState.ACTIVE
    group.state = life.step(group.state, GroupAction.CONFIRM)
    if joins and member.status is not MemberStatus.INVITED:
        raise NothingToAnswer(division=division)
    said = Answer.AGREED if agrees else Answer.DECLINED
    _say(member, said, actor, reason=reason, now=now)
    told = f"{division}: {said.value}" + (f"; {reason}" if reason else "")
    # Who declines an active group may write that down, and then sees nothing of it.
    async with beyond_scope(session):
        if joins:
            await _answered(session, file, member, agrees=agrees, now=now)
        await note(session, actor, group, GroupAction.CONFIRM, reason=told, now=now)
    return group


async def ask_decision(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    division: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """A member does not wait for the time to confirm to be up: the common superior may decide."""
    file = await lock(session, group_id, expected_version)
    group = file.group
    require_word(actor, "group.confirm", division)
    if file.member(division) is None:
        raise life.NotAMember(reason=division, division=division, pointer="/division")
    group.state = life.step(group.state, GroupAction.ASK_DECISION)
    decider(file.codes, asked=True, until=None, now=now)  # an error if there is nobody to ask
    group.decision_asked_at = group.decision_asked_at or now
    await note(session, actor, group, GroupAction.ASK_DECISION, reason=reason, now=now)
    return group


async def activate(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """All members confirmed: the group works from now on. ConfirmationMissing names the others."""
    file = await lock(session, group_id, expected_version)
    require_drafter(actor, file.group)
    state = life.step(file.group.state, GroupAction.ACTIVATE)
    if missing := life.unconfirmed(file.consents):
        raise ConfirmationMissing(members=", ".join(missing))
    await _begin(session, file, state, by=BoundBy.CONSENT, now=now)
    await note(session, actor, file.group, GroupAction.ACTIVATE, reason=reason, now=now)
    return file.group


async def decide(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """The head of the common superior puts the group to work; the members' words stay beside it.

    Only when time to confirm is up or a member asked for it.
    """
    file = await lock(session, group_id, expected_version)
    group = file.group
    state = life.step(group.state, GroupAction.DECIDE)
    asked = group.decision_asked_at is not None
    superior = decider(file.codes, asked=asked, until=group.confirm_until, now=now)
    require(actor, "group.decide", division=superior)
    group.decision_reason = reason
    await _begin(session, file, state, by=BoundBy.COMMON_SUPERIOR, now=now)
    await note(session, actor, group, GroupAction.DECIDE, reason=reason, now=now)
    return group


async def _sound(
    session: AsyncSession, drafter: str, new: NewGroup, *, but: UUID | None, now: datetime
) -> Draft:
    """The draft as the rules see it, after they were asked."""
    today = legal_day(now)
    settings = await rule_settings(session, division=drafter, on_day=today)
    await require_known(session, [drafter], on_day=today, pointer="/drafter")
    roles = new.roles
    await require_known(session, roles, on_day=today, pointer="/members")
    acting = life.acting(roles)
    plan = Draft(
        drafter=drafter,
        form=new.form,
        members=roles,
        rotation=new.rotation if new.rotation is not None else acting,
        rotation_offset=new.rotation_offset,
        term_months=new.term_months or settings["group.term_months"],
        valid_from=new.valid_from,
        valid_to=new.valid_to,
    )
    life.require_sound(plan, min_cities=settings["group.min_cities"])
    if new.valid_to < today:
        raise BadGroup(reason="its last day is past", pointer="/valid_to")
    if new.plan_id is not None:
        await _require_planned(session, plan, new.plan_id)
        await require_free(session, new.plan_id, acting, drafter=drafter, but=but, today=today)
    return plan


async def _require_planned(session: AsyncSession, draft_: Draft, plan_id: UUID) -> None:
    """The plan is in effect, the group lies in its days and its members among its parties."""
    plan = await read_plan(session, plan_id)
    if plan.state not in IN_EFFECT:
        raise NotInEffect
    if not plan.valid_from <= draft_.valid_from <= draft_.valid_to <= plan.valid_to:
        raise BadGroup(reason="the days lie outside the plan's", pointer="/valid_from")
    scopes = [divisions.scope(each) for each in await parties_of(session, plan_id)]
    for each in draft_.acting:
        if not any(divisions.covers(outer, each) for outer in scopes):
            raise BadGroup(reason=f"{each} is of no party of the plan", pointer="/members")


async def require_free(
    session: AsyncSession,
    plan_id: UUID,
    codes: Iterable[str],
    *,
    drafter: str,
    but: UUID | None,
    today: date,
) -> None:
    """AlreadyInAGroup if the place lets a division sit in one group of a plan only.

    Looked up beyond the caller's rows: another city's draft need not be seen to be in the way.
    """
    settings = await rule_settings(session, division=drafter, on_day=today)
    if settings["group.several_per_plan"]:
        return
    async with beyond_scope(session):
        taken = await queries.in_another_group(session, plan_id=plan_id, codes=codes, but=but)
    if taken:
        raise AlreadyInAGroup(divisions=", ".join(sorted(taken)))


def _described(new: NewGroup, plan: Draft) -> dict[str, Any]:
    return {
        "name": new.name,
        "form": new.form,
        "plan_id": new.plan_id,
        "valid_from": new.valid_from,
        "valid_to": new.valid_to,
        "lead": lead_of(0, plan.rotation, plan.rotation_offset),
        "rotation": list(plan.rotation),
        "rotation_offset": plan.rotation_offset,
        "term_months": plan.term_months,
        "term_started_on": new.valid_from,
    }


def _members(group: JointGroup, new: NewGroup) -> list[GroupMember]:
    return [
        GroupMember(
            id=uuid7(),
            group_id=group.id,
            division=division,
            role=MemberRole.LEAD if division == group.lead else role,
            consent=Answer.PENDING,
            status=MemberStatus.INVITED,
            joins_on=new.valid_from,
            visible_to=group.visible_to,
        )
        for division, role in new.roles.items()
    ]


def _say(
    member: GroupMember, said: Answer, actor: Actor, *, reason: str | None, now: datetime
) -> None:
    member.consent, member.answer_reason = said, reason
    member.answered_at, member.answered_by = now, actor.id


async def _answered(
    session: AsyncSession, file: GroupFile, member: GroupMember, *, agrees: bool, now: datetime
) -> None:
    if not agrees:
        member.status = MemberStatus.DECLINED
        show_to_members(file)
        return
    group = file.group
    if group.plan_id is not None:
        await require_free(
            session,
            group.plan_id,
            [member.division],
            drafter=group.drafter,
            but=group.id,
            today=legal_day(now),
        )
    take_in(file, member)


async def _begin(
    session: AsyncSession, file: GroupFile, state: GroupState, *, by: BoundBy, now: datetime
) -> None:
    group, today = file.group, legal_day(now)
    if group.valid_to < today:
        raise BadGroup(reason="its last day is past", pointer="/valid_to")
    if group.plan_id is not None:
        acting = [each.division for each in file.present if each.role is not MemberRole.OBSERVER]
        await require_free(
            session, group.plan_id, acting, drafter=group.drafter, but=group.id, today=today
        )
    group.state, group.activated_by = state, by
    group.term_started_on = max(group.valid_from, today)
    await end_confirming(session, file, now=now)
    await start_term(session, file, now=now)
    for member in file.present:
        member.status = MemberStatus.TAKING_PART
        member.joins_on = group.term_started_on

"""An active group: who joins and leaves, whose turn it is, whom to reach, and how it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain.consent import Answer
from services.regions.agreements.domain.rotation import require_skippable
from services.regions.divisions.use_cases import require_known
from services.regions.groups import queries
from services.regions.groups.domain import life
from services.regions.groups.domain.life import (
    AlreadyAMember,
    BadGroup,
    GroupAction,
    GroupState,
    HandoverNotDue,
    HandoverOpen,
    LeadMustHandOver,
    MemberRole,
    MemberStatus,
    NotAMember,
)
from services.regions.groups.domain.quotas import SlotState
from services.regions.groups.models import (
    GroupHandover,
    GroupLiaison,
    GroupMember,
    GroupSkip,
    JointGroup,
)
from services.regions.groups.queries import GroupFile
from services.regions.groups.use_cases.record import (
    lock,
    may_end,
    may_pass_over,
    note,
    require_word,
    show_to_members,
)
from services.regions.groups.use_cases.slots import drop_open
from services.regions.groups.use_cases.waiting import end_term, start_term, stop_waiting
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.errors import Forbidden
from shared.ids import uuid7
from shared.rule_settings import rule_settings

LEFT: Final = "left"
OVER: Final = "over"
BATCH: Final = 50


@dataclass(frozen=True, slots=True)
class Contact:
    """A liaison person (联络员) of a member."""

    unit: str
    person: str
    phone: str


async def invite(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    division: str,
    role: MemberRole,
    joins_on: date,
    reason: str,
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """The lead asks a division to join; it is a member when it has confirmed."""
    file = await lock(session, group_id, expected_version)
    group, today = file.group, legal_day(now)
    require_word(actor, "group.lead", group.lead)
    group.state = life.step(group.state, GroupAction.INVITE)
    await require_known(session, [division], on_day=today, pointer="/division")
    if file.member(division) is not None:
        raise AlreadyAMember(division=division)
    if role is MemberRole.LEAD:
        raise BadGroup(reason="who leads follows from the rotation", pointer="/role")
    if any(
        divisions.covers(divisions.scope(one), other)
        for each in file.codes
        for one, other in ((each, division), (division, each))
    ):
        raise BadGroup(reason="a member lies in the other", pointer="/division")
    if not today <= joins_on <= group.valid_to:
        raise BadGroup(reason="the days are not in order", pointer="/joins_on")
    member = GroupMember(
        id=uuid7(),
        group_id=group.id,
        division=division,
        role=role,
        consent=Answer.PENDING,
        status=MemberStatus.INVITED,
        joins_on=joins_on,
        visible_to=group.visible_to,
    )
    session.add(member)
    file.members.append(member)
    show_to_members(file)
    told = f"{division}; {reason}"
    await note(session, actor, group, GroupAction.INVITE, reason=told, now=now)
    return group


def take_in(file: GroupFile, member: GroupMember) -> None:
    """An invited member has confirmed: it takes part, and leads when all others have."""
    member.status = MemberStatus.TAKING_PART
    if member.role is not MemberRole.OBSERVER:
        _turn_anew(file, joining=[member.division])


async def leave(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    division: str,
    leaves_on: date,
    reason: str,
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """A member goes, on its own word; `leaves_on` is its last day. It leads no more from now on.

    TooFewCities if what stays is no group any more: then the group is to be ended.
    """
    file = await lock(session, group_id, expected_version)
    group, today = file.group, legal_day(now)
    require_word(actor, "group.confirm", division)
    group.state = life.step(group.state, GroupAction.LEAVE)
    member = next((each for each in file.taking_part if each.division == division), None)
    if member is None:
        raise NotAMember(reason=division, division=division, pointer="/division")
    if division == group.lead:
        raise LeadMustHandOver(division=division)
    if not max(today, member.joins_on) <= leaves_on <= group.valid_to:
        raise BadGroup(reason="the days are not in order", pointer="/leaves_on")
    first_time = member.leaves_on is None
    member.leaves_on, member.leave_reason = leaves_on, reason
    if member.role is not MemberRole.OBSERVER and first_time:
        settings = await rule_settings(session, division=group.drafter, on_day=today)
        staying = [each.division for each in _acting(file) if each.leaves_on is None]
        life.require_cities(staying, min_cities=settings["group.min_cities"])
        _turn_anew(file, leaving=[division])
    told = f"{division}; {leaves_on}; {reason}"
    await note(session, actor, group, GroupAction.LEAVE, reason=told, now=now)
    return group


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    items: Sequence[Mapping[str, Any]],
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """The lead passes on with what is open: as it lists it, and as the group itself has it."""
    file = await lock(session, group_id, expected_version)
    group = file.group
    require_word(actor, "group.lead", group.lead)
    group.state = life.step(group.state, GroupAction.HAND_OVER)
    if file.open_handover is not None:
        raise HandoverOpen
    handover = _handover(file, listed=items)
    handover.note, handover.given_at, handover.given_by = reason, now, actor.id
    session.add(handover)
    await _pass_on(session, file, now=now)
    await note(session, actor, group, GroupAction.HAND_OVER, reason=reason, now=now)
    return group


async def take_over(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """The next lead takes what was handed over; a term that is past it takes without that."""
    file = await lock(session, group_id, expected_version)
    group, today = file.group, legal_day(now)
    state = life.step(group.state, GroupAction.TAKE_OVER)
    taker = file.taker(today=today)
    if taker is None:
        # Only who is in the turn learns how long it has to wait.
        require_word(actor, "group.lead", file.lead_in(group.term + 1))
        raise HandoverNotDue(until=file.term_ends_on)
    require_word(actor, "group.lead", taker)
    handover = file.open_handover
    if handover is None:
        handover = _handover(file, listed=[])
        session.add(handover)
        await _pass_on(session, file, now=now)
    group.state = state
    handover.taken_at, handover.taken_by, handover.remark = now, actor.id, reason
    await note(session, actor, group, GroupAction.TAKE_OVER, reason=reason, now=now)
    return group


async def skip(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    division: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """Pass over whose turn is next, on its own word or the common superior's: it leads last.

    NotItsTurn if it is not next, or already the last of the round.
    """
    file = await lock(session, group_id, expected_version)
    group = file.group
    if not may_pass_over(actor, file, division):
        raise Forbidden(action="group.confirm")
    group.state = life.step(group.state, GroupAction.SKIP)
    turn = group.term + 1
    require_skippable(
        turn - group.rotation_from,
        division,
        group.rotation,
        group.rotation_offset,
        file.passed_over,
    )
    row = GroupSkip(
        id=uuid7(),
        group_id=group.id,
        term=turn,
        rotation_number=group.rotation_number,
        division=division,
        reason=reason,
        approved_by=actor.id,
        approver_name=actor.name,
        at=now,
        visible_to=group.visible_to,
    )
    session.add(row)
    told = f"{division}; {reason}"
    await note(session, actor, group, GroupAction.SKIP, reason=told, now=now)
    return group


async def liaise(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    division: str,
    contacts: Sequence[Contact],
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """A member says whom to reach; the list takes the place of the one before."""
    file = await lock(session, group_id, expected_version)
    group = file.group
    require_word(actor, "group.liaise", division)
    group.state = life.step(group.state, GroupAction.LIAISE)
    if file.member(division) is None:
        raise NotAMember(reason=division, division=division, pointer="/division")
    for row in file.liaisons:
        if row.division == division:
            await session.delete(row)
    session.add_all(
        GroupLiaison(
            id=uuid7(),
            group_id=group.id,
            division=division,
            unit=each.unit,
            person=each.person,
            phone=each.phone,
            visible_to=group.visible_to,
        )
        for each in contacts
    )
    await note(session, actor, group, GroupAction.LIAISE, reason=division, now=now)
    return group


async def end(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> JointGroup:
    """By who drafted it or the common superior; a member that wants out leaves."""
    file = await lock(session, group_id, expected_version)
    group = file.group
    if not may_end(actor, file):
        raise Forbidden(action="group.draft")
    _end(file, life.step(group.state, GroupAction.END), on_day=legal_day(now))
    await stop_waiting(session, file, now=now)
    await note(session, actor, group, GroupAction.END, reason=reason, now=now)
    return group


async def end_past(session: AsyncSession, now: datetime) -> int:
    """A job: groups whose last day is over have ended."""
    past = await queries.past_groups(session, today=legal_day(now), limit=BATCH)
    for group in past:
        file = await queries.file(session, group)
        _end(file, life.step(group.state, GroupAction.END), on_day=group.valid_to)
        await stop_waiting(session, file, now=now)
        await note(session, SYSTEM_ACTOR, group, OVER, reason=None, now=now)
    return len(past)


async def let_go(session: AsyncSession, now: datetime) -> int:
    """A job: members whose last day is over have left, and see the group no more."""
    today = legal_day(now)
    touched = await queries.groups_with_leavers(session, today=today, limit=BATCH)
    for group in touched:
        file = await queries.file(session, group)
        gone = [
            each
            for each in file.taking_part
            if each.leaves_on is not None and each.leaves_on < today
        ]
        for member in gone:
            member.status = MemberStatus.LEFT
        show_to_members(file)
        told = ", ".join(each.division for each in gone)
        await note(session, SYSTEM_ACTOR, group, LEFT, reason=told, now=now)
    return len(touched)


def _acting(file: GroupFile) -> list[GroupMember]:
    return [each for each in file.taking_part if each.role is not MemberRole.OBSERVER]


def _turn_anew(
    file: GroupFile, *, joining: Sequence[str] = (), leaving: Sequence[str] = ()
) -> None:
    """From the next term on another order holds; the running term stays with its lead."""
    group = file.group
    order = life.next_round(
        group.term + 1 - group.rotation_from,
        group.rotation,
        group.rotation_offset,
        file.passed_over,
        joining=joining,
        leaving=leaving,
    )
    group.rotation, group.rotation_offset = list(order), 0
    group.rotation_from = group.term + 1
    group.rotation_number += 1


def _handover(file: GroupFile, *, listed: Sequence[Mapping[str, Any]]) -> GroupHandover:
    group = file.group
    return GroupHandover(
        id=uuid7(),
        group_id=group.id,
        term=group.term,
        from_division=group.lead,
        to_division=file.lead_in(group.term + 1),
        listed=[dict(each) for each in listed],
        found=_found_open(file),
        visible_to=group.visible_to,
    )


def _found_open(file: GroupFile) -> list[dict[str, Any]]:
    """What the group itself knows to be open: operations owed, answers waited for, leavers."""
    return [
        *(
            {
                "kind": f"operation_{each.state}",
                "title": f"{each.period} {each.ordinal}",
                "due_on": each.window_to.isoformat(),
                "reference": str(each.operation_id) if each.operation_id else None,
            }
            for each in file.slots
            if each.state in {SlotState.OPEN, SlotState.DRAFTED, SlotState.PLANNED}
        ),
        *(
            {"kind": "invitation", "title": each.division, "due_on": each.joins_on.isoformat()}
            for each in file.present
            if each.status is MemberStatus.INVITED
        ),
        *(
            {"kind": "leaving", "title": each.division, "due_on": each.leaves_on.isoformat()}
            for each in file.taking_part
            if each.leaves_on is not None
        ),
    ]


async def _pass_on(session: AsyncSession, file: GroupFile, *, now: datetime) -> None:
    """The next term begins today, led by whose turn it is."""
    group = file.group
    following = file.lead_in(group.term + 1)
    for member in file.taking_part:
        if member.division == following:
            member.role = MemberRole.LEAD
        elif member.role is MemberRole.LEAD:
            member.role = MemberRole.MEMBER
    group.lead, group.term = following, group.term + 1
    group.term_started_on = legal_day(now)
    await end_term(session, file, now=now)
    await start_term(session, file, now=now)


def _end(file: GroupFile, state: GroupState, *, on_day: date) -> None:
    file.group.state, file.group.ended_on = state, on_day
    drop_open(file.slots)

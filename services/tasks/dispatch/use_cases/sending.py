"""Sending a team on a task: `regions` says who can go, the rules say who must."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import domain, queries
from services.tasks.dispatch.domain import (
    NOT_AVAILABLE,
    TELLING,
    Candidate,
    CrossingFromBelow,
    DispatchUnderWay,
    EnvelopeForbids,
    Member,
    NobodyOfThePlace,
    TaskAction,
)
from services.tasks.dispatch.models import Task, Team, TeamMember
from services.tasks.dispatch.use_cases.clocks import start_answer, start_due
from services.tasks.dispatch.use_cases.dissolving import dissolve, let_go
from services.tasks.dispatch.use_cases.parties import take_part
from services.tasks.dispatch.use_cases.roster import Roster
from services.tasks.dispatch.use_cases.sealing import About, about
from services.tasks.dispatch.use_cases.steps import right, take
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.contracts.origins import OriginKind
from shared.contracts.regions import EligibilityQuery


@dataclass(frozen=True, slots=True)
class Order:
    """Whom to send, and when; `from_divisions` send officers without being parties otherwise."""

    officer_ids: Sequence[UUID]
    leader_id: UUID
    starts_at: datetime
    ends_at: datetime
    from_divisions: Sequence[str] = ()


async def candidates(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    roster: Roster,
    starts_at: datetime,
    ends_at: datetime,
    from_divisions: Sequence[str] = (),
) -> list[Candidate]:
    """The officers of the task's parties and place, with what bars those who are barred.

    Of a sealed task nobody but its maker is told what would give its object away.
    """
    task = await queries.task(session, task_id)
    require(actor, right(TaskAction.DISPATCH), division=task.division)
    domain.check_lenders(from_divisions, division=task.division, parties=task.parties)
    told = await _is_told(session, task)
    matter = await about(session, task)
    asked = _question(task, matter, from_divisions, starts_at, ends_at, told=told)
    known = await _judged(session, task, asked, roster)
    if task.origin_kind is OriginKind.OPERATION:
        held = await roster.held_by_operation(task.origin_id)
        known = [replace(each, held_for_this=each.officer_id in held) for each in known]
    return known if told else _discreet(known)


async def dispatch(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    order: Order,
    *,
    roster: Roster,
    expected_version: int,
    now: datetime,
) -> Task:
    """Name the team and its period. `regions` judges and books the officers before the lock.

    Of two at once the second is refused at the start: it would otherwise book over the first. Of
    two tasks that want one officer at a time `regions` lets one have him; the other stays as it is.
    """
    return await _send(
        session,
        actor,
        task_id,
        order,
        TaskAction.DISPATCH,
        roster=roster,
        expected_version=expected_version,
        now=now,
    )


async def reassign(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    order: Order,
    *,
    reason: str,
    roster: Roster,
    expected_version: int,
    now: datetime,
) -> Task:
    """改派: another team instead of the standing one, in one act; the old one is free again."""
    return await _send(
        session,
        actor,
        task_id,
        order,
        TaskAction.REASSIGN,
        reason=reason,
        roster=roster,
        expected_version=expected_version,
        now=now,
    )


async def _send(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    order: Order,
    action: TaskAction,
    *,
    reason: str | None = None,
    roster: Roster,
    expected_version: int,
    now: datetime,
) -> Task:
    task = await queries.task(session, task_id)
    require(actor, right(action), division=task.division)
    task.require_version(expected_version)
    domain.step(task.state, action)
    domain.check_period(order.starts_at, order.ends_at, now=now)
    members = await choose(session, task, order, roster)

    task = await queries.lock_task(session, task_id)
    task.require_version(expected_version)
    old = await dissolve(session, actor, task, now=now)
    await name_team(session, actor, task, order, members, now=now)
    await start_due(session, task, now=now)
    await start_answer(session, task, now=now)
    await take(session, actor, task, action, reason=reason, now=now)
    staying = {each.officer_id for each in members}
    gone = [each for each in old if each.officer_id not in staying]
    await let_go(session, task, gone, now=now)
    return task


async def choose(
    session: AsyncSession,
    task: Task,
    order: Order,
    roster: Roster,
    *,
    aside: Collection[UUID] = (),
) -> tuple[Member, ...]:
    """The officers of the order as a team that may go, booked in `regions` for the task.

    `aside` are about to stand aside, besides those who do already.

    Nobody else names a team for the task until the transaction ends. Whoever calls has asked the
    right and looks at the task again, locked, before the team is written down.
    """
    domain.check_lenders(order.from_divisions, division=task.division, parties=task.parties)
    if not await queries.claim_dispatch(session, task.id):
        raise DispatchUnderWay
    matter, told = await about(session, task), await _is_told(session, task)
    try:
        members, asked = await _fit(session, task, matter, order, roster, aside=aside, told=told)
    except (CrossingFromBelow, NobodyOfThePlace):
        if told:
            raise
        raise EnvelopeForbids from None
    await roster.book(members, asked)
    return members


async def _fit(
    session: AsyncSession,
    task: Task,
    matter: About,
    order: Order,
    roster: Roster,
    *,
    aside: Collection[UUID],
    told: bool,
) -> tuple[tuple[Member, ...], EligibilityQuery]:
    """The team by the rules and by `regions`, with what was asked there."""
    crossing = domain.is_crossing(task.methods)
    if crossing:
        domain.check_crossing(task.division, place=matter.place)
    lenders = order.from_divisions
    asked = _question(task, matter, lenders, order.starts_at, order.ends_at, told=told)
    known = await _judged(session, task, asked, roster, aside=aside)
    members = domain.team(
        order.officer_ids,
        known if told else _discreet(known),
        leader=order.leader_id,
        parties=[*_parties(task), *lenders],
        place=matter.place,
        crossing=crossing,
    )
    return members, asked


async def name_team(
    session: AsyncSession,
    actor: Actor,
    task: Task,
    order: Order,
    members: Sequence[Member],
    *,
    now: datetime,
) -> None:
    """Write down who goes; who lends officers takes part as long as they go."""
    own = _parties(task)
    lent_by = [each for each in order.from_divisions if each not in own]
    if lent_by or task.lent_by:
        await take_part(session, task, [*own, *lent_by], lent_by=lent_by)
    team = Team(
        task_id=task.id,
        starts_at=order.starts_at,
        ends_at=order.ends_at,
        named_at=now,
        named_by=actor.id,
        visible_to=task.visible_to,
    )
    session.add(team)
    await session.flush()
    session.add_all(
        TeamMember(team_id=team.id, visible_to=task.visible_to, **asdict(member))
        for member in members
    )


def _parties(task: Task) -> list[str]:
    """Who takes part whichever team goes."""
    return [each for each in task.parties if each not in task.lent_by]


def _question(
    task: Task,
    matter: About,
    from_divisions: Sequence[str],
    starts_at: datetime,
    ends_at: datetime,
    *,
    told: bool,
) -> EligibilityQuery:
    asked = [*_parties(task), *from_divisions]
    crossing = domain.is_crossing(task.methods)
    # Whose officers come up besides the parties' is where the object of a sealed task lies.
    by_place = told and not crossing
    return EligibilityQuery(
        divisions=list(dict.fromkeys([*asked, matter.place] if by_place else asked)),
        starts_at=starts_at,
        ends_at=ends_at,
        object_name=matter.object_name,
        object_code=matter.object_code,
        task_id=task.id,
        # Whom the operation holds for its team may go on the task that came from it.
        operation_id=task.origin_id if task.origin_kind is OriginKind.OPERATION else None,
        other_area_than=matter.place if crossing else None,
    )


async def _judged(
    session: AsyncSession,
    task: Task,
    asked: EligibilityQuery,
    roster: Roster,
    *,
    aside: Collection[UUID] = (),
) -> list[Candidate]:
    """Who may go by `regions`, less those who stand aside on this very task."""
    aside = {*aside, *await queries.recused_of(session, task.id)}
    return [
        replace(each, barred_by=tuple(dict.fromkeys([*each.barred_by, "recused"])))
        if each.officer_id in aside
        else each
        for each in await roster.candidates(asked)
    ]


async def _is_told(session: AsyncSession, task: Task) -> bool:
    """Whether the caller may know what the task is about."""
    return not task.sealed or task.id in await queries.envelopes(session, [task.id])


def _discreet(known: Sequence[Candidate]) -> list[Candidate]:
    """The same officers, with one reason for all that would tell what a sealed task is about."""
    return [
        replace(
            each,
            barred_by=tuple(
                dict.fromkeys(NOT_AVAILABLE if why in TELLING else why for why in each.barred_by)
            ),
        )
        for each in known
    ]

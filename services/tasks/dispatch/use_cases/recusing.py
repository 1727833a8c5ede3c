"""回避 of an officer who has been sent: asked for, decided by the organ's head, replaced.

行政处罚法 art. 43: until it is decided the investigation goes on.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import queries
from services.tasks.dispatch.domain import (
    AskedOn,
    Decision,
    NotOfTheTeam,
    OfficerNotSent,
    OwnMotionOnly,
    RecusalDecided,
    RecusalGround,
    RecusalPending,
    RecusedDecides,
    ReplacementUnwanted,
    TaskAction,
)
from services.tasks.dispatch.models import Task, TaskRecusal, TeamMember
from services.tasks.dispatch.use_cases.crews import Crew, crew
from services.tasks.dispatch.use_cases.dissolving import let_go
from services.tasks.dispatch.use_cases.roster import Roster
from services.tasks.dispatch.use_cases.sending import Order, choose, name_team
from services.tasks.dispatch.use_cases.steps import lock_for, right, take
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import may, require

ACTION: Final = TaskAction.DECIDE_RECUSAL


@dataclass(frozen=True, slots=True)
class Application:
    """Who is to stand aside, on whose wish and why."""

    officer_id: UUID
    asked_on: AskedOn
    ground: RecusalGround
    reason: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the head decides; granted, who goes instead and who leads from then on."""

    recusal_id: UUID
    granted: bool
    reason: str
    replacement_id: UUID | None = None
    leader_id: UUID | None = None
    from_divisions: tuple[str, ...] = ()


async def ask(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    wanted: Application,
    *,
    expected_version: int,
    now: datetime,
) -> Task:
    """Somebody of the team says so of himself, or the team or who sent it takes the party's wish.

    Nothing else stops: the work goes on until the head has decided.
    """
    action = TaskAction.ASK_RECUSAL
    task = await lock_for(session, actor, task_id, action, expected_version=expected_version)
    sent = await crew(session, task_id)
    in_team = sent is not None and sent.has(actor.id)
    if not in_team and not may(actor, right(TaskAction.REASSIGN), division=task.division):
        raise NotOfTheTeam(action=action)
    officer = _sent(sent, wanted.officer_id)
    if wanted.asked_on is AskedOn.OWN_MOTION and officer.account_id != actor.id:
        raise OwnMotionOnly
    if any(
        each.officer_id == officer.officer_id and each.decision is Decision.PENDING
        for each in await queries.recusals(session, task_id)
    ):
        raise RecusalPending
    session.add(
        TaskRecusal(
            task_id=task.id,
            officer_id=officer.officer_id,
            officer_name=officer.name,
            asked_on=wanted.asked_on,
            ground=wanted.ground,
            reason=wanted.reason,
            asked_at=now,
            asked_by=actor.id,
            asked_by_name=actor.name,
        )
    )
    await take(session, actor, task, action, reason=wanted.reason, now=now)
    return task


async def decide(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    ruling: Ruling,
    *,
    roster: Roster,
    expected_version: int,
    now: datetime,
) -> Task:
    """The head of the organ grants or refuses; granted, the team goes on without the officer.

    The team that goes on is a new one in the history, for the same period: `regions` judges and
    books its officers as for any other.
    """
    task = await queries.task(session, task_id)
    require(actor, right(ACTION), division=task.division)
    task.require_version(expected_version)
    if not ruling.granted and (ruling.replacement_id or ruling.from_divisions):
        raise ReplacementUnwanted(reason="replacement_id", pointer="/replacement_id")
    sent = _standing(await crew(session, task_id))
    going_on = None
    if ruling.granted:
        # Not locked yet: `regions` is asked first, and every other step locks the task before it.
        asked = _undecided(await queries.recusal(session, task_id, ruling.recusal_id))
        order = _going_on(task, sent, asked.officer_id, ruling)
        going_on = order, await choose(session, task, order, roster, aside=[asked.officer_id])

    task = await lock_for(session, actor, task_id, ACTION, expected_version=expected_version)
    asked = _undecided(await queries.lock_recusal(session, task_id, ruling.recusal_id))
    aside = _sent(sent, asked.officer_id)
    if aside.account_id == actor.id:
        raise RecusedDecides(action=ACTION)
    asked.decision = Decision.GRANTED if ruling.granted else Decision.REFUSED
    asked.decided_at, asked.decided_by, asked.decided_by_name = now, actor.id, actor.name
    asked.decision_reason, asked.replaced_by = ruling.reason, ruling.replacement_id
    if going_on is not None:
        sent.team.dissolved_at = now
        await session.flush()
        await name_team(session, actor, task, *going_on, now=now)
        await let_go(session, task, [aside], now=now)
    await take(session, actor, task, ACTION, reason=ruling.reason, now=now)
    return task


def _undecided(asked: TaskRecusal) -> TaskRecusal:
    if asked.decision is not Decision.PENDING:
        raise RecusalDecided
    return asked


def _going_on(task: Task, sent: Crew, aside: UUID, ruling: Ruling) -> Order:
    """The same team for the same period, with another in the place of who stands aside."""
    staying = [each.officer_id for each in sent.members if each.officer_id != aside]
    lending = [
        each
        for each in task.lent_by
        if any(
            divisions.covers(divisions.scope(each), member.division)
            for member in sent.members
            if member.officer_id != aside
        )
    ]
    leads = next((each.officer_id for each in sent.members if each.is_leader), None)
    if leads == aside:
        leads = ruling.replacement_id or (staying[0] if staying else aside)
    replacement = [ruling.replacement_id] if ruling.replacement_id else []
    return Order(
        officer_ids=[*staying, *replacement],
        leader_id=ruling.leader_id or leads or aside,
        starts_at=sent.team.starts_at,
        ends_at=sent.team.ends_at,
        from_divisions=[*dict.fromkeys([*lending, *ruling.from_divisions])],
    )


def _standing(sent: Crew | None) -> Crew:
    if sent is None:
        raise NotOfTheTeam(action=ACTION)
    return sent


def _sent(sent: Crew | None, officer_id: UUID) -> TeamMember:
    for member in sent.members if sent else ():
        if member.officer_id == officer_id:
            return member
    raise OfficerNotSent(officer_id=officer_id)

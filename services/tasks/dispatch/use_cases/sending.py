"""Sending a team on a task: `regions` says who can go, the rules say who must."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import domain, queries
from services.tasks.dispatch.domain import DispatchUnderWay, Member, TaskAction
from services.tasks.dispatch.models import Task, Team, TeamMember
from services.tasks.dispatch.use_cases.roster import Roster
from services.tasks.dispatch.use_cases.steps import right, take
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.contracts.origins import OriginKind
from shared.contracts.regions import EligibilityQuery


@dataclass(frozen=True, slots=True)
class Order:
    """Whom to send, and when."""

    officer_ids: Sequence[UUID]
    leader_id: UUID
    starts_at: datetime
    ends_at: datetime


async def candidates(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    roster: Roster,
    starts_at: datetime,
    ends_at: datetime,
) -> list[domain.Candidate]:
    """The officers of the task's parties and place, with what bars those who are barred."""
    task = await queries.task(session, task_id)
    require(actor, right(TaskAction.DISPATCH), division=task.division)
    return await roster.candidates(_question(task, starts_at, ends_at))


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

    Of two at once the second is refused at the start: it would otherwise book over the first.
    """
    task = await queries.task(session, task_id)
    require(actor, right(TaskAction.DISPATCH), division=task.division)
    task.require_version(expected_version)
    domain.step(task.state, TaskAction.DISPATCH)
    domain.check_period(order.starts_at, order.ends_at, now=now)
    if not await queries.claim_dispatch(session, task_id):
        raise DispatchUnderWay

    asked = _question(task, order.starts_at, order.ends_at)
    known = await roster.candidates(asked)
    members = domain.team(
        order.officer_ids,
        known,
        leader=order.leader_id,
        parties=task.parties,
        place=task.place,
    )
    await roster.book(members, asked)

    task = await queries.lock_task(session, task_id)
    task.require_version(expected_version)
    await _name(session, actor, task, order, members, now=now)
    await take(session, actor, task, TaskAction.DISPATCH, now=now)
    return task


def _question(task: Task, starts_at: datetime, ends_at: datetime) -> EligibilityQuery:
    return EligibilityQuery(
        divisions=list(dict.fromkeys([*task.parties, task.place])),
        starts_at=starts_at,
        ends_at=ends_at,
        object_name=task.object_name,
        object_code=task.object_code,
        task_id=task.id,
        # Whom the operation holds for its team may go on the task that came from it.
        operation_id=task.origin_id if task.origin_kind is OriginKind.OPERATION else None,
    )


async def _name(
    session: AsyncSession,
    actor: Actor,
    task: Task,
    order: Order,
    members: Sequence[Member],
    *,
    now: datetime,
) -> None:
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

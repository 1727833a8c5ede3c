"""Every SELECT on tasks and their teams. What the caller may not see is absent by policy."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.tasks.dispatch.domain import TaskState
from services.tasks.dispatch.models import Task, TaskStep, Team, TeamMember
from shared.contracts.origins import Origin
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """`mine` is the account whose teams' tasks are wanted."""

    state: TaskState | None = None
    division: str | None = None
    mine: UUID | None = None


def _found(task: Task | None) -> Task:
    if task is None:
        raise NotFound(what="task")
    return task


async def task(session: AsyncSession, task_id: UUID) -> Task:
    statement = select(Task).where(Task.id == task_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_task(session: AsyncSession, task_id: UUID) -> Task:
    """The task, locked until the transaction ends. For every change."""
    statement = (
        select(Task)
        .where(Task.id == task_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none())


async def claim_dispatch(session: AsyncSession, task_id: UUID) -> bool:
    """Whether nobody else is naming a team for the task; blocks neither readers nor writers."""
    key = func.hashtextextended(f"dispatch {task_id}", 0)
    return bool((await session.exec(select(func.pg_try_advisory_xact_lock(key)))).one())


async def asked_for(session: AsyncSession, origin: Origin) -> UUID | None:
    """The task this cause has already."""
    statement = select(Task.id).where(Task.origin_kind == origin.kind, Task.origin_id == origin.id)
    return (await session.exec(statement)).first()


async def lock_task_of(session: AsyncSession, origin: Origin) -> Task | None:
    """The task of this cause, locked until the transaction ends."""
    statement = (
        select(Task)
        .where(Task.origin_kind == origin.kind, Task.origin_id == origin.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).one_or_none()


def _of_the_standing_team(account_id: UUID) -> SelectOfScalar[UUID]:
    return (
        select(Team.task_id)
        .join(TeamMember, col(TeamMember.team_id) == col(Team.id))
        .where(col(Team.dissolved_at).is_(None), TeamMember.account_id == account_id)
    )


def _conditions(wanted: TaskFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.state is not None:
        yield col(Task.state) == wanted.state
    if wanted.division is not None:
        yield col(Task.parties).contains([wanted.division])
    if wanted.mine is not None:
        yield col(Task.id).in_(_of_the_standing_team(wanted.mine))


async def worklist(
    session: AsyncSession, wanted: TaskFilter, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Task]:
    """Tasks by the day they are due."""
    order = tuple_(col(Task.due_on), col(Task.id))
    statement = select(Task).where(*_conditions(wanted)).limit(limit)
    if after is not None:
        statement = statement.where(order > after)
    return (await session.exec(statement.order_by(col(Task.due_on), col(Task.id)))).all()


async def standing_teams(session: AsyncSession, task_ids: Iterable[UUID]) -> dict[UUID, Team]:
    """The team of each task that has one."""
    statement = select(Team).where(
        col(Team.task_id).in_([*task_ids]), col(Team.dissolved_at).is_(None)
    )
    return {team.task_id: team for team in (await session.exec(statement)).all()}


async def members(
    session: AsyncSession, team_ids: Iterable[UUID]
) -> dict[UUID, Sequence[TeamMember]]:
    """Each team's officers, in the order they were named."""
    found = defaultdict[UUID, list[TeamMember]](list)
    statement = (
        select(TeamMember)
        .where(col(TeamMember.team_id).in_([*team_ids]))
        .order_by(col(TeamMember.id))
    )
    for member in (await session.exec(statement)).all():
        found[member.team_id].append(member)
    return dict(found)


async def steps(session: AsyncSession, task_id: UUID) -> Sequence[TaskStep]:
    """What happened to the task, oldest first."""
    statement = select(TaskStep).where(TaskStep.task_id == task_id).order_by(col(TaskStep.id))
    return (await session.exec(statement)).all()

"""Every SELECT on tasks, their envelopes and their history."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, exists, false, literal_column, or_, tuple_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.tasks.dispatch import domain
from services.tasks.dispatch.domain import TaskState
from services.tasks.dispatch.models import Task, TaskEnvelope, TaskStep, Team, TeamMember
from shared import divisions
from shared.contracts.origins import Origin, OriginKind
from shared.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """`division` is meant with all below it, `mine` the account whose teams' tasks are wanted.

    `overdue_on` asks for open tasks whose due day lies before that day. `origin_scopes` are where
    the asker may know of a complaint behind a task: elsewhere a complaint is no origin to ask for.
    """

    state: TaskState | None = None
    open: bool | None = None
    division: str | None = None
    mine: UUID | None = None
    campaign_id: UUID | None = None
    due_before: date | None = None
    overdue_on: date | None = None
    raised_to: str | None = None
    origin_kind: OriginKind | None = None
    origin_scopes: Sequence[str] = ()


# As the partial index of open tasks says it.
OPEN: Final[ColumnElement[bool]] = literal_column(
    "task.state <> ALL (ARRAY['completed', 'withdrawn'])", Boolean
)
ENDED: Final[ColumnElement[bool]] = col(Task.state).in_(domain.ENDED)
# Not sealed, or by whoever asks: of envelopes nobody sees but the own. What leads to a task from
# its cause asks for it, because the cause tells what the task is about.
TOLD: Final[ColumnElement[bool]] = or_(
    col(Task.sealed).is_(False), exists().where(col(TaskEnvelope.task_id) == col(Task.id))
)


def _found(task: Task | None) -> Task:
    if task is None:
        raise NotFound(what="task")
    return task


async def task(session: AsyncSession, task_id: UUID) -> Task:
    statement = select(Task).where(Task.id == task_id)
    return _found((await session.exec(statement)).one_or_none())


async def tasks_by_id(session: AsyncSession, task_ids: Iterable[UUID]) -> dict[UUID, Task]:
    statement = select(Task).where(col(Task.id).in_([*task_ids]))
    return {task.id: task for task in (await session.exec(statement)).all()}


async def envelopes(session: AsyncSession, task_ids: Iterable[UUID]) -> dict[UUID, TaskEnvelope]:
    """The closed envelopes of these tasks that the caller made."""
    statement = select(TaskEnvelope).where(
        col(TaskEnvelope.task_id).in_([*task_ids]), col(TaskEnvelope.opened_at).is_(None)
    )
    return {each.task_id: each for each in (await session.exec(statement)).all()}


async def envelope_of(session: AsyncSession, task_id: UUID) -> TaskEnvelope:
    """What the sealed task is about. For its maker, or within `beyond_scope`."""
    statement = select(TaskEnvelope).where(TaskEnvelope.task_id == task_id)
    return (await session.exec(statement)).one()


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


def _of_the_standing_team(account_id: UUID | None) -> SelectOfScalar[UUID]:
    return (
        select(Team.task_id)
        .join(TeamMember, col(TeamMember.team_id) == col(Team.id))
        .where(col(Team.dissolved_at).is_(None), TeamMember.account_id == account_id)
    )


def _conditions(wanted: TaskFilter) -> Iterable[ColumnElement[bool]]:
    """Each filter that was given, as SQL."""
    asked: Sequence[tuple[object, Callable[[], Iterable[ColumnElement[bool]]]]] = (
        (wanted.state, lambda: [col(Task.state) == wanted.state]),
        (wanted.open, lambda: [OPEN if wanted.open else ENDED]),
        (wanted.division, lambda: [_of_territory(wanted.division or "")]),
        (wanted.mine, lambda: [col(Task.id).in_(_of_the_standing_team(wanted.mine))]),
        (wanted.campaign_id, lambda: [col(Task.campaign_id) == wanted.campaign_id]),
        (wanted.due_before, lambda: [col(Task.due_on) < wanted.due_before]),
        (wanted.overdue_on, lambda: [OPEN, col(Task.due_on) < wanted.overdue_on]),
        (wanted.raised_to, lambda: [col(Task.raised_to) == wanted.raised_to]),
        (wanted.origin_kind, lambda: _of_origin(wanted)),
    )
    return [each for value, conditions in asked if value is not None for each in conditions()]


def _of_territory(division: str) -> ColumnElement[bool]:
    return col(Task.visible_to).contains([divisions.scope(division)])


def _of_origin(wanted: TaskFilter) -> Iterable[ColumnElement[bool]]:
    return [
        col(Task.origin_kind) == wanted.origin_kind,
        TOLD,
        or_(false(), *(col(Task.visible_to).contains([each]) for each in wanted.origin_scopes)),
    ]


async def worklist(
    session: AsyncSession, wanted: TaskFilter, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Task]:
    """Tasks by the working time left to their end: never more for what is due earlier."""
    order = tuple_(col(Task.due_on), col(Task.id))
    statement = select(Task).where(*_conditions(wanted)).limit(limit)
    if after is not None:
        statement = statement.where(order > after)
    return (await session.exec(statement.order_by(col(Task.due_on), col(Task.id)))).all()


async def steps(session: AsyncSession, task_id: UUID) -> Sequence[TaskStep]:
    """What happened to the task, oldest first."""
    statement = select(TaskStep).where(TaskStep.task_id == task_id).order_by(col(TaskStep.id))
    return (await session.exec(statement)).all()

"""What every step of a task shares: the lock, the right, the history line and the trace."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import domain, queries
from services.tasks.dispatch.domain import OF_THE_TEAM, TaskAction
from services.tasks.dispatch.models import Task, TaskStep
from services.tasks.dispatch.use_cases.crews import Crew, require_member
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require


def right(action: TaskAction) -> str:
    """The row of the table of rights that a step asks for."""
    return "inspection.start" if action is TaskAction.INSPECT else f"task.{action}"


def next_steps(actor: Actor, task: Task, sent: Crew | None) -> list[TaskAction]:
    """What this caller may do now: the transition table, the table of rights, the team."""
    in_team = sent is not None and sent.has(actor.id)
    return [
        action
        for action in domain.TRANSITIONS[task.state]
        if may(actor, right(action), division=task.division, participants=task.parties)
        and (in_team or action not in OF_THE_TEAM)
    ]


async def lock_for(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    action: TaskAction,
    *,
    expected_version: int | None = None,
) -> Task:
    """The task, locked, for a step this caller may take; without a version for steps of others."""
    task = await queries.lock_task(session, task_id)
    require(actor, right(action), division=task.division, participants=task.parties)
    if action in OF_THE_TEAM:
        await require_member(session, actor, task_id, action=action)
    if expected_version is not None:
        task.require_version(expected_version)
    domain.step(task.state, action)
    return task


async def take(
    session: AsyncSession,
    actor: Actor,
    task: Task,
    action: TaskAction,
    *,
    reason: str | None = None,
    now: datetime,
) -> None:
    """The only place a task's state changes: the step, its history line and its trace."""
    before = task.state
    task.state = domain.step(before, action)
    session.add(
        TaskStep(
            task_id=task.id,
            action=action,
            state=task.state,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
            visible_to=task.visible_to,
        )
    )
    await session.flush()
    await trace(
        session, actor, f"task.{action}", task, reason=reason, before={"state": before}, now=now
    )


async def trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    task: Task,
    *,
    reason: str | None = None,
    before: dict[str, str] | None = None,
    now: datetime,
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="task",
        object_id=task.id,
        now=now,
        seen_by=[*task.parties, task.place],
        reason=reason,
        before=before,
        after=task.model_dump(mode="json"),
    )

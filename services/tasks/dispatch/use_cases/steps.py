"""What every step of a task shares: the lock, the right, the history line and the trace."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import domain, queries
from services.tasks.dispatch.domain import OF_THE_TEAM, EnvelopeSealed, ReturnCode, TaskAction
from services.tasks.dispatch.models import Task, TaskStep
from services.tasks.dispatch.use_cases.crews import require_member
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day

# After these nobody above needs to look at the task, unless its day has passed.
SETTLES: Final = frozenset(
    {
        TaskAction.DISPATCH,
        TaskAction.REASSIGN,
        TaskAction.ACCEPT,
        TaskAction.RETURN,
        TaskAction.DECIDE_EXTENSION,
    }
)


def right(action: TaskAction) -> str:
    """The row of the table of rights that a step asks for."""
    return "inspection.start" if action is TaskAction.INSPECT else f"task.{action}"


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
    if task.sealed and action is TaskAction.INSPECT:
        raise EnvelopeSealed
    return task


async def take(
    session: AsyncSession,
    actor: Actor,
    task: Task,
    action: TaskAction,
    *,
    reason: str | None = None,
    return_code: ReturnCode | None = None,
    now: datetime,
) -> None:
    """The only place a task's state changes: the step, its history line and its trace."""
    before = task.state
    task.state = domain.step(before, action)
    # Each step is a new version of the task, whatever else it changes.
    task.changed_at = now
    if action in SETTLES and task.due_on >= legal_day(now):
        task.raised_to = None
    session.add(
        TaskStep(
            task_id=task.id,
            action=action,
            state=task.state,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            return_code=return_code,
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

"""A late task is told upwards: first to whoever sent it, then to the division above (上报)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import queries
from services.tasks.dispatch.domain import ENDED, TaskAction, TaskClock
from services.tasks.dispatch.models import Task
from services.tasks.dispatch.use_cases.steps import take
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.contracts.tasks import TaskLate
from shared.messaging.outbox import announce

REASONS: Final[Mapping[TaskClock, str]] = {
    TaskClock.ANSWER: "小组逾期未接受或退回",
    TaskClock.DUE: "任务逾期未完成",
}


async def tell_upwards(
    session: AsyncSession, task_id: UUID, kind: TaskClock, *, highest: bool, now: datetime
) -> None:
    """A clock of the task ran out; `highest` once it was raised. For a session of the system.

    Nothing is told of what was done meanwhile.
    """
    task = await queries.lock_task(session, task_id)
    told = (divisions.superior(task.division) if highest else None) or task.division
    if not _is_late(task, kind):
        return
    if highest or task.raised_to is None:
        task.raised_to = told
    await take(session, SYSTEM_ACTOR, task, TaskAction.RAISE, reason=REASONS[kind], now=now)
    event = TaskLate(task_id=task.id, clock=kind, told=told, divisions=task.parties, late_at=now)
    await announce(session, event, now=now)


def _is_late(task: Task, kind: TaskClock) -> bool:
    """Whether the act the clock waited for is still to be done."""
    if kind is TaskClock.ANSWER:
        return task.answer_due_at is not None
    return task.state not in ENDED

"""What this service does when others report."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers.use_cases import sending
from services.regions.operations.use_cases import conduct
from shared.contracts.origins import OriginKind
from shared.contracts.tasks import TaskCompleted, TaskWithdrawn
from shared.messaging.inbox import Handler, on


async def _task_completed(session: AsyncSession, event: TaskCompleted, now: datetime) -> None:
    """Whoever the task held is free, and the operation that asked for it has a result."""
    await sending.release(session, event.task_id, now=now)
    if event.origin.kind is OriginKind.OPERATION:
        await conduct.record_result(session, event, now)


async def _task_withdrawn(session: AsyncSession, event: TaskWithdrawn, now: datetime) -> None:
    await sending.release(session, event.task_id, now=now)


HANDLERS: Final[Mapping[str, Handler]] = dict(
    [on(TaskCompleted, _task_completed), on(TaskWithdrawn, _task_withdrawn)]
)

"""What this service does when others report."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers.use_cases import sending
from services.regions.operations.use_cases import conduct
from shared.contracts.origins import OriginKind
from shared.contracts.tasks import OfficersReleased, TaskCompleted, TaskWithdrawn
from shared.messaging.inbox import Handler, on


async def _task_completed(session: AsyncSession, event: TaskCompleted, now: datetime) -> None:
    """Whoever the task held is free, and the operation that asked for it has a result."""
    await _release(session, event, now)
    if event.origin.kind is OriginKind.OPERATION:
        await conduct.record_result(session, event, now)


async def _task_withdrawn(session: AsyncSession, event: TaskWithdrawn, now: datetime) -> None:
    await _release(session, event, now)


async def _officers_released(session: AsyncSession, event: OfficersReleased, now: datetime) -> None:
    """Some of a task's people go no more; the others stay held."""
    await sending.release_some(
        session, event.task_id, event.officer_ids, booked_by_then=event.released_at, now=now
    )


async def _release(
    session: AsyncSession, event: TaskCompleted | TaskWithdrawn, now: datetime
) -> None:
    """The officers of an operation are held under its id, before and while they inspect."""
    await sending.release(session, event.task_id, now=now)
    if event.origin.kind is OriginKind.OPERATION:
        await sending.release(session, event.origin.id, now=now)


HANDLERS: Final[Mapping[str, Handler]] = dict(
    [
        on(TaskCompleted, _task_completed),
        on(TaskWithdrawn, _task_withdrawn),
        on(OfficersReleased, _officers_released),
    ]
)

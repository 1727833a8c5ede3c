"""What happens to tasks elsewhere in this service, as far as it concerns their leads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.leads.use_cases.steps import take_back
from shared.contracts.origins import OriginKind
from shared.contracts.tasks import TaskWithdrawn
from shared.messaging.inbox import Handler, on


async def _on_withdrawn(session: AsyncSession, event: TaskWithdrawn, now: datetime) -> None:
    if event.origin.kind is OriginKind.LEAD:
        await take_back(session, event.task_id, now=now)


HANDLERS: Final[Mapping[str, Handler]] = dict([on(TaskWithdrawn, _on_withdrawn)])

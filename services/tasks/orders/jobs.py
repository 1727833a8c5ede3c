"""The tasks of orders are made beside the jobs that must not wait."""

from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.orders.schemas import item_of
from services.tasks.orders.use_cases import making, of_draws
from shared.jobs import Job


async def make_slice(session: AsyncSession, now: datetime) -> int:
    return await making.make_slice(session, read=item_of, now=now)


LONG_JOBS: Final = (
    Job("orders.make", make_slice),
    Job("orders.draw", of_draws.make_slice),
)

"""Work on sessions that time starts."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.sessions import queries
from shared.clock import machine_time


async def forget_sessions(session: AsyncSession, _: datetime) -> int:
    """Sessions live in machine time, whatever business time pretends."""
    return await queries.forget_sessions(session, now=machine_time())

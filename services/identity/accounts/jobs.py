"""Work on accounts that time starts."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.accounts import queries
from shared.clock import machine_time


async def forget_guesses(session: AsyncSession, _: datetime) -> int:
    """Guesses are counted in machine time, whatever business time pretends."""
    return await queries.forget_old_guesses(session, now=machine_time())

"""Rights that end with time."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.grants.use_cases.guests import end_over


async def end_stays(session: AsyncSession, now: datetime) -> int:
    """End guests' rights with their stay, should the word of its end be late."""
    return await end_over(session, business=now)

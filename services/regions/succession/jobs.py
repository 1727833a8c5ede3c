"""Changes of divisions take effect on their day."""

from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.succession import use_cases
from shared.jobs import Job


async def take_effect(session: AsyncSession, now: datetime) -> int:
    """One change at a time, each in its own transaction."""
    return int(await use_cases.take_effect(session, now=now))


JOBS: Final = (Job("division_changes.take_effect", take_effect),)

"""Guesses are forgotten a day after the last wait ended."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.follow import queries
from shared.jobs import Job

KEPT: Final = timedelta(days=1)


async def forget_guesses(session: AsyncSession, now: datetime) -> int:
    return await queries.forget_guesses(session, now - KEPT)


JOBS: Final = (Job("follow.forget", forget_guesses),)

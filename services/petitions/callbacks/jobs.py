"""Call-backs that an answer makes due, planned by time so that none is forgotten."""

from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks import queries, use_cases
from shared.jobs import Job

BATCH: Final = 100


async def plan(session: AsyncSession, _: datetime) -> int:
    """Plan a call for each answer that has none."""
    found = await queries.unplanned(session, limit=BATCH)
    for petition in found:
        await use_cases.plan(session, petition)
    return len(found)


async def give_up(session: AsyncSession, now: datetime) -> int:
    """End the plans of petitions that went another way."""
    found = await queries.needless(session, limit=BATCH)
    for planned in found:
        await use_cases.give_up(session, planned, now=now)
    return len(found)


# Plans that fell away first: a petition answered anew may get its next one.
JOBS: Final = (Job("callbacks.give_up", give_up), Job("callbacks.plan", plan))

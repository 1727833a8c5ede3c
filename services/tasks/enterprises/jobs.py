"""What time brings about: grades by hand end, plans lapse, lists are loaded."""

from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.schemas.imports import row_of
from services.tasks.enterprises.use_cases import grading, imports, visits
from shared.jobs import Job


async def load_batch(session: AsyncSession, now: datetime) -> int:
    return await imports.load_batch(session, read=row_of, now=now)


JOBS: Final = (
    Job("enterprises.end_overrides", grading.end_overrides),
    Job("enterprises.lapse_visits", visits.lapse),
)
# It takes minutes, beside the jobs that must not wait.
LONG_JOBS: Final = (Job("enterprises.import", load_batch),)

"""What time brings about: uploads nobody goes on with are given up."""

from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.config import settings
from services.tasks.evidence.use_cases import uploads
from services.tasks.evidence.use_cases.store import EvidenceStore
from shared.jobs import Job


async def expire_uploads(session: AsyncSession, now: datetime) -> int:
    return await uploads.expire(session, now, store=EvidenceStore(settings().evidence_dir))


JOBS: Final = (Job("evidence.expire_uploads", expire_uploads),)

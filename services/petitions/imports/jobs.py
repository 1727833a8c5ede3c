"""Imports move on: each batch of a job is one transaction, so that a kill costs one chunk."""

from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.config import settings, vault_keys
from services.petitions.imports.use_cases import loading, reading
from shared.jobs import Job


async def take_apart(session: AsyncSession, now: datetime) -> int:
    return await reading.take_apart(session, keys=vault_keys(settings()), now=now)


async def check_chunk(session: AsyncSession, now: datetime) -> int:
    return await reading.check_chunk(session, keys=vault_keys(settings()), now=now)


async def load_chunk(session: AsyncSession, now: datetime) -> int:
    return await loading.load_chunk(session, keys=vault_keys(settings()), now=now)


# They take minutes, beside the jobs that must not wait.
LONG_JOBS: Final = (
    Job("imports.begin", reading.begin),
    Job("imports.take_apart", take_apart),
    Job("imports.check", check_chunk),
    Job("imports.load", load_chunk),
    Job("imports.finish", loading.finish),
    Job("imports.forget", loading.forget),
)

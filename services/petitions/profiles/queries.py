"""Profiles as rows, and the one that holds for a petition."""

import time
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.profiles.domain import PROFILES, Facts, Profile, chosen
from services.petitions.profiles.domain.kinds import Channel, Track
from services.petitions.profiles.models import HandlingProfile
from shared.clocks.json_form import term_from_json
from shared.errors import NotFound

KEEP_S: Final = 5.0
_kept: tuple[float, tuple[Profile, ...]] | None = None


def profile_of_row(row: HandlingProfile) -> Profile:
    return Profile(
        code=row.code,
        scope=row.scope,
        channels=frozenset(map(Channel, row.channels)),
        tracks=frozenset(map(Track, row.tracks)),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        accept=term_from_json(row.accept),
        begin=term_from_json(row.begin) if row.begin else None,
        close=term_from_json(row.close) if row.close else None,
        momentary_only=row.momentary_only,
        sender_agrees=row.sender_agrees,
        pausable=row.pausable,
        shipped=False,
    )


async def rows(session: AsyncSession) -> Sequence[HandlingProfile]:
    """Every row, in the order they were added."""
    return (await session.exec(select(HandlingProfile).order_by(col(HandlingProfile.id)))).all()


async def rows_of(session: AsyncSession, scope: str) -> Sequence[HandlingProfile]:
    """The rows of exactly this scope, in the order they were added."""
    statement = (
        select(HandlingProfile)
        .where(HandlingProfile.scope == scope)
        .order_by(col(HandlingProfile.id))
    )
    return (await session.exec(statement)).all()


async def all_profiles(session: AsyncSession) -> Sequence[Profile]:
    """Those shipped and those added, of rows at most `KEEP_S` old."""
    global _kept  # noqa: PLW0603 -- one immutable value per process, replaced whole
    if _kept is None or time.monotonic() - _kept[0] > KEEP_S:
        _kept = time.monotonic(), tuple(map(profile_of_row, await rows(session)))
    return (*PROFILES, *_kept[1])


async def profile_for(session: AsyncSession, facts: Facts) -> Profile:
    """The profile that holds for a petition; NoProfile if none does."""
    return chosen(await all_profiles(session), facts)


async def lock_row(session: AsyncSession, profile_id: UUID) -> HandlingProfile:
    """The row, locked until the transaction ends. For every change."""
    statement = (
        select(HandlingProfile)
        .where(HandlingProfile.id == profile_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="profile")
    return found

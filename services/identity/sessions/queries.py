"""Every SELECT on sessions. What the caller may see is row-level security's matter."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.engine import CursorResult
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.sessions.domain import KEPT
from services.identity.sessions.models import LoginSession, RefreshToken
from shared.errors import NotFound


async def login_session(session: AsyncSession, session_id: UUID) -> LoginSession:
    found = await session.get(LoginSession, session_id)
    if found is None:
        raise NotFound(what="session")
    return found


async def lock_session(session: AsyncSession, session_id: UUID) -> LoginSession:
    """The session, locked until the transaction ends. For every change."""
    statement = (
        select(LoginSession)
        .where(LoginSession.id == session_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="session")
    return found


async def live_session(
    session: AsyncSession, session_id: UUID, *, now: datetime, lock: bool = False
) -> LoginSession | None:
    """The session unless it has ended; locked for a change, or as it is for a look."""
    statement = select(LoginSession).where(
        LoginSession.id == session_id,
        col(LoginSession.ended_at).is_(None),
        col(LoginSession.expires_at) > now,
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(statement)).one_or_none()


async def sessions(
    session: AsyncSession, subject_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[LoginSession]:
    """A subject's sessions, the latest first, one more than `limit`."""
    statement = (
        select(LoginSession)
        .where(LoginSession.subject_id == subject_id)
        .order_by(col(LoginSession.id).desc())
        .limit(limit + 1)
    )
    if after is not None:
        statement = statement.where(col(LoginSession.id) < after)
    return (await session.exec(statement)).all()


async def lock_refresh_token(session: AsyncSession, token_hash: bytes) -> RefreshToken | None:
    """The refresh token, used or not, locked: of two who bring it one is the second."""
    statement = (
        select(RefreshToken)
        .where(RefreshToken.token_hash == token_hash)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return (await session.exec(statement)).one_or_none()


async def forget_sessions(session: AsyncSession, *, now: datetime) -> int:
    """Drop a batch of sessions that ran out a month ago, with their tokens; return how many."""
    old = select(LoginSession.id).where(col(LoginSession.expires_at) < now - KEPT).limit(1000)
    result = await session.exec(delete(LoginSession).where(col(LoginSession.id).in_(old)))
    return cast("CursorResult[None]", result).rowcount

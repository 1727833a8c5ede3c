"""What is done with sessions: open, go on, end; and whom a session speaks for right now."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.accounts.models import Account
from services.identity.clients.models import Client
from services.identity.grants import queries as grants
from services.identity.sessions import queries
from services.identity.sessions.domain import (
    ACCESS_LIFE,
    REFRESH_LIFE,
    SESSION_LIFE,
    SessionEnded,
)
from services.identity.sessions.models import LoginSession, RefreshToken
from shared.audit import trace
from shared.auth.actor import Actor, ActorKind
from shared.ids import uuid7
from shared.succession.lineage import inherited
from shared.succession.rows import successions


@dataclass(frozen=True, slots=True)
class Going:
    """A session with the refresh token that keeps it going, if it can be refreshed."""

    login: LoginSession
    refresh_token: str | None


async def open_for_account(
    session: AsyncSession, account: Account, *, client_id: str, source: str, now: datetime
) -> Going:
    """A person's session: refreshed by a chain of tokens, each used once."""
    login = LoginSession(
        id=uuid7(),
        subject_id=account.id,
        subject_kind=ActorKind.ACCOUNT,
        client_id=client_id,
        source=source,
        created_at=now,
        expires_at=now + SESSION_LIFE,
    )
    session.add(login)
    await session.flush()
    return Going(login, await _next_token(session, login, now=now))


async def open_for_client(
    session: AsyncSession, client: Client, *, source: str, now: datetime
) -> Going:
    """A platform's session: as long as its one access token."""
    login = LoginSession(
        id=uuid7(),
        subject_id=client.id,
        subject_kind=ActorKind.CLIENT,
        client_id=client.client_id,
        source=source,
        created_at=now,
        expires_at=now + ACCESS_LIFE,
    )
    session.add(login)
    await session.flush()
    await _trace(session, _named(login, client), "session.open", login, now=now)
    return Going(login, None)


async def refresh(
    session: AsyncSession, token: str, *, client_id: str, now: datetime
) -> Going | None:
    """The session with its next token; None if it may not go on.

    A token used before means that somebody holds a copy: the whole session ends. The end must be
    committed, hence no exception.
    """
    row = await queries.lock_refresh_token(session, token_hash(token))
    if row is None:
        return None
    login = await queries.live_session(session, row.session_id, now=now, lock=True)
    if login is None or login.client_id != client_id or row.expires_at <= now:
        return None
    if row.used_at is not None:
        await end(session, trace.SYSTEM_ACTOR, login, reason="token_reused", now=now)
        return None
    if await live_actor(session, login, now=now) is None:
        return None
    row.used_at = now
    await session.flush()
    return Going(login, await _next_token(session, login, now=now))


async def live_actor(session: AsyncSession, login: LoginSession, *, now: datetime) -> Actor | None:
    """Whom the session speaks for, with the rights of this instant; None if shut out since."""
    table = Account if login.subject_kind is ActorKind.ACCOUNT else Client
    subject: Account | Client | None = await session.get(table, login.subject_id)
    if subject is None or subject.disabled_at is not None:
        return None
    if login.created_at < subject.active_since:
        return None
    held = await grants.rights(session, subject.id, now=now)
    # What a division left when it ended comes down to who works for its successors.
    more, reads = inherited(held, await successions(session))
    return replace(_named(login, subject), grants=(*held, *more), reads=reads)


async def end(
    session: AsyncSession, actor: Actor, login: LoginSession, *, reason: str, now: datetime
) -> None:
    """End a session; its tokens are dead everywhere within seconds."""
    login.ended_at, login.end_reason = now, reason
    await session.flush()
    await _trace(session, actor, "session.end", login, reason=reason, now=now)


async def end_own(
    session: AsyncSession,
    actor: Actor,
    session_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> LoginSession:
    """End one of the caller's own sessions; others' do not exist for it."""
    login = await queries.lock_session(session, session_id)
    login.require_version(expected_version)
    if login.ended_at is not None or login.expires_at <= now:
        raise SessionEnded
    await end(session, actor, login, reason="ended_by_owner", now=now)
    return login


async def revoke(session: AsyncSession, session_id: UUID, *, client_id: str, now: datetime) -> None:
    """End the session a token belongs to, if it is this client's (RFC 7009)."""
    login = await queries.live_session(session, session_id, now=now, lock=True)
    if login is not None and login.client_id == client_id:
        await end(session, trace.SYSTEM_ACTOR, login, reason="revoked", now=now)


async def session_of_refresh_token(session: AsyncSession, token: str) -> UUID | None:
    row = await queries.lock_refresh_token(session, token_hash(token))
    return row.session_id if row else None


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def _next_token(session: AsyncSession, login: LoginSession, *, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        RefreshToken(
            token_hash=token_hash(token),
            session_id=login.id,
            issued_at=now,
            expires_at=min(now + REFRESH_LIFE, login.expires_at),
        )
    )
    await session.flush()
    return token


def _named(login: LoginSession, subject: Account | Client) -> Actor:
    return Actor(
        id=subject.id,
        kind=login.subject_kind,
        name=subject.display_name,
        session_id=login.id,
    )


async def _trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    login: LoginSession,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    await trace.record(
        session,
        actor,
        action,
        object_kind="session",
        object_id=login.id,
        now=now,
        seen_by=[],
        reason=reason,
    )

"""What is done with accounts: create, disable, enable, log in."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.accounts import domain, queries
from services.identity.accounts.domain import (
    Action,
    IllegalAccountStep,
    LoginNameTaken,
    OwnAccount,
)
from services.identity.accounts.models import Account, Credential
from shared import divisions
from shared.audit import trace
from shared.auth.actor import Actor, ActorKind
from shared.auth.policy import require
from shared.ids import uuid7

# Each hash takes 64 MiB and a core for some tens of milliseconds; more at once only starve others.
_HASHING: Final = asyncio.Semaphore(2)
_HASHER: Final = PasswordHash((Argon2Hasher(),))
# The hash of random bytes nobody kept: a name nobody has costs as much as one somebody has.
NOBODYS_HASH: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$K2zI/x6WkIiJNu/ESCGSqA"
    "$uzvmbZSngA1lnxp68hKyD/xruqJQaiGutEhjvFzX5c4"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a login is judged by: made before the password is hashed, used after.

    `account` is None when nobody has the name, `barred` when guessing has become too fast.
    """

    login_hash: bytes
    source: str
    password_hash: str | None
    account: Account | None
    barred: bool


async def hash_password(password: str) -> str:
    async with _HASHING:
        return await asyncio.to_thread(_HASHER.hash, password)


async def create_account(
    session: AsyncSession,
    actor: Actor,
    *,
    login_name: str,
    display_name: str,
    division: str,
    password: str,
    now: datetime,
) -> Account:
    """Open an account kept by `division`; it has no rights until somebody grants some."""
    login_name = login_name.lower()
    domain.require_fit(password, login_name=login_name)
    account = Account(
        id=uuid7(),
        login_name=login_name,
        display_name=display_name,
        division=division,
        visible_to=divisions.visibility([division]),
        created_at=now,
        active_since=now,
    )
    password_hash = await hash_password(password)
    session.add(account)
    try:
        await session.flush()
    except IntegrityError:
        # Asking first would not do: the name may be taken where the caller sees nothing.
        raise LoginNameTaken from None
    session.add(Credential(account_id=account.id, password_hash=password_hash, changed_at=now))
    await session.flush()
    await _trace(session, actor, "account.create", account, now=now)
    return account


async def open_account(
    session: AsyncSession,
    actor: Actor,
    *,
    login_name: str,
    display_name: str,
    division: str,
    password: str,
    now: datetime,
) -> Account:
    """`create_account` for an administrator of the division."""
    require(actor, "account.manage", division=division)
    return await create_account(
        session,
        actor,
        login_name=login_name,
        display_name=display_name,
        division=division,
        password=password,
        now=now,
    )


async def take(
    session: AsyncSession,
    actor: Actor,
    account_id: UUID,
    *,
    action: Action,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Account:
    """Disable or enable; a disabled account's tokens and sessions are dead within seconds."""
    account = await queries.lock_account(session, account_id)
    require(actor, "account.manage", division=account.division)
    account.require_version(expected_version)
    if account.id == actor.id:
        raise OwnAccount
    if action not in domain.allowed(account.disabled_at):
        raise IllegalAccountStep(action=action)
    match action:
        case Action.DISABLE:
            account.disabled_at = now
        case Action.ENABLE:
            account.disabled_at, account.active_since = None, now
    await session.flush()
    await _trace(session, actor, f"account.{action}", account, reason=reason, now=now)
    return account


async def begin_login(
    session: AsyncSession, *, login_name: str, source: str, now: datetime
) -> Candidate:
    """Count the guess before it is judged, so that guesses made at once are all counted."""
    login_name = login_name.lower()
    login_hash = hashlib.sha256(login_name.encode()).digest()
    guess = await queries.lock_guess(session, login_hash, source, now=now)
    barred = domain.is_barred(guess.failures, guess.blocked_until, now=now)
    if not barred:
        guess.failures += 1
        guess.blocked_until = now + domain.delay(guess.failures)
        await session.flush()
    found = await queries.login(session, login_name)
    account, credential = found or (None, None)
    password_hash = credential.password_hash if credential else None
    return Candidate(login_hash, source, password_hash, account, barred)


async def is_right(candidate: Candidate, password: str) -> bool:
    """Whether this login may proceed. Takes the same time whatever the reason against it."""
    async with _HASHING:
        stored = candidate.password_hash or NOBODYS_HASH
        matches = await asyncio.to_thread(_HASHER.verify, password, stored)
    account = candidate.account
    return matches and account is not None and account.disabled_at is None and not candidate.barred


async def end_login(
    session: AsyncSession, candidate: Candidate, *, succeeded: bool, now: datetime
) -> None:
    """Leave the trace of a login, and forget the wrong guesses before a right one."""
    account = candidate.account
    if succeeded:
        await queries.forget_guess(session, candidate.login_hash, candidate.source)
    await trace.record(
        session,
        actor_of_account(account) if account and succeeded else trace.SYSTEM_ACTOR,
        "session.open",
        object_kind="account",
        object_id=account.id if account else candidate.login_hash.hex(),
        now=now,
        seen_by=[account.division] if account else [],
        reason=f"source {candidate.source}",
        result=trace.Result.DONE if succeeded else trace.Result.REFUSED,
    )


def actor_of_account(account: Account) -> Actor:
    return Actor(id=account.id, kind=ActorKind.ACCOUNT, name=account.display_name)


async def _trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    account: Account,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    await trace.record(
        session,
        actor,
        action,
        object_kind="account",
        object_id=account.id,
        now=now,
        seen_by=[account.division],
        reason=reason,
        after={"login_name": account.login_name, "disabled_at": account.disabled_at},
    )

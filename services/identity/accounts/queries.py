"""Every SELECT on accounts. What the caller may see is row-level security's matter."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import CursorResult
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.accounts.models import Account, Credential, LoginGuess
from shared.errors import NotFound


async def account(session: AsyncSession, account_id: UUID) -> Account:
    found = await session.get(Account, account_id)
    if found is None:
        raise NotFound(what="account")
    return found


async def lock_account(session: AsyncSession, account_id: UUID) -> Account:
    """The account, locked until the transaction ends. For every change."""
    statement = (
        select(Account)
        .where(Account.id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="account")
    return found


async def accounts(
    session: AsyncSession, *, after: UUID | None, limit: int, division: str | None = None
) -> Sequence[Account]:
    """Accounts in order of creation, one more than `limit`."""
    statement = select(Account).order_by(col(Account.id)).limit(limit + 1)
    if after is not None:
        statement = statement.where(col(Account.id) > after)
    if division is not None:
        statement = statement.where(Account.division == division)
    return (await session.exec(statement)).all()


async def login(session: AsyncSession, login_name: str) -> tuple[Account, Credential] | None:
    """The account of a login name with its password's hash, disabled or not."""
    statement = (
        select(Account, Credential)
        .join(Credential, col(Credential.account_id) == Account.id)
        .where(Account.login_name == login_name)
    )
    return (await session.exec(statement)).one_or_none()


async def lock_guess(
    session: AsyncSession, login_hash: bytes, source: str, *, now: datetime
) -> LoginGuess:
    """The count of wrong guesses, made if there is none, locked until the transaction ends."""
    fresh = {"login_hash": login_hash, "source": source, "failures": 0, "blocked_until": now}
    await session.exec(insert(LoginGuess).values(fresh).on_conflict_do_nothing())
    statement = (
        select(LoginGuess)
        .where(LoginGuess.login_hash == login_hash, LoginGuess.source == source)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return (await session.exec(statement)).one()


async def forget_guess(session: AsyncSession, login_hash: bytes, source: str) -> None:
    await session.exec(
        delete(LoginGuess).where(
            col(LoginGuess.login_hash) == login_hash, col(LoginGuess.source) == source
        )
    )


async def forget_old_guesses(session: AsyncSession, *, now: datetime) -> int:
    """Drop counts nothing was added to for a day; return how many."""
    old = col(LoginGuess.blocked_until) < now - timedelta(days=1)
    result = await session.exec(delete(LoginGuess).where(old))
    return cast("CursorResult[None]", result).rowcount

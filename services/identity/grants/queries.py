"""Every SELECT on grants. What the caller may see is row-level security's matter."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.grants.models import RoleGrant
from shared.auth.actor import Actor, Grant
from shared.auth.policy import may
from shared.errors import NotFound


async def grant(session: AsyncSession, grant_id: UUID, *, reader: Actor) -> RoleGrant:
    """A grant of the reader's own, or one it administers; colleagues' rights are not shown."""
    found = await session.get(RoleGrant, grant_id)
    if found is None:
        raise NotFound(what="grant")
    if found.holder_id != reader.id and not may(reader, "grant.read", division=found.scope):
        raise NotFound(what="grant")
    return found


async def lock_grant(session: AsyncSession, grant_id: UUID) -> RoleGrant:
    """The grant, locked until the transaction ends. For every change."""
    statement = (
        select(RoleGrant)
        .where(RoleGrant.id == grant_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="grant")
    return found


async def grants(
    session: AsyncSession, *, holder_id: UUID, after: UUID | None, limit: int
) -> Sequence[RoleGrant]:
    """A holder's grants in the order they were given, ended ones too; one more than `limit`."""
    statement = (
        select(RoleGrant)
        .where(RoleGrant.holder_id == holder_id)
        .order_by(col(RoleGrant.id))
        .limit(limit + 1)
    )
    if after is not None:
        statement = statement.where(col(RoleGrant.id) > after)
    return (await session.exec(statement)).all()


async def open_grants(
    session: AsyncSession, holder_id: UUID, *, now: datetime
) -> Sequence[RoleGrant]:
    """Grants in force now or later."""
    statement = select(RoleGrant).where(
        RoleGrant.holder_id == holder_id,
        col(RoleGrant.withdrawn_at).is_(None),
        or_(col(RoleGrant.valid_to).is_(None), col(RoleGrant.valid_to) > now),
    )
    return (await session.exec(statement)).all()


async def rights(session: AsyncSession, holder_id: UUID, *, now: datetime) -> tuple[Grant, ...]:
    """What the holder may say of itself at this instant."""
    rows = await open_grants(session, holder_id, now=now)
    return tuple(
        sorted(
            {Grant(row.role, row.scope) for row in rows if row.valid_from <= now},
            key=lambda each: (each.role, each.scope),
        )
    )


async def of_guest(session: AsyncSession, guest_id: UUID) -> Sequence[RoleGrant]:
    """Every grant given for a stay, the latest first, locked until the transaction ends."""
    statement = (
        select(RoleGrant)
        .where(RoleGrant.guest_id == guest_id)
        .order_by(col(RoleGrant.id).desc())
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return (await session.exec(statement)).all()


async def of_exchange(session: AsyncSession, exchange_id: UUID) -> Sequence[RoleGrant]:
    """The grants of an exchange's guests in the order they were given."""
    statement = (
        select(RoleGrant).where(RoleGrant.exchange_id == exchange_id).order_by(col(RoleGrant.id))
    )
    return (await session.exec(statement)).all()


async def stays_over(session: AsyncSession, now: datetime, *, limit: int) -> Sequence[RoleGrant]:
    """Guests' grants whose stay is over in business time, locked, none twice."""
    statement = (
        select(RoleGrant)
        .where(
            col(RoleGrant.exchange_id).is_not(None),
            col(RoleGrant.withdrawn_at).is_(None),
            col(RoleGrant.stay_ends_at) <= now,
        )
        .order_by(col(RoleGrant.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def guests(session: AsyncSession, *, after: UUID | None, limit: int) -> Sequence[RoleGrant]:
    """Guests' grants that the caller sees, in the order they were given; one more than `limit`."""
    statement = (
        select(RoleGrant)
        .where(col(RoleGrant.exchange_id).is_not(None))
        .order_by(col(RoleGrant.id))
        .limit(limit + 1)
    )
    if after is not None:
        statement = statement.where(col(RoleGrant.id) > after)
    return (await session.exec(statement)).all()

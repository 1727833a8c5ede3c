"""Every SELECT on clients. What the caller may see is row-level security's matter."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.clients.models import Client
from shared.errors import NotFound


async def client(session: AsyncSession, row_id: UUID) -> Client:
    found = await session.get(Client, row_id)
    if found is None:
        raise NotFound(what="client")
    return found


async def by_client_id(session: AsyncSession, client_id: str) -> Client | None:
    return (await session.exec(select(Client).where(Client.client_id == client_id))).one_or_none()


async def clients(session: AsyncSession, *, after: UUID | None, limit: int) -> Sequence[Client]:
    """Clients in order of creation, one more than `limit`."""
    statement = select(Client).order_by(col(Client.id)).limit(limit + 1)
    if after is not None:
        statement = statement.where(col(Client.id) > after)
    return (await session.exec(statement)).all()


async def be_alone(session: AsyncSession) -> None:
    """Wait for another process that writes our own clients, and keep others waiting."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtext("identity.client"))))

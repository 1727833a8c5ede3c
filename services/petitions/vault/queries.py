"""Reading the vault."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.vault.models import VaultEntry
from shared.errors import NotFound


async def opened_entry(session: AsyncSession, entry_id: UUID) -> VaultEntry:
    """The entry, with the vault open for this transaction only."""
    async with _opened(session):
        found = await session.exec(select(VaultEntry).where(VaultEntry.id == entry_id))
        entry = found.one_or_none()
    if entry is None:
        raise NotFound(what="petitioner")
    return entry


async def show_to(session: AsyncSession, entry_id: UUID, visible_to: list[str]) -> None:
    """Let the unit that gets the petition open its entry, and nobody who lost it."""
    statement = update(VaultEntry).where(col(VaultEntry.id) == entry_id)
    async with _opened(session):
        await session.exec(statement.values(visible_to=visible_to))


@asynccontextmanager
async def _opened(session: AsyncSession) -> AsyncIterator[None]:
    """An exception ends the transaction, and the setting with it."""
    connection = await session.connection()
    await connection.execute(text("SELECT set_config('app.vault', 'open', true)"))
    yield
    await connection.execute(text("SELECT set_config('app.vault', '', true)"))

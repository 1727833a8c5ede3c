"""Reading the vault."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.vault.models import VaultEntry
from shared.errors import NotFound


async def opened_entry(session: AsyncSession, entry_id: UUID) -> VaultEntry:
    """The entry, with the vault open for this transaction only."""
    connection = await session.connection()
    await connection.execute(text("SELECT set_config('app.vault', 'open', true)"))
    entry = (await session.exec(select(VaultEntry).where(VaultEntry.id == entry_id))).one_or_none()
    await connection.execute(text("SELECT set_config('app.vault', '', true)"))
    if entry is None:
        raise NotFound(what="petitioner")
    return entry

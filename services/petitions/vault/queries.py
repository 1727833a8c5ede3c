"""Reading the vault, and who petitions beside whom."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.vault.models import PetitionParty, VaultEntry
from shared.errors import NotFound


async def opened_entries(session: AsyncSession, entry_ids: Sequence[UUID]) -> list[VaultEntry]:
    """The entries in the order asked for, with the vault open for this transaction only."""
    async with _opened(session):
        statement = select(VaultEntry).where(col(VaultEntry.id).in_(entry_ids))
        found = {entry.id: entry for entry in await session.exec(statement)}
    if set(entry_ids) - set(found):
        raise NotFound(what="petitioner")
    return [found[each] for each in entry_ids]


async def show_to(
    session: AsyncSession, entry_ids: Sequence[UUID], visible_to: Sequence[str]
) -> None:
    """Let the unit that gets the petition open its entries, and nobody who lost it."""
    entries = update(VaultEntry).where(col(VaultEntry.id).in_(entry_ids))
    async with _opened(session):
        await session.exec(entries.values(visible_to=visible_to))
    if len(entry_ids) > 1:
        parties = update(PetitionParty).where(col(PetitionParty.entry_id).in_(entry_ids))
        await session.exec(parties.values(visible_to=visible_to))


async def parties(session: AsyncSession, petition_id: UUID) -> Sequence[PetitionParty]:
    """Who petitions beside the petitioner, in the order they were named."""
    statement = (
        select(PetitionParty)
        .where(PetitionParty.petition_id == petition_id)
        .order_by(col(PetitionParty.position))
    )
    return (await session.exec(statement)).all()


@asynccontextmanager
async def _opened(session: AsyncSession) -> AsyncIterator[None]:
    """An exception ends the transaction, and the setting with it."""
    connection = await session.connection()
    await connection.execute(text("SELECT set_config('app.vault', 'open', true)"))
    yield
    await connection.execute(text("SELECT set_config('app.vault', '', true)"))

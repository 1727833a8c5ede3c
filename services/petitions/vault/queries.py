"""Reading the vault, and who petitions beside whom."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.vault.models import PetitionParty, VaultEntry
from shared.db.session import driver
from shared.errors import NotFound

if TYPE_CHECKING:
    from asyncpg import Connection

OF_ORDER: Final = "order_id IN (SELECT id FROM supervision_order WHERE petition_id = $1)"
OF_QUESTION: Final = "question_id IN (SELECT id FROM competence_question WHERE petition_id = $1)"
OF_ESCALATION: Final = "escalation_id IN (SELECT id FROM escalation WHERE petition_id = $1)"
OF_LETTER: Final = "letter_id IN (SELECT id FROM inspection_letter WHERE petition_id = $1)"
OF_PETITION: Final = "petition_id = $1"
# What offices wrote about a petition for every reader, redacted, on any floor: its rows, table,
# column, and the characters that holds. What is never changed stays as it was: traces, spot
# checks and issued reports.
TOLD: Final = (
    (OF_PETITION, "petition_step", "reason", None),
    (OF_PETITION, "callback", "note", 200),
    (OF_PETITION, "extension_request", "reason", None),
    (OF_PETITION, "extension_request", "answer", None),
    (OF_PETITION, "extension_request", "consent", None),
    (OF_PETITION, "recusal", "reason", 500),
    (OF_PETITION, "recusal", "lifted_reason", 500),
    ("$1 IN (petition_id, into_id)", "merge_link", "reason", 500),
    ("$1 IN (petition_id, into_id)", "merge_link", "undone_reason", 500),
    ("$1 IN (petition_id, root_id)", "repeat_link", "note", 200),
    (OF_PETITION, "upward_report", "reason", 500),
    (OF_PETITION, "competence_question", "reason", None),
    (OF_PETITION, "competence_question", "minutes", None),
    (OF_QUESTION, "competence_answer", "reason", None),
    (OF_PETITION, "review", "grounds", None),
    (OF_PETITION, "review", "opinion", None),
    (OF_PETITION, "review", "legal_basis", 200),
    (OF_PETITION, "supervision_order", "demand", None),
    (OF_PETITION, "supervision_order", "answer", None),
    (OF_ORDER, "supervision_order_step", "text", None),
    (OF_PETITION, "escalation", "decision_reason", 200),
    (OF_PETITION, "escalation", "owner", 200),
    (OF_PETITION, "escalation", "proof", 200),
    (OF_ESCALATION, "escalation_step", "reason", 200),
    (OF_ESCALATION, "escalation_note", "note", 500),
    (OF_PETITION, "inspection_letter", "content", None),
    (OF_PETITION, "inspection_letter", "answer", None),
    (OF_LETTER, "letter_step", "reason", None),
    (OF_LETTER, "look_back", "findings", 500),
)
# What a reply's line of history says beside its opinion.
PARTS_TOLD: Final = ("legal_basis", "request", "facts")
# A deadline's explanation quotes why it was extended.
QUOTED: Final = """
UPDATE clock SET ledger = replace(ledger::text, to_jsonb($2::text)::text,
                                  to_jsonb($3::text)::text)::jsonb
 WHERE subject_id = $1 AND position(to_jsonb($2::text)::text IN ledger::text) > 0
"""


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


async def retell(session: AsyncSession, petition_id: UUID, redacted: Callable[[str], str]) -> None:
    """Redact again what was written about the petition, as somebody more must not be named."""
    connection = await driver(session)
    for own, table, column, limit in TOLD:
        for row in await connection.fetch(
            f"SELECT DISTINCT {column} AS text FROM {table} WHERE {own} AND {column} IS NOT NULL",
            petition_id,
        ):
            text = redacted(row["text"])[:limit]
            if text == row["text"]:
                continue
            await connection.execute(
                f"UPDATE {table} SET {column} = $3 WHERE {own} AND {column} = $2",
                petition_id,
                row["text"],
                text,
            )
            await connection.execute(QUOTED, petition_id, row["text"], text)
    await _retell_parts(connection, petition_id, redacted)


async def _retell_parts(
    connection: "Connection[Any]", petition_id: UUID, redacted: Callable[[str], str]
) -> None:
    for part in PARTS_TOLD:
        for row in await connection.fetch(
            "SELECT id, facts->>$2 AS text FROM petition_step"
            " WHERE petition_id = $1 AND jsonb_typeof(facts->$2) = 'string'",
            petition_id,
            part,
        ):
            await connection.execute(
                "UPDATE petition_step SET facts = jsonb_set(facts, ARRAY[$2], to_jsonb($3::text))"
                " WHERE id = $1",
                row["id"],
                part,
                redacted(row["text"]),
            )

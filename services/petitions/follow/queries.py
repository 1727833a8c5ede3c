"""Finding a case by its number, taking its code, and counting guesses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from shared.db.session import driver

# A part of a coordinating item is the units' own matter and has no code.
CASE: Final = """
SELECT p.id, p.number, p.state, p.office, p.follow_hash, p.received_at, p.registered_at,
       p.accepted_at, p.replied_at, p.closed_at, f.code_hash AS previous_hash, f.usable_until
  FROM petition p LEFT JOIN follow_previous f ON f.petition_id = p.id
 WHERE p.number = $1 AND p.parent_id IS NULL
"""
# The version stays: a citizen who looks must not make an officer's page stale.
TURN: Final = (
    "UPDATE petition SET follow_hash = $2 WHERE id = $1 AND follow_hash IS NOT DISTINCT FROM $3"
)
KEEP_PREVIOUS: Final = """
INSERT INTO follow_previous (petition_id, code_hash, usable_until) VALUES ($1, $2, $3)
ON CONFLICT (petition_id) DO UPDATE SET code_hash = $2, usable_until = $3
"""
COUNTED: Final = """
INSERT INTO follow_guess AS guess (subject, failures, blocked_until) VALUES ($1, 0, $2)
ON CONFLICT (subject) DO UPDATE SET failures = guess.failures
RETURNING failures, blocked_until
"""


async def case(session: AsyncSession, number: str) -> Mapping[str, Any] | None:
    """What is shown of a case, and by which codes it is found."""
    row: Mapping[str, Any] | None = await (await driver(session)).fetchrow(CASE, number)
    return row


async def turn_code(
    session: AsyncSession, petition_id: UUID, *, held: bytes | None, new: bytes
) -> bool:
    """Put a new code in the place of the one that holds; False if another was faster."""
    status = await (await driver(session)).execute(TURN, petition_id, new, held)
    return bool(status == "UPDATE 1")


async def keep_previous(
    session: AsyncSession, petition_id: UUID, code_hash: bytes, usable_until: datetime
) -> None:
    await (await driver(session)).execute(KEEP_PREVIOUS, petition_id, code_hash, usable_until)


async def forget_previous(session: AsyncSession, petition_id: UUID) -> None:
    await (await driver(session)).execute(
        "DELETE FROM follow_previous WHERE petition_id = $1", petition_id
    )


async def lock_guesses(
    session: AsyncSession, subjects: Sequence[bytes], *, now: datetime
) -> list[tuple[int, datetime]]:
    """Wrong guesses and the end of the wait of each, locked in one order until the end."""
    connection = await driver(session)
    found = {}
    for subject in sorted(subjects):
        row = await connection.fetchrow(COUNTED, subject, now)
        found[subject] = (row["failures"], row["blocked_until"])
    return [found[subject] for subject in subjects]


async def count_guess(
    session: AsyncSession, subject: bytes, failures: int, blocked_until: datetime
) -> None:
    await (await driver(session)).execute(
        "UPDATE follow_guess SET failures = $2, blocked_until = $3 WHERE subject = $1",
        subject,
        failures,
        blocked_until,
    )


async def forget_guesses(session: AsyncSession, before: datetime) -> int:
    """Guesses nobody has added to since."""
    status = await (await driver(session)).execute(
        "DELETE FROM follow_guess WHERE ctid = ANY (ARRAY("
        "SELECT ctid FROM follow_guess WHERE blocked_until < $1 LIMIT 5000))",
        before,
    )
    return int(status.rpartition(" ")[2])

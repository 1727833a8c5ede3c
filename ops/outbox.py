"""Events that could not be delivered: what they are, and how to send them again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from ops.services import SERVICES

IN_SCHEMA: Final = "SELECT set_config('search_path', $1, true)"
PARKED: Final = """
SELECT event_id, topic, destination, attempts, last_error
  FROM outbox_delivery AS delivery JOIN outbox_event AS event ON event.id = delivery.event_id
 WHERE delivery.state = 'parked' ORDER BY delivery.seq
"""
RESEND: Final = """
UPDATE outbox_delivery SET state = 'pending', attempts = 0, next_at = clock_timestamp()
 WHERE state = 'parked' AND ($1::uuid IS NULL OR event_id = $1)
"""


@dataclass(frozen=True, slots=True)
class Parked:
    """A delivery that was given up after its last try."""

    service: str
    event_id: UUID
    topic: str
    destination: str
    attempts: int
    last_error: str | None


async def parked(owner_url: str) -> list[Parked]:
    async with _as_system(owner_url) as owner:
        found: list[Parked] = []
        for service in SERVICES:
            await owner.execute(IN_SCHEMA, service)
            found += (Parked(service, *row) for row in await owner.fetch(PARKED))
        return found


async def resend(owner_url: str, event_id: UUID | None = None) -> int:
    """Give parked deliveries their tries back, of one event or of all; return how many."""
    async with _as_system(owner_url) as owner:
        sent = 0
        for service in SERVICES:
            await owner.execute(IN_SCHEMA, service)
            status = await owner.execute(RESEND, event_id)
            await owner.execute("SELECT pg_notify($1, '')", f"{service}_outbox")
            sent += int(status.rpartition(" ")[2])
        return sent


@asynccontextmanager
async def _as_system(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner is subject to row-level security like everybody: it says on whose behalf it is."""
    owner = await asyncpg.connect(owner_url)
    try:
        async with owner.transaction():
            await owner.execute(
                "SELECT set_config('app.principal', 'operator', true),"
                " set_config('app.system', 'on', true)"
            )
            yield owner
    finally:
        await owner.close()

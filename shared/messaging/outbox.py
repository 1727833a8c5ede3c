"""Telling others: an event is a row in the transaction that made it true."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from shared import divisions
from shared.contracts.events import SUBSCRIBERS, Event
from shared.db.session import driver
from shared.http.context import current_request
from shared.ids import uuid7

# The last line wakes the relay; PostgreSQL delivers it when the transaction commits.
ANNOUNCE = """
WITH event AS (
  INSERT INTO outbox_event (id, topic, key, data, occurred_at, request_id, visible_to)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
)
INSERT INTO outbox_delivery (event_id, destination, key)
SELECT $1, destination, $3 FROM unnest($8::text[]) AS destination
RETURNING pg_notify(current_schema() || '_outbox', '')
"""


async def announce(session: AsyncSession, event: Event, *, now: datetime) -> None:
    """Write the event and its deliveries into the caller's transaction."""
    connection = await driver(session)
    await connection.fetch(
        ANNOUNCE,
        uuid7(),
        event.topic,
        event.key,
        event.model_dump_json(),
        now,
        current_request().request_id,
        divisions.visibility(event.seen_by),
        list(SUBSCRIBERS.get(event.topic, ())),
    )

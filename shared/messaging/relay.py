"""Delivering what the outbox holds: at least once, in order per aggregate and destination.

A delivery is claimed by its state, never by position, under a lease; `fence` counts the claims, so
that a relay whose lease ran out cannot write over its successor's result. A destination that does
not answer costs no try: the event waits for it. A destination that answers with an error costs one
of `MAX_TRIES`; then the delivery is parked, with everything behind it of the same aggregate, until
an operator resends it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

import asyncpg

from shared.crashpoint import crashpoint
from shared.db.session import SYSTEM, Database, driver
from shared.errors import AppError, Unavailable
from shared.messaging.envelope import Envelope

log = logging.getLogger(__name__)

BATCH: Final = 50
MAX_TRIES: Final = 8
LEASE_S: Final = 30
LONGEST_WAIT_S: Final = 60

CLAIM = """
WITH due AS (
  SELECT seq FROM outbox_delivery d
   WHERE state = 'pending' AND next_at <= clock_timestamp()
     AND NOT EXISTS (
       SELECT FROM outbox_delivery earlier
        WHERE earlier.destination = d.destination AND earlier.key = d.key
          AND earlier.seq < d.seq AND earlier.state <> 'delivered')
   ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE outbox_delivery d
     SET fence = fence + 1, next_at = clock_timestamp() + make_interval(secs => $2)
    FROM due WHERE d.seq = due.seq
  RETURNING d.seq, d.event_id, d.destination, d.fence, d.attempts
)
SELECT c.*, e.topic, e.key, e.data, e.occurred_at, e.request_id
  FROM claimed c JOIN outbox_event e ON e.id = c.event_id ORDER BY c.seq
"""
DELIVERED = """
UPDATE outbox_delivery
   SET state = 'delivered', done_at = clock_timestamp(), last_error = NULL,
       attempts = attempts + 1
 WHERE seq = $1 AND fence = $2 AND state = 'pending'
"""
REFUSED = """
UPDATE outbox_delivery
   SET attempts = attempts + 1, last_error = $3,
       state = CASE WHEN attempts + 1 >= $4 THEN 'parked' ELSE 'pending' END,
       next_at = clock_timestamp() + make_interval(secs => least($5, 0.5 * 2 ^ attempts))
 WHERE seq = $1 AND fence = $2 AND state = 'pending'
"""
WAITING = """
UPDATE outbox_delivery
   SET last_error = $3,
       next_at = clock_timestamp() + make_interval(secs => least($4, 0.25 * 2 ^ least(fence, 12)))
 WHERE seq = $1 AND fence = $2 AND state = 'pending'
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One claimed event for one destination."""

    seq: int
    fence: int
    destination: str
    envelope: Envelope


class Deliver(Protocol):
    """Hands an event to a service: `Unavailable` if it does not answer, AppError if it refuses."""

    def __call__(self, destination: str, envelope: Envelope) -> Awaitable[None]: ...


class Relay:
    """Moves one service's outbox; any number of relays may run on one outbox."""

    def __init__(self, database: Database, *, source: str, deliver: Deliver) -> None:
        self._database = database
        self._source = source
        self._deliver = deliver

    async def run(self, *, period: float) -> None:
        """Deliver for ever: at once when told of new events, else every `period` seconds."""
        wake = asyncio.Event()
        listener = asyncio.create_task(self._listen(wake.set))
        try:
            while True:
                wake.clear()
                try:
                    moved = await self.deliver_batch()
                except Exception:  # a relay that ends is a service that falls silent
                    log.exception("outbox not readable")
                    moved = 0
                # What was moved may have freed what waits behind it in its aggregate.
                if moved == 0:
                    await _wait(wake, period)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    async def deliver_batch(self) -> int:
        """Claim what is due and deliver it; return how many were claimed."""
        claimed = await self._claim()
        crashpoint("relay.claimed")
        await asyncio.gather(*(self._attempt(each) for each in claimed))
        return len(claimed)

    async def _claim(self) -> list[Delivery]:
        async with self._database.transaction(SYSTEM) as session:
            rows = await (await driver(session)).fetch(CLAIM, BATCH, LEASE_S)
        return [self._delivery(row) for row in rows]

    def _delivery(self, row: Mapping[str, Any]) -> Delivery:
        envelope = Envelope(
            id=UUID(str(row["event_id"])),
            source=self._source,
            type=row["topic"],
            subject=row["key"],
            time=row["occurred_at"],
            requestid=row["request_id"],
            data=row["data"],
        )
        return Delivery(row["seq"], row["fence"], row["destination"], envelope)

    async def _attempt(self, delivery: Delivery) -> None:
        try:
            await self._deliver(delivery.destination, delivery.envelope)
        except Unavailable as error:
            await self._note(WAITING, delivery, str(error), LONGEST_WAIT_S)
        except AppError as error:
            log.warning("event refused", extra={"topic": delivery.envelope.type})
            await self._note(REFUSED, delivery, str(error), MAX_TRIES, LONGEST_WAIT_S)
        except Exception as error:  # a fault of ours with one event is not the others'
            log.exception("event not sent", extra={"topic": delivery.envelope.type})
            reason = type(error).__name__
            await self._note(REFUSED, delivery, reason, MAX_TRIES, LONGEST_WAIT_S)
        else:
            crashpoint("relay.delivered")
            await self._note(DELIVERED, delivery)

    async def _note(self, statement: str, delivery: Delivery, *facts: object) -> None:
        async with self._database.transaction(SYSTEM) as session:
            connection = await driver(session)
            await connection.execute(statement, delivery.seq, delivery.fence, *facts)

    async def _listen(self, wake: Callable[[], None]) -> None:
        """Hold a connection of its own that hears NOTIFY; polling covers its absence."""
        channel = f"{self._source}_outbox"
        while True:
            try:
                connection = await asyncpg.connect(self._database.url)
                gone = asyncio.Event()
                connection.add_termination_listener(lambda _, gone=gone: gone.set())
                try:
                    await connection.add_listener(channel, lambda *_: wake())
                    wake()
                    await gone.wait()
                finally:
                    await connection.close(timeout=1)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.warning("outbox listener lost")
            await asyncio.sleep(1)


async def _wait(wake: asyncio.Event, period: float) -> None:
    try:
        async with asyncio.timeout(period):
            await wake.wait()
    except TimeoutError:
        return

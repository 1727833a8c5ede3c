"""Firing what is due: set-based, in batches, once per rung whatever the number of workers.

A rung's row, its event and the alarm's next instant are one statement. A worker that dies before
the commit has fired nothing; one that runs beside it skips the locked rows. An act that armed a
clock anew without moving it brings its alarm back to rungs that have fired: they stay silent.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from shared.clock_rows.rows import RUNG_NAMES
from shared.contracts.events import SUBSCRIBERS
from shared.crashpoint import crashpoint
from shared.db.session import driver
from shared.http.context import current_request
from shared.jobs import Job

log = logging.getLogger(__name__)

BATCH: Final = 1000
TOPIC: Final = "clock.fired.v1"
# How far the machines of one service's copies may differ.
TOLERATED: Final = timedelta(seconds=5)

SWEEP: Final = """
WITH due AS (
  SELECT clock_id FROM clock_alarm WHERE fires_at <= $1
   ORDER BY fires_at LIMIT $2 FOR UPDATE SKIP LOCKED
), fired AS (
  UPDATE clock_alarm a SET rung = a.rung + 1, fires_at = a.rungs[a.rung + 2]
    FROM due WHERE a.clock_id = due.clock_id
  RETURNING a.clock_id, a.rung, a.rungs[a.rung] AS scheduled_for
), marked AS (
  INSERT INTO clock_rung (clock_id, rung, scheduled_for, fired_at)
  SELECT clock_id, rung, scheduled_for, $1 FROM fired
  ON CONFLICT DO NOTHING RETURNING clock_id, rung
), event AS (
  INSERT INTO outbox_event (id, topic, key, data, occurred_at, request_id, visible_to)
  SELECT gen_random_uuid(), current_schema() || '.clock.fired.v1', c.subject_id::text,
         jsonb_build_object('clock_id', c.id, 'subject_kind', c.subject_kind,
           'subject_id', c.subject_id, 'kind', c.kind, 'rung', ($3::text[])[m.rung],
           'due_at', c.due_at),
         $1, $4, c.visible_to
    FROM marked m JOIN clock c ON c.id = m.clock_id
  RETURNING id, key
), told AS (
  INSERT INTO outbox_delivery (event_id, destination, key)
  SELECT event.id, destination, event.key FROM event, unnest($5::text[]) AS destination
)
SELECT count(*) FROM fired
"""
WATCH: Final = """
INSERT INTO database_time AS seen (id, latest) VALUES (1, $1)
ON CONFLICT (id) DO UPDATE SET latest = greatest(seen.latest, $1)
RETURNING latest
"""


async def sweep(session: AsyncSession, now: datetime) -> int:
    """Fire up to `BATCH` rungs due at `now`; return how many."""
    connection = await driver(session)
    schema: str = await connection.fetchval("SELECT current_schema()")
    fired: int = await connection.fetchval(
        SWEEP,
        now,
        BATCH,
        list(RUNG_NAMES),
        current_request().request_id,
        list(SUBSCRIBERS.get(f"{schema}.{TOPIC}", ())),
    )
    crashpoint("sweep.fired")
    return fired


async def watch_time(session: AsyncSession, now: datetime) -> int:
    """Notice a clock that went backwards: deadlines would fire late, and nobody would know."""
    latest: datetime = await (await driver(session)).fetchval(WATCH, now)
    if latest - now > TOLERATED:
        log.critical("time went backwards", extra={"seconds": (latest - now).total_seconds()})
    return 0


SWEEP_JOB: Final = Job("clocks.sweep", sweep)
WATCH_JOB: Final = Job("clocks.watch_time", watch_time)

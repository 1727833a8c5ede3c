"""Work that time starts: each job runs in its own transaction, again while there is more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from shared.clock import Clock
from shared.db.session import SYSTEM, Database, driver
from shared.http.context import enter

log = logging.getLogger(__name__)

# A batch that ends a job's round however much is left, so that one job cannot starve the others.
MAX_BATCHES: Final = 1000


@dataclass(frozen=True, slots=True)
class Job:
    """`run` does one batch and says how many it moved; its WHERE must imply progress."""

    name: str
    run: Callable[[AsyncSession, datetime], Awaitable[int]]


async def run_job(database: Database, clock: Clock, job: Job) -> int:
    """Run a job until it moves nothing; return how much it moved in all."""
    total = 0
    for _ in range(MAX_BATCHES):
        enter(None, None)
        now = await clock.now()
        async with database.transaction(SYSTEM) as session:
            moved = await job.run(session, now)
        total += moved
        if moved == 0:
            break
    return total


@dataclass(slots=True)
class Changes:
    """How many requests of this process may have changed something."""

    count: int = 0


async def run_jobs(
    database: Database,
    clock: Clock,
    jobs: Sequence[Job],
    *,
    period: float,
    gap: float | None = None,
    changes: Changes | None = None,
) -> None:
    """All jobs of a service, for ever, every `period` seconds of machine time.

    With a `gap` they run again that soon when something may have become due: a request changed
    something, a job moved something, or somebody moved business time.
    """
    changes = changes or Changes()
    while True:
        seen, since = changes.count, await _business_time(clock)
        moved = 0
        for job in jobs:
            try:
                moved += await run_job(database, clock, job)
            except Exception:  # one job's fault stops neither the others nor its own next round
                log.exception("job failed", extra={"job": job.name})
        waited = 0.0
        while waited < period:
            pause = period if gap is None else gap
            await asyncio.sleep(pause)
            waited += pause
            if moved or changes.count != seen or await _business_time(clock) != since:
                break


async def _business_time(clock: Clock) -> datetime | None:
    """Unknown while the database does not answer: then a round is due when it does again."""
    try:
        return await clock.now()
    except Exception:  # as with a job: nothing ends the rounds
        log.exception("clock not readable")
        return None


async def forget_answers(session: AsyncSession, _: datetime) -> int:
    """Drop remembered answers to repeated requests after fourteen days of machine time."""
    connection = await driver(session)
    status = await connection.execute(
        "DELETE FROM idempotency WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotency"
        " WHERE created_at < clock_timestamp() - interval '14 days' LIMIT 5000))"
    )
    return int(status.rpartition(" ")[2])

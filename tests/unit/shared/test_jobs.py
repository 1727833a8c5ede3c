"""Jobs that time starts: again while there is more, each for itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.db.session import Context, Database
from shared.jobs import MAX_BATCHES, Changes, Job, run_job, run_jobs
from tests.factories.clocks import at

NOW = at("2026-03-02")


class Standing:
    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return NOW


class NoDatabase:
    """Counts transactions; the jobs of these tests ask nothing."""

    def __init__(self) -> None:
        self.transactions = 0

    @asynccontextmanager
    async def transaction(self, context: Context) -> AsyncIterator[None]:
        assert context.system
        self.transactions += 1
        yield


def a_job(name: str, *batches: int | Exception) -> tuple[Job, list[datetime]]:
    """A job that moves so much in each batch, then nothing; and when it ran."""
    runs: list[datetime] = []
    left = list(batches)

    async def run(_: AsyncSession, now: datetime) -> int:
        runs.append(now)
        moved = left.pop(0) if left else 0
        if isinstance(moved, Exception):
            raise moved
        return moved

    return Job(name, run), runs


async def run_it(job: Job, database: NoDatabase) -> int:
    return await run_job(cast("Database", database), Standing(), job)


async def test_a_job_runs_until_nothing_is_left_each_batch_for_itself() -> None:
    database = NoDatabase()
    job, runs = a_job("x", 5, 5, 2)

    assert await run_it(job, database) == 12
    assert runs == [NOW] * 4
    assert database.transactions == 4


async def test_a_job_that_never_ends_lets_the_others_have_their_turn() -> None:
    job, runs = a_job("x", *[1] * (MAX_BATCHES + 5))

    assert await run_it(job, NoDatabase()) == MAX_BATCHES
    assert len(runs) == MAX_BATCHES


@pytest.mark.parametrize("fault", [OSError(), KeyError("x"), ZeroDivisionError()])
async def test_a_fault_in_one_job_stops_neither_the_others_nor_its_next_round(
    fault: Exception,
) -> None:
    broken, tries = a_job("broken", fault, fault)
    sound, runs = a_job("sound")
    rounds = asyncio.create_task(
        run_jobs(cast("Database", NoDatabase()), Standing(), [broken, sound], period=0.01)
    )
    await asyncio.sleep(0.2)
    assert not rounds.done()
    rounds.cancel()
    await asyncio.gather(rounds, return_exceptions=True)

    assert len(tries) > 2
    assert len(runs) > 2


@dataclass
class Moved:
    """Business time that the test moves."""

    instant: datetime = NOW

    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return self.instant


async def test_with_a_gap_jobs_run_again_after_a_change_or_when_business_time_was_moved() -> None:
    job, runs = a_job("x")
    clock, changes = Moved(), Changes()
    database = cast("Database", NoDatabase())
    rounds = asyncio.create_task(
        run_jobs(database, clock, [job], period=3600, gap=0.01, changes=changes)
    )
    await asyncio.sleep(0.1)
    assert len(runs) == 1

    changes.count += 1
    await asyncio.sleep(0.1)
    assert len(runs) == 2

    clock.instant += timedelta(days=1)
    await asyncio.sleep(0.1)
    rounds.cancel()
    await asyncio.gather(rounds, return_exceptions=True)
    assert runs == [NOW, NOW, clock.instant]


async def test_with_a_gap_a_round_that_moved_something_is_followed_by_another() -> None:
    job, runs = a_job("x", 1, 0)
    database = cast("Database", NoDatabase())
    rounds = asyncio.create_task(run_jobs(database, Moved(), [job], period=3600, gap=0.01))
    await asyncio.sleep(0.2)
    rounds.cancel()
    await asyncio.gather(rounds, return_exceptions=True)

    assert len(runs) == 3

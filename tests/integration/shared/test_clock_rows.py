"""Running clocks as rows, and the sweep that fires their rungs; business time is an argument."""

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from shared.clock_rows import sweep as sweeping
from shared.clock_rows.rows import (
    ClockState,
    Ladder,
    change_clock,
    clocks_of,
    drop_clocks,
    is_running,
    start_clock,
    stop_clock,
)
from shared.clock_rows.sweep import BATCH, SWEEP_JOB, sweep, watch_time
from shared.clocks import acts
from shared.clocks.term import ExtensionRule, Term
from shared.db.session import SYSTEM, Database
from shared.errors import NotFound
from shared.ids import uuid7
from shared.jobs import run_job
from tests.factories.clocks import PETITION_RULES, a_term, at
from tests.integration.shared.conftest import Sql
from tests.support.postgres import Cluster

KIND: Final = "handling"
TERM: Final = a_term(10, rolls=False, extension=ExtensionRule(each=5, basis=PETITION_RULES))
LADDER: Final = Ladder(warn_before=timedelta(days=3), raise_after=timedelta(days=1))
START: Final = at("2026-03-02")
# The tenth day after the start ends at midnight.
DUE: Final = at("2026-03-13", hour=0)
WARN, RAISE = DUE - timedelta(days=3), DUE + timedelta(days=1)
SECOND: Final = timedelta(seconds=1)


class Standing:
    """A business clock that says what it was told."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return self.instant


@pytest.fixture(autouse=True)
async def _no_clocks(sql: Sql) -> None:
    await sql("DELETE FROM clock")
    await sql("DELETE FROM outbox_event")
    await sql("DELETE FROM database_time")


async def a_clock(database: Database, *, term: Term = TERM, since: datetime = START) -> UUID:
    subject = uuid7()
    async with database.transaction(SYSTEM) as session:
        await start_clock(
            session,
            subject_kind="petition",
            subject_id=subject,
            kind=KIND,
            term=term,
            ladder=LADDER,
            started_at=since,
            seen_by=["330281"],
        )
    return subject


async def pause(database: Database, subject: UUID, moment: datetime) -> None:
    act = partial(acts.pause, at=moment, reason="鉴定", authority="330281")
    async with database.transaction(SYSTEM) as session:
        await change_clock(session, subject_id=subject, kind=KIND, act=act)


async def resume(database: Database, subject: UUID, moment: datetime) -> None:
    async with database.transaction(SYSTEM) as session:
        await change_clock(
            session,
            subject_id=subject,
            kind=KIND,
            act=lambda ledger, _, __: acts.resume(ledger, at=moment),
        )


async def extend(database: Database, subject: UUID, moment: datetime, days: int = 5) -> None:
    act = partial(
        acts.extend, amount=days, reason="复杂", requested_by="a", approved_by="b", at=moment
    )
    async with database.transaction(SYSTEM) as session:
        await change_clock(session, subject_id=subject, kind=KIND, act=act)


async def sweep_at(database: Database, moment: datetime) -> int:
    return await run_job(database, Standing(moment), SWEEP_JOB)


async def fired(sql: Sql, subject: UUID) -> list[tuple[str, datetime]]:
    """What was told about the subject's clock, in the order of its instants."""
    rows = await sql(
        "SELECT data ->> 'rung' AS rung, occurred_at FROM outbox_event"
        " WHERE key = $1 AND topic = 'petitions.clock.fired.v1' ORDER BY occurred_at, id",
        str(subject),
    )
    return [(row["rung"], row["occurred_at"]) for row in rows]


async def rungs(sql: Sql, subject: UUID) -> list[tuple[int, datetime]]:
    rows = await sql(
        "SELECT rung, scheduled_for FROM clock_rung JOIN clock ON clock.id = clock_id"
        " WHERE subject_id = $1 ORDER BY scheduled_for, rung",
        subject,
    )
    return [tuple(row) for row in rows]


async def state_of(database: Database, subject: UUID) -> ClockState:
    async with database.transaction(SYSTEM) as session:
        [clock] = await clocks_of(session, [subject])
    return clock.state


async def test_each_rung_fires_when_its_time_has_come(database: Database, sql: Sql) -> None:
    subject = await a_clock(database)

    for moment in (WARN - SECOND, WARN, DUE - SECOND, DUE, RAISE - SECOND, RAISE, RAISE + SECOND):
        await sweep_at(database, moment)

    assert await fired(sql, subject) == [("warn", WARN), ("breach", DUE), ("raise", RAISE)]
    assert await rungs(sql, subject) == [(1, WARN), (2, DUE), (3, RAISE)]


async def test_a_sweep_that_comes_late_fires_all_in_their_order(
    database: Database, sql: Sql
) -> None:
    subject = await a_clock(database)

    for expected in (["warn"], ["warn", "breach"], ["warn", "breach", "raise"]):
        async with database.transaction(SYSTEM) as session:
            assert await sweep(session, RAISE + SECOND) == 1
        names = {name for name, _ in await fired(sql, subject)}
        assert names == set(expected)
    assert await sweep_at(database, RAISE + SECOND) == 0


async def test_what_fires_says_whose_clock_it_is_and_who_may_know(
    database: Database, sql: Sql
) -> None:
    subject = await a_clock(database)
    await sweep_at(database, WARN)

    [row] = await sql("SELECT data, visible_to FROM outbox_event")
    assert row["visible_to"] == ["33", "3302", "330281"]
    for fact in (str(subject), '"petition"', f'"{KIND}"', '"warn"', '"due_at"'):
        assert fact in row["data"]


async def test_a_paused_clock_fires_nothing_until_it_runs_again(
    database: Database, sql: Sql
) -> None:
    subject = await a_clock(database)
    await pause(database, subject, START + timedelta(days=2))

    assert await state_of(database, subject) is ClockState.PAUSED
    assert await sweep_at(database, RAISE + timedelta(days=90)) == 0

    await resume(database, subject, START + timedelta(days=7))
    five = timedelta(days=5)
    assert await state_of(database, subject) is ClockState.RUNNING
    assert await sweep_at(database, WARN + five - SECOND) == 0
    await sweep_at(database, RAISE + five)
    assert await rungs(sql, subject) == [(1, WARN + five), (2, DUE + five), (3, RAISE + five)]


async def test_an_extension_arms_the_rungs_anew(database: Database, sql: Sql) -> None:
    subject = await a_clock(database)
    await sweep_at(database, WARN)
    await extend(database, subject, WARN + timedelta(hours=2))

    five = timedelta(days=5)
    assert await sweep_at(database, DUE) == 0
    await sweep_at(database, RAISE + five)
    assert await rungs(sql, subject) == [
        (1, WARN),
        (1, WARN + five),
        (2, DUE + five),
        (3, RAISE + five),
    ]


async def test_a_pause_that_moves_nothing_repeats_nothing(database: Database, sql: Sql) -> None:
    subject, other = await a_clock(database), await a_clock(database)
    await sweep_at(database, WARN)
    await pause(database, subject, WARN + timedelta(hours=1))
    await resume(database, subject, WARN + timedelta(hours=2))  # the same legal day

    await sweep_at(database, RAISE)

    for each in (subject, other):
        assert [name for name, _ in await fired(sql, each)].count("warn") == 1
        assert await rungs(sql, each) == [(1, WARN), (2, DUE), (3, RAISE)]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [(DUE - SECOND, ClockState.MET), (DUE, ClockState.MISSED)],
    ids=["in time", "too late"],
)
async def test_a_stopped_clock_knows_whether_it_was_kept(
    database: Database, sql: Sql, moment: datetime, expected: ClockState
) -> None:
    subject = await a_clock(database)
    async with database.transaction(SYSTEM) as session:
        assert await stop_clock(session, subject_id=subject, kind=KIND, at=moment) is expected

    assert await state_of(database, subject) is expected
    assert await sweep_at(database, RAISE) == 0
    assert await sql("SELECT FROM clock_alarm") == []


async def test_what_has_ended_can_neither_stop_nor_change(database: Database) -> None:
    subject = await a_clock(database)
    async with database.transaction(SYSTEM) as session:
        await drop_clocks(session, subject_id=subject, at=START)
        assert not await is_running(session, subject_id=subject, kind=KIND)
    assert await state_of(database, subject) is ClockState.DROPPED
    assert await sweep_at(database, RAISE) == 0

    with pytest.raises(NotFound):
        await pause(database, subject, START)
    async with database.transaction(SYSTEM) as session:
        with pytest.raises(NotFound):
            await stop_clock(session, subject_id=subject, kind=KIND, at=START)


async def test_only_the_kinds_that_are_meant_are_dropped(database: Database) -> None:
    subject = await a_clock(database)
    async with database.transaction(SYSTEM) as session:
        await drop_clocks(session, subject_id=subject, at=START, kinds={"another"})
        assert await is_running(session, subject_id=subject, kind=KIND)
        await drop_clocks(session, subject_id=subject, at=START, kinds={KIND})
        assert not await is_running(session, subject_id=subject, kind=KIND)


async def test_one_clock_of_a_kind_runs_at_a_time(database: Database) -> None:
    subject = await a_clock(database)
    start = partial(
        start_clock,
        subject_kind="petition",
        subject_id=subject,
        kind=KIND,
        term=TERM,
        ladder=LADDER,
        started_at=START,
        seen_by=["330281"],
    )

    async with database.transaction(SYSTEM) as session:
        await stop_clock(session, subject_id=subject, kind=KIND, at=START)
        await start(session)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with database.transaction(SYSTEM) as session:
            await start(session)


async def test_more_clocks_than_a_batch_all_fire(database: Database, sql: Sql) -> None:
    async with database.transaction(SYSTEM) as session:
        for _ in range(BATCH + 200):
            await start_clock(
                session,
                subject_kind="petition",
                subject_id=uuid7(),
                kind=KIND,
                term=TERM,
                ladder=LADDER,
                started_at=START,
                seen_by=["330281"],
            )
    async with database.transaction(SYSTEM) as session:
        assert await sweep(session, WARN) == BATCH
    assert await sweep_at(database, WARN) == 200
    assert await sweep_at(database, RAISE) == 2 * (BATCH + 200)

    [row] = await sql(
        "SELECT count(*) AS rungs, count(DISTINCT clock_id) AS clocks FROM clock_rung"
    )
    assert (row["rungs"], row["clocks"]) == (3 * (BATCH + 200), BATCH + 200)


async def test_four_workers_that_are_killed_at_random_fire_each_rung_once(
    database: Database, sql: Sql, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 7)  # many rounds: there is time to die between them
    for _ in range(30):
        await asyncio.gather(*(a_clock(database) for _ in range(10)))
    killed = 0
    admin = await asyncpg.connect(cluster.admin)

    async def work() -> None:
        nonlocal killed
        while True:
            try:
                if await sweep_at(database, RAISE) == 0:
                    return
            except (asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError):
                killed += 1

    async def kill() -> None:
        while True:
            await asyncio.sleep(0.02)
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'liandong_petitions' AND query LIKE '%clock_alarm%'"
                " ORDER BY random() LIMIT 1"
            )

    killer = asyncio.create_task(kill())
    await asyncio.gather(*(work() for _ in range(4)))
    killer.cancel()
    await asyncio.gather(killer, return_exceptions=True)
    await admin.close()

    assert killed > 0, "nobody was killed: the test proves nothing"
    rows = await sql(
        "SELECT key, array_agg(data ->> 'rung') AS rungs FROM outbox_event GROUP BY key"
    )
    assert len(rows) == 300
    assert {tuple(sorted(row["rungs"])) for row in rows} == {("breach", "raise", "warn")}
    [row] = await sql("SELECT count(*) AS marked FROM clock_rung")
    assert row["marked"] == 900


async def test_changing_a_clock_while_it_fires_does_not_deadlock(
    database: Database, sql: Sql
) -> None:
    subject = await a_clock(database)
    async with database.transaction(SYSTEM) as session:
        assert await is_running(session, subject_id=subject, kind=KIND)  # holds the clock
        firing = asyncio.create_task(sweep_at(database, WARN))
        await asyncio.sleep(0.3)
        act = partial(
            acts.extend, amount=5, reason="复杂", requested_by="a", approved_by="b", at=WARN
        )
        await change_clock(session, subject_id=subject, kind=KIND, act=act)

    assert await firing == 1
    assert await rungs(sql, subject) == [(1, WARN)]
    assert await sweep_at(database, WARN + timedelta(days=5)) == 1


async def test_time_that_goes_back_fires_nothing_twice_and_is_noticed(
    database: Database, sql: Sql, caplog: pytest.LogCaptureFixture
) -> None:
    subject = await a_clock(database)
    for moment in (DUE, WARN, START, DUE):
        async with database.transaction(SYSTEM) as session:
            await watch_time(session, moment)
        await sweep_at(database, moment)

    assert await rungs(sql, subject) == [(1, WARN), (2, DUE)]
    alarms = [each for each in caplog.records if each.levelno == logging.CRITICAL]
    assert [each.__dict__["seconds"] for each in alarms] == [
        (DUE - WARN).total_seconds(),
        (DUE - START).total_seconds(),
    ]


async def test_copies_of_a_service_may_differ_by_a_moment(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    for moment in (DUE, DUE - timedelta(milliseconds=400), DUE):
        async with database.transaction(SYSTEM) as session:
            await watch_time(session, moment)

    assert [each for each in caplog.records if each.levelno == logging.CRITICAL] == []

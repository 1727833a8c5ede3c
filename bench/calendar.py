"""(h) A notice of holidays over a hundred thousand running clocks: previewed, and followed."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Final

from bench import pgbench
from bench.ground import Ground, run
from bench.report import Finding
from bench.rounds import BenchFailed, Fired, Kind, Rounds, Variant, lines
from bench.scale import Scale
from ops.bootstrap import Databases
from shared import reference
from shared.clock_rows import projection
from shared.clock_rows.projection import preview, reproject
from shared.clocks.calendar import CalendarYear, Holiday
from shared.clocks.json_form import calendar_year_to_json
from shared.contracts.regions import CalendarPublished
from shared.db.session import SYSTEM, Database, driver
from shared.jobs import run_job

NOW: Final = datetime.fromisoformat("2026-11-24T09:00:00+08:00")
YEAR: Final = 2027
# As many have ended as run for each that runs.
ENDED: Final = 4
# Invented days of an invented notice.
SPRING: Final = Holiday("春节", "Spring Festival")
OFF: Final = dict.fromkeys((date(YEAR, 2, day) for day in (5, 8, 9, 10, 11, 12)), SPRING)
WORKED: Final = dict.fromkeys((date(YEAR, 1, 31), date(YEAR, 2, 20)), SPRING)
READ, WRITE = "SQL reading the same clocks", "one SQL statement writing the moved clocks"
PREVIEWED, FOLLOWED = "preview", "job that lets clocks follow"


def _load(clocks: int) -> str:
    """Three terms in natural and one in working days, begun on 75 days; most rest on the year."""
    return f"""
WITH added AS (
  INSERT INTO clock (id, subject_kind, subject_id, kind, term, ledger, due_on, due_at, versions,
                     warn_before, raise_after, visible_to)
  SELECT gen_random_uuid(), 'petition', gen_random_uuid(), 'closing',
         jsonb_build_object('amount', 15 + n % 3 * 15, 'evidence', 'S01',
           'unit', CASE WHEN n % 4 = 0 THEN 'working_days' ELSE 'natural_days' END,
           'basis', '{{"law_code": "regulations-on-petition-work", "article": "34"}}'::jsonb),
         jsonb_build_object('started_at',
           to_char(started AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')),
         '{YEAR}-12-31', '{YEAR}-12-31T16:00:00Z', '{{"{YEAR}": 0}}', '3 days', '1 day',
         '{{33,3302,330281}}'
    FROM generate_series(1, {clocks}) AS n,
         LATERAL (SELECT '2026-12-01T09:00+08'::timestamptz + n % 75 * interval '1 day'
                         + n % 600 * interval '1 minute' AS started) AS begun
  RETURNING id, due_at
)
INSERT INTO clock_alarm (clock_id, rungs, rung, fires_at)
SELECT id, ARRAY[due_at - interval '3 days', due_at, due_at + interval '1 day'], 0,
       due_at - interval '3 days' FROM added
"""


HISTORY: Final = f"""
INSERT INTO clock (id, subject_kind, subject_id, kind, term, ledger, due_on, due_at, versions,
                   warn_before, raise_after, visible_to, state)
SELECT gen_random_uuid(), subject_kind, gen_random_uuid(), kind, term, ledger, due_on, due_at,
       versions, warn_before, raise_after, visible_to, 'met' FROM clock, generate_series(1, {ENDED})
"""
SAME_CLOCKS: Final = f"""
SELECT count(*) FROM (
  SELECT id, subject_kind, subject_id, kind, term::text, ledger::text, due_on FROM clock
   WHERE state = 'running' AND versions ? '{YEAR}' AND due_on >= '{YEAR}-01-31' OFFSET 0) AS read;
"""
SAME_WRITES: Final = """
WITH moved AS (
  UPDATE clock SET due_on = due_on, due_at = due_at, versions = versions || '{}',
                   version = version + 1
   WHERE id IN (SELECT clock_id FROM clock_projection
                 WHERE version = 4)
  RETURNING id, subject_kind, subject_id, kind, due_on, visible_to
), armed AS (
  UPDATE clock_alarm a SET rungs = a.rungs, fires_at = a.fires_at FROM moved WHERE id = clock_id
)
INSERT INTO clock_projection (clock_id, year, version, subject_kind, subject_id, kind, due_before,
                              due_after, why_zh, why_en, at, visible_to)
SELECT id, 1, (extract(epoch FROM clock_timestamp()) * 10)::bigint % 2000000000, subject_kind,
       subject_id, kind, due_on, due_on, repeat('因', 30), repeat('because', 10), now(), visible_to
  FROM moved;
"""


class _Standing:
    """Business time that does not pass."""

    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- as Clock has it
        return NOW


def _notices() -> Iterator[CalendarYear]:
    """Versions that free the Spring Festival and take that back, in turn."""
    for version in count(1):
        free = version % 2 == 0
        yield CalendarYear(YEAR, version, "示例号", OFF if free else {}, WORKED if free else {})


def measure(ground: Ground, scale: Scale) -> list[Finding]:
    projection.SETTLED_AFTER = timedelta(0)  # type: ignore[misc]  # nobody else is at work here
    databases, notices = ground.database(), _notices()
    run(databases.admin, _load(scale.followed), HISTORY)
    # The first to free a day makes every deadline what its ledger says; from then on they go back
    # and forth.
    moved = [asyncio.run(_follow(databases, next(notices)))[0] for _ in range(4)][-1]
    run(databases.admin, "VACUUM ANALYZE", "CHECKPOINT")
    fires: dict[str, Callable[[int], Fired]] = {
        READ: pgbench.once(ground, databases.admin, SAME_CLOCKS, operations=scale.followed),
        PREVIEWED: partial(_previewed, databases, scale.followed),
        WRITE: pgbench.once(ground, databases.admin, SAME_WRITES, operations=moved),
        FOLLOWED: partial(_followed, databases, notices, moved),
    }
    own = {PREVIEWED, FOLLOWED}
    variants = [
        Variant(name, fire, os.getpid() if name in own else None) for name, fire in fires.items()
    ]
    samples = Rounds(scale.rounds, scale.seconds, ground.postmaster).run(variants)
    title = f"a notice over {scale.followed:,} running clocks: time a clock, {moved:,} move"
    pairs = (variants[:2], READ), (variants[2:], WRITE)
    return [
        Finding(
            "h",
            title,
            (first,),
            lines(samples, pair, references=(first,), kind=Kind.TIME),
            kind=Kind.TIME,
        )
        for pair, first in pairs
    ]


def _previewed(databases: Databases, clocks: int, _: int) -> Fired:
    return asyncio.run(_preview(databases, clocks))


async def _preview(databases: Databases, clocks: int) -> Fired:
    database = Database(databases.url("petitions"), schema="petitions")
    year = CalendarYear(YEAR, 2_000_000_000, "示例号", OFF | _day_more(), WORKED)
    try:
        async with database.transaction(SYSTEM) as session:
            began = time.perf_counter()
            found = await preview(session, year, most=200)
            seconds = time.perf_counter() - began
    finally:
        await database.close()
    if not found.moved:
        raise BenchFailed("nothing moves")
    return Fired(clocks, seconds)


def _day_more() -> dict[date, Holiday]:
    """One more day, so that there is something to move whichever version is in force."""
    return {date(YEAR, 2, 15): SPRING}


def _followed(
    databases: Databases, notices: Iterator[CalendarYear], expected: int, _: int
) -> Fired:
    moved, seconds = asyncio.run(_follow(databases, next(notices)))
    if moved != expected:
        message = f"{moved} clocks moved, not {expected}"
        raise BenchFailed(message)
    return Fired(moved, seconds)


async def _follow(databases: Databases, year: CalendarYear) -> tuple[int, float]:
    """Publish to the service and let its job run; how many moved, in how many seconds."""
    database = Database(databases.url("petitions"), schema="petitions")
    try:
        async with database.transaction(SYSTEM) as session:
            event = CalendarPublished(**calendar_year_to_json(year))
            await reference.keep_calendar(session, event, NOW)
        began = time.perf_counter()
        await run_job(database, _Standing(), reproject(()))
        seconds = time.perf_counter() - began
        async with database.transaction(SYSTEM) as session:
            moved: int = await (await driver(session)).fetchval(
                "SELECT moved FROM calendar_projection WHERE year = $1 AND version = $2",
                year.year,
                year.version,
            )
    finally:
        await database.close()
    return moved, seconds

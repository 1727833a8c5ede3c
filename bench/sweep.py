"""(d) The escalation sweep over a million open clocks, against one SQL statement."""

import asyncio
import os
import time
from datetime import datetime
from functools import partial
from typing import Final

from bench import pgbench
from bench.ground import Ground, run, value
from bench.report import Finding
from bench.rounds import BenchFailed, Fired, Kind, Rounds, Variant, lines
from bench.scale import Scale
from ops.bootstrap import Databases
from shared.clock_rows.sweep import SWEEP_JOB
from shared.db.session import Database
from shared.jobs import run_job

NOW: Final = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
DUE_EVERY: Final = 50  # 2 %
SQL: Final = "one SQL statement"


def _load(rows: int) -> str:
    return f"""
WITH added AS (
  INSERT INTO clock (id, subject_kind, subject_id, kind, term, ledger, due_on, due_at, versions,
                     warn_before, raise_after, visible_to)
  SELECT gen_random_uuid(), 'petition', gen_random_uuid(), 'closing',
         '{{"amount": 30, "unit": "natural_days", "basis": "信访工作条例"}}',
         '{{"started_at": "2026-02-01T09:00:00+08:00"}}',
         (due_at AT TIME ZONE 'Asia/Shanghai')::date, due_at, '{{"2026": 1}}', '1 day', '1 day',
         '{{33,3302,330281}}'
    FROM generate_series(1, {rows}) AS n,
         LATERAL (SELECT '{NOW.isoformat()}'::timestamptz + interval '1 day'
                         + CASE WHEN n % {DUE_EVERY} = 0 THEN -n ELSE n END * interval '1 s'
                         AS due_at) AS due
  RETURNING id, due_at
)
INSERT INTO clock_alarm (clock_id, rungs, rung, fires_at)
SELECT id,
       ARRAY[due_at - interval '1 day', due_at + interval '1 year', due_at + interval '2 years'], 0,
       due_at - interval '1 day' FROM added
"""


PLAIN: Final = f"""
WITH fired AS (
  UPDATE clock_alarm SET rung = rung + 1, fires_at = rungs[rung + 2]
   WHERE fires_at <= '{NOW.isoformat()}'
  RETURNING clock_id, rung, rungs[rung] AS scheduled_for
), marked AS (
  INSERT INTO clock_rung (clock_id, rung, scheduled_for, fired_at)
  SELECT clock_id, rung, scheduled_for, '{NOW.isoformat()}' FROM fired
), event AS (
  INSERT INTO outbox_event (id, topic, key, data, occurred_at, request_id, visible_to)
  SELECT gen_random_uuid(), 'petitions.clock.fired.v1', c.subject_id::text,
         jsonb_build_object('clock_id', c.id, 'subject_kind', c.subject_kind,
           'subject_id', c.subject_id, 'kind', c.kind, 'rung', 'warn', 'due_at', c.due_at),
         '{NOW.isoformat()}', 'bench', c.visible_to
    FROM fired f JOIN clock c ON c.id = f.clock_id
)
SELECT count(*) FROM fired;
"""
REARM: Final = (
    "UPDATE clock_alarm SET rung = 0, fires_at = rungs[1] WHERE rung > 0",
    "TRUNCATE clock_rung, outbox_event, outbox_delivery",
    "VACUUM clock_alarm",
    "CHECKPOINT",
)


class _Standing:
    """Business time that does not pass."""

    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- as Clock has it
        return NOW


def measure(ground: Ground, scale: Scale) -> list[Finding]:
    many, few = (_filled(ground, count) for count in (scale.clocks, scale.few_clocks))
    names = [
        f"{who}, {count:,} clocks"
        for count in (scale.clocks, scale.few_clocks)
        for who in (SQL, "sweep job")
    ]
    fires = [
        fire
        for databases, count in ((many, scale.clocks), (few, scale.few_clocks))
        for fire in (
            pgbench.once(ground, databases.admin, PLAIN, operations=count // DUE_EVERY),
            partial(_sweep, databases, count // DUE_EVERY),
        )
    ]
    variants = [
        Variant(name, fire, None if name.startswith(SQL) else os.getpid())
        for name, fire in zip(names, fires, strict=True)
    ]
    rounds = Rounds(scale.rounds, scale.seconds, ground.postmaster, lambda: _rearm(many, few))
    references = (names[0], names[3])
    measured = lines(rounds.run(variants), variants, references=references, kind=Kind.TIME)
    title = f"a due clock's share of the sweep, 1 of {DUE_EVERY} due, durable"
    return [Finding("d", title, references, measured, kind=Kind.TIME)]


def _filled(ground: Ground, count: int) -> Databases:
    databases = ground.database()
    run(databases.admin, _load(count), "VACUUM ANALYZE", "CHECKPOINT")
    due = value(
        databases.admin, f"SELECT count(*) FROM clock_alarm WHERE fires_at <= '{NOW.isoformat()}'"
    )
    assert due == count // DUE_EVERY
    return databases


def _rearm(*each: Databases) -> None:
    for databases in each:
        run(databases.admin, *REARM)


def _sweep(databases: Databases, due: int, _: int) -> Fired:
    """As the service runs it: batches in transactions of their own, until nothing is due."""
    moved, seconds = asyncio.run(_run_job(databases))
    if moved != due:
        message = f"{moved} rungs fired of {due}"
        raise BenchFailed(message)
    return Fired(moved, seconds)


async def _run_job(databases: Databases) -> tuple[int, float]:
    database = Database(databases.url("petitions"), schema="petitions")
    try:
        async with database.engine.connect():
            pass  # the reference's connection is not timed either
        began = time.perf_counter()
        moved = await run_job(database, _Standing(), SWEEP_JOB)
        return moved, time.perf_counter() - began
    finally:
        await database.close()

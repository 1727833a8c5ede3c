"""Running clocks follow the calendar: what a notice would move, and moving it once it is published.

Both judge a clock by the same function, so that a preview is what publishing then does. A clock
is concerned if its deadline rests on the year (it names the version it was computed with) and does
not lie before the first day that changed. The deadline is recomputed from the ledger; rungs that
have fired stay fired, and one that a move puts into the past fires once, with the next sweep.
"""

import heapq
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import reference
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.clock_rows.rows import Ladder
from shared.clocks.calendar import UNPUBLISHED, CalendarYear, WorkCalendar
from shared.clocks.changes import CalendarChange, change, why_moved
from shared.clocks.deadline import Deadline, deadline
from shared.clocks.json_form import (
    calendar_year_from_json,
    ledger_from_json,
    term_from_json,
    versions_to_json,
)
from shared.clocks.ledger import Ledger
from shared.clocks.term import Term
from shared.crashpoint import crashpoint
from shared.db.session import driver
from shared.jobs import Job

# Clocks looked at in one transaction of the job.
BATCH: Final = 2000
# A transaction that began with a calendar kept from before has ended: KEEP_S of the copy, and the
# longest a statement or an idle transaction may last (shared.db.session).
SETTLED_AFTER: Final = timedelta(seconds=100)
# When clocks were left out because somebody was at work on them.
AGAIN_AFTER: Final = timedelta(seconds=5)

# Clocks that must end together are judged together: a hundred thousand are some hundred groups.
CONCERNED: Final = """
SELECT term::text AS term, min(ledger::text) AS ledger, due_on, (versions ->> $1)::int AS pinned,
       array_agg(id) AS ids
  FROM clock
 WHERE state = 'running' AND versions ? $1 AND due_on >= $2
 GROUP BY clock.term, ((ledger ->> 'started_at')::timestamptz AT TIME ZONE 'Asia/Shanghai')::date,
          ledger - 'started_at', due_on, pinned
"""
LISTED: Final = """
SELECT id, subject_kind, subject_id, kind, term::text AS term, ledger::text AS ledger, due_on,
       (versions ->> $2)::int AS pinned
  FROM clock WHERE id = ANY($1) ORDER BY due_on, id
"""
# An alarm stands for each running clock, in a table a tenth as wide.
ALARMS: Final = """
SELECT clock_id FROM clock_alarm WHERE $1::uuid IS NULL OR clock_id > $1
 ORDER BY clock_id LIMIT $2
"""
OPEN_RUN: Final = """
SELECT * FROM calendar_projection WHERE done_at IS NULL AND next_at <= clock_timestamp()
 ORDER BY next_at, year LIMIT 1 FOR UPDATE SKIP LOCKED
"""
# A clock somebody is at work on is left for the next pass, so that nobody waits for anybody here.
OUTDATED: Final = """
SELECT id, subject_kind, subject_id, kind, term::text AS term, ledger::text AS ledger, due_on,
       (versions ->> $2)::int AS pinned, warn_before, raise_after, visible_to
  FROM clock
 WHERE id = ANY($1) AND state = 'running' AND (versions ->> $2)::int < $3
 ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
LEFT: Final = """
SELECT EXISTS (
  SELECT FROM clock_alarm a JOIN clock c ON c.id = a.clock_id
   WHERE c.state = 'running' AND (c.versions ->> $1)::int < $2)
"""
# Recomputed or before the first changed day: either way it now rests on this version.
PIN: Final = """
UPDATE clock SET versions = jsonb_set(versions, ARRAY[$2::text], to_jsonb($3::int)),
                 version = version + 1
 WHERE id = ANY($1)
"""
MOVE: Final = """
UPDATE clock c SET due_on = m.due_on, due_at = m.due_at, versions = m.versions::jsonb,
                   version = c.version + 1
  FROM unnest($1::uuid[], $2::date[], $3::timestamptz[], $4::text[])
       AS m(id, due_on, due_at, versions)
 WHERE c.id = m.id
"""
# A rung that fired on the old ladder has fired; also one an act armed anew without moving it.
ARM: Final = """
UPDATE clock_alarm a SET (rungs, rung, fires_at) = (
         SELECT ARRAY[m.warn_at, m.due_at, m.raise_at], f.fired,
                (ARRAY[m.warn_at, m.due_at, m.raise_at])[f.fired + 1]
           FROM (SELECT greatest(a.rung, (
                   SELECT max(r.rung) FROM clock_rung r
                    WHERE r.clock_id = a.clock_id AND r.scheduled_for = a.rungs[r.rung]
                 )) AS fired) AS f)
  FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[])
       AS m(id, warn_at, due_at, raise_at)
 WHERE a.clock_id = m.id
"""
JOURNAL: Final = """
INSERT INTO clock_projection (clock_id, year, version, subject_kind, subject_id, kind, due_before,
                              due_after, notice, why_zh, why_en, at, visible_to)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
ONWARD: Final = """
UPDATE calendar_projection
   SET after_clock = $3, checked = checked + $4, moved = moved + $5
 WHERE year = $1 AND version = $2
"""
# To the beginning: once more when everything that was under way has ended, or sooner.
ANEW: Final = """
UPDATE calendar_projection
   SET after_clock = NULL,
       next_at = CASE WHEN $3 THEN clock_timestamp() + $4
                      ELSE greatest(heard_at + $5, clock_timestamp()) END
 WHERE year = $1 AND version = $2
"""
DONE: Final = """
UPDATE calendar_projection SET after_clock = NULL, done_at = clock_timestamp()
 WHERE year = $1 AND version = $2
RETURNING checked, moved
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """A running clock before and after a notice."""

    clock_id: UUID
    subject_kind: str
    subject_id: UUID
    kind: str
    due_before: date
    due: Deadline
    due_after: date
    why_zh: str
    why_en: str

    @property
    def days_moved(self) -> int:
        return (self.due_after - self.due_before).days


@dataclass(frozen=True, slots=True)
class Preview:
    """`checked` clocks rest on the year and may move; `moved` do; the earliest in `clocks`."""

    checked: int
    moved: int
    clocks: tuple[Moved, ...]


# Takes the new deadlines over into rows of a subject that show them too, in the same transaction.
# Answers the subjects it could not reach because somebody is at work on them: their clocks wait.
Listener = Callable[[AsyncSession, Sequence[Moved]], Awaitable[Collection[UUID]]]


# Row by row, whoever holds one of them is not waited for.
COPY: Final = """
WITH moved AS (
  SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS m(id, due_at)
), free AS (
  SELECT t.id FROM {table} t WHERE t.id = ANY($1) FOR UPDATE SKIP LOCKED
), taken AS (
  UPDATE {table} t SET {column} = moved.due_at FROM moved, free
   WHERE free.id = t.id AND moved.id = t.id
  RETURNING t.id
)
SELECT t.id FROM {table} t WHERE t.id = ANY($1) EXCEPT SELECT id FROM taken
"""


def copied_to(table: str, column: str, *, kind: str) -> Listener:
    """A listener for rows, named by their clock's subject, that keep its instant in a column.

    Table and column are constants of the service.
    """
    statement = COPY.format(table=table, column=column)

    async def follow(session: AsyncSession, moved: Sequence[Moved]) -> Collection[UUID]:
        own = [each for each in moved if each.kind == kind]
        if not own:
            return ()
        rows = await (await driver(session)).fetch(
            statement, [each.subject_id for each in own], [each.due.due_at for each in own]
        )
        return {UUID(str(row["id"])) for row in rows}

    return follow


class Changes:
    """What the year's new version changes against each of those that clocks may rest on."""

    def __init__(self, new: CalendarYear, replaced: Sequence[CalendarYear]) -> None:
        known = {each.version: change(each, new) for each in replaced}
        self._bare = change(None, new)
        self._latest = known[max(known)] if known else self._bare
        self._since = {UNPUBLISHED: self._bare, **known}

    def since(self, version: int) -> CalendarChange:
        return self._since.get(version, self._latest)

    @property
    def latest(self) -> CalendarChange:
        """Against the version before."""
        return self._latest


class Projection:
    """Judges many clocks by one calendar; those of one term that start on one day end together.

    What changed for a clock depends on the version of the year it was computed with.
    """

    def __init__(self, years: Mapping[int, CalendarYear], changes: Changes) -> None:
        self._calendar = WorkCalendar.of(years.values())
        self._changes = changes
        self._terms: dict[str, Term] = {}
        self._known: dict[tuple[str, date], Deadline] = {}

    def touches(self, row: Mapping[str, Any]) -> bool:
        """Whether the deadline may move: if no day up to it changed, it stays what it is."""
        first = self._changes.since(row["pinned"]).first
        return first is not None and first <= row["due_on"]

    def of(self, row: Mapping[str, Any]) -> Deadline:
        ledger = _ledger(row)
        if ledger.pauses or ledger.extensions:
            return deadline(ledger, self._term(row), self._calendar)
        key = (row["term"], ledger.start_day)
        if key not in self._known:
            self._known[key] = deadline(ledger, self._term(row), self._calendar)
        return self._known[key]

    def moved(self, row: Mapping[str, Any], due: Deadline) -> Moved:
        """What there is to tell of a clock that moves."""
        assert due.due_on is not None  # noqa: S101 -- only a paused clock has no deadline
        why = why_moved(
            self._changes.since(row["pinned"]),
            _ledger(row),
            self._term(row),
            self._calendar,
            before=row["due_on"],
            after=due.due_on,
        )
        return Moved(
            clock_id=UUID(str(row["id"])),
            subject_kind=row["subject_kind"],
            subject_id=UUID(str(row["subject_id"])),
            kind=row["kind"],
            due_before=row["due_on"],
            due=due,
            due_after=due.due_on,
            why_zh=why.zh,
            why_en=why.en,
        )

    def _term(self, row: Mapping[str, Any]) -> Term:
        text: str = row["term"]
        if text not in self._terms:
            self._terms[text] = term_from_json(orjson.loads(text))
        return self._terms[text]


def _ledger(row: Mapping[str, Any]) -> Ledger:
    return ledger_from_json(orjson.loads(row["ledger"]))


async def preview(session: AsyncSession, year: CalendarYear, *, most: int) -> Preview:
    """Which running clocks the notice would move, in this service. For a session of the system."""
    known = {each.year: each for each in await reference.calendar_years(session)}
    changes = Changes(year, [known[year.year]] if year.year in known else [])
    first = changes.latest.first
    if first is None:
        return Preview(0, 0, ())
    projection = Projection({**known, year.year: year}, changes)
    connection = await driver(session)
    groups = await connection.fetch(CONCERNED, str(year.year), first)
    moving = [each for each in groups if projection.of(each).due_on != each["due_on"]]
    places = ((each["due_on"], clock_id) for each in moving for clock_id in each["ids"])
    ids = [clock_id for _, clock_id in heapq.nsmallest(most, places)]
    rows = await connection.fetch(LISTED, ids, str(year.year))
    return Preview(
        checked=sum(len(each["ids"]) for each in groups),
        moved=sum(len(each["ids"]) for each in moving),
        clocks=tuple(projection.moved(row, projection.of(row)) for row in rows),
    )


def reproject(listeners: Sequence[Listener]) -> Job:
    """The job by which running clocks follow a published calendar, batch by batch."""

    async def run(session: AsyncSession, now: datetime) -> int:
        return await _batch(session, listeners, now=now)

    return Job("clocks.reproject", run)


async def _batch(session: AsyncSession, listeners: Sequence[Listener], *, now: datetime) -> int:
    """One batch of the run that waits longest; two workers never share a run."""
    connection = await driver(session)
    run = await connection.fetchrow(OPEN_RUN)
    if run is None:
        return 0
    ids = [row[0] for row in await connection.fetch(ALARMS, run["after_clock"], BATCH)]
    if not ids:
        await _end_pass(session, run, now=now)
        return 1
    key = (run["year"], run["version"])
    rows = await connection.fetch(OUTDATED, ids, str(run["year"]), run["version"])
    checked, moved = await _follow(session, run, rows, listeners, now=now) if rows else (0, 0)
    await connection.execute(ONWARD, *key, ids[-1], checked, moved)
    crashpoint("clocks.reprojected")
    return len(ids)


async def _end_pass(session: AsyncSession, run: Mapping[str, Any], *, now: datetime) -> None:
    """A run ends with a pass that began after it was settled and left nothing."""
    connection = await driver(session)
    key = (run["year"], run["version"])
    left = await connection.fetchval(LEFT, str(run["year"]), run["version"])
    settled = run["next_at"] >= run["heard_at"] + SETTLED_AFTER
    if left or not settled:
        await connection.execute(ANEW, *key, left, AGAIN_AFTER, SETTLED_AFTER)
        return
    counted = await connection.fetchrow(DONE, *key)
    await record(
        session,
        SYSTEM_ACTOR,
        "clocks.reproject",
        object_kind="calendar",
        object_id=f"{run['year']}/{run['version']}",
        now=now,
        seen_by=(),
        reason=run["notice"],
        after={"checked": counted["checked"], "moved": counted["moved"]},
    )


async def _follow(
    session: AsyncSession,
    run: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    listeners: Sequence[Listener],
    *,
    now: datetime,
) -> tuple[int, int]:
    """Let locked clocks follow; how many could have moved and how many did."""
    years = {each.year: each for each in await reference.calendar_years(session)}
    replaced = [calendar_year_from_json(each) for each in run["replaced"]]
    projection = Projection(years, Changes(years[run["year"]], replaced))
    touched = [row for row in rows if projection.touches(row)]
    moving = {
        row["id"]: projection.moved(row, due)
        for row in touched
        if (due := projection.of(row)).due_on != row["due_on"]
    }
    busy = await _tell(session, listeners, list(moving.values()))
    moves = [(row, moving[row["id"]]) for row in rows if row["id"] in moving]
    free = [(row, moved) for row, moved in moves if moved.subject_id not in busy]
    await _pin(session, run, [row["id"] for row in rows if row["id"] not in moving])
    await _move(session, run, free, now=now)
    return len(touched) - (len(moves) - len(free)), len(free)


async def _tell(
    session: AsyncSession, listeners: Iterable[Listener], moved: Sequence[Moved]
) -> frozenset[UUID]:
    busy: set[UUID] = set()
    for listen in listeners if moved else ():
        busy.update(await listen(session, moved))
    return frozenset(busy)


async def _pin(session: AsyncSession, run: Mapping[str, Any], ids: Sequence[UUID]) -> None:
    if ids:
        await (await driver(session)).execute(PIN, ids, str(run["year"]), run["version"])


async def _move(
    session: AsyncSession,
    run: Mapping[str, Any],
    moves: Sequence[tuple[Mapping[str, Any], Moved]],
    *,
    now: datetime,
) -> None:
    if not moves:
        return
    connection = await driver(session)
    ids = [row["id"] for row, _ in moves]
    due = [moved.due for _, moved in moves]
    ladders = [
        Ladder(row["warn_before"], row["raise_after"]).rungs(moved.due) for row, moved in moves
    ]
    versions = [orjson.dumps(versions_to_json(each.versions)).decode() for each in due]
    await connection.execute(
        MOVE, ids, [each.due_on for each in due], [each.due_at for each in due], versions
    )
    await connection.execute(ARM, ids, *(list(rung) for rung in zip(*ladders, strict=True)))
    await connection.executemany(
        JOURNAL,
        [
            (
                row["id"],
                run["year"],
                run["version"],
                row["subject_kind"],
                row["subject_id"],
                row["kind"],
                moved.due_before,
                moved.due_after,
                run["notice"],
                moved.why_zh,
                moved.why_en,
                now,
                row["visible_to"],
            )
            for row, moved in moves
        ],
    )

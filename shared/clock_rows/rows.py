"""Running clocks as rows: one per subject and kind, its deadline recomputed at each act.

`clock` holds the term and the ledger; `clock_alarm` holds what the sweep needs and nothing else.
A clock pins the calendar versions its deadline was computed with.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import divisions, reference
from shared.clocks.calendar import UNPUBLISHED, WorkCalendar
from shared.clocks.deadline import Deadline, deadline
from shared.clocks.explanation import Step, explain, recalculated
from shared.clocks.json_form import (
    ledger_from_json,
    ledger_to_json,
    term_from_json,
    term_to_json,
    versions_to_json,
)
from shared.clocks.ledger import Ledger
from shared.clocks.term import Term
from shared.db.session import driver
from shared.errors import NotFound
from shared.ids import uuid7


class ClockState(StrEnum):
    """`dropped` is a clock whose duty fell away."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Ladder:
    """When the rungs fire around the deadline: warn before it, breach at it, raise after it."""

    warn_before: timedelta
    raise_after: timedelta

    def rungs(self, due: Deadline) -> list[datetime]:
        if due.due_at is None:
            return []
        return [due.due_at - self.warn_before, due.due_at, due.due_at + self.raise_after]


RUNG_NAMES: Final = ("warn", "breach", "raise")


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock as stored."""

    id: UUID
    subject_id: UUID
    kind: str
    term: Term
    ledger: Ledger
    due_on: date | None
    due_at: datetime | None
    provisional: bool
    state: ClockState
    ended_at: datetime | None
    ladder: Ladder
    # How published calendars moved it, the first one first.
    moves: tuple[Step, ...] = ()

    def explanation(self, calendar: WorkCalendar) -> tuple[Step, ...]:
        return (*explain(self.ledger, self.term, calendar), *self.moves)


# Clock and alarm at once: a registration starts three clocks, and every trip counts.
INSERT: Final = """
WITH started AS (
  INSERT INTO clock (id, subject_kind, subject_id, kind, term, ledger, due_on, due_at, versions,
                     visible_to, warn_before, raise_after)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
)
INSERT INTO clock_alarm (clock_id, rungs, rung, fires_at)
VALUES ($1, $13::timestamptz[], 0, ($13::timestamptz[])[1])
"""
ARM: Final = """
INSERT INTO clock_alarm (clock_id, rungs, rung, fires_at)
VALUES ($1, $2::timestamptz[], 0, ($2::timestamptz[])[1])
ON CONFLICT (clock_id) DO UPDATE SET rungs = $2, rung = 0, fires_at = ($2::timestamptz[])[1]
"""
DISARM: Final = "DELETE FROM clock_alarm WHERE clock_id = $1"
UPDATE: Final = """
UPDATE clock SET ledger = $2, due_on = $3, due_at = $4, versions = $5, state = $6,
                 version = version + 1
 WHERE id = $1
"""
END: Final = "UPDATE clock SET state = $2, ended_at = $3, version = version + 1 WHERE id = $1"
# NO KEY: a sweep that marks a rung of this clock need not wait for us, while we wait for its alarm.
RUNNING: Final = """
SELECT * FROM clock WHERE subject_id = $1 AND kind = $2 AND state IN ('running', 'paused')
FOR NO KEY UPDATE
"""
OF_SUBJECTS: Final = """
SELECT c.*, (SELECT jsonb_agg(jsonb_build_array(p.notice, p.why_zh, p.why_en)
                              ORDER BY p.at, p.year, p.version)
               FROM clock_projection p WHERE p.clock_id = c.id) AS moves
  FROM clock c WHERE c.subject_id = ANY($1) ORDER BY c.id
"""


async def start_clock(
    session: AsyncSession,
    *,
    subject_kind: str,
    subject_id: UUID,
    kind: str,
    term: Term,
    ladder: Ladder,
    started_at: datetime,
    seen_by: Iterable[str],
) -> Deadline:
    """Begin a clock at the instant of its event and arm its rungs."""
    ledger = Ledger(started_at)
    due = deadline(ledger, term, await reference.calendar(session))
    await (await driver(session)).execute(
        INSERT,
        uuid7(),
        subject_kind,
        subject_id,
        kind,
        _dump(term_to_json(term)),
        _dump(ledger_to_json(ledger)),
        due.due_on,
        due.due_at,
        _dump(versions_to_json(due.versions)),
        divisions.visibility(seen_by),
        ladder.warn_before,
        ladder.raise_after,
        ladder.rungs(due),
    )
    return due


async def change_clock(
    session: AsyncSession,
    *,
    subject_id: UUID,
    kind: str,
    act: Callable[[Ledger, Term, WorkCalendar], Ledger],
) -> Deadline:
    """Pause, resume or extend (shared.clocks.acts) the running clock; its rungs move along."""
    clock = await _running(session, subject_id, kind)
    calendar = await reference.calendar(session)
    ledger = act(clock.ledger, clock.term, calendar)
    due = deadline(ledger, clock.term, calendar)
    state = ClockState.PAUSED if due.suspended else ClockState.RUNNING
    connection = await driver(session)
    await connection.execute(
        UPDATE,
        clock.id,
        _dump(ledger_to_json(ledger)),
        due.due_on,
        due.due_at,
        _dump(versions_to_json(due.versions)),
        state,
    )
    if due.suspended:
        await connection.execute(DISARM, clock.id)
    else:
        await connection.execute(ARM, clock.id, clock.ladder.rungs(due))
    return due


async def stop_clock(
    session: AsyncSession, *, subject_id: UUID, kind: str, at: datetime
) -> ClockState:
    """The act the clock waited for was done: met if in time, missed if not."""
    clock = await _running(session, subject_id, kind)
    due = deadline(clock.ledger, clock.term, await reference.calendar(session))
    state = ClockState.MET if due.in_time(at) else ClockState.MISSED
    await _end(session, clock.id, state, at)
    return state


async def drop_clocks(
    session: AsyncSession, *, subject_id: UUID, at: datetime, kinds: Container[str] | None = None
) -> None:
    """Whatever still runs for the subject, or only these kinds, has no duty left."""
    for clock in await clocks_of(session, [subject_id]):
        meant = kinds is None or clock.kind in kinds
        if meant and clock.state in (ClockState.RUNNING, ClockState.PAUSED):
            await _end(session, clock.id, ClockState.DROPPED, at)


async def clocks_of(session: AsyncSession, subject_ids: Iterable[UUID]) -> list[ClockRow]:
    """Every clock of the subjects, in the order they were started, their laws by name."""
    rows = await (await driver(session)).fetch(OF_SUBJECTS, list(subject_ids))
    titles = await reference.law_titles(session) if rows else {}
    return [_named(replace(_clock(row), moves=_moves(row)), titles) for row in rows]


async def is_running(session: AsyncSession, *, subject_id: UUID, kind: str) -> bool:
    return await (await driver(session)).fetchrow(RUNNING, subject_id, kind) is not None


async def _running(session: AsyncSession, subject_id: UUID, kind: str) -> ClockRow:
    row = await (await driver(session)).fetchrow(RUNNING, subject_id, kind)
    if row is None:
        raise NotFound(what=f"clock {kind}")
    return _clock(row)


async def _end(session: AsyncSession, clock_id: UUID, state: ClockState, at: datetime) -> None:
    connection = await driver(session)
    await connection.execute(END, clock_id, state, at)
    await connection.execute(DISARM, clock_id)


def _clock(row: Mapping[str, Any]) -> ClockRow:
    versions: dict[str, int] = row["versions"]
    return ClockRow(
        id=UUID(str(row["id"])),
        subject_id=UUID(str(row["subject_id"])),
        kind=row["kind"],
        term=term_from_json(row["term"]),
        ledger=ledger_from_json(row["ledger"]),
        due_on=row["due_on"],
        due_at=row["due_at"],
        provisional=UNPUBLISHED in versions.values(),
        state=ClockState(row["state"]),
        ended_at=row["ended_at"],
        ladder=Ladder(row["warn_before"], row["raise_after"]),
    )


def _moves(row: Mapping[str, Any]) -> tuple[Step, ...]:
    return tuple(recalculated(*each) for each in row["moves"] or ())


def _named(clock: ClockRow, titles: reference.Titles) -> ClockRow:
    """A basis that was kept by its code alone is shown by what its law is called."""
    basis = clock.term.basis
    if basis.title_zh or basis.law_code not in titles:
        return clock
    zh, en = titles[basis.law_code]
    term = replace(clock.term, basis=replace(basis, title_zh=zh, title_en=en))
    return replace(clock, term=term)


def _dump(plain: Mapping[str, Any]) -> str:
    return orjson.dumps(plain).decode()

"""Clocks of what was done before it came here: written as they ended, or running without a past.

Many at once, by two prepared statements. A rung that lies in the past stays silent: nobody is
warned today of what was late last year; the ones ahead fire as of any clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.clock_rows.rows import ClockState, Ladder
from shared.clocks.calendar import WorkCalendar
from shared.clocks.deadline import Deadline, deadline
from shared.clocks.json_form import ledger_to_json, term_to_json, versions_to_json
from shared.clocks.ledger import Ledger
from shared.clocks.term import Term, Unit
from shared.db.session import driver
from shared.ids import uuid7

INSERT: Final = """
INSERT INTO clock (id, subject_kind, subject_id, kind, term, ledger, due_on, due_at, versions,
                   visible_to, warn_before, raise_after, state, ended_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""
ARM: Final = "INSERT INTO clock_alarm (clock_id, rungs, rung, fires_at) VALUES ($1, $2, $3, $4)"


@dataclass(frozen=True, slots=True)
class PastClock:
    """A clock from its event to the act it waited for; `ended_at` is None if that has not come."""

    subject_id: UUID
    kind: str
    term: Term
    started_at: datetime
    ended_at: datetime | None
    visible_to: Sequence[str]


class Deadlines:
    """Deadlines of many clocks: those of one term that start on one day end together."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self._calendar = calendar
        self._known: dict[tuple[Term, date], Deadline] = {}

    def of(self, ledger: Ledger, term: Term) -> Deadline:
        if term.unit is Unit.HOURS:
            return deadline(ledger, term, self._calendar)
        key = (term, ledger.start_day)
        if key not in self._known:
            self._known[key] = deadline(ledger, term, self._calendar)
        return self._known[key]


def rows_of(
    clocks: Iterable[PastClock],
    *,
    subject_kind: str,
    ladder: Ladder,
    calendar: WorkCalendar,
    now: datetime,
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The rows of clocks and of the alarms of those that still run; reads and writes nothing."""
    deadlines = Deadlines(calendar)
    rows, alarms = [], []
    for clock in clocks:
        ledger = Ledger(clock.started_at)
        due = deadlines.of(ledger, clock.term)
        clock_id = uuid7()
        rows.append(
            (
                clock_id,
                subject_kind,
                clock.subject_id,
                clock.kind,
                _dump(term_to_json(clock.term)),
                _dump(ledger_to_json(ledger)),
                due.due_on,
                due.due_at,
                _dump(versions_to_json(due.versions)),
                clock.visible_to,
                ladder.warn_before,
                ladder.raise_after,
                _state(clock, due).value,
                clock.ended_at,
            )
        )
        if clock.ended_at is None:
            rungs = ladder.rungs(due)
            silent = sum(each <= now for each in rungs)
            alarms.append((clock_id, rungs, silent, rungs[silent] if silent < len(rungs) else None))
    return rows, alarms


async def write_clocks(
    session: AsyncSession, rows: Sequence[tuple[Any, ...]], alarms: Sequence[tuple[Any, ...]]
) -> None:
    """Write what `rows_of` made."""
    connection = await driver(session)
    await connection.executemany(INSERT, rows)
    await connection.executemany(ARM, alarms)


def _state(clock: PastClock, due: Deadline) -> ClockState:
    if clock.ended_at is None:
        return ClockState.RUNNING
    return ClockState.MET if due.in_time(clock.ended_at) else ClockState.MISSED


def _dump(plain: dict[str, Any]) -> str:
    return orjson.dumps(plain).decode()

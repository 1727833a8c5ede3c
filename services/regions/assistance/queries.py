"""Every SELECT on assistance. Row-level security hides what is not the caller's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance.domain.course import DUTIES, Duty, LetterKind, State
from services.regions.assistance.models import (
    AssistanceRequest,
    AssistanceStep,
    Handover,
    LetterEvidence,
)
from shared import divisions
from shared.clock_rows.rows import ClockRow, ClockState, clocks_of
from shared.db.session import driver
from shared.errors import NotFound

AnyLetter = AssistanceRequest | Handover
Sent = TypeVar("Sent", AssistanceRequest, Handover)
NOUN: Final = {
    AssistanceRequest: "assistance request",
    Handover: "handover",
}
NEXT_NUMBER: Final = """
INSERT INTO letter_counter AS counter (series, division, year, last) VALUES ($1, $2, $3, 1)
ON CONFLICT (series, division, year) DO UPDATE SET last = counter.last + 1
RETURNING last
"""
# Letters whose receiver let a duty run out, and from when on; nothing is under way upwards yet.
LATE: Final = """
SELECT l.id, d.due_at FROM {table} l CROSS JOIN LATERAL (
  SELECT min(c.due_at) AS due_at FROM clock c
   WHERE c.subject_id = l.id AND c.kind = ANY($2) AND c.state = 'running' AND c.due_at <= $1
) d
 WHERE l.escalated_at IS NULL AND l.state IN ('sent', 'acknowledged', 'working', 'returned')
   AND d.due_at IS NOT NULL AND NOT EXISTS (
     SELECT FROM clock e
      WHERE e.subject_id = l.id AND e.kind = 'escalation' AND e.state = 'running')
 ORDER BY l.id LIMIT $3 FOR UPDATE OF l SKIP LOCKED
"""
TO_ESCALATE: Final = """
SELECT l.id FROM {table} l JOIN clock e ON e.subject_id = l.id
 WHERE l.escalated_at IS NULL AND l.state IN ('sent', 'acknowledged', 'working', 'returned')
   AND e.kind = 'escalation' AND e.state = 'running' AND e.due_at <= $1
 ORDER BY l.id LIMIT $2 FOR UPDATE OF l SKIP LOCKED
"""

# Both kinds of letter, whose rows the caller sees.
OPEN_AND_LATE: Final = """
WITH letter AS (
  SELECT 'assistance_request' AS kind, id, sender, receiver, state, sent_at, escalated_at
    FROM assistance_request
  UNION ALL
  SELECT 'handover', id, sender, receiver, state, sent_at, escalated_at FROM handover
), late AS (
  SELECT DISTINCT subject_id FROM clock
   WHERE subject_kind IN ('assistance_request', 'handover') AND state = 'running'
     AND kind = ANY($3) AND due_at <= $2
)
SELECT l.kind, l.sender, l.receiver, count(*) AS open, count(late.subject_id) AS late,
       count(l.escalated_at) AS escalated, min(l.sent_at) AS oldest_sent_at
  FROM letter l LEFT JOIN late ON late.subject_id = l.id
 WHERE l.state NOT IN ('replied', 'accepted_by_sender', 'withdrawn')
   AND (starts_with(l.sender, $1) OR starts_with(l.receiver, $1))
 GROUP BY l.kind, l.sender, l.receiver
 ORDER BY oldest_sent_at, l.kind, l.sender, l.receiver
"""
RESPONSE_TIMES: Final = """
WITH letter AS (
  SELECT 'assistance_request' AS kind, sender, receiver, sent_at, first_replied_at
    FROM assistance_request
  UNION ALL
  SELECT 'handover', sender, receiver, sent_at, first_replied_at FROM handover
), answered AS (
  SELECT kind, sender, receiver,
         extract(epoch FROM first_replied_at - sent_at)::float8 / 3600 AS hours
    FROM letter
   WHERE first_replied_at >= $2 AND first_replied_at < $3
     AND (starts_with(sender, $1) OR starts_with(receiver, $1))
)
SELECT kind, sender, receiver, count(*) AS answered,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS median_hours,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY hours) AS p90_hours
  FROM answered GROUP BY kind, sender, receiver ORDER BY kind, sender, receiver
"""


@dataclass(frozen=True, slots=True)
class OpenAndLate:
    """Letters from one division to another that wait for an answer."""

    kind: str
    sender: str
    receiver: str
    open: int
    late: int
    escalated: int
    oldest_sent_at: datetime


@dataclass(frozen=True, slots=True)
class ResponseTime:
    """How fast one division answers another: median and 90th percentile, in hours."""

    kind: str
    sender: str
    receiver: str
    answered: int
    median_hours: float
    p90_hours: float


def kind_of(letter: AnyLetter) -> LetterKind:
    return LetterKind.HANDOVER if isinstance(letter, Handover) else LetterKind.REQUEST


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A letter with its evidence, its history and its clocks."""

    letter: AnyLetter
    evidence: list[LetterEvidence]
    steps: list[AssistanceStep]
    clocks: list[ClockRow]

    @property
    def duties(self) -> tuple[Duty, ...]:
        return duties(self.clocks)


def duties(clocks: Iterable[ClockRow]) -> tuple[Duty, ...]:
    """What is running."""
    return tuple(
        Duty(each.kind, each.due_at) for each in clocks if each.state is ClockState.RUNNING
    )


async def next_number(session: AsyncSession, series: str, division: str, year: int) -> int:
    """The next of a division's yearly numbers; two at once wait for one another."""
    serial: int = await (await driver(session)).fetchval(NEXT_NUMBER, series, division, year)
    return serial


async def letter(session: AsyncSession, table: type[Sent], letter_id: UUID) -> Sent:
    found = await session.get(table, letter_id)
    if found is None:
        raise NotFound(what=NOUN[table])
    return found


async def lock_letter(session: AsyncSession, kind: LetterKind, letter_id: UUID) -> AnyLetter:
    """The letter, locked until the transaction ends. For every change."""
    if kind is LetterKind.HANDOVER:
        return await _locked(session, Handover, letter_id)
    return await _locked(session, AssistanceRequest, letter_id)


async def _locked(session: AsyncSession, table: type[Sent], letter_id: UUID) -> Sent:
    statement = (
        select(table)
        .where(table.id == letter_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what=NOUN[table])
    return found


async def file(session: AsyncSession, letter: AnyLetter) -> LetterFile:
    """Everything that hangs on the letter."""
    return LetterFile(
        letter,
        await evidence(session, letter),
        await steps(session, letter.id),
        await clocks_of(session, [letter.id]),
    )


async def evidence(session: AsyncSession, letter: AnyLetter) -> list[LetterEvidence]:
    """The custody list in its order."""
    owner = (
        LetterEvidence.handover_id
        if isinstance(letter, Handover)
        else LetterEvidence.assistance_request_id
    )
    statement = (
        select(LetterEvidence)
        .where(col(owner) == letter.id)
        .order_by(col(LetterEvidence.position), col(LetterEvidence.id))
    )
    return list((await session.exec(statement)).all())


async def steps(session: AsyncSession, subject_id: UUID) -> list[AssistanceStep]:
    """The history of a letter, oldest first."""
    statement = (
        select(AssistanceStep)
        .where(AssistanceStep.subject_id == subject_id)
        .order_by(col(AssistanceStep.id))
    )
    return list((await session.exec(statement)).all())


async def handovers_of(session: AsyncSession, operation_id: UUID) -> Sequence[Handover]:
    """What was handed over in a joint operation, oldest first; not what was withdrawn again."""
    statement = (
        select(Handover)
        .where(Handover.operation_id == operation_id, Handover.state != State.WITHDRAWN)
        .order_by(col(Handover.id))
    )
    return (await session.exec(statement)).all()


async def late(
    session: AsyncSession, kind: LetterKind, now: datetime, *, limit: int
) -> list[tuple[UUID, datetime]]:
    """Letters, locked, with a duty that ran out and when it did."""
    rows = await (await driver(session)).fetch(
        LATE.format(table=kind.value), now, [each.value for each in DUTIES], limit
    )
    return [(UUID(str(row["id"])), row["due_at"]) for row in rows]


async def to_escalate(
    session: AsyncSession, kind: LetterKind, now: datetime, *, limit: int
) -> list[UUID]:
    """Letters, locked, that are late by as much as the setting allows."""
    rows = await (await driver(session)).fetch(TO_ESCALATE.format(table=kind.value), now, limit)
    return [UUID(str(row["id"])) for row in rows]


async def successor(session: AsyncSession, letter: AnyLetter) -> UUID | None:
    """The letter that went to another organ instead of this one."""
    table = type(letter)
    statement = select(table.id).where(table.follows_id == letter.id)
    return (await session.exec(statement)).first()


async def stands_handed_over(session: AsyncSession, finding_id: UUID) -> bool:
    """Whether a hand-over of the finding is under way or answered."""
    statement = select(Handover.id).where(
        Handover.finding_id == finding_id, Handover.state != State.WITHDRAWN
    )
    return (await session.exec(statement)).first() is not None


async def letters(
    session: AsyncSession,
    table: type[Sent],
    *,
    state: State | None,
    sender: str | None,
    receiver: str | None,
    escalated: bool | None,
    operation_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Sent]:
    """Letters from the newest on, one more than `limit`; a division stands for its subtree."""
    statement = select(table).order_by(col(table.id).desc())
    if state is not None:
        statement = statement.where(table.state == state)
    if sender is not None:
        statement = statement.where(col(table.sender).startswith(divisions.scope(sender)))
    if receiver is not None:
        statement = statement.where(col(table.receiver).startswith(divisions.scope(receiver)))
    if escalated is not None:
        statement = statement.where(col(table.escalated_at).is_not(None) == escalated)
    if operation_id is not None:
        statement = statement.where(col(Handover.operation_id) == operation_id)
    if after is not None:
        statement = statement.where(col(table.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def duties_of(
    session: AsyncSession, letter_ids: Iterable[UUID]
) -> dict[UUID, tuple[Duty, ...]]:
    """What is running for each of the letters."""
    found: dict[UUID, tuple[Duty, ...]] = dict.fromkeys(letter_ids, ())
    for clock in await clocks_of(session, list(found)):
        found[clock.subject_id] += duties([clock])
    return found


async def open_and_late(session: AsyncSession, scope: str, *, now: datetime) -> list[OpenAndLate]:
    """What is open between each two divisions, and how much of it is late, oldest pair first.

    `scope` is a subtree (`3302`) that sends or receives, empty for all the caller sees.
    """
    rows = await (await driver(session)).fetch(OPEN_AND_LATE, scope, now, [*map(str, DUTIES)])
    return [OpenAndLate(**row) for row in rows]


async def response_times(
    session: AsyncSession, scope: str, since: datetime, until: datetime
) -> list[ResponseTime]:
    """Hours from sending to the first reply, for what was first answered from `since` to `until`.

    By pair of divisions; `scope` as in `open_and_late`. What was never answered is not in here,
    but in `open_and_late`.
    """
    rows = await (await driver(session)).fetch(RESPONSE_TIMES, scope, since, until)
    return [ResponseTime(**row) for row in rows]

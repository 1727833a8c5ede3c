"""Every SELECT on leads. What the caller may not see is absent by policy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import and_, col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.leads.domain.grading import Priority
from services.tasks.leads.domain.life import OPEN, LeadState
from services.tasks.leads.domain.merging import Nearness, box
from services.tasks.leads.domain.sources import Source
from services.tasks.leads.models.leads import Lead, LeadStep
from shared.clocks.days import DAY, end_of_day
from shared.db.session import driver
from shared.errors import NotFound

# Candidates looked at one by one for a proposal.
MOST_CANDIDATES: Final = 200
SHOW_CLOCKS: Final = "UPDATE clock SET visible_to = $2 WHERE subject_id = ANY ($1)"
# Tasks stand above leads: of theirs only this is asked. Of envelopes nobody sees but the own.
SEALED: Final = """
SELECT id FROM task
 WHERE id = ANY($1) AND sealed
   AND NOT EXISTS (SELECT FROM task_envelope e WHERE e.task_id = task.id)
"""
# A merged lead was checked when its matter was. What may not be told counts as undisclosed.
FIGURES: Final = """
SELECT CASE WHEN l.confidential THEN 'undisclosed' ELSE l.source END AS source,
       count(*) AS received,
       count(*) FILTER (WHERE l.state = 'merged') AS merged,
       count(m.result) AS checked,
       count(*) FILTER (WHERE m.result = 'confirmed') AS confirmed,
       count(*) FILTER (WHERE m.result IS NULL AND m.work_due_at < $4) AS overdue
  FROM lead l JOIN lead m ON m.id = coalesce(l.merged_into_id, l.id)
 WHERE l.received_at >= $1 AND l.received_at < $2 AND l.visible_to && ARRAY[$3::text]
 GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """`mine` is the account whose pushed leads are wanted; merged leads are asked for by state."""

    state: LeadState | None = None
    division: str | None = None
    priority: Priority | None = None
    source: Source | None = None
    enterprise_id: UUID | None = None
    mine: UUID | None = None


@dataclass(frozen=True, slots=True)
class SourceFigures:
    source: Source
    received: int
    merged: int
    checked: int
    confirmed: int
    overdue: int


def _found(lead: Lead | None) -> Lead:
    if lead is None:
        raise NotFound(what="lead")
    return lead


async def lead(session: AsyncSession, lead_id: UUID) -> Lead:
    return _found((await session.exec(select(Lead).where(Lead.id == lead_id))).one_or_none())


async def lock_lead(session: AsyncSession, lead_id: UUID) -> Lead:
    """The lead, locked until the transaction ends. For every change."""
    [found] = await lock_leads(session, [lead_id])
    return found


async def lock_leads(session: AsyncSession, lead_ids: Iterable[UUID]) -> Sequence[Lead]:
    """The leads, locked in one order for everybody; NotFound if one of them is not there."""
    wanted = {*lead_ids}
    statement = (
        select(Lead)
        .where(col(Lead.id).in_(wanted))
        .order_by(col(Lead.id))
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).all()
    if len(found) < len(wanted):
        raise NotFound(what="lead")
    return found


async def lock_lead_of(session: AsyncSession, task_id: UUID) -> Lead | None:
    """The lead that was handed on to this task, locked."""
    statement = (
        select(Lead)
        .where(Lead.task_id == task_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).one_or_none()


async def sealed_tasks(session: AsyncSession, task_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these tasks are sealed, and not by the caller."""
    rows = await (await driver(session)).fetch(SEALED, [*task_ids])
    return {UUID(str(row["id"])) for row in rows}


async def claim_merging(session: AsyncSession) -> None:
    """Nobody else merges or parts leads until the transaction ends: both touch whole matters."""
    key = func.hashtextextended("lead merging", 0)
    await session.exec(select(func.pg_advisory_xact_lock(key)))


async def claim_reference(session: AsyncSession, reporter_id: UUID, reference: str) -> None:
    """Nobody else enters what this reporter calls so until the transaction ends."""
    key = func.hashtextextended(f"lead {reporter_id} {reference}", 0)
    await session.exec(select(func.pg_advisory_xact_lock(key)))


async def by_reference(
    session: AsyncSession, reporter_id: UUID, source: Source, reference: str
) -> Lead | None:
    statement = select(Lead).where(
        Lead.reporter_id == reporter_id, Lead.source == source, Lead.reference == reference
    )
    return (await session.exec(statement)).one_or_none()


async def merged_into(session: AsyncSession, lead_id: UUID) -> Sequence[Lead]:
    """The leads a matter took in, oldest first."""
    statement = select(Lead).where(Lead.merged_into_id == lead_id)
    return (await session.exec(statement.order_by(col(Lead.received_at), col(Lead.id)))).all()


async def show_clocks(
    session: AsyncSession, lead_ids: Iterable[UUID], visible_to: Sequence[str]
) -> None:
    """Who sees the leads sees their clocks, and can stop them."""
    await (await driver(session)).execute(SHOW_CLOCKS, [*lead_ids], [*visible_to])


async def alike(session: AsyncSession, of: Lead, near: Nearness) -> Sequence[Lead]:
    """Open leads that may be about the same object, newest first; the domain decides."""
    same: list[ColumnElement[bool]] = []
    if of.enterprise_id is not None:
        same.append(col(Lead.enterprise_id) == of.enterprise_id)
    if of.object_code is not None:
        same.append(col(Lead.object_code) == of.object_code)
    if of.longitude is not None and of.latitude is not None:
        west, south, east, north = box((of.longitude, of.latitude), near.radius_m)
        same.append(
            and_(col(Lead.latitude).between(south, north), col(Lead.longitude).between(west, east))
        )
    if not same:
        return []
    statement = (
        select(Lead)
        .where(
            or_(*same),
            col(Lead.id) != of.id,
            col(Lead.state).in_(OPEN),
            col(Lead.occurred_at).between(
                of.occurred_at - near.window, of.occurred_at + near.window
            ),
        )
        .order_by(col(Lead.received_at).desc(), col(Lead.id).desc())
        .limit(MOST_CANDIDATES)
    )
    return (await session.exec(statement)).all()


def _conditions(wanted: LeadFilter) -> Iterable[ColumnElement[bool]]:
    state = col(Lead.state)
    yield state != LeadState.MERGED if wanted.state is None else state == wanted.state
    for column, value in (
        (Lead.priority, wanted.priority),
        (Lead.enterprise_id, wanted.enterprise_id),
    ):
        if value is not None:
            yield col(column) == value
    if wanted.division is not None:
        yield col(Lead.parties).contains([wanted.division])
    if wanted.mine is not None:
        yield col(Lead.officers).contains([wanted.mine])
    if wanted.source is not None:
        # Asking for a source finds nothing that may not be told, for nobody.
        hidden = wanted.source is Source.UNDISCLOSED
        yield col(Lead.confidential) == hidden
        if not hidden:
            yield col(Lead.source) == wanted.source


async def worklist(
    session: AsyncSession,
    wanted: LeadFilter,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Lead]:
    """Leads by the instant by which they must be checked."""
    statement = select(Lead).where(*_conditions(wanted)).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(col(Lead.work_due_at), col(Lead.id)) > after)
    ordered = statement.order_by(col(Lead.work_due_at), col(Lead.id))
    return (await session.exec(ordered)).all()


async def steps(session: AsyncSession, lead_id: UUID) -> Sequence[LeadStep]:
    """What happened to the lead, oldest first."""
    statement = select(LeadStep).where(LeadStep.lead_id == lead_id)
    return (await session.exec(statement.order_by(col(LeadStep.id)))).all()


async def figures(
    session: AsyncSession, *, first_day: date, last_day: date, scope: str, now: datetime
) -> list[SourceFigures]:
    """Per source what was received from the first to the last day, and what became of it."""
    rows = await (await driver(session)).fetch(
        FIGURES, end_of_day(first_day - DAY), end_of_day(last_day), scope, now
    )
    return [SourceFigures(Source(row["source"]), *[*row.values()][1:]) for row in rows]

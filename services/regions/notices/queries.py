"""Every SELECT on border notices. Row-level security hides what is not the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, String, Uuid, column, exists, table
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.base import SCHEMA
from services.regions.notices.domain import PartyState, State
from services.regions.notices.models import BorderNotice, NoticeStep, NotifiedParty
from shared import divisions
from shared.clock_rows.rows import ClockRow, ClockState, clocks_of
from shared.db.types import Timestamptz
from shared.errors import NotFound

# The kernel's table, of which only these columns are asked.
CLOCK: Final = table(
    "clock",
    column("subject_id", Uuid),
    column("state", String),
    column("due_at", Timestamptz),
    schema=SCHEMA,
)


@dataclass(frozen=True, slots=True)
class NoticeFile:
    """A notice with its neighbours, their clocks and its history."""

    notice: BorderNotice
    parties: list[NotifiedParty]
    steps: list[NoticeStep]
    clocks: dict[UUID, ClockRow]

    @property
    def states(self) -> dict[str, PartyState]:
        return {each.division: each.state for each in self.parties}


async def notice(session: AsyncSession, notice_id: UUID) -> BorderNotice:
    found = await session.get(BorderNotice, notice_id)
    if found is None:
        raise NotFound(what="border notice")
    return found


async def lock_notice(session: AsyncSession, notice_id: UUID) -> BorderNotice:
    """The notice, locked until the transaction ends. For every change."""
    statement = (
        select(BorderNotice)
        .where(BorderNotice.id == notice_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="border notice")
    return found


async def file(session: AsyncSession, row: BorderNotice) -> NoticeFile:
    """Everything that hangs on the notice."""
    parties = list(await _parties(session, [row.id]))
    steps = select(NoticeStep).where(NoticeStep.notice_id == row.id).order_by(col(NoticeStep.id))
    clocks = await clocks_of(session, [each.id for each in parties])
    return NoticeFile(
        row,
        parties,
        list((await session.exec(steps)).all()),
        {each.subject_id: each for each in clocks},
    )


async def lines(session: AsyncSession, rows: Sequence[BorderNotice]) -> list[NoticeFile]:
    """The notices of a page with their neighbours and clocks, without their history."""
    parties = await _parties(session, [each.id for each in rows])
    clocks = {each.subject_id: each for each in await clocks_of(session, [p.id for p in parties])}
    return [
        NoticeFile(row, [each for each in parties if each.notice_id == row.id], [], clocks)
        for row in rows
    ]


async def notices(
    session: AsyncSession,
    *,
    state: State | None,
    division: str | None,
    overdue: bool | None,
    as_of: datetime,
    after: UUID | None,
    limit: int,
) -> Sequence[BorderNotice]:
    """Notices from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(BorderNotice).order_by(col(BorderNotice.id).desc())
    if state is not None:
        statement = statement.where(BorderNotice.state == state)
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(BorderNotice.visible_to).contains([scope]))
    if overdue is not None:
        late = _overdue(as_of)
        statement = statement.where(late if overdue else ~late)
    if after is not None:
        statement = statement.where(col(BorderNotice.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


def _overdue(as_of: datetime) -> ColumnElement[bool]:
    """A neighbour let its time to acknowledge pass and still has not."""
    return exists().where(
        col(NotifiedParty.notice_id) == BorderNotice.id,
        CLOCK.c.subject_id == NotifiedParty.id,
        CLOCK.c.state == ClockState.RUNNING.value,
        CLOCK.c.due_at <= as_of,
    )


async def _parties(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[NotifiedParty]:
    statement = (
        select(NotifiedParty)
        .where(col(NotifiedParty.notice_id).in_(ids))
        .order_by(col(NotifiedParty.division))
    )
    return (await session.exec(statement)).all()

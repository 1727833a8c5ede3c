"""Every SELECT on joint meetings. Row-level security hides what is not the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.meetings.domain import Confirmation, ItemState, Kind, Minutes, State
from services.regions.meetings.models import Meeting, MeetingItem, MeetingParty, MeetingStep
from shared import divisions
from shared.errors import NotFound

Line = TypeVar("Line", MeetingParty, MeetingItem, MeetingStep)


@dataclass(frozen=True, slots=True)
class Series:
    """What meetings are held under: exactly one of the three."""

    agreement_id: UUID | None = None
    plan_id: UUID | None = None
    joint_group_id: UUID | None = None

    @classmethod
    def of(cls, meeting: Meeting) -> "Series":
        return cls(meeting.agreement_id, meeting.plan_id, meeting.joint_group_id)

    @property
    def holds(self) -> list[ColumnElement[bool]]:
        """The conditions of a meeting of the series; none for what is not named."""
        named = {
            Meeting.agreement_id: self.agreement_id,
            Meeting.plan_id: self.plan_id,
            Meeting.joint_group_id: self.joint_group_id,
        }
        return [col(column) == value for column, value in named.items() if value is not None]


@dataclass(frozen=True, slots=True)
class MeetingFile:
    """A meeting with those invited and what it left open."""

    meeting: Meeting
    parties: list[MeetingParty]
    items: list[MeetingItem]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(each.division for each in self.parties)

    @property
    def minutes(self) -> Minutes:
        """What the rules of confirmation go by: the word of who attended."""
        said = {each.division: each.confirmation for each in self.parties if each.attended}
        return Minutes(self.meeting.state, self.meeting.minutes_hash or "", said)

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        return self.minutes.unconfirmed if self.meeting.minutes is not None else ()

    def confirmation(self, division: str) -> Confirmation | None:
        found = next((each for each in self.parties if each.division == division), None)
        return found.confirmation if found is not None and found.attended else None


async def meeting(session: AsyncSession, meeting_id: UUID) -> Meeting:
    """The meeting, if the caller may know of it."""
    found = await session.get(Meeting, meeting_id)
    if found is None:
        raise NotFound(what="meeting")
    return found


async def lock_meeting(session: AsyncSession, meeting_id: UUID) -> Meeting:
    """The meeting, locked until the transaction ends. For every change."""
    statement = (
        select(Meeting)
        .where(Meeting.id == meeting_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="meeting")
    return found


async def lock_item(session: AsyncSession, meeting_id: UUID, item_id: UUID) -> MeetingItem:
    """A matter the meeting left open, locked until the transaction ends. For every change."""
    statement = (
        select(MeetingItem)
        .where(MeetingItem.id == item_id, MeetingItem.meeting_id == meeting_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="meeting item")
    return found


async def file(session: AsyncSession, meeting: Meeting) -> MeetingFile:
    """The meeting with those invited and the matters it left open."""
    return MeetingFile(
        meeting,
        await _lines(session, MeetingParty, meeting.id, "position"),
        await _lines(session, MeetingItem, meeting.id, "position"),
    )


async def steps(session: AsyncSession, meeting_id: UUID) -> list[MeetingStep]:
    """Its history as far as the caller sees it, oldest first."""
    return await _lines(session, MeetingStep, meeting_id, "id")


async def _lines(
    session: AsyncSession, table: type[Line], meeting_id: UUID, order: str
) -> list[Line]:
    statement = select(table).where(table.meeting_id == meeting_id).order_by(order)
    return list((await session.exec(statement)).all())


async def meetings(
    session: AsyncSession,
    *,
    series: Series,
    kind: Kind | None,
    state: State | None,
    division: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Meeting]:
    """Meetings from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(Meeting).where(*series.holds).order_by(col(Meeting.id).desc())
    if kind is not None:
        statement = statement.where(Meeting.kind == kind)
    if state is not None:
        statement = statement.where(Meeting.state == state)
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(Meeting.visible_to).contains([scope]))
    if after is not None:
        statement = statement.where(col(Meeting.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def open_items(
    session: AsyncSession,
    *,
    series: Series,
    division: str | None,
    overdue_on: date | None,
    after: tuple[date, UUID] | None,
    limit: int,
) -> Sequence[MeetingItem]:
    """Matters nobody has closed, the most urgent first, one more than `limit`.

    With a series those its next lead takes over; with a division those its subtree sees to.
    """
    statement = (
        select(MeetingItem)
        .join(Meeting, col(Meeting.id) == MeetingItem.meeting_id)
        .where(MeetingItem.state == ItemState.OPEN, *series.holds)
        .order_by(col(MeetingItem.due_on), col(MeetingItem.id))
    )
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(MeetingItem.responsible).startswith(scope))
    if overdue_on is not None:
        statement = statement.where(col(MeetingItem.due_on) < overdue_on)
    if after is not None:
        place = tuple_(col(MeetingItem.due_on), col(MeetingItem.id))
        statement = statement.where(place > tuple_(*after))
    return (await session.exec(statement.limit(limit + 1))).all()


async def carried(session: AsyncSession, meeting: Meeting) -> Sequence[MeetingItem]:
    """What earlier meetings of the series had left open when this one began."""
    statement = (
        select(MeetingItem)
        .join(Meeting, col(Meeting.id) == MeetingItem.meeting_id)
        .where(
            *Series.of(meeting).holds,
            col(Meeting.starts_at) < meeting.starts_at,
            or_(
                col(MeetingItem.closed_at).is_(None),
                col(MeetingItem.closed_at) >= meeting.starts_at,
            ),
        )
        .order_by(col(MeetingItem.due_on), col(MeetingItem.id))
    )
    return (await session.exec(statement)).all()


async def latest_host(session: AsyncSession, meeting: Meeting) -> str:
    """Who called the last meeting of the series: whose turn it is has taken its matters over."""
    statement = (
        select(Meeting.host)
        .where(*Series.of(meeting).holds, Meeting.state != State.CANCELLED)
        .order_by(col(Meeting.starts_at).desc(), col(Meeting.id).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first() or meeting.host


async def last_held_on(session: AsyncSession, series: Series, kind: Kind) -> date | None:
    """The day of the last meeting of a kind that has minutes."""
    statement = select(func.max(col(Meeting.held_on))).where(*series.holds, Meeting.kind == kind)
    return (await session.exec(statement)).one()

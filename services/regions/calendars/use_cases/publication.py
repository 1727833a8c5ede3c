"""Publishing a year's working calendar to every service, and what that would move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.calendars import domain, queries
from services.regions.calendars.models import PublishedYear
from services.regions.calendars.queries import Publication
from services.regions.calendars.use_cases.loading import trace_document
from shared import reference
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows import projection
from shared.clock_rows.projection import Preview
from shared.clocks.calendar import CalendarYear
from shared.clocks.changes import CalendarChange, change
from shared.clocks.json_form import calendar_year_from_json, calendar_year_to_json
from shared.contracts.regions import CalendarPublished
from shared.db.session import beyond_scope
from shared.errors import StaleVersion
from shared.messaging.outbox import announce


@dataclass(frozen=True, slots=True)
class Notice:
    """A year's notice of holidays (部分节假日安排的通知) as somebody brings it in."""

    year: int
    number: str
    title: str | None
    days_off: Sequence[domain.Group]
    make_up: Sequence[domain.Group]

    def version(self, number: int) -> CalendarYear:
        """The year's calendar as the notice has it; errors are those of `domain.notice_year`."""
        return domain.notice_year(
            self.year, number, self.number, days_off=self.days_off, make_up=self.make_up
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """A notice as the year's next version, and what it changes of the version before."""

    year: CalendarYear
    changed: CalendarChange


async def propose(session: AsyncSession, notice: Notice) -> Proposal:
    """What the notice would be; nothing is stored."""
    known = await queries.latest(session, notice.year)
    before = calendar_year_from_json(known.model_dump()) if known else None
    proposed = notice.version(known.version + 1 if known else 1)
    return Proposal(proposed, change(before, proposed))


async def preview_own(
    session: AsyncSession, actor: Actor, year: CalendarYear, *, most: int
) -> Preview:
    """Which of this service's running clocks the year would move, whoever's they are."""
    require(actor, "calendar.publish")
    async with beyond_scope(session):  # ids and kinds are all that is told
        return await projection.preview(session, year, most=most)


async def publish(
    session: AsyncSession,
    actor: Actor,
    notice: Notice,
    *,
    expected_version: int,
    reason: str,
    now: datetime,
) -> PublishedYear:
    """Publish the notice as the year's next version; the clocks that run follow by themselves.

    `expected_version` is the one it was judged against, 0 for a year without one: StaleVersion if
    another was published meanwhile.
    """
    require(actor, "calendar.publish")
    async with beyond_scope(session):  # references are the system's own rows
        await queries.lock_year(session, notice.year)
        known = await queries.latest(session, notice.year)
        current = known.version if known else 0
        if current != expected_version:
            raise StaleVersion(current=current)
        year = notice.version(current + 1)
        publication = Publication(notice.title, actor.id, reason)
        await queries.publish_years(session, [year], now=now, publication=publication)
        await _tell_year(session, year, title=notice.title, now=now)
        await record(
            session,
            actor,
            "calendar.publish",
            object_kind="calendar",
            object_id=f"{year.year}/{year.version}",
            now=now,
            seen_by=(),
            reason=reason,
            before=known.model_dump() if known else None,
            after=calendar_year_to_json(year),
        )
    return await queries.year(session, notice.year, version=current + 1)


async def load_calendars(
    session: AsyncSession, document: Mapping[str, Any], *, now: datetime
) -> int:
    """Publish the years of a document whose version is new, and announce each of them.

    A correction of a published year is a new version in the document. Returns how many years were
    published. For a session of the system.
    """
    years = domain.calendar_years(document)
    published = await queries.publish_years(session, years, now=now)
    for year in years:
        if year.year in published:
            await _tell_year(session, year, title=None, now=now)
    if published:
        await trace_document(session, "calendars", document, now=now)
    return len(published)


async def _tell_year(
    session: AsyncSession, year: CalendarYear, *, title: str | None, now: datetime
) -> None:
    event = CalendarPublished(**calendar_year_to_json(year), title=title)
    await reference.keep_calendar(session, event, now)  # for the clocks of this service
    await announce(session, event, now=now)

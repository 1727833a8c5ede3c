"""Publishing calendar and law to every service, and calculating a deadline for anyone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.calendars import domain, queries
from services.regions.calendars.domain import Calculation, ExtensionAsked
from shared import reference
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.clocks.json_form import calendar_year_to_json
from shared.clocks.ledger import Pause
from shared.clocks.term import LegalBasis, Term
from shared.contracts.regions import CalendarPublished
from shared.messaging.outbox import announce


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
            event = CalendarPublished.model_validate(calendar_year_to_json(year))
            await reference.keep_calendar(session, event, now)  # for the clocks of this service
            await announce(session, event, now=now)
    if published:
        await _trace(session, "calendars", document, now=now)
    return len(published)


async def load_legal_bases(
    session: AsyncSession, document: Mapping[str, Any], *, now: datetime
) -> int:
    """Take over the articles of a document; how many are new or corrected."""
    changed = await queries.publish_bases(session, domain.legal_bases(document))
    if changed:
        await _trace(session, "legal_bases", document, now=now)
    return changed


async def calculate(
    session: AsyncSession,
    *,
    started_at: datetime,
    term: Term,
    pauses: tuple[Pause, ...],
    extensions: tuple[ExtensionAsked, ...],
) -> Calculation:
    """The deadline of a term with these acts, its laws named as they are recorded here."""
    named = replace(term, basis=await _named(session, term.basis))
    if term.extension is not None:
        rule = replace(term.extension, basis=await _named(session, term.extension.basis))
        named = replace(named, extension=rule)
    calendar = await queries.work_calendar(session)
    return domain.calculate(started_at, named, calendar, pauses=pauses, extensions=extensions)


async def _named(session: AsyncSession, basis: LegalBasis) -> LegalBasis:
    zh, en = await queries.titles(session, basis.law_code)
    return replace(basis, title_zh=zh, title_en=en)


async def _trace(
    session: AsyncSession, kind: str, document: Mapping[str, Any], *, now: datetime
) -> None:
    await record(
        session,
        SYSTEM_ACTOR,
        "reference.publish",
        object_kind=kind,
        object_id=document["derived_on"],
        now=now,
        seen_by=(),
        reason=document["source"],
    )

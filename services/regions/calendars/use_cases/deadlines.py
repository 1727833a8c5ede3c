"""Calculating a deadline for anyone."""

from dataclasses import replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.calendars import domain, queries
from services.regions.calendars.domain import Calculation, ExtensionAsked
from shared.clocks.ledger import Pause
from shared.clocks.term import LegalBasis, Term


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

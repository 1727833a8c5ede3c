"""The real work calendar, and terms and ledgers that name only what a test is about."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from shared.clocks.calendar import WorkCalendar
from shared.clocks.days import SHANGHAI
from shared.clocks.json_form import calendar_year_from_json
from shared.clocks.ledger import Ledger
from shared.clocks.term import ExtensionRule, LegalBasis, Term, Unit

CALENDAR_FILE: Final = (
    Path(__file__).parents[2] / "services/regions/calendars/data/work_calendar_2004_2026.json"
)
YEARS: Final = tuple(
    map(calendar_year_from_json, json.loads(CALENDAR_FILE.read_text("utf-8"))["years"])
)
CALENDAR: Final = WorkCalendar.of(YEARS)
PETITION_RULES: Final = LegalBasis(
    "petition-work-regulations", "34", "信访工作条例", "Regulations on Petition Work"
)


def a_term(
    amount: int,
    unit: Unit = Unit.NATURAL_DAYS,
    *,
    rolls: bool = True,
    extension: ExtensionRule | None = None,
) -> Term:
    return Term(amount, unit, PETITION_RULES, rolls=rolls, evidence="S01", extension=extension)


def at(day: str | date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of a legal day, by the clock in Shanghai."""
    when = day if isinstance(day, date) else date.fromisoformat(day)
    return datetime.combine(when, time(hour, minute), SHANGHAI)


def started(day: str | date, hour: int = 9) -> Ledger:
    return Ledger(at(day, hour))


def days_from(first: str, last: str) -> set[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {start + timedelta(days=n) for n in range((end - start).days + 1)}

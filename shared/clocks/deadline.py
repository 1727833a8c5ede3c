"""When a term runs out: recomputed from the ledger each time, never incremented."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.clocks.calendar import UNPUBLISHED, Versions, WorkCalendar
from shared.clocks.days import DAY, add_months, after, elapsed, end_of_day, legal_day
from shared.clocks.ledger import Ledger, Pause
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import RuleViolation


class DateOutOfRange(RuleViolation):
    code = "date_out_of_range"
    zh = "自 {start} 起算的期限超出可计算的日期范围。"
    en = "The term from {start} ends beyond the dates that can be computed."


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last legal day and the instant it ends; neither is known while a pause is open.

    For a term in days `due_at` is 24:00 of `due_on` in Asia/Shanghai and no longer in time; for
    one in hours it is the exact instant and still in time (T8). `versions` pins the calendar years
    the result rests on, 0 for one whose notice is not published.
    """

    due_on: date | None
    due_at: datetime | None
    unit: Unit
    basis: LegalBasis
    versions: Versions

    @property
    def suspended(self) -> bool:
        return self.due_at is None

    @property
    def provisional(self) -> bool:
        """Whether it may still move when a notice of holidays is published."""
        return any(version == UNPUBLISHED for _, version in self.versions)

    def in_time(self, acted_at: datetime) -> bool:
        """Whether an act of that instant keeps the term; a suspended term cannot be missed."""
        if self.due_at is None:
            return True
        if self.unit is Unit.HOURS:
            return acted_at <= self.due_at
        return acted_at < self.due_at


def deadline(ledger: Ledger, term: Term, calendar: WorkCalendar) -> Deadline:
    """When `term` runs out by this ledger; DateOutOfRange when that is no date at all."""
    if ledger.open_pause:
        return Deadline(None, None, term.unit, term.basis, ())
    try:
        if term.unit is Unit.HOURS:
            return _deadline_in_hours(ledger, term)
        return _deadline_in_days(ledger, term, calendar)
    except OverflowError:
        raise DateOutOfRange(start=ledger.start_day) from None


def last_day(ledger: Ledger, term: Term, calendar: WorkCalendar) -> date:
    """The last day of a term in days or months before it rolls off a rest day."""
    amount = term.amount + ledger.extended_by
    paused = sum(paused_days(each, term, calendar) for each in ledger.pauses)
    if term.unit is Unit.WORKING_DAYS:
        return calendar.add_workdays(ledger.start_day, amount + paused)
    if term.unit is Unit.MONTHS:
        last = add_months(ledger.start_day, amount) + timedelta(days=paused)
    else:
        last = ledger.start_day + timedelta(days=amount + paused)
    # A term paused on the rest days it would have rolled off cannot run out before it resumes.
    return max([last, *(legal_day(each.until) for each in ledger.pauses if each.until)])


def paused_days(pause: Pause, term: Term, calendar: WorkCalendar) -> int:
    """The legal days of a closed pause, in the kind of day the term counts.

    The day it begins on is not counted against the holder of the term, the day it ends on is.
    """
    if pause.until is None:
        return 0
    first, resumed = legal_day(pause.since), legal_day(pause.until)
    if term.unit is Unit.WORKING_DAYS:
        return calendar.workdays_between(first - DAY, resumed - DAY)
    return (resumed - first).days


def paused_time(pause: Pause) -> timedelta:
    """The exact duration of a closed pause, for terms in hours."""
    return elapsed(pause.since, pause.until) if pause.until else timedelta()


def _deadline_in_hours(ledger: Ledger, term: Term) -> Deadline:
    """Hours run from the clock time of the event, holidays included (T6)."""
    counted = timedelta(hours=term.amount + ledger.extended_by)
    paused = sum(map(paused_time, ledger.pauses), timedelta())
    due_at = after(ledger.started_at, counted + paused)
    return Deadline(legal_day(due_at), due_at, term.unit, term.basis, ())


def _deadline_in_days(ledger: Ledger, term: Term, calendar: WorkCalendar) -> Deadline:
    last = last_day(ledger, term, calendar)
    if term.unit is Unit.WORKING_DAYS:
        due_on, versions = last, calendar.versions(ledger.start_day + DAY, last)
    elif term.rolls:
        due_on = calendar.next_workday_on_or_after(last)
        versions = calendar.versions(last, due_on)
    else:
        due_on, versions = last, ()
    return Deadline(due_on, end_of_day(due_on), term.unit, term.basis, versions)

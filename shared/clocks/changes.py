"""What a new notice of holidays changes, and in one sentence why a deadline moves with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from shared.clocks.calendar import CalendarYear, WorkCalendar
from shared.clocks.days import DAY
from shared.clocks.deadline import last_day
from shared.clocks.ledger import Ledger
from shared.clocks.term import Term, Unit


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """The days a year's notice frees and those it claims, against what was known before."""

    rested: tuple[date, ...]
    worked: tuple[date, ...]

    @property
    def first(self) -> date | None:
        """A deadline that lies before it rests on nothing of this change."""
        return min((*self.rested, *self.worked), default=None)

    def within(self, first: date, last: date) -> "CalendarChange":
        return CalendarChange(
            tuple(day for day in self.rested if first <= day <= last),
            tuple(day for day in self.worked if first <= day <= last),
        )

    def __bool__(self) -> bool:
        return bool(self.rested or self.worked)


@dataclass(frozen=True, slots=True)
class Sentence:
    zh: str
    en: str


def change(known: CalendarYear | None, new: CalendarYear) -> CalendarChange:
    """How the year's working days differ; a year not known counted as Monday to Friday."""
    off = set(known.days_off) if known else set()
    made_up = set(known.make_up) if known else set()
    return CalendarChange(
        rested=tuple(sorted((set(new.days_off) - off) | (made_up - set(new.make_up)))),
        worked=tuple(sorted((off - set(new.days_off)) | (set(new.make_up) - made_up))),
    )


def why_moved(
    changed: CalendarChange,
    ledger: Ledger,
    term: Term,
    calendar: WorkCalendar,
    *,
    before: date,
    after: date,
) -> Sentence:
    """Which of the changed days the deadline runs over, and from which day to which it moves."""
    counts = term.unit is Unit.WORKING_DAYS
    first = ledger.start_day if counts else min(last_day(ledger, term, calendar), before, after)
    seen = changed.within(first, max(before, after))
    said = [
        *_said(seen.rested, "改为休息日", "no working days"),
        *_said(seen.worked, "改为工作日", "working days"),
    ]
    days_zh, days_en = ",".join(zh for zh, _ in said), " and ".join(en for _, en in said)
    return Sentence(
        f"{days_zh},届满日由{before}改为{after}。",
        f"{days_en}: the last day moves from {before} to {after}.",
    )


def _said(days: Sequence[date], zh: str, en: str) -> list[tuple[str, str]]:
    if not days:
        return []
    runs = _runs(days)
    listed_zh = "、".join(_span(run, "至") for run in runs)
    listed_en = ", ".join(_span(run, " to ") for run in runs)
    return [(f"{listed_zh}{zh}", f"{listed_en} became {en}")]


def _runs(days: Iterable[date]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and runs[-1][1] + DAY == day:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _span(run: tuple[date, date], to: str) -> str:
    first, last = run
    return str(first) if first == last else f"{first}{to}{last}"

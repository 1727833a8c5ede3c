"""Laws as dated rows, and the calculation of a deadline from what happened to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from shared.clocks import acts
from shared.clocks.calendar import CalendarYear, WorkCalendar
from shared.clocks.deadline import Deadline, deadline
from shared.clocks.explanation import Step, explain
from shared.clocks.json_form import calendar_year_from_json
from shared.clocks.ledger import Ledger, Pause
from shared.clocks.term import Term
from shared.errors import InvalidInput


class EmptyPause(InvalidInput):
    code = "empty_pause"
    zh = "暂停的结束时间应晚于开始时间。"
    en = "A pause ends after it begins."


@dataclass(frozen=True, slots=True)
class LegalBasisFact:
    """An article as in force from–to (DOMAIN 1.4); `text_date` is the date of the law's text.

    Article "" is the law as a whole. `superseded_by` is the article that took its place, if known.
    """

    law_code: str
    article: str
    title_zh: str
    title_en: str
    subject_zh: str
    subject_en: str
    text_date: date
    valid_from: date
    valid_to: date | None
    superseded_by: str | None


def calendar_years(document: Mapping[str, Any]) -> tuple[CalendarYear, ...]:
    """The years of a data file; MisplacedCalendarDay if one contradicts its weekdays."""
    return tuple(map(calendar_year_from_json, document["years"]))


def legal_bases(document: Mapping[str, Any]) -> tuple[LegalBasisFact, ...]:
    """The articles of a data file, with what their law says for all of them."""
    return tuple(
        LegalBasisFact(
            law_code=law["law_code"],
            article=article,
            title_zh=law["title_zh"],
            title_en=law["title_en"],
            subject_zh=subject_zh,
            subject_en=subject_en,
            text_date=date.fromisoformat(law["text_date"]),
            valid_from=date.fromisoformat(law["valid_from"]),
            valid_to=law["valid_to"] and date.fromisoformat(law["valid_to"]),
            superseded_by=law.get("superseded_by", {}).get(article),
        )
        for law in document["laws"]
        for article, subject_zh, subject_en in law["articles"]
    )


@dataclass(frozen=True, slots=True)
class ExtensionAsked:
    """More time, granted at `at`; whether it may be is for the term's rule to say."""

    amount: int
    reason: str
    requested_by: str
    approved_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Calculation:
    """A deadline with the way to it."""

    term: Term
    due: Deadline
    steps: tuple[Step, ...]


# At one instant a pause ends before time is granted, and both before the next pause begins.
_RESUME, _EXTEND, _PAUSE = range(3)
Act = tuple[datetime, int, Any]


def calculate(
    started_at: datetime,
    term: Term,
    calendar: WorkCalendar,
    *,
    pauses: tuple[Pause, ...] = (),
    extensions: tuple[ExtensionAsked, ...] = (),
) -> Calculation:
    """What the term comes to if these acts were done in the order of their instants.

    Each act is held against the rules it would have met: a pause after the end, an extension
    beyond its cap and the like are refused by the rule's own error.
    """
    ledger = Ledger(started_at)
    timeline = sorted(
        [*_pausing(pauses, term, calendar), *_extending(extensions, term, calendar)],
        key=lambda act: act[:2],
    )
    for _, _, act in timeline:
        ledger = act(ledger)
    return Calculation(term, deadline(ledger, term, calendar), explain(ledger, term, calendar))


def _pausing(pauses: tuple[Pause, ...], term: Term, calendar: WorkCalendar) -> Iterator[Act]:
    for each in pauses:
        begin = partial(
            acts.pause,
            term=term,
            calendar=calendar,
            at=each.since,
            reason=each.reason,
            authority=each.authority,
        )
        yield each.since, _PAUSE, begin
        if each.until is None:
            continue
        if each.until <= each.since:
            raise EmptyPause(reason="pauses")
        yield each.until, _RESUME, partial(acts.resume, at=each.until)


def _extending(
    extensions: tuple[ExtensionAsked, ...], term: Term, calendar: WorkCalendar
) -> Iterator[Act]:
    for each in extensions:
        grant = partial(
            acts.extend,
            term=term,
            calendar=calendar,
            amount=each.amount,
            reason=each.reason,
            requested_by=each.requested_by,
            approved_by=each.approved_by,
            at=each.at,
        )
        yield each.at, _EXTEND, grant

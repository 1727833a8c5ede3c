"""Laws as dated rows, and the calculation of a deadline from what happened to it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from shared.clocks import acts
from shared.clocks.calendar import CalendarYear, Holiday, WorkCalendar
from shared.clocks.deadline import Deadline, deadline
from shared.clocks.explanation import Step, explain
from shared.clocks.json_form import calendar_year_from_json
from shared.clocks.law import SEPARATOR, LegalBasisFact, reference_of, superseded
from shared.clocks.ledger import Ledger, Pause
from shared.clocks.term import Term
from shared.errors import InvalidInput, RuleViolation


class EmptyPause(InvalidInput):
    code = "empty_pause"
    zh = "暂停的结束时间应晚于开始时间。"
    en = "A pause ends after it begins."


class ImpossibleDay(InvalidInput):
    code = "impossible_calendar_day"
    zh = "{year}年没有{day}这一天。"
    en = "{year} has no day {day}."


class DoubledCalendarDay(InvalidInput):
    code = "doubled_calendar_day"
    zh = "{day}在该年日历中出现了两次。"
    en = "{day} stands twice in the calendar."


class OutOfValidity(InvalidInput):
    code = "out_of_validity"
    zh = "失效日期不得早于生效日期{valid_from}。"
    en = "An article does not end before it begins ({valid_from})."


class UnknownSuccessor(InvalidInput):
    code = "unknown_successor"
    zh = "替代条款 {successor} 未登记。"
    en = "The article {successor} that takes its place is not recorded."


class OwnSuccessor(InvalidInput):
    code = "own_successor"
    zh = "条款不能由其自身(直接或间接)替代。"
    en = "An article cannot take its own place, by whatever detour."


class ValidityOverlaps(RuleViolation):
    """One text of an article ends before the next begins."""

    code = "validity_overlaps"
    zh = "该条款自 {valid_from} 起已有效,须先终止其效力。"
    en = "The article is in force since {valid_from}: its validity is ended first."


# A holiday as a notice lists it: Chinese name, English name, days as MM-DD.
Group = tuple[str, str, Sequence[str]]


def notice_year(
    year: int, version: int, notice: str, *, days_off: Iterable[Group], make_up: Iterable[Group]
) -> CalendarYear:
    """A year's notice as somebody typed it in, held against the weekdays of that year.

    ImpossibleDay, DoubledCalendarDay, or MisplacedCalendarDay for a day off on a weekend or a
    make-up workday that is none.
    """
    return CalendarYear(
        year,
        version,
        notice,
        days_off=_days(year, days_off, pointer="/days_off"),
        make_up=_days(year, make_up, pointer="/make_up"),
    )


def _days(year: int, groups: Iterable[Group], *, pointer: str) -> dict[date, Holiday]:
    days: dict[date, Holiday] = {}
    for zh, en, listed in groups:
        for each in listed:
            day = _day(year, each, pointer)
            if day in days:
                raise DoubledCalendarDay(reason="days", pointer=pointer, day=day)
            days[day] = Holiday(zh, en)
    return days


def _day(year: int, month_and_day: str, pointer: str) -> date:
    try:
        return date.fromisoformat(f"{year:04}-{month_and_day}")
    except ValueError:
        raise ImpossibleDay(reason="days", pointer=pointer, year=year, day=month_and_day) from None


def check_new_text(fact: LegalBasisFact, known: Iterable[LegalBasisFact]) -> None:
    """A further text of an article begins where the one before has ended (DOMAIN 1.4)."""
    _check_validity(fact.valid_from, fact.valid_to)
    for each in known:
        if (each.law_code, each.article) != (fact.law_code, fact.article):
            continue
        ends_first = each.valid_to is not None and each.valid_to < fact.valid_from
        begins_later = fact.valid_to is not None and fact.valid_to < each.valid_from
        if not (ends_first or begins_later):
            raise ValidityOverlaps(valid_from=each.valid_from)
    check_successor(fact.law_code, fact.article, fact.superseded_by, known)


def check_end(
    fact: LegalBasisFact,
    known: Iterable[LegalBasisFact],
    *,
    valid_to: date,
    superseded_by: str | None,
) -> None:
    """An article may end on or after its first day; what takes its place is recorded."""
    _check_validity(fact.valid_from, valid_to)
    for each in known:
        later = each.valid_from > fact.valid_from
        same = (each.law_code, each.article) == (fact.law_code, fact.article)
        if same and later and each.valid_from <= valid_to:
            raise ValidityOverlaps(valid_from=each.valid_from)
    check_successor(fact.law_code, fact.article, superseded_by, known)


def check_successor(
    law_code: str, article: str, successor: str | None, known: Iterable[LegalBasisFact]
) -> None:
    """What takes an article's place is an article that is recorded, and not itself."""
    if successor is None:
        return
    rows = tuple(known)
    own = reference_of(law_code, article)
    if successor not in {reference_of(each.law_code, each.article) for each in rows}:
        raise UnknownSuccessor(
            reason="superseded_by", pointer="/superseded_by", successor=successor
        )
    law, _, number = successor.partition(SEPARATOR)
    followers = {
        reference_of(each.law_code, each.article) for each in superseded(rows, law, number)
    }
    if own in {successor, *followers}:
        raise OwnSuccessor(reason="superseded_by", pointer="/superseded_by")


def _check_validity(valid_from: date, valid_to: date | None) -> None:
    if valid_to is not None and valid_to < valid_from:
        raise OutOfValidity(reason="valid_to", pointer="/valid_to", valid_from=valid_from)


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

"""How a deadline came about, in sentences a clerk can read to a petitioner."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from shared.clocks.calendar import UNPUBLISHED, RestRange, WorkCalendar
from shared.clocks.days import DAY, SHANGHAI
from shared.clocks.deadline import Deadline, deadline, last_day, paused_days, paused_time
from shared.clocks.ledger import Extension, Ledger, Pause
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import Language

UNIT_ZH: Final = {
    Unit.WORKING_DAYS: "个工作日",
    Unit.NATURAL_DAYS: "日(自然日)",
    Unit.HOURS: "小时",
    Unit.MONTHS: "个月",
}
UNIT_EN: Final = {
    Unit.WORKING_DAYS: "working day(s)",
    Unit.NATURAL_DAYS: "natural day(s)",
    Unit.HOURS: "hour(s)",
    Unit.MONTHS: "month(s)",
}


class StepKind(StrEnum):
    """In the order they are told."""

    BASIS = "basis"
    START = "start"
    REST_DAYS = "rest_days"
    MAKE_UP = "make_up"
    PAUSE = "pause"
    EXTENSION = "extension"
    ROLL = "roll"
    DUE = "due"
    SUSPENDED = "suspended"
    PROVISIONAL = "provisional"
    RECALCULATED = "recalculated"


@dataclass(frozen=True, slots=True)
class Step:
    kind: StepKind
    zh: str
    en: str

    def text(self, language: Language) -> str:
        return self.zh if language is Language.ZH else self.en


def recalculated(notice: str | None, zh: str, en: str) -> Step:
    """That a published calendar moved the deadline, with the notice's number and the reason."""
    return Step(
        StepKind.RECALCULATED,
        f"{notice or '节假日安排'}公布后重新计算:{zh}",
        f"Recalculated after {notice or 'the notice of holidays'}: {en}",
    )


def explain(ledger: Ledger, term: Term, calendar: WorkCalendar) -> tuple[Step, ...]:
    """The steps from the event to the deadline. Walks over the days: not for sweeps."""
    due = deadline(ledger, term, calendar)
    return (
        _basis(term),
        _start(ledger, term),
        *_skipped(ledger, term, calendar, due=due),
        *(_pause(each, term, calendar) for each in ledger.pauses),
        *(_extension(each, term) for each in ledger.extensions),
        *_rolled(ledger, term, calendar, due=due),
        _outcome(due),
        *_provisional(due),
    )


def _basis(term: Term) -> Step:
    article_zh, article_en = _article(term.basis)
    return Step(
        StepKind.BASIS,
        f"依据{article_zh},期限为{term.amount}{UNIT_ZH[term.unit]}。",
        f"{article_en}: {term.amount} {UNIT_EN[term.unit]}.",
    )


def _start(ledger: Ledger, term: Term) -> Step:
    if term.unit is Unit.HOURS:
        began = _clock_time(ledger.started_at)
        return Step(
            StepKind.START,
            f"自{began}起按小时连续计算,节假日不扣除。",
            f"Runs from {began} by the clock, holidays included.",
        )
    day, first = ledger.start_day, ledger.start_day + DAY
    return Step(
        StepKind.START,
        f"{day}为起算日,当日不计入,{first}为第1日。",
        f"The event was on {day}; that day is not counted, day 1 is {first}.",
    )


def _skipped(
    ledger: Ledger, term: Term, calendar: WorkCalendar, *, due: Deadline
) -> tuple[Step, ...]:
    """The rest days a term in working days jumped over and the make-up workdays it counted."""
    if term.unit is not Unit.WORKING_DAYS or due.due_on is None:
        return ()
    first = ledger.start_day + DAY
    rest = calendar.rest_ranges(first, due.due_on)
    worked = calendar.make_up_days(first, due.due_on)
    return (*map(_rest, rest), *(_make_up(each, calendar) for each in worked))


def _rest(run: RestRange) -> Step:
    name_zh, name_en = _occasion(run)
    return Step(
        StepKind.REST_DAYS,
        f"{_span(run, '至')}为{name_zh}休息日,不计入。",
        f"{_span(run, ' to ')} not counted ({name_en}).",
    )


def _make_up(day: date, calendar: WorkCalendar) -> Step:
    holiday = calendar.holiday(day)
    name_zh, name_en = (holiday.zh, holiday.en) if holiday else ("", "")
    return Step(
        StepKind.MAKE_UP,
        f"{day}为{name_zh}调休上班日,计入。",
        f"{day} counted: a weekend day worked to make up for {name_en}.",
    )


def _pause(each: Pause, term: Term, calendar: WorkCalendar) -> Step:
    since = _clock_time(each.since)
    why_zh, why_en = f"{each.reason};决定:{each.authority}", f"{each.reason}; by {each.authority}"
    if each.until is None:
        return Step(
            StepKind.PAUSE,
            f"自{since}起暂停计算({why_zh})。",
            f"Paused since {since} ({why_en}).",
        )
    until = _clock_time(each.until)
    length_zh, length_en = _pause_length(each, term, calendar)
    return Step(
        StepKind.PAUSE,
        f"{since}至{until}暂停计算,顺加{length_zh}({why_zh})。",
        f"Paused from {since} to {until}, which adds {length_en} ({why_en}).",
    )


def _pause_length(each: Pause, term: Term, calendar: WorkCalendar) -> tuple[str, str]:
    if term.unit is Unit.HOURS:
        length = str(paused_time(each))
        return length, length
    unit = Unit.WORKING_DAYS if term.unit is Unit.WORKING_DAYS else Unit.NATURAL_DAYS
    days = paused_days(each, term, calendar)
    return f"{days}{UNIT_ZH[unit]}", f"{days} {UNIT_EN[unit]}"


def _extension(each: Extension, term: Term) -> Step:
    article_zh, article_en = _article(each.basis)
    return Step(
        StepKind.EXTENSION,
        f"经{each.approved_by}批准延长{each.amount}{UNIT_ZH[term.unit]}"
        f"(上限{each.cap},依据{article_zh};理由:{each.reason})。",
        f"Extended by {each.amount} {UNIT_EN[term.unit]}, approved by {each.approved_by} "
        f"(at most {each.cap}, {article_en}; reason: {each.reason}).",
    )


def _rolled(
    ledger: Ledger, term: Term, calendar: WorkCalendar, *, due: Deadline
) -> tuple[Step, ...]:
    """Where the last day is a rest day: the move to the next working day, or that none is made."""
    if due.due_on is None or term.unit in {Unit.WORKING_DAYS, Unit.HOURS}:
        return ()
    last = last_day(ledger, term, calendar)
    if calendar.is_workday(last):
        return ()
    [run] = calendar.rest_ranges(last, max(last, due.due_on - DAY))
    name_zh, name_en = _occasion(run)
    zh, en = f"届满日{last}为{name_zh}休息日", f"The last day {last} is a rest day ({name_en})"
    if not term.rolls:
        return (Step(StepKind.ROLL, f"{zh},该期限不顺延。", f"{en}; this term does not roll."),)
    return (
        Step(
            StepKind.ROLL,
            f"{zh},顺延至其后第一个工作日{due.due_on}。",
            f"{en}; the next working day {due.due_on} is the last day.",
        ),
    )


def _outcome(due: Deadline) -> Step:
    if due.due_at is None:
        return Step(
            StepKind.SUSPENDED,
            "期限正在暂停,恢复计算后方可确定届满日。",
            "The term is paused; its last day is known once it resumes.",
        )
    if due.unit is Unit.HOURS:
        instant = _clock_time(due.due_at)
        return Step(
            StepKind.DUE,
            f"期限于{instant}届满,含该时刻。",
            f"Due at {instant}, that moment included.",
        )
    return Step(
        StepKind.DUE,
        f"最后一日为{due.due_on},当日24时届满。",
        f"The last day is {due.due_on}, until 24:00.",
    )


def _provisional(due: Deadline) -> tuple[Step, ...]:
    years = [str(year) for year, version in due.versions if version == UNPUBLISHED]
    if not years:
        return ()
    return (
        Step(
            StepKind.PROVISIONAL,
            f"{'、'.join(years)}年节假日安排尚未载入,暂按周一至周五为工作日推算,结果可能变动。",
            f"The holidays of {', '.join(years)} are not loaded: Monday to Friday is assumed, "
            "and the date may change.",
        ),
    )


def _article(basis: LegalBasis) -> tuple[str, str]:
    title_zh = f"《{basis.title_zh}》" if basis.title_zh else basis.law_code
    title_en = basis.title_en or basis.law_code
    if not basis.article:
        return title_zh, title_en
    return f"{title_zh}第{basis.article}条", f"{title_en}, art. {basis.article}"


def _occasion(run: RestRange) -> tuple[str, str]:
    if not run.holidays:
        return "周末", "weekend"
    return "、".join(each.zh for each in run.holidays), ", ".join(each.en for each in run.holidays)


def _span(run: RestRange, to: str) -> str:
    return str(run.first) if run.first == run.last else f"{run.first}{to}{run.last}"


def _clock_time(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"

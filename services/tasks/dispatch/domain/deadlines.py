"""How long a team has to answer and a task may last, how far that is extended, what remains."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from shared.clocks.acts import ExtensionAlreadyUsed, ExtensionExceedsCap
from shared.clocks.calendar import WorkCalendar
from shared.clocks.days import DAY, elapsed, end_of_day, legal_day
from shared.clocks.term import ExtensionRule, LegalBasis, Term, Unit
from shared.errors import RuleViolation

SUBJECT: Final = "task"
HOUR: Final = timedelta(hours=1)
DISPATCHING: Final = LegalBasis("task-dispatch", "", "任务派发规定", "Rules of dispatching tasks")


class TaskClock(StrEnum):
    """`answer`: accept or return; `due`: complete the task."""

    ANSWER = "answer"
    DUE = "due"


class Decision(StrEnum):
    """What became of what was asked for."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"  # the team that asked goes no more


class ExtensionPending(RuleViolation):
    code = "extension_pending"
    zh = "该任务已有延期申请待批。"
    en = "An extension of this task has been asked for and is not decided yet."


class NoExtensionAsked(RuleViolation):
    code = "no_extension_asked"
    zh = "该任务没有待批的延期申请。"
    en = "No extension of this task is waiting to be decided."


@dataclass(frozen=True, slots=True)
class Allowance:
    """The figures in force for a division (rows `dispatch.*`)."""

    answer_working_days: int
    extension_days: int
    extension_times: int
    warn_before_hours: Mapping[str, int]
    raise_after_hours: int

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        return cls(
            answer_working_days=settings["dispatch.answer_working_days"],
            extension_days=settings["dispatch.extension_days"],
            extension_times=settings["dispatch.extension_times"],
            warn_before_hours=settings["dispatch.warn_before_hours"],
            raise_after_hours=settings["dispatch.raise_after_hours"],
        )

    def rungs(self, kind: TaskClock) -> tuple[timedelta, timedelta]:
        """How long before the deadline to warn, and how long after it to raise the matter."""
        return self.warn_before_hours[kind] * HOUR, self.raise_after_hours * HOUR


def answer_term(allowance: Allowance) -> Term:
    """How long a team that was sent has to accept or return, from the dispatch."""
    return Term(allowance.answer_working_days, Unit.WORKING_DAYS, DISPATCHING, evidence="DD")


def due_term(due_on: date, *, asked_at: datetime, allowance: Allowance) -> tuple[Term, datetime]:
    """The time until a day that was set, which does not roll, and when it begins.

    A task that is asked for on its very day, or after it, counts from the day before.
    """
    begins = min(asked_at, end_of_day(due_on - 2 * DAY))
    rule = ExtensionRule(allowance.extension_days, DISPATCHING, times=allowance.extension_times)
    days = (due_on - legal_day(begins)).days
    term = Term(days, Unit.NATURAL_DAYS, DISPATCHING, rolls=False, evidence="DD", extension=rule)
    return term, begins


def check_extension(days: int, *, granted: int, allowed: Allowance) -> None:
    """What may be asked for, after so many extensions were granted."""
    if granted >= allowed.extension_times:
        raise ExtensionAlreadyUsed(times=allowed.extension_times)
    if not 1 <= days <= allowed.extension_days:
        raise ExtensionExceedsCap(asked=days, cap=allowed.extension_days, unit=Unit.NATURAL_DAYS)


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left until the end of the due day; less than nothing once it has passed.

    `working_hours` counts whole hours of working days, 24 to a day; `working_days` the working
    days after today, `days` all of them.
    """

    working_hours: int
    working_days: int
    days: int


def remaining(due_on: date, *, now: datetime, calendar: WorkCalendar) -> Remaining:
    """The working time left: never more for what is due earlier, so that lists sort by due day."""
    today = legal_day(now)
    return Remaining(
        working_hours=_working_time(due_on, now=now, today=today, calendar=calendar) // HOUR,
        working_days=calendar.workdays_between(today, due_on),
        days=(due_on - today).days,
    )


def _working_time(due_on: date, *, now: datetime, today: date, calendar: WorkCalendar) -> timedelta:
    """The rest of today if it is worked, and the working days after it through the due day."""
    rest = elapsed(now, end_of_day(today)) if calendar.is_workday(today) else timedelta(0)
    return rest + calendar.workdays_between(today, due_on) * DAY

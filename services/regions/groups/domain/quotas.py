"""How many operations a group owes, in which windows, and whether it will get there.

"不少于两次" has no period in the source: a setting says two a plan year (DOMAIN 4.1). Comprehensive
action is of the city level, once in summer and once in autumn and winter.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

from services.regions.agreements.domain import Form
from services.regions.plans.domain import Quota as OwedByPlan
from shared.clocks.days import DAY


class SlotState(StrEnum):
    """Where one owed operation stands."""

    OPEN = "open"  # 待拟定
    DRAFTED = "drafted"  # 已拟定
    PLANNED = "planned"  # 已印发
    DONE = "done"  # 已完成
    DROPPED = "dropped"  # 不再要求


class Outlook(StrEnum):
    """What is to be expected of a period."""

    MET = "met"  # 已完成
    ON_TRACK = "on_track"  # 可按期完成
    AT_RISK = "at_risk"  # 有缺口,尚可补
    SHORT = "short"  # 已无法足额


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day, both included."""

    starts_on: date
    ends_on: date

    def within(self, other: "Span") -> "Span | None":
        """The days both have; None if there are none."""
        starts, ends = max(self.starts_on, other.starts_on), min(self.ends_on, other.ends_on)
        return Span(starts, ends) if starts <= ends else None

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1


def plan_year(year: int) -> Span:
    """The period quotas are counted in [DD]: the year of the plan."""
    return Span(date(year, 1, 1), date(year, 12, 31))


@dataclass(frozen=True, slots=True)
class Figures:
    """What quotas and their forecast go by.

    `owed` is what the plan or the settings ask of a group; `days_to_hold` is what an operation
    takes from nothing, `days_to_finish` what one takes that is drafted without days.
    """

    owed: OwedByPlan
    days_to_hold: int
    days_to_finish: int


@dataclass(frozen=True, slots=True)
class Quota:
    """So many operations of a form between two days."""

    period: str
    form: Form
    required: int
    span: Span

    def from_day(self, day: date) -> "Quota | None":
        """The same quota in what is left of it; None if it is over."""
        if day > self.span.ends_on:
            return None
        return replace(self, span=Span(max(day, self.span.starts_on), self.span.ends_on))


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """One operation that is owed: the `ordinal`-th of a period, best held in its window."""

    period: str
    ordinal: int
    form: Form
    window: Span


def quotas(form: Form, year: int, figures: Figures, *, life: Span) -> tuple[Quota, ...]:
    """What a group owes in a year, in the days it lives.

    County groups (daily action) owe the number of the year, whenever in it; a group of cities owes
    one comprehensive action in each window that it lives in. Other forms are held when something
    happens and owe nothing.
    """
    match form:
        case Form.DAILY:
            spans = {str(year): (plan_year(year), figures.owed.min_ops)}
        case Form.COMPREHENSIVE:
            spans = {
                f"{year}-{each.season}": (Span(*each.days(year)), 1)
                for each in figures.owed.windows
                if each.form is Form.COMPREHENSIVE
            }
        case _:
            return ()
    found = [
        Quota(period, form, required, lived)
        for period, (span, required) in spans.items()
        if (lived := span.within(life)) is not None
    ]
    return tuple(sorted(found, key=lambda each: (each.span.starts_on, each.period)))


def slots(quota: Quota) -> tuple[SlotPlan, ...]:
    """The operations of a quota, spread evenly over its days."""
    count, days = quota.required, quota.span.days
    starts = [quota.span.starts_on + days * number // count * DAY for number in range(count)]
    ends = [max(begin, after - DAY) for begin, after in pairwise(starts)]
    windows = zip(starts, [*ends, quota.span.ends_on], strict=True)
    return tuple(
        SlotPlan(quota.period, number, quota.form, Span(*window))
        for number, window in enumerate(windows, start=1)
    )


@dataclass(frozen=True, slots=True)
class Slot:
    """An owed operation as it stands; `planned_to` is the last day it is planned for."""

    period: str
    state: SlotState
    planned_to: date | None = None


@dataclass(frozen=True, slots=True)
class Compliance:
    """Done of required in a period, and what is to be expected by its end.

    `expected` is done plus what is drafted or planned and still comes in time; `shortfall` is what
    is missing if nobody drafts another; `possible` is how many could still be held from nothing,
    one after the other.
    """

    quota: Quota
    done: int
    drafted: int
    planned: int
    days_left: int
    expected: int
    shortfall: int
    possible: int
    outlook: Outlook


def compliance(quota: Quota, held: Iterable[Slot], figures: Figures, *, today: date) -> Compliance:
    """How a quota stands on a day.

    What is planned (issued by all parties) comes if its last day is still ahead and in the period;
    what is only drafted, if besides `days_to_finish` are left. What is not drafted takes
    `days_to_hold` each, one after the other.
    """
    mine = [each for each in held if each.period == quota.period]
    done = sum(each.state is SlotState.DONE for each in mine)
    left = _days_left(quota.span, today)
    coming = sum(_comes(each, quota.span, figures, today=today) for each in mine)
    expected = done + coming
    shortfall = max(0, quota.required - expected)
    possible = left // figures.days_to_hold
    return Compliance(
        quota=quota,
        done=done,
        drafted=sum(each.state is SlotState.DRAFTED for each in mine),
        planned=sum(each.state is SlotState.PLANNED for each in mine),
        days_left=left,
        expected=expected,
        shortfall=shortfall,
        possible=possible,
        outlook=_outlook(quota.required, done, shortfall, possible),
    )


def _days_left(span: Span, today: date) -> int:
    """Days of the span that are not over, today among them."""
    return max(0, (span.ends_on - max(today, span.starts_on)).days + 1)


def _comes(slot: Slot, span: Span, figures: Figures, *, today: date) -> bool:
    if slot.planned_to is not None and not today <= slot.planned_to <= span.ends_on:
        return False
    match slot.state:
        case SlotState.PLANNED:
            return today <= span.ends_on
        case SlotState.DRAFTED:
            return _days_left(span, today) >= figures.days_to_finish
        case _:
            return False


def _outlook(required: int, done: int, shortfall: int, possible: int) -> Outlook:
    if done >= required:
        return Outlook.MET
    if shortfall == 0:
        return Outlook.ON_TRACK
    return Outlook.AT_RISK if possible >= shortfall else Outlook.SHORT

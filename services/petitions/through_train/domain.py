"""The through-train (信访直通车): how a matter that stays unsolved rises (seed 004, DOMAIN 2.8)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from typing import Final, Self

from services.petitions.callbacks.domain import Result, Solved, is_bad
from services.petitions.intake.domain import IllegalStep
from shared.auth.actor import Role
from shared.clocks.days import SHANGHAI, add_months, legal_day
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import RuleViolation


class Trigger(StrEnum):
    """Why a matter is a candidate."""

    DISSATISFIED = "dissatisfied"
    UNRESOLVED = "unresolved"
    REPEAT = "repeat"


class State(StrEnum):
    CANDIDATE = "candidate"  # 待推送
    PUSHED = "pushed"  # 已周报推送
    SUPERVISED = "supervised"  # 提级督办
    KEPT = "kept"  # 不提级
    NOTICED = "noticed"  # 月(季)报通报,已提交市级
    CITY_LEVEL = "city_level"  # 市级重点解决
    RESOLVED = "resolved"  # 已解决


class Action(StrEnum):
    PUSH = "push"
    RAISE = "raise"
    KEEP = "keep"
    NOTICE = "notice"  # notice and submission to the city are one event
    TAKE_UP = "take_up"
    RESOLVE = "resolve"


class Level(StrEnum):
    """To what a leader raises the supervision (提级督办)."""

    DEPARTMENT = "department"
    COUNTY_GOVERNMENT = "county_government"
    LISTED = "listed"  # 挂牌督办


TRANSITIONS: Final[Mapping[State, Mapping[Action, State]]] = {
    State.CANDIDATE: {Action.PUSH: State.PUSHED},
    State.PUSHED: {
        Action.RAISE: State.SUPERVISED,
        Action.KEEP: State.KEPT,
        Action.NOTICE: State.NOTICED,  # the county never decided
        Action.RESOLVE: State.RESOLVED,
    },
    State.SUPERVISED: {Action.NOTICE: State.NOTICED, Action.RESOLVE: State.RESOLVED},
    State.KEPT: {Action.NOTICE: State.NOTICED, Action.RESOLVE: State.RESOLVED},
    State.NOTICED: {Action.TAKE_UP: State.CITY_LEVEL, Action.RESOLVE: State.RESOLVED},
    State.CITY_LEVEL: {Action.RESOLVE: State.RESOLVED},
    State.RESOLVED: {},
}
# Named by a weekly report and not solved yet.
UNSOLVED: Final = (
    State.PUSHED,
    State.SUPERVISED,
    State.KEPT,
    State.NOTICED,
    State.CITY_LEVEL,
)
# The same, and not submitted to the city yet: what a period report names.
WITH_COUNTY: Final = (State.PUSHED, State.SUPERVISED, State.KEPT)
# What only a report does, never a person.
BY_REPORT: Final = frozenset({Action.PUSH, Action.NOTICE})
# What the city decides, not the county.
BY_CITY: Final = frozenset({Action.TAKE_UP, Action.RESOLVE})


def step(state: State, action: Action) -> State:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalStep(state, action, list(TRANSITIONS[state])) from None


class NoteKind(StrEnum):
    """What is told of a matter without its state changing."""

    PROGRESS = "progress"  # somebody at work on it says how far it is
    TRIGGERED_AGAIN = "triggered_again"
    REPEAT_REVOKED = "repeat_revoked"  # a clerk took back that a petition repeats this matter
    TASK_WITHDRAWN = "task_withdrawn"  # the inspection was called off: nobody is on it


class NothingUnderWay(RuleViolation):
    """Progress is told of what a weekly report named and nobody has solved."""

    code = "nothing_under_way"
    zh = "事项尚未推送或已解决,不能登记进展。"
    en = "The matter was not pushed yet, or is solved: there is no progress to tell."


def require_under_way(state: State) -> None:
    if state not in UNSOLVED:
        raise NothingUnderWay


class NotSolvedYet(RuleViolation):
    """Resolved needs proof of rectification and a new call-back that is not bad."""

    code = "not_solved_yet"
    zh = "尚无整改证明或新的满意回访,不能认定已解决。"
    en = "There is no proof of rectification or no new good call-back yet."


def trigger_of(result: Result, solved: Solved) -> Trigger | None:
    """What a call-back makes of its petition."""
    if not is_bad(result, solved):
        return None
    return Trigger.DISSATISFIED if result is Result.DISSATISFIED else Trigger.UNRESOLVED


def require_solved(
    *,
    triggered_at: datetime,
    proven: bool,
    last_calls: Mapping[str, tuple[Result, Solved, datetime] | None],
    concluded: Collection[str] = (),
) -> None:
    """`last_calls` holds the last call of each petition of the matter that reached somebody.

    `concluded` names petitions that came to an end after the trigger and that nobody can be called
    about any more: a review ended them (art. 35, 36), or they are anonymous. Their end stands in
    the place of a call.
    """
    calls = [each for number, each in last_calls.items() if each and number not in concluded]
    good_again = any(
        at > triggered_at and not is_bad(result, solved) for result, solved, at in calls
    )
    still_bad = any(is_bad(result, solved) for result, solved, _ in calls)
    if not proven or not (good_again or concluded) or still_bad:
        raise NotSolvedYet


def is_led(members: Collection[tuple[str, Role]], county: str) -> bool:
    """Whether the group has the county's leader in charge, who alone can raise a matter there."""
    return (county, Role.COUNTY_LEADER_IN_CHARGE) in members


class ClockKind(StrEnum):
    COUNTY_DECISION = "county_decision"
    COUNTY_HANDLING = "county_handling"
    CITY_RESOLUTION = "city_resolution"


SCHEME: Final = LegalBasis(
    "ningbo-through-train-scheme",
    "",
    "关于建立生态环境信访直通车机制推进解决群众身边突出生态环境问题的试行方案",
    "Pilot scheme for the petition through-train (Ningbo)",
)


def decision_term(days: int) -> Term:
    """How long a county has to decide after the push, in working days."""
    return Term(days, Unit.WORKING_DAYS, SCHEME, evidence="DD")


def handling_term(due: int | str, *, today: date, period_end: date) -> Term | None:
    """How long a county has to solve the matter once it decided; None if the time is over.

    `due` is the setting: `period_report`, or a number of natural days. Until the period report
    means its last day, and a rest day does not move that report.
    """
    left = due if isinstance(due, int) else (period_end - today).days - 1
    if left < 1:
        return None
    return Term(left, Unit.NATURAL_DAYS, SCHEME, rolls=isinstance(due, int), evidence="DD")


def city_term(days: int) -> Term:
    """How long the city has once a matter was submitted to it, in natural days."""
    return Term(days, Unit.NATURAL_DAYS, SCHEME, evidence="DD")


class Period(StrEnum):
    """How often the period report comes out; seed 004 allows both."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


def midnight(day: date) -> datetime:
    """The first instant of a legal day."""
    return datetime.combine(day, time.min, SHANGHAI)


WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


@dataclass(frozen=True, slots=True)
class WeekStart:
    """When a week of reports begins: ISO weekday (1 is Monday) and hour, in Shanghai."""

    weekday: int
    hour: int

    @classmethod
    def of(cls, said: str) -> Self:
        """As the setting has it: `monday 00:00`."""
        weekday, _, hour = said.partition(" ")
        return cls(WEEKDAYS.index(weekday) + 1, time.fromisoformat(hour).hour)

    def at(self, day: date) -> datetime:
        return datetime.combine(day, time(self.hour), SHANGHAI)


def next_cut_off(last: datetime, week_start_on: Callable[[date], WeekStart]) -> datetime:
    """The end of the week that begins at `last`: what was triggered before it is in its report.

    `week_start_on` is the setting in force on a day. A week in which it changes is shorter or
    longer; nothing is between two weeks and nothing in both.
    """
    first = legal_day(last)
    days = (first + timedelta(days=offset) for offset in count(1))
    day = next(each for each in days if each.isoweekday() == week_start_on(each).weekday)
    return week_start_on(day).at(day)


def week_before(cut_off: datetime) -> datetime:
    """The beginning of a group's first week."""
    return cut_off - timedelta(days=7)


def period_of(day: date, period_on: Callable[[date], Period]) -> tuple[Period, date, date]:
    """The period a day lies in: its kind, its first day and the first day after it.

    The setting in force on its first day decides, so a period ends as it began. A quarter is
    entered in its midst after a month of its own, and then lasts as long as the quarter does:
    periods meet at every quarter's end, whatever the setting was.
    """
    quarter = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    quarter_ends = add_months(quarter, 3)
    start = quarter
    while True:
        period = period_on(start)
        end = quarter_ends if period is Period.QUARTERLY else add_months(start, 1)
        if day < end:
            return period, start, end
        start = end

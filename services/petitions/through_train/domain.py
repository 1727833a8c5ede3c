"""The through-train (信访直通车): how a matter that stays unsolved rises (seed 004, DOMAIN 2.8)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from services.petitions.callbacks.domain import Result, Solved, is_bad
from services.petitions.intake.domain import IllegalStep
from shared.clocks.days import SHANGHAI, legal_day
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
) -> None:
    """`last_calls` holds the last call of each petition of the matter that reached somebody."""
    calls = [each for each in last_calls.values() if each]
    good_again = any(
        at > triggered_at and not is_bad(result, solved) for result, solved, at in calls
    )
    still_bad = any(is_bad(result, solved) for result, solved, _ in calls)
    if not proven or not good_again or still_bad:
        raise NotSolvedYet


class ClockKind(StrEnum):
    COUNTY_DECISION = "county_decision"
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


def week_cut_off(now: datetime) -> datetime:
    """Monday 00:00 of this week: what was triggered before goes into this Monday's report."""
    today = legal_day(now)
    return midnight(today - timedelta(days=today.weekday()))


def period_start(period: Period, now: datetime) -> date:
    """The first day of the running month or quarter; what is unsolved before it is named."""
    today = legal_day(now)
    month = today.month if period is Period.MONTHLY else (today.month - 1) // 3 * 3 + 1
    return date(today.year, month, 1)


def period_before(period: Period, start: date) -> date:
    """The first day of the period before the one that starts so."""
    return period_start(period, midnight(start - timedelta(days=1)))


def handling_due(period: Period, now: datetime) -> date:
    """The last day of the running period: county handling lasts until the next period report."""
    start = period_start(period, now)
    months = 1 if period is Period.MONTHLY else 3
    year, month = divmod(start.month - 1 + months, 12)
    return date(start.year + year, month + 1, 1) - timedelta(days=1)

"""Calling back: is the petitioner satisfied, and is the matter solved (DOMAIN 2.6)."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.petitions.intake.domain import Step
from shared.errors import RuleViolation


class Result(StrEnum):
    """回访结果. `no_answer` is one try that reached nobody; enough of them are `unreachable`."""

    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"


class Solved(StrEnum):
    """Asked apart from satisfaction: 不满意 and 仍未解决 are two things (seed 004)."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"


# What counts as an answer about satisfaction in statistics.
VALID: frozenset[Result] = frozenset(
    {Result.SATISFIED, Result.BASICALLY_SATISFIED, Result.DISSATISFIED}
)
REACHED: frozenset[Result] = VALID | {Result.DECLINED}


class OwnCase(RuleViolation):
    """Nobody calls back his own case."""

    code = "own_case"
    zh = "承办人不得回访自己办理的信访件。"
    en = "The handling officer does not call back the own case."


class NobodyToCall(RuleViolation):
    code = "nobody_to_call"
    zh = "匿名信访件无法回访。"
    en = "An anonymous petition cannot be called back."


class TooFewTries(RuleViolation):
    code = "too_few_tries"
    zh = "须在不同日期联系 {needed} 次后方可记为无法联系(已联系 {made} 次)。"
    en = "Unreachable needs {needed} tries on different days; {made} were made."


class SolvedNotAsked(RuleViolation):
    """Who was reached was asked both questions."""

    code = "solved_not_asked"
    zh = "已联系上信访人时须记录问题是否解决。"
    en = "Who was reached must have been asked whether the matter is solved."


def is_bad(result: Result, solved: Solved) -> bool:
    """Whether the call-back makes the petition a matter for the through-train (seed 004)."""
    if result not in REACHED:
        return False
    return result is Result.DISSATISFIED or solved in (Solved.PARTLY, Solved.NO)


def step_after(result: Result, solved: Solved) -> Step | None:
    """What the call-back does to the petition; nothing while nobody was reached."""
    if result is Result.NO_ANSWER:
        return None
    return Step.REOPEN if is_bad(result, solved) else Step.SETTLE


def require_callable(*, anonymous: bool, handler_id: UUID | None, caller_id: UUID) -> None:
    if anonymous:
        raise NobodyToCall
    if handler_id == caller_id:
        raise OwnCase


def require_answers(
    result: Result, solved: Solved, *, tries: Sequence[date], today: date, needed: int
) -> None:
    """`tries` are the days somebody tried before; today is one more."""
    if result in REACHED and result is not Result.DECLINED and solved is Solved.UNKNOWN:
        raise SolvedNotAsked
    days = {*tries, today}
    if result is Result.UNREACHABLE and len(days) < needed:
        raise TooFewTries(needed=needed, made=len(days))

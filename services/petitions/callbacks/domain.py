"""Calling back: is the petitioner satisfied, and is the matter solved (DOMAIN 2.6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.petitions.intake.domain import Step
from shared.clocks.term import LegalBasis, Term, Unit
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
    """Nobody calls back his own case: not who handles it, nor who handled or answered it before."""

    code = "own_case"
    zh = "承办人不得回访自己办理的信访件。"
    en = "Who handled the petition does not call back about it."


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


def require_callable(*, nobody: bool, handlers: Collection[UUID], caller_id: UUID) -> None:
    """`handlers` are all who ever handled or answered it; `nobody` known, no call."""
    if nobody:
        raise NobodyToCall
    if caller_id in handlers:
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


class ClockKind(StrEnum):
    CALLBACK_DUE = "callback_due"


CALLING_BACK: Final = LegalBasis(
    "callback-practice", "", "信访件回访制度", "Call-backs in practice"
)


def due_term(days: int) -> Term:
    """Until when the petitioner is called back after the answer, in natural days."""
    return Term(days, Unit.NATURAL_DAYS, CALLING_BACK, evidence="DD")


class Stage(StrEnum):
    """The eight steps of the closed loop of 12345 (DOMAIN 2.4, S55), in their order."""

    ACCEPTANCE = "acceptance"  # 受理
    DISPATCH = "dispatch"  # 调度
    HANDLING = "handling"  # 办理
    REPLY = "reply"  # 回复
    SUPERVISION = "supervision"  # 督办
    CLOSING = "closing"  # 办结
    CALL_BACK = "call_back"  # 回访
    EVALUATION = "evaluation"  # 评价


# What a step of a petition is in the loop; what stands nowhere here is no step of it.
STAGE_OF: Final[Mapping[Step, Stage]] = {
    Step.ACCEPT: Stage.ACCEPTANCE,
    Step.REFUSE: Stage.ACCEPTANCE,
    Step.TRANSFER: Stage.DISPATCH,
    Step.ASSIGN: Stage.DISPATCH,
    Step.OBJECT: Stage.DISPATCH,
    Step.ACCEPT_OBJECTION: Stage.DISPATCH,
    Step.REJECT_OBJECTION: Stage.DISPATCH,
    Step.START: Stage.HANDLING,
    Step.EXTEND: Stage.HANDLING,
    Step.HAND_OVER: Stage.HANDLING,
    Step.REOPEN: Stage.HANDLING,
    Step.SEND_BACK: Stage.HANDLING,
    Step.REPLY: Stage.REPLY,
    Step.SETTLE: Stage.CLOSING,
    Step.FILE: Stage.CLOSING,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: a step, a call, an act of supervision; `what` is its name."""

    stage: Stage
    what: str
    at: datetime


def moments_of_call(result: Result, at: datetime) -> list[Moment]:
    """A call is a call-back; what the petitioner said of the work is the evaluation too."""
    call = Moment(Stage.CALL_BACK, result.value, at)
    return [call, Moment(Stage.EVALUATION, result.value, at)] if result in VALID else [call]


def timeline(moments: Collection[Moment]) -> list[tuple[Stage, list[Moment]]]:
    """All eight steps in their order, each with what happened in it; empty if nothing did yet."""
    by_time = sorted(moments, key=lambda each: each.at)
    return [(stage, [each for each in by_time if each.stage is stage]) for stage in Stage]

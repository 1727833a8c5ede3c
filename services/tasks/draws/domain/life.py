"""The life of a draw: committed, frozen by another, revealed, staffed (DOMAIN 3.3).

The order of the steps is the rule. Whoever picks the nonce after seeing the pool can try nonces
until the result suits; here the nonce's hash is published before there is a pool, and the pool is
frozen by somebody who does not know the nonce, which nobody does.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import Forbidden, IllegalStep, InvalidInput, RuleViolation


class State(StrEnum):
    COMMITTED = "committed"  # 已承诺: the nonce's hash is published
    FROZEN = "frozen"  # 已封库: the pool's hash is published
    REVEALED = "revealed"  # 已抽取: the objects are drawn
    STAFFED = "staffed"  # 已派员: officers are matched
    SUPERSEDED = "superseded"  # 已重抽: another draw took its place
    ABORTED = "aborted"  # 已放弃
    LAPSED = "lapsed"  # 已失效: not gone on with in time


class Step(StrEnum):
    """`commit` begins a life; time lapses a draw, and a redraw supersedes one."""

    FREEZE = "freeze"
    REVEAL = "reveal"
    STAFF = "staff"
    SUPERSEDE = "supersede"
    ABORT = "abort"
    LAPSE = "lapse"


TRANSITIONS: Final[Mapping[State, Mapping[Step, State]]] = {
    State.COMMITTED: {
        Step.FREEZE: State.FROZEN,
        Step.ABORT: State.ABORTED,
        Step.LAPSE: State.LAPSED,
    },
    State.FROZEN: {
        Step.REVEAL: State.REVEALED,
        Step.ABORT: State.ABORTED,
        Step.LAPSE: State.LAPSED,
    },
    State.REVEALED: {Step.STAFF: State.STAFFED},
    State.STAFFED: {Step.SUPERSEDE: State.SUPERSEDED},
    State.SUPERSEDED: {},
    State.ABORTED: {},
    State.LAPSED: {},
}
# Of a plan and a period there is one of these.
STANDING: Final = (State.COMMITTED, State.FROZEN, State.REVEALED, State.STAFFED)
# What came to nothing; counted and shown, since trying again is how a result would be chosen.
ATTEMPTS: Final = (State.ABORTED, State.LAPSED, State.SUPERSEDED)


class Outcome(StrEnum):
    """What a drawn object stands at."""

    DRAWN = "drawn"
    CHECKED = "checked"


class Decision(StrEnum):
    """What is published of a check, each in its own time."""

    PENALTY = "penalty"  # 行政处罚决定, 7 working days
    OTHER = "other"  # 其他检查结果, 20 working days


class FollowUp(StrEnum):
    """What is looked at again after a draw (《双随机一公开工作程序规定》, seed 001)."""

    LOOK_BACK = "look_back"  # 回头看
    INTEGRITY = "integrity"  # 廉政回访


class Liability(StrEnum):
    """Whether whoever checked answers for what came out later: 尽职免责, 失职追责."""

    EXEMPT = "exempt"
    LIABLE = "liable"


class FrozenBySame(Forbidden):
    code = "frozen_by_same"
    zh = "封库须由承诺人以外的人员进行。"
    en = "Whoever committed a draw does not freeze its pool."


class DrawStands(RuleViolation):
    code = "draw_stands"
    zh = "该方案本期已有一次抽取;如需重抽,须说明理由并指明原抽取。"
    en = "The plan has a draw in this period; a redraw names it and says why."


class NotToBeRedrawn(RuleViolation):
    code = "not_to_be_redrawn"
    zh = "仅能重抽同一方案本期已派员且尚未开展检查的抽取。"
    en = "Only a staffed draw of the plan is redrawn, in its period, while nothing was checked."


class OutOfPeriod(InvalidInput):
    code = "out_of_period"
    zh = "检查起止须先起后止,不早于今天,且在同一季度内。"
    en = "The days of the checks run forward, not from the past, and lie within one quarter."


class StillSealed(RuleViolation):
    code = "still_sealed"
    zh = "抽取名单在检查前保密。"
    en = "The drawn list is secret until the checks."


class NotDrawn(RuleViolation):
    code = "not_drawn"
    zh = "尚未完成抽取和派员。"
    en = "The draw is not complete yet."


class TooEarly(RuleViolation):
    code = "too_early"
    zh = "检查日期 {day} 尚未到。"
    en = "The day of this check, {day}, has not come."


class AlreadyChecked(RuleViolation):
    code = "already_checked"
    zh = "该抽取对象的检查结果已登记。"
    en = "The result of this object's check is recorded."


class NotChecked(RuleViolation):
    code = "not_checked"
    zh = "该抽取对象尚未检查。"
    en = "This object was not checked yet."


class HasOfficers(RuleViolation):
    code = "has_officers"
    zh = "该对象已随机派员,不能指派。"
    en = "Officers were matched to this object; nobody assigns others."


class AlreadyPublished(RuleViolation):
    code = "already_published"
    zh = "检查结果已公开。"
    en = "The result was published."


class OwnCheck(Forbidden):
    code = "own_check"
    zh = "检查人员不得对本人的检查进行回访。"
    en = "Whoever checked does not look back at the own check."


class FollowUpDone(RuleViolation):
    code = "follow_up_done"
    zh = "该回头看或廉政回访已办结,或已抽取。"
    en = "This look-back or call-back is done, or was drawn already."


class ChecksOpen(RuleViolation):
    code = "checks_open"
    zh = "尚有抽取对象未检查且检查期未满,不能抽取回头看或廉政回访。"
    en = "Some checks of the draw are still to be made, and there is time for them."


class LiabilityUnsaid(InvalidInput):
    code = "liability_unsaid"
    zh = "发现问题的,须认定是否尽职;未发现问题的,不作认定。"
    en = "Where something was found it is said whether the check was diligent, and nowhere else."


def step(state: State, taken: Step) -> State:
    """Where a step leads; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        raise IllegalStep(state=state, action=taken, allowed=[*TRANSITIONS[state]]) from None


def require_another(committed_by: UUID, actor_id: UUID) -> None:
    if committed_by == actor_id:
        raise FrozenBySame(action="draw.freeze")


def quarter(day: date) -> str:
    """E.g. 2026Q1."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def require_period(opens_on: date, closes_on: date, *, today: date) -> None:
    if not today <= opens_on <= closes_on or quarter(opens_on) != quarter(closes_on):
        raise OutOfPeriod(reason="days", pointer="/closes_on")


def spread(days: list[date], n: int) -> list[date]:
    """A day for each of n checks, in the order drawn, evenly over the days there are."""
    return [days[index * len(days) // n] for index in range(n)]


def require_liability(*, found: bool, liability: Liability | None, note: str | None) -> None:
    if found != (liability is not None) or found != (note is not None):
        raise LiabilityUnsaid(reason="liability", pointer="/liability")

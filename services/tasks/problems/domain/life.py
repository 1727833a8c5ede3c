"""A problem from its finding to its closing 销号, and back when it relapses: the steps."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from shared.errors import IllegalStep, RuleViolation


class Category(StrEnum):
    """问题类别."""

    WATER = "water"
    GAS = "gas"
    SOLID_WASTE = "solid_waste"
    EIA = "eia"
    NOISE = "noise"
    OTHER = "other"


class Severity(StrEnum):
    IMMEDIATE = "immediate"  # 立行立改,不过日
    GENERAL = "general"  # 一般,不过周
    MAJOR = "major"  # 重大,限时改


class ListLevel(StrEnum):
    """Which list of problems it stands on (七张问题清单 and those of city and county)."""

    NONE = "none"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"


class ProblemState(StrEnum):
    """销号四步 are submitted, verified, approved, published."""

    FOUND = "found"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    APPROVED = "approved"
    PUBLISHED = "published"
    CLOSED = "closed"
    REOPENED = "reopened"  # 回头看 found a relapse


class ProblemAction(StrEnum):
    ASSIGN = "assign"
    RECTIFY = "rectify"
    SUBMIT = "submit"
    VERIFY = "verify"
    APPROVE = "approve"
    PUBLISH = "publish"
    CLOSE = "close"
    REJECT = "reject"
    REOPEN = "reopen"  # by the result of a look-back, by no route of its own
    ASK_EXTENSION = "ask_extension"  # 申请延期
    DECIDE_EXTENSION = "decide_extension"
    ENLIST = "enlist"  # 列入清单
    SEND_TO_LIST = "send_to_list"
    RECEIVE_ON_LIST = "receive_on_list"
    FILE_CLOSING = "file_closing"  # 备案销号
    PUNISH = "punish"  # 四罚
    TAKE_CASE = "take_case"  # a case was filed for it


_S, _A = ProblemState, ProblemAction
_LISTED: Final = (_A.SEND_TO_LIST, _A.RECEIVE_ON_LIST, _A.PUNISH)
_STAYS: Final = {
    **dict.fromkeys(ProblemState, (_A.ENLIST, *_LISTED)),
    # Its list says who accepts it: once accepted, it goes on another only by way of a rejection.
    _S.APPROVED: _LISTED,
    _S.PUBLISHED: _LISTED,
    _S.CLOSED: (),
}
# Time is asked for while it runs.
_TIMED: Final = (_S.FOUND, _S.ASSIGNED, _S.RECTIFYING, _S.REOPENED)
_FORWARD: Final[Mapping[ProblemState, Mapping[ProblemAction, ProblemState]]] = {
    _S.FOUND: {_A.ASSIGN: _S.ASSIGNED},
    _S.ASSIGNED: {_A.RECTIFY: _S.RECTIFYING},
    _S.RECTIFYING: {_A.RECTIFY: _S.RECTIFYING, _A.SUBMIT: _S.SUBMITTED},
    _S.SUBMITTED: {_A.VERIFY: _S.VERIFIED, _A.REJECT: _S.RECTIFYING},
    _S.VERIFIED: {_A.APPROVE: _S.APPROVED, _A.REJECT: _S.RECTIFYING},
    _S.APPROVED: {
        _A.PUBLISH: _S.PUBLISHED,
        _A.FILE_CLOSING: _S.APPROVED,
        _A.CLOSE: _S.CLOSED,
        _A.REJECT: _S.RECTIFYING,
    },
    _S.PUBLISHED: {
        _A.FILE_CLOSING: _S.PUBLISHED,
        _A.CLOSE: _S.CLOSED,
        _A.REJECT: _S.RECTIFYING,
    },
    _S.CLOSED: {_A.REOPEN: _S.REOPENED},
    # Whoever answered for it still does, or another is named.
    _S.REOPENED: {_A.ASSIGN: _S.ASSIGNED, _A.RECTIFY: _S.RECTIFYING},
}


def _table() -> Mapping[ProblemState, Mapping[ProblemAction, ProblemState]]:
    timed = (_A.ASK_EXTENSION, _A.DECIDE_EXTENSION)
    return {
        state: {
            **_FORWARD[state],
            **(dict.fromkeys(timed, state) if state in _TIMED else {}),
            **dict.fromkeys(_STAYS[state], state),
            # The case may outlast the problem.
            _A.TAKE_CASE: state,
        }
        for state in ProblemState
    }


TRANSITIONS: Final = _table()

# Who may take a step forward may send back instead.
DECIDES: Final[Mapping[ProblemState, ProblemAction]] = {
    ProblemState.SUBMITTED: ProblemAction.VERIFY,
    ProblemState.VERIFIED: ProblemAction.APPROVE,
    ProblemState.APPROVED: ProblemAction.PUBLISH,
    ProblemState.PUBLISHED: ProblemAction.CLOSE,
}


class FoundOutsideInspection(RuleViolation):
    code = "found_outside_inspection"
    zh = "发现时间须在检查开始之后,且不晚于当前时间。"
    en = "A problem is found after its inspection began, and not in the future."


def step(state: ProblemState, action: ProblemAction) -> ProblemState:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*TRANSITIONS[state]]) from None


def check_finding(found_at: datetime, *, inspection_started_at: datetime, now: datetime) -> None:
    if not inspection_started_at <= found_at <= now:
        raise FoundOutsideInspection

"""A lead's way from receipt to closing; none is closed unchecked (acceptance row 0-05)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import Forbidden, IllegalStep, InvalidInput, RuleViolation


class LeadState(StrEnum):
    """线索状态. A merged lead has no way of its own: its matter's is its own."""

    RECEIVED = "received"
    MERGED = "merged"
    GRADED = "graded"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    HANDED_ON = "handed_on"
    VERIFIED = "verified"
    CLOSED = "closed"


class LeadAction(StrEnum):
    """`receive`, `take_in`, `regrade` and `take_back` are written by the system, not asked for."""

    RECEIVE = "receive"
    GRADE = "grade"
    REGRADE = "regrade"
    MERGE = "merge"
    TAKE_IN = "take_in"  # another lead was merged into this one
    UNMERGE = "unmerge"
    ASSIGN = "assign"
    ACCEPT = "accept"
    REFUSE = "refuse"
    HAND_ON = "hand_on"
    TAKE_BACK = "take_back"  # the task was called off
    VERIFY = "verify"
    CLOSE = "close"


class Verification(StrEnum):
    """核实结果."""

    CONFIRMED = "confirmed"  # 属实
    NOT_CONFIRMED = "not_confirmed"  # 不属实
    UNVERIFIABLE = "unverifiable"  # 无法核实
    FORWARDED = "forwarded"  # 移送其他部门


S, A = LeadState, LeadAction
TRANSITIONS: Final[Mapping[LeadState, Mapping[LeadAction, LeadState]]] = {
    S.RECEIVED: {A.GRADE: S.GRADED, A.MERGE: S.MERGED, A.TAKE_IN: S.RECEIVED},
    S.MERGED: {A.UNMERGE: S.RECEIVED},
    S.GRADED: {
        A.GRADE: S.GRADED,
        A.REGRADE: S.GRADED,
        A.MERGE: S.MERGED,
        A.TAKE_IN: S.GRADED,
        A.ASSIGN: S.ASSIGNED,
        A.VERIFY: S.VERIFIED,
    },
    S.ASSIGNED: {
        A.ACCEPT: S.ACCEPTED,
        A.REFUSE: S.GRADED,
        A.TAKE_IN: S.ASSIGNED,
        A.REGRADE: S.ASSIGNED,
    },
    # A division that took it may find that it is another's after all.
    S.ACCEPTED: {
        A.ASSIGN: S.ASSIGNED,
        A.HAND_ON: S.HANDED_ON,
        A.VERIFY: S.VERIFIED,
        A.TAKE_IN: S.ACCEPTED,
        A.REGRADE: S.ACCEPTED,
    },
    S.HANDED_ON: {
        A.VERIFY: S.VERIFIED,
        A.TAKE_BACK: S.ACCEPTED,
        A.TAKE_IN: S.HANDED_ON,
        A.REGRADE: S.HANDED_ON,
    },
    S.VERIFIED: {A.CLOSE: S.CLOSED},
    S.CLOSED: {},
}
# What is done by its own route; the rest follows from other acts.
ASKED_FOR: Final = (
    A.GRADE,
    A.MERGE,
    A.UNMERGE,
    A.ASSIGN,
    A.ACCEPT,
    A.REFUSE,
    A.HAND_ON,
    A.VERIFY,
    A.CLOSE,
)
# Still to be checked, and therefore still to be joined.
OPEN: Final = (S.RECEIVED, S.GRADED, S.ASSIGNED, S.ACCEPTED, S.HANDED_ON)

CHECK_CLOCK: Final = "check"
GRADE_CLOCK: Final = "grade"
ANSWER_CLOCK: Final = "answer"
SURVEY_CLOCK: Final = "survey"
_TITLES: Final = {
    CHECK_CLOCK: ("线索核查时限", "Time limit for checking a lead"),
    GRADE_CLOCK: ("线索研判分级时限", "Time limit for grading a lead"),
    ANSWER_CLOCK: ("线索接收答复时限", "Time limit for answering an assignment"),
    SURVEY_CLOCK: ("走航、遥感扫描答复时限", "Time limit for answering a survey request"),
}


class AssignedToHolder(RuleViolation):
    code = "lead_held_already"
    zh = "线索已由 {division} 承办。"
    en = "{division} has the lead already."


class ForwardedNowhere(InvalidInput):
    code = "forwarded_nowhere"
    zh = "移送其他部门须写明接收部门,其他结果不得填写。"
    en = "Who receives the lead is stated when it is forwarded, and only then."


class NotPushedToYou(Forbidden):
    code = "lead_not_yours"
    zh = "该线索由指定人员核查。"
    en = "Named officers check this lead."


def step(state: LeadState, action: LeadAction) -> LeadState:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*TRANSITIONS[state]]) from None


def check_result(result: Verification, forwarded_to: str | None) -> None:
    if (result is Verification.FORWARDED) is (forwarded_to is None):
        raise ForwardedNowhere(reason="forwarded_to", pointer="/forwarded_to")


def by_task(problems_found: int) -> Verification:
    """What a finished task says of the lead it came from."""
    return Verification.CONFIRMED if problems_found else Verification.NOT_CONFIRMED


def hours(kind: str, amount: int) -> Term:
    return Term(amount, Unit.HOURS, _basis(kind), evidence="DD")


def days(kind: str, amount: int) -> Term:
    """Natural days that do not roll: a trace of pollution does not wait for a working day."""
    return Term(amount, Unit.NATURAL_DAYS, _basis(kind), rolls=False, evidence="DD")


def _basis(kind: str) -> LegalBasis:
    zh, en = _TITLES[kind]
    return LegalBasis(law_code=f"lead-{kind}", title_zh=zh, title_en=en)

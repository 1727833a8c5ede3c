"""The course of a letter between two organs: assistance request (协查函) or hand-over (移交).

Neither commands the other. Any organ may ask another for help within its competence, which must
help (行政处罚法 art. 26); who cannot answers with reasons (环境行政处罚办法 2010 art. 27).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from shared import divisions
from shared.clocks.term import PENALTY_LAW, ExtensionRule, LegalBasis, Term, Unit
from shared.errors import InvalidInput, RuleViolation


class LetterKind(StrEnum):
    """What is sent; also the subject kind of its clocks and the series of its numbers."""

    REQUEST = "assistance_request"  # 协查函
    HANDOVER = "handover"  # 线索移交、案件移送


class State(StrEnum):
    SENT = "sent"  # 已发出
    ACKNOWLEDGED = "acknowledged"  # 已签收
    OBJECTED = "objected"  # 提出异议
    REFERRED = "referred"  # 报请共同上一级指定
    WORKING = "working"  # 办理中
    REPLIED = "replied"  # 已回复
    ACCEPTED = "accepted_by_sender"  # 发函方认可
    RETURNED = "returned"  # 退回补充
    WITHDRAWN = "withdrawn"  # 撤回、改送他处


class Action(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    OBJECT = "object"
    WITHDRAW = "withdraw"
    REDIRECT = "redirect"
    INSIST = "insist"
    DESIGNATE = "designate"
    REASSIGN = "reassign"
    BEGIN = "begin"
    EXTEND = "extend"
    REPLY = "reply"
    ACCEPT = "accept"
    RETURN = "return"
    ESCALATE = "escalate"
    URGE = "urge"
    RECEIVE = "receive"
    RECOGNISE = "recognise"


TRANSITIONS: Final[Mapping[State, Mapping[Action, State]]] = {
    State.SENT: {
        Action.ACKNOWLEDGE: State.ACKNOWLEDGED,
        Action.OBJECT: State.OBJECTED,
        Action.WITHDRAW: State.WITHDRAWN,
        Action.ESCALATE: State.SENT,
        Action.URGE: State.SENT,
    },
    State.ACKNOWLEDGED: {
        Action.BEGIN: State.WORKING,
        Action.OBJECT: State.OBJECTED,
        Action.RECEIVE: State.ACKNOWLEDGED,
        Action.EXTEND: State.ACKNOWLEDGED,
        Action.WITHDRAW: State.WITHDRAWN,
        Action.ESCALATE: State.ACKNOWLEDGED,
        Action.URGE: State.ACKNOWLEDGED,
    },
    State.OBJECTED: {
        Action.WITHDRAW: State.WITHDRAWN,
        Action.REDIRECT: State.WITHDRAWN,
        Action.INSIST: State.REFERRED,
    },
    State.REFERRED: {
        Action.WITHDRAW: State.WITHDRAWN,
        Action.DESIGNATE: State.ACKNOWLEDGED,
        Action.REASSIGN: State.WITHDRAWN,
    },
    State.WORKING: {
        Action.RECEIVE: State.WORKING,
        Action.EXTEND: State.WORKING,
        Action.REPLY: State.REPLIED,
        Action.RECOGNISE: State.WORKING,
        Action.ESCALATE: State.WORKING,
        Action.URGE: State.WORKING,
    },
    State.REPLIED: {
        Action.ACCEPT: State.ACCEPTED,
        Action.RETURN: State.RETURNED,
        Action.RECEIVE: State.REPLIED,
        Action.RECOGNISE: State.REPLIED,
    },
    State.RETURNED: {
        Action.RECEIVE: State.RETURNED,
        Action.EXTEND: State.RETURNED,
        Action.REPLY: State.REPLIED,
        Action.RECOGNISE: State.RETURNED,
        Action.ESCALATE: State.RETURNED,
        Action.URGE: State.RETURNED,
    },
    State.ACCEPTED: {Action.RECOGNISE: State.ACCEPTED},
    State.WITHDRAWN: {},
}
# The receiver is bound to act, hence can be late.
OWED: Final = frozenset(state for state, legal in TRANSITIONS.items() if Action.ESCALATE in legal)
ANSWERED: Final = frozenset({State.REPLIED, State.ACCEPTED})


class Side(StrEnum):
    """Who takes a step."""

    SENDER = "sender"
    RECEIVER = "receiver"
    SUPERIOR = "superior"
    SYSTEM = "system"


# Whose step it is and the right to it. Evidence is received and recognised by the organ it came to,
# which is the receiver of a hand-over and the sender of a request.
STEPS: Final[Mapping[Action, tuple[Side, str]]] = {
    Action.ACKNOWLEDGE: (Side.RECEIVER, "assistance.work"),
    Action.OBJECT: (Side.RECEIVER, "assistance.object"),
    Action.WITHDRAW: (Side.SENDER, "assistance.judge"),
    Action.REDIRECT: (Side.SENDER, "assistance.judge"),
    Action.INSIST: (Side.SENDER, "assistance.judge"),
    Action.DESIGNATE: (Side.SUPERIOR, "assistance.designate"),
    Action.REASSIGN: (Side.SUPERIOR, "assistance.designate"),
    Action.URGE: (Side.SUPERIOR, "assistance.designate"),
    Action.BEGIN: (Side.RECEIVER, "assistance.work"),
    Action.EXTEND: (Side.RECEIVER, "assistance.extend"),
    Action.REPLY: (Side.RECEIVER, "assistance.work"),
    Action.ACCEPT: (Side.SENDER, "assistance.judge"),
    Action.RETURN: (Side.SENDER, "assistance.judge"),
    Action.RECEIVE: (Side.RECEIVER, "assistance.work"),
    Action.RECOGNISE: (Side.RECEIVER, "handover.recognise"),
}
ON_EVIDENCE: Final = frozenset({Action.RECEIVE, Action.RECOGNISE})


def side(kind: LetterKind, action: Action) -> Side:
    """Who takes the step with a letter of this kind; escalation is the system's."""
    if action is Action.ESCALATE:
        return Side.SYSTEM
    who, _ = STEPS[action]
    turned = kind is LetterKind.REQUEST and action in ON_EVIDENCE
    return Side.SENDER if turned else who


class ClockKind(StrEnum):
    """What is due of a letter, and by when it goes to the common superior."""

    ACKNOWLEDGE = "acknowledge"
    OBJECTION = "objection"
    MEASURES = "measures"
    REPLY = "reply"
    ESCALATION = "escalation"


# An objection is a right, not a duty: letting it lapse makes nothing late.
DUTIES: Final = frozenset({ClockKind.ACKNOWLEDGE, ClockKind.MEASURES, ClockKind.REPLY})
HELP: Final = LegalBasis(PENALTY_LAW, "26", "行政处罚法", "Administrative Penalty Law")
WARN: Final = "assistance.warn_before_hours"
RAISE: Final = "assistance.raise_after_hours"
RETURN_RESTARTS: Final = "assistance.return_restarts_reply"
_SETTING: Final[Mapping[ClockKind, tuple[str, Unit]]] = {
    ClockKind.ACKNOWLEDGE: ("assistance.acknowledge_working_days", Unit.WORKING_DAYS),
    ClockKind.OBJECTION: ("assistance.objection_working_days", Unit.WORKING_DAYS),
    ClockKind.MEASURES: ("assistance.urgent_measures_hours", Unit.HOURS),
    ClockKind.REPLY: ("assistance.reply_working_days", Unit.WORKING_DAYS),
    ClockKind.ESCALATION: ("assistance.escalate_after_working_days", Unit.WORKING_DAYS),
}
_EXTENSION: Final = "assistance.reply_extension_working_days"


class IllegalLetterStep(RuleViolation):
    code = "illegal_step"
    zh = "当前状态为 {state},不能执行 {action}。"
    en = "Cannot {action} what is {state}."


class BadLetter(InvalidInput):
    """A letter that could not be answered by whom it is sent to."""

    code = "bad_letter"
    zh = "函件有误:{reason}"
    en = "The letter does not hold together: {reason}"


class ObjectionBarred(RuleViolation):
    """The time to say "not ours" has passed, or the common superior has designated the organ."""

    code = "objection_barred"
    zh = "异议期已过或已由共同上一级指定,不能再提出异议。"
    en = "The time to object has passed, or the common superior has designated the organ."


class NotEscalated(RuleViolation):
    """The superior urges where a duty was left undone, not before."""

    code = "not_escalated"
    zh = "该函件尚未报送共同上一级。"
    en = "The letter has not come before the common superior."


class NoCommonSuperior(RuleViolation):
    """Across provinces nobody in this system may designate; the state does."""

    code = "no_common_superior"
    zh = "双方跨省,系统内没有共同上一级机关。"
    en = "The parties lie in different provinces and have no common superior here."


def step(state: State, action: Action) -> State:
    """Where `action` leads from `state`; IllegalLetterStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalLetterStep(state=state.value, action=action.value) from None


def number(kind: LetterKind, sender: str, year: int, serial: int) -> str:
    """The number on the letter, from the sender's own yearly counter: 330281-XC-2026-00001."""
    mark = "XC" if kind is LetterKind.REQUEST else "YJ"  # 协查、移交
    return f"{sender}-{mark}-{year}-{serial:05d}"


def opening_clocks(*, urgent: bool) -> tuple[ClockKind, ...]:
    """What runs once a letter is sent; first measures only where evidence may vanish."""
    kinds = (ClockKind.ACKNOWLEDGE, ClockKind.OBJECTION, ClockKind.REPLY)
    return (*kinds, ClockKind.MEASURES) if urgent else kinds


def term(kind: ClockKind, settings: Mapping[str, Any]) -> Term:
    """The time limit of a clock: all are our own defaults, set by `rule_setting`."""
    name, unit = _SETTING[kind]
    extension = None
    if kind is ClockKind.REPLY:
        extension = ExtensionRule(each=settings[_EXTENSION], basis=HELP)
    return Term(settings[name], unit, HELP, evidence="DD", extension=extension)


def ladder_hours(settings: Mapping[str, Any]) -> tuple[timedelta, timedelta]:
    """How long before a deadline to warn, and after it to raise."""
    return timedelta(hours=settings[WARN]), timedelta(hours=settings[RAISE])


def common_superior(sender: str, receiver: str) -> str | None:
    """The scope whose head decides between the two; none across provinces."""
    found = divisions.common_superior([sender, receiver])
    return None if found == divisions.NATION else found


def within_last_day(due_at: datetime) -> datetime:
    """An instant still in the term, so that what follows it counts from the day after its last."""
    return due_at - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Duty:
    """A running clock as far as lateness goes."""

    kind: str
    due_at: datetime | None


def is_overdue(duties: tuple[Duty, ...], now: datetime) -> bool:
    """Whether a running duty of the receiver has run out."""
    return any(
        each.kind in DUTIES and each.due_at is not None and each.due_at <= now for each in duties
    )

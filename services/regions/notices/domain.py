"""Notice of a matter near a border (交界地区情况通报): both sides know of it at once.

Bureaus that do not command one another tell each other what they meet at their border, each
acknowledges, and says what it found on its side (信息共享, 线索移送: S64, S66). The clocks and
states are our own [DD].
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import InvalidInput, RuleViolation


class State(StrEnum):
    OPEN = "open"  # 已通报
    ANSWERED = "answered"  # 各方均已答复
    CLOSED = "closed"  # 已办结


class PartyState(StrEnum):
    """Where one neighbour stands by itself."""

    TOLD = "told"  # 待签收
    ACKNOWLEDGED = "acknowledged"  # 已签收
    ANSWERED = "answered"  # 已答复


class Action(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    CLOSE = "close"


class Urgency(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"  # evidence may vanish, or harm grow


class Finding(StrEnum):
    """What a neighbour found on its side."""

    NO_FACTS = "no_facts"  # 未发现所述情况
    JOINT_HANDLING = "joint_handling"  # 建议联合处置
    HANDED_OVER = "handed_over"  # 已移交其他有权机关


class Position(StrEnum):
    """How the giver lies to a neighbour where both share a river or lake."""

    DOWNSTREAM = "downstream"  # 下游
    UPSTREAM = "upstream"  # 上游
    LEFT_BANK = "left_bank"  # 左岸
    RIGHT_BANK = "right_bank"  # 右岸
    LARGER_SHARE = "larger_share"  # 所占面积较大一方
    SMALLER_SHARE = "smaller_share"  # 所占面积较小一方


class Contact(StrEnum):
    """Whose duty it is to make contact, and on what rule."""

    DOWNSTREAM_TO_UPSTREAM = "downstream_to_upstream"
    LEFT_TO_RIGHT_BANK = "left_to_right_bank"
    LARGER_TO_SMALLER_SHARE = "larger_to_smaller_share"
    GIVER = "giver"


# Who contacts whom on rivers (S70): the rule, and whether the giver is the one who contacts.
CONTACTS: Final[Mapping[Position, tuple[Contact, bool]]] = {
    Position.DOWNSTREAM: (Contact.DOWNSTREAM_TO_UPSTREAM, True),
    Position.UPSTREAM: (Contact.DOWNSTREAM_TO_UPSTREAM, False),
    Position.LEFT_BANK: (Contact.LEFT_TO_RIGHT_BANK, True),
    Position.RIGHT_BANK: (Contact.LEFT_TO_RIGHT_BANK, False),
    Position.LARGER_SHARE: (Contact.LARGER_TO_SMALLER_SHARE, True),
    Position.SMALLER_SHARE: (Contact.LARGER_TO_SMALLER_SHARE, False),
}

# The notice is answered once every neighbour is: `settled` says where an answer leads.
TRANSITIONS: Final[Mapping[State, frozenset[Action]]] = {
    State.OPEN: frozenset({Action.ACKNOWLEDGE, Action.ANSWER, Action.CLOSE}),
    # Until the giver closes, a neighbour may find more and say so.
    State.ANSWERED: frozenset({Action.ANSWER, Action.CLOSE}),
    State.CLOSED: frozenset(),
}
PARTY_TRANSITIONS: Final[Mapping[PartyState, Mapping[Action, PartyState]]] = {
    PartyState.TOLD: {Action.ACKNOWLEDGE: PartyState.ACKNOWLEDGED},
    PartyState.ACKNOWLEDGED: {Action.ANSWER: PartyState.ANSWERED},
    PartyState.ANSWERED: {Action.ANSWER: PartyState.ANSWERED},
}


class IllegalNoticeStep(RuleViolation):
    code = "illegal_step"
    zh = "当前状态为 {state},不能执行 {action}。"
    en = "Cannot {action} what is {state}."


class NotNeighbours(InvalidInput):
    code = "not_neighbours"
    zh = "{neighbour} 与 {division} 既不接壤,也不在海上相邻距离内。"
    en = "{neighbour} neither borders on {division} nor is near it over the sea."


class BadNotice(InvalidInput):
    code = "bad_notice"
    zh = "通报内容有误:{reason}"
    en = "The notice does not hold together: {reason}"


class NotNotified(InvalidInput):
    code = "not_notified"
    zh = "本通报未涉及 {division}。"
    en = "This notice does not concern {division}."


class AnswersMissing(RuleViolation):
    """The giver may close without them, but has to say so."""

    code = "answers_missing"
    zh = "以下各方尚未答复:{silent}。"
    en = "These have not answered yet: {silent}."


def require_legal(state: State, action: Action) -> None:
    """IllegalNoticeStep if the notice no longer allows it."""
    if action not in TRANSITIONS[state]:
        raise IllegalNoticeStep(state=state.value, action=action.value)


def party_step(state: PartyState, action: Action) -> PartyState:
    """Where a neighbour's act leads it; IllegalNoticeStep if nowhere."""
    try:
        return PARTY_TRANSITIONS[state][action]
    except KeyError:
        raise IllegalNoticeStep(state=state.value, action=action.value) from None


def settled(states: Iterable[PartyState]) -> State:
    """Where a notice that is not closed stands, by its neighbours."""
    whole = all(each is PartyState.ANSWERED for each in states)
    return State.ANSWERED if whole else State.OPEN


def silent(states: Mapping[str, PartyState]) -> tuple[str, ...]:
    """The neighbours that have not answered."""
    return tuple(sorted(code for code, at in states.items() if at is not PartyState.ANSWERED))


def require_distinct(division: str, neighbours: Sequence[str]) -> None:
    """BadNotice if a neighbour is named twice, or is the matter's own division."""
    if len(set(neighbours)) < len(neighbours):
        raise BadNotice(reason="a neighbour is named twice", pointer="/neighbours")
    if division in neighbours:
        raise BadNotice(reason="the matter's own division is no neighbour", pointer="/neighbours")


def require_whole(finding: Finding, handed_over_to: str | None) -> None:
    """BadNotice unless what was handed over, and only that, names who has it now."""
    if (finding is Finding.HANDED_OVER) != (handed_over_to is not None):
        raise BadNotice(
            reason="who has it now is named when it was handed over", pointer="/handed_over_to"
        )


@dataclass(frozen=True, slots=True)
class Duty:
    """Who contacts whom, and by which rule."""

    rule: Contact
    from_division: str
    to_division: str


def duty(giver: str, neighbour: str, position: Position | None) -> Duty:
    """Whose duty the contact is: on shared waters as S70 has it, else the giver's."""
    if position is None:
        return Duty(Contact.GIVER, giver, neighbour)
    rule, giver_contacts = CONTACTS[position]
    ends = (giver, neighbour) if giver_contacts else (neighbour, giver)
    return Duty(rule, *ends)


ACKNOWLEDGE: Final = "acknowledge"
PRACTICE: Final = LegalBasis(
    "border-notice", "", "交界地区情况通报", "Notice of matters near a border"
)
TERMS: Final[Mapping[Urgency, tuple[str, Unit]]] = {
    Urgency.NORMAL: ("notice.acknowledge_working_days", Unit.WORKING_DAYS),
    Urgency.URGENT: ("notice.acknowledge_urgent_hours", Unit.HOURS),
}


def acknowledgement(urgency: Urgency, figures: Mapping[str, Any]) -> Term:
    """How long a neighbour has to acknowledge; an urgent matter counts in hours, rest days too."""
    name, unit = TERMS[urgency]
    return Term(figures[name], unit, PRACTICE, evidence="DD")


def rungs(urgency: Urgency, figures: Mapping[str, Any]) -> tuple[timedelta, timedelta]:
    """How long before the end the neighbour is warned, and after it those above are told."""
    before = figures["notice.warn_before_minutes"][urgency]
    after = figures["notice.raise_after_minutes"][urgency]
    return timedelta(minutes=before), timedelta(minutes=after)

"""What a petition is and the steps of its life (信访工作条例; DOMAIN 2.1, 2.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final

from shared.errors import InvalidInput, RuleViolation


class Purpose(StrEnum):
    """Art. 29-31."""

    SUGGESTION = "suggestion"  # 建议意见
    ACCUSATION = "accusation"  # 检举控告
    CLAIM = "claim"  # 申诉求决


class Channel(StrEnum):
    """Art. 17, and the environmental hotlines of practice."""

    NETWORK = "network"
    LETTER = "letter"
    PHONE = "phone"
    FAX = "fax"
    VISIT = "visit"
    WECHAT = "wechat"
    HOTLINE_12369 = "hotline_12369"
    HOTLINE_12345 = "hotline_12345"
    MESSAGE_BOARD = "message_board"
    INSPECTION_GROUP = "inspection_group"
    EMERGENCY_110 = "emergency_110"


class Medium(StrEnum):
    """Pollution types (DOMAIN 6.3); a petition may carry several."""

    AIR = "air"
    WATER = "water"
    NOISE = "noise"
    SOLID_WASTE = "solid_waste"
    SOIL = "soil"
    RADIATION = "radiation"
    ECOLOGY = "ecology"
    CONSTRUCTION_PROJECT = "construction_project"
    MARINE = "marine"
    ELECTROMAGNETIC = "electromagnetic"
    MONITORING_DATA = "monitoring_data"
    OTHER = "other"


class Form(StrEnum):
    INDIVIDUAL = "individual"
    JOINT = "joint"
    COLLECTIVE = "collective"


class Urgency(StrEnum):
    """Art. 25."""

    NORMAL = "normal"
    MAJOR_URGENT = "major_urgent"


class Track(StrEnum):
    """Which procedure the matter goes through (art. 29-31)."""

    STATUTORY_DUTY = "statutory_duty"
    PETITION_OPINION = "petition_opinion"
    SUGGESTION_REPLY = "suggestion_reply"
    ACCUSATION_TRANSFER = "accusation_transfer"
    LEGAL_PATH = "legal_path"


class State(StrEnum):
    REGISTERED = "registered"
    TRANSFERRED = "transferred"
    ASSIGNED = "assigned"
    OBJECTED = "objected"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    IN_PROGRESS = "in_progress"
    REPLIED = "replied"
    REOPENED = "reopened"
    CLOSED = "closed"


class Step(StrEnum):
    """What an office does to a petition; each is one route and one line of its history."""

    TRANSFER = "transfer"
    ASSIGN = "assign"
    OBJECT = "object"
    ACCEPT_OBJECTION = "accept_objection"
    REJECT_OBJECTION = "reject_objection"
    ACCEPT = "accept"
    REFUSE = "refuse"
    START = "start"
    EXTEND = "extend"
    REPLY = "reply"
    SETTLE = "settle"  # a call-back found it solved
    REOPEN = "reopen"  # a call-back found it not solved, or the petitioner dissatisfied
    FILE = "file"  # closed without call-back: nobody can be called


_WITH_UNIT: Final = {
    Step.OBJECT: State.OBJECTED,
    Step.ACCEPT: State.ACCEPTED,
    Step.REFUSE: State.NOT_ACCEPTED,
}
TRANSITIONS: Final[Mapping[State, Mapping[Step, State]]] = {
    State.REGISTERED: {
        Step.TRANSFER: State.TRANSFERRED,
        Step.ASSIGN: State.ASSIGNED,
        Step.ACCEPT: State.ACCEPTED,
        Step.REFUSE: State.NOT_ACCEPTED,
    },
    State.TRANSFERRED: _WITH_UNIT,
    State.ASSIGNED: _WITH_UNIT,
    State.OBJECTED: {
        Step.ACCEPT_OBJECTION: State.REGISTERED,
        Step.REJECT_OBJECTION: State.TRANSFERRED,
    },
    State.ACCEPTED: {Step.START: State.IN_PROGRESS},
    State.IN_PROGRESS: {Step.EXTEND: State.IN_PROGRESS, Step.REPLY: State.REPLIED},
    State.REPLIED: {
        Step.SETTLE: State.CLOSED,
        Step.REOPEN: State.REOPENED,
        Step.FILE: State.CLOSED,
    },
    State.REOPENED: {Step.START: State.IN_PROGRESS},
    State.CLOSED: {},
    State.NOT_ACCEPTED: {},
}
RUNNING: Final = frozenset(
    {
        State.REGISTERED,
        State.TRANSFERRED,
        State.ASSIGNED,
        State.OBJECTED,
        State.ACCEPTED,
        State.IN_PROGRESS,
        State.REPLIED,
        State.REOPENED,
    }
)


class IllegalStep(RuleViolation):
    code = "illegal_step"
    zh = "当前状态({state})不能执行:{step}。"
    en = "Cannot {step} what is {state}."

    def __init__(self, state: StrEnum, step: StrEnum, allowed: Sequence[str]) -> None:
        super().__init__(state=state.value, step=step.value, allowed=list(allowed))


def step(state: State, taken: Step) -> State:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        raise IllegalStep(state, taken, list(TRANSITIONS[state])) from None


@dataclass(frozen=True, slots=True)
class NewPetition:
    """What an office enters when it registers a petition; the petitioner comes apart."""

    purpose: Purpose
    channel: Channel
    media: Sequence[Medium]
    form: Form
    urgency: Urgency
    track: Track
    office: str
    divisions: Sequence[str]
    division_shares: Mapping[str, str] | None
    title: str
    body: str
    place: str
    object_name: str | None
    object_code: str | None
    at_night: bool
    received_at: datetime
    source: str | None
    outside_number: str | None


class ReceivedInFuture(InvalidInput):
    code = "received_in_future"
    zh = "收到时间不能晚于现在。"
    en = "A petition cannot have been received in the future."


class UnequalShares(InvalidInput):
    code = "shares_not_one"
    zh = "各区划份额之和应为 1,实际为 {total}。"
    en = "The divisions' shares must sum to 1, not {total}."


def shares_of(named: Sequence[str], weights: Mapping[str, str] | None) -> dict[str, Fraction]:
    """How much of the petition counts for each division: equal parts unless said otherwise.

    One letter about two districts counts half in each (the figures of practice, S59).
    """
    if not weights:
        return {division: Fraction(1, len(named)) for division in named}
    shares = {division: Fraction(weight) for division, weight in weights.items()}
    if sum(shares.values()) != 1:
        raise UnequalShares(
            reason="shares", pointer="/division_shares", total=str(sum(shares.values()))
        )
    return shares

"""Emergency activation (应急联动): one place calls, both come (一地吹哨,两地报到; DOMAIN 4.1, 4.2).

What is done in an emergency is agreed beforehand, in tiers of a protocol; an activation only
chooses one. It is boxed in time, each place called acknowledges by a clock, and afterwards who
called reports by a clock. In a pollution alert both sides apply the stricter of their measures.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from shared import divisions
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import IllegalStep, InvalidInput, RuleViolation

PROTOCOL: Final = LegalBasis(
    "emergency-protocol", "", "应急联动预案(各方约定)", "Emergency protocol (as the parties agreed)"
)
HOURS: Final = timedelta(hours=1)


class Trigger(StrEnum):
    POLLUTION_ALERT = "pollution_alert"  # 重污染天气预警
    CROSS_BORDER_CLUE = "cross_border_clue"  # 跨区域线索


class AlertLevel(StrEnum):
    """重污染天气预警等级, from the lowest."""

    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class ProtocolState(StrEnum):
    PROPOSED = "proposed"  # 征求意见
    AGREED = "agreed"  # 各方同意
    ENDED = "ended"  # 终止


class ProtocolStep(StrEnum):
    ANSWER = "answer"
    AGREE = "agree"  # the last party's word
    DECIDE = "decide"  # the common superior's
    END = "end"


class State(StrEnum):
    ACTIVE = "active"  # 响应中
    ENDED = "ended"  # 响应终止
    REPORTED = "reported"  # 已总结评估
    CLOSED = "closed"  # 归档


class Step(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    ARRIVE = "arrive"
    DECLINE = "decline"
    CHANGE_TIER = "change_tier"
    EXTEND = "extend"
    JOIN_UP = "join_up"  # a joint operation grows out of it
    STAND_DOWN = "stand_down"
    LAPSE = "lapse"  # the time is over
    REPORT = "report"
    CONFIRM = "confirm"
    CLOSE = "close"


class Reply(StrEnum):
    """How far a called place has come."""

    CALLED = "called"
    ACKNOWLEDGED = "acknowledged"
    ARRIVED = "arrived"
    UNABLE = "unable"


PROTOCOL_TRANSITIONS: Final[Mapping[ProtocolState, Mapping[ProtocolStep, ProtocolState]]] = {
    ProtocolState.PROPOSED: {
        ProtocolStep.ANSWER: ProtocolState.PROPOSED,
        ProtocolStep.AGREE: ProtocolState.AGREED,
        ProtocolStep.DECIDE: ProtocolState.AGREED,
        ProtocolStep.END: ProtocolState.ENDED,
    },
    ProtocolState.AGREED: {ProtocolStep.END: ProtocolState.ENDED},
    ProtocolState.ENDED: {},
}
TRANSITIONS: Final[Mapping[State, Mapping[Step, State]]] = {
    State.ACTIVE: {
        Step.ACKNOWLEDGE: State.ACTIVE,
        Step.ARRIVE: State.ACTIVE,
        Step.DECLINE: State.ACTIVE,
        Step.CHANGE_TIER: State.ACTIVE,
        Step.EXTEND: State.ACTIVE,
        Step.JOIN_UP: State.ACTIVE,
        Step.STAND_DOWN: State.ENDED,
        Step.LAPSE: State.ENDED,
    },
    State.ENDED: {Step.REPORT: State.REPORTED},
    State.REPORTED: {Step.CONFIRM: State.REPORTED, Step.CLOSE: State.CLOSED},
    State.CLOSED: {},
}
REPLIES: Final[Mapping[Reply, Mapping[Step, Reply]]] = {
    Reply.CALLED: {Step.ACKNOWLEDGE: Reply.ACKNOWLEDGED, Step.DECLINE: Reply.UNABLE},
    Reply.ACKNOWLEDGED: {Step.ARRIVE: Reply.ARRIVED, Step.DECLINE: Reply.UNABLE},
    Reply.ARRIVED: {},
    Reply.UNABLE: {Step.ACKNOWLEDGE: Reply.ACKNOWLEDGED},
}


class BadProtocol(InvalidInput):
    """A protocol that could not be carried out."""

    code = "bad_protocol"
    zh = "应急联动预案有误:{reason}"
    en = "The protocol does not hold together: {reason}"


class UnknownTier(InvalidInput):
    code = "unknown_tier"
    zh = "预案没有该响应级别:{tier}。"
    en = "The protocol has no tier {tier}."


class TierForOther(InvalidInput):
    """A tier is agreed for a trigger and, in an alert, for a level."""

    code = "tier_for_other"
    zh = "该响应级别不适用于此触发情形。"
    en = "The tier is not agreed for this trigger."


class NotCalled(InvalidInput):
    code = "not_called"
    zh = "{division} 不是预案的参与方或未被呼叫。"
    en = "{division} is not a party of the protocol, or was not called."


class OutsideParties(InvalidInput):
    code = "outside_parties"
    zh = "事发地不在预案参与方的辖区内。"
    en = "The matter lies outside the parties of the protocol."


class NotAgreed(RuleViolation):
    code = "protocol_not_agreed"
    zh = "预案尚未生效或已终止,不能据此启动。"
    en = "The protocol is not agreed on, or has ended: nothing is activated by it."


class AnswersMissing(RuleViolation):
    """Silence is no consent: who has not spoken is named."""

    code = "answers_missing"
    zh = "以下各方尚未表态:{parties};应由其共同上一级决定。"
    en = "These have not spoken: {parties}; their common superior may decide."


class NothingToDecide(RuleViolation):
    code = "nothing_to_decide"
    zh = "各方意见一致,无需上级决定。"
    en = "The parties agree; there is nothing to decide."


class JoinedUp(RuleViolation):
    code = "joined_up_already"
    zh = "已据此拟定联合行动。"
    en = "A joint operation has been drafted from it already."


class TooLong(RuleViolation):
    code = "extension_refused"
    zh = "已延长 {times} 次或超过 {hours} 小时,不能再延长。"
    en = "Extended {times} times already, or beyond {hours} hours."


class TimeIsOver(RuleViolation):
    code = "time_is_over"
    zh = "响应时限已过。"
    en = "The time of the activation is over."


@dataclass(frozen=True, slots=True)
class Measure:
    """What one party does in a tier; of two with one code, the higher `strictness` is stricter."""

    code: str
    strictness: int
    text: str
    division: str


@dataclass(frozen=True, slots=True)
class Tier:
    """One level of response: when it applies, how fast the called answer, how long it lasts."""

    code: str
    trigger: Trigger
    alert_level: AlertLevel | None
    acknowledge_hours: int
    box_hours: int
    measures: tuple[Measure, ...]


def tier_to_json(tier: Tier) -> dict[str, Any]:
    return asdict(tier)


def tier_from_json(stored: Mapping[str, Any]) -> Tier:
    level = stored["alert_level"]
    return Tier(
        code=stored["code"],
        trigger=Trigger(stored["trigger"]),
        alert_level=None if level is None else AlertLevel(level),
        acknowledge_hours=stored["acknowledge_hours"],
        box_hours=stored["box_hours"],
        measures=tuple(Measure(**each) for each in stored["measures"]),
    )


def require_sound(
    parties: Sequence[str], tiers: Sequence[Tier], *, longest_acknowledge: int, longest_box: int
) -> None:
    """BadProtocol unless several parties agree on tiers that can be told apart."""
    if len(set(parties)) < len(parties):
        raise BadProtocol(reason="a party is named twice", pointer="/parties")
    if len(parties) < 2:  # noqa: PLR2004 -- joint means two
        raise BadProtocol(reason="a protocol has two parties at least", pointer="/parties")
    if len({each.code for each in tiers}) < len(tiers):
        raise BadProtocol(reason="a tier is named twice", pointer="/tiers")
    for number, tier in enumerate(tiers):
        if fault := _fault_of(tier, parties, longest_acknowledge, longest_box):
            raise BadProtocol(reason=fault, pointer=f"/tiers/{number}")


def _fault_of(
    tier: Tier, parties: Sequence[str], longest_acknowledge: int, longest_box: int
) -> str | None:
    if (tier.trigger is Trigger.POLLUTION_ALERT) != (tier.alert_level is not None):
        return "an alert has a level, a clue has none"
    if tier.acknowledge_hours > min(longest_acknowledge, tier.box_hours):
        return "too long to acknowledge"
    if tier.box_hours > longest_box:
        return "too long an activation"
    if not {each.division for each in tier.measures} <= set(parties):
        return "a measure is that of somebody else"
    return None


def tier_of(
    tiers: Iterable[Tier], code: str, *, trigger: Trigger, alert_level: AlertLevel | None
) -> Tier:
    """The tier of this code; TierForOther if it is agreed for another trigger or level."""
    found = next((each for each in tiers if each.code == code), None)
    if found is None:
        raise UnknownTier(reason=code, tier=code, pointer="/tier")
    if (found.trigger, found.alert_level) != (trigger, alert_level):
        raise TierForOther(reason=code, pointer="/tier")
    return found


def stricter(measures: Iterable[Measure]) -> tuple[Measure, ...]:
    """Of each kind of measure the strictest any party has: all apply it (S64).

    Of equally strict ones the first by division stands, so that the same tier reads the same.
    """
    best: dict[str, Measure] = {}
    for each in sorted(measures, key=lambda one: (one.code, -one.strictness, one.division)):
        best.setdefault(each.code, each)
    return tuple(best.values())


def require_call(
    *, caller: str, called: Sequence[str], parties: Sequence[str], matter_division: str
) -> None:
    """Who calls and who is called are parties, and the matter is one of theirs."""
    for index, each in enumerate(called):
        if each not in parties or each == caller or each in called[:index]:
            raise NotCalled(reason=each, division=each, pointer=f"/called/{index}")
    if caller not in parties:
        raise NotCalled(reason=caller, division=caller, pointer="/caller")
    if not any(divisions.covers(divisions.scope(each), matter_division) for each in parties):
        raise OutsideParties(reason=matter_division, pointer="/matter/division")


def protocol_step(state: ProtocolState, taken: ProtocolStep) -> ProtocolState:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return PROTOCOL_TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in PROTOCOL_TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def step(state: State, taken: Step) -> State:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def reply(state: Reply, taken: Step) -> Reply:
    """How far a called place comes by `taken`. Who was unable may come after all."""
    try:
        return REPLIES[state][taken]
    except KeyError:
        allowed = [each.value for each in REPLIES[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def require_running(ends_at: datetime, *, now: datetime) -> None:
    """TimeIsOver once the box is over, even if no job has seen it yet."""
    if now >= ends_at:
        raise TimeIsOver


def extended(
    ends_at: datetime, *, hours: int, box_hours: int, extensions: int, most: int
) -> datetime:
    """The new end; TooLong beyond `most` extensions of at most the tier's own box each."""
    if extensions >= most or hours > box_hours:
        raise TooLong(times=extensions, hours=box_hours)
    return ends_at + hours * HOURS


def acknowledge_term(hours: int) -> Term:
    """How long a called place has to answer, by the clock on the wall."""
    return Term(hours, Unit.HOURS, PROTOCOL, evidence="DD")


def report_term(working_days: int) -> Term:
    """How long who called has for the report, from the end of the activation."""
    return Term(working_days, Unit.WORKING_DAYS, PROTOCOL, evidence="DD")

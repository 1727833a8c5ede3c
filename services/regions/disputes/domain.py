"""Disputes of jurisdiction (管辖争议): who of several organs decides (行政处罚法 art. 25).

Of several that are competent, the first to file has the matter. Those that do not agree negotiate;
then their common superior designates one. Across provinces that is the state ministry, whose
written decision one party records and another confirms.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from shared import divisions
from shared.clocks.term import PENALTY_LAW, LegalBasis, Term, Unit
from shared.errors import InvalidInput, RuleViolation

KIND: Final = "jurisdiction_dispute"
SUPERIOR_CLOCK: Final = "negotiation"
JURISDICTION: Final = LegalBasis(PENALTY_LAW, "25", "行政处罚法", "Administrative Penalty Law")
MINISTRY: Final = "生态环境部"
ARTICLE: Final = "行政处罚法第二十五条"
_NEGOTIATION: Final = "dispute.negotiation_working_days"
PARTIES_MIN: Final = 2


class DisputeState(StrEnum):
    NEGOTIATING = "negotiating"  # 协商
    AGREED = "agreed"  # 协商一致
    REFERRED = "referred"  # 报请指定
    DECISION_RECORDED = "decision_recorded"  # 已登记部决定,待他方确认
    DESIGNATED = "designated"  # 指定管辖
    CLOSED = "closed"  # 移送完毕


class DisputeAction(StrEnum):
    STATE_POSITION = "state_position"
    AGREE = "agree"
    REFER = "refer"
    DESIGNATE = "designate"
    RECORD_DECISION = "record_decision"
    CONFIRM_DECISION = "confirm_decision"
    REJECT_DECISION = "reject_decision"
    HAND_OVER = "hand_over"
    KEEP = "keep"


class Stance(StrEnum):
    """What a party says of its own competence."""

    SILENT = "silent"
    CLAIMS = "claims"
    DENIES = "denies"


TRANSITIONS: Final[Mapping[DisputeState, Mapping[DisputeAction, DisputeState]]] = {
    DisputeState.NEGOTIATING: {
        DisputeAction.STATE_POSITION: DisputeState.NEGOTIATING,
        DisputeAction.AGREE: DisputeState.AGREED,
        DisputeAction.REFER: DisputeState.REFERRED,
    },
    DisputeState.AGREED: {
        DisputeAction.HAND_OVER: DisputeState.CLOSED,
        DisputeAction.KEEP: DisputeState.CLOSED,
    },
    DisputeState.REFERRED: {
        DisputeAction.DESIGNATE: DisputeState.DESIGNATED,
        DisputeAction.RECORD_DECISION: DisputeState.DECISION_RECORDED,
    },
    DisputeState.DECISION_RECORDED: {
        DisputeAction.CONFIRM_DECISION: DisputeState.DESIGNATED,
        DisputeAction.REJECT_DECISION: DisputeState.REFERRED,
    },
    DisputeState.DESIGNATED: {
        DisputeAction.HAND_OVER: DisputeState.CLOSED,
        DisputeAction.KEEP: DisputeState.CLOSED,
    },
    DisputeState.CLOSED: {},
}
# It is known who decides: what was preserved meanwhile may be let go.
DECIDED: Final = frozenset({DisputeState.AGREED, DisputeState.DESIGNATED, DisputeState.CLOSED})


class IllegalDisputeStep(RuleViolation):
    code = "illegal_step"
    zh = "当前状态为 {state},不能执行 {action}。"
    en = "Cannot {action} what is {state}."


class BadDispute(InvalidInput):
    code = "bad_dispute"
    zh = "管辖争议有误:{reason}"
    en = "The dispute does not hold together: {reason}"


class StillPreserved(RuleViolation):
    code = "still_preserved"
    zh = "管辖未定,证据保全不能解除。"
    en = "Nobody has been designated yet; the evidence stays preserved."


class PreservationEnded(RuleViolation):
    code = "preservation_ended"
    zh = "该项保全已解除。"
    en = "This preservation has ended already."


class SameParty(RuleViolation):
    """What one party recorded another confirms."""

    code = "same_party"
    zh = "应由另一方确认。"
    en = "Another party has to confirm."


class HasCommonSuperior(RuleViolation):
    code = "has_common_superior"
    zh = "双方有共同上一级机关({superior}),应由其指定。"
    en = "The parties have a common superior ({superior}), which designates."


def step(state: DisputeState, action: DisputeAction) -> DisputeState:
    """Where `action` leads from `state`; IllegalDisputeStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalDisputeStep(state=state.value, action=action.value) from None


def number(opener: str, year: int, serial: int) -> str:
    """From the opener's own yearly counter: 330281-GX-2026-00001."""
    return f"{opener}-GX-{year}-{serial:05d}"


def negotiation_term(settings: Mapping[str, Any]) -> Term:
    """How long parties talk before the dispute goes up by itself; the law names no figure."""
    return Term(settings[_NEGOTIATION], Unit.WORKING_DAYS, JURISDICTION, evidence="DD")


def common_superior(parties: Iterable[str]) -> str | None:
    """The scope whose head designates; none across provinces."""
    found = divisions.common_superior(parties)
    return None if found == divisions.NATION else found


@dataclass(frozen=True, slots=True)
class Position:
    """Where one party stands. `filed_at` is the instant it filed the case (立案), if it did."""

    division: str
    stance: Stance
    filed_at: datetime | None = None
    agrees_on: str | None = None


def first_to_file(positions: Iterable[Position]) -> str | None:
    """Who has the matter by art. 25: of those that claim it, the first that filed.

    Nobody, if none that claims has filed, or two did at the same instant.
    """
    filed = sorted(
        (each.filed_at, each.division)
        for each in positions
        if each.stance is Stance.CLAIMS and each.filed_at is not None
    )
    if not filed or (len(filed) > 1 and filed[0][0] == filed[1][0]):
        return None
    return filed[0][1]


def agreed_on(positions: Iterable[Position]) -> str | None:
    """The organ all parties name; silence is no consent."""
    named = {each.agrees_on for each in positions}
    return next(iter(named)) if len(named) == 1 else None


def require_sound(opener: str, parties: Iterable[str]) -> None:
    """BadDispute unless two organs at least are parties and the opener is one of them."""
    codes = list(parties)
    if len(set(codes)) < len(codes):
        raise BadDispute(reason="a party is named twice", pointer="/parties")
    if len(codes) < PARTIES_MIN:
        raise BadDispute(reason="a dispute has two parties at least", pointer="/parties")
    if opener not in codes:
        raise BadDispute(reason="who opens it is a party", pointer="/opened_by")


def require_party(division: str, parties: Iterable[str], *, pointer: str = "/division") -> None:
    if division not in set(parties):
        raise BadDispute(reason=f"{division} is not a party", pointer=pointer)

"""专项行动: what a campaign is about, how it lives, and its rounds and batches.

A campaign rests on a document of its organiser; what is changed after it was issued is said with a
reason. Rounds follow one another within its period (seed 000: five rounds, three batches).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.tasks.enterprises.domain.industries import require_industry
from shared.errors import AlreadyExists, IllegalStep, InvalidInput, ReasonMissing, RuleViolation


class CampaignKind(StrEnum):
    SPECIAL = "special"  # 专项行动
    SUPERVISION = "supervision"  # 监督帮扶, ordered from above
    CROSS = "cross"  # 交叉执法行动
    DRILL = "drill"  # 执法大练兵


class Medium(StrEnum):
    """Pollution types (DOMAIN 6.3)."""

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


class CampaignState(StrEnum):
    DRAFT = "draft"  # known to its organiser alone
    ISSUED = "issued"  # 印发
    RUNNING = "running"
    CLOSED = "closed"
    CALLED_OFF = "called_off"


class CampaignAction(StrEnum):
    """`draft` begins a campaign."""

    DRAFT = "draft"
    AMEND = "amend"
    APPROVE = "approve"  # the approval of a special check is recorded
    ISSUE = "issue"
    START = "start"
    CLOSE = "close"
    CALL_OFF = "call_off"


TRANSITIONS: Final[Mapping[CampaignState, Mapping[CampaignAction, CampaignState]]] = {
    CampaignState.DRAFT: {
        CampaignAction.AMEND: CampaignState.DRAFT,
        CampaignAction.APPROVE: CampaignState.DRAFT,
        CampaignAction.ISSUE: CampaignState.ISSUED,
        CampaignAction.CALL_OFF: CampaignState.CALLED_OFF,
    },
    CampaignState.ISSUED: {
        CampaignAction.AMEND: CampaignState.ISSUED,
        CampaignAction.APPROVE: CampaignState.ISSUED,
        CampaignAction.START: CampaignState.RUNNING,
        CampaignAction.CALL_OFF: CampaignState.CALLED_OFF,
    },
    CampaignState.RUNNING: {
        CampaignAction.AMEND: CampaignState.RUNNING,
        CampaignAction.APPROVE: CampaignState.RUNNING,
        CampaignAction.CLOSE: CampaignState.CLOSED,
        CampaignAction.CALL_OFF: CampaignState.CALLED_OFF,
    },
    CampaignState.CLOSED: {},
    CampaignState.CALLED_OFF: {},
}
# Its rounds, teams, groups and targets may be set up.
OPEN: Final = frozenset({CampaignState.DRAFT, CampaignState.ISSUED, CampaignState.RUNNING})
# Tasks may be ordered for it.
IN_FORCE: Final = frozenset({CampaignState.ISSUED, CampaignState.RUNNING})


class RoundKind(StrEnum):
    ROUND = "round"  # 轮次
    BATCH = "batch"  # 批次


class TargetBasis(StrEnum):
    """Why an enterprise is on a campaign's list."""

    MINISTRY = "ministry"  # 部推送、部交办
    PROVINCE = "province"  # 省级交办
    TRADE = "trade"  # 重点行业全覆盖
    OWN = "own"  # 自行排查


class CampaignPeriod(InvalidInput):
    code = "campaign_period"
    zh = "行动时间须先起后止。"
    en = "A campaign ends no earlier than it begins."


class DocumentNumberMissing(RuleViolation):
    code = "document_number_missing"
    zh = "印发前须填写文号。"
    en = "A campaign is issued under a document number."


class CampaignNotOpen(RuleViolation):
    code = "campaign_not_open"
    zh = "该专项行动已结束或已取消。"
    en = "The campaign is closed or was called off."


class CampaignNotInForce(RuleViolation):
    code = "campaign_not_in_force"
    zh = "该专项行动尚未印发,或已结束、取消。"
    en = "The campaign was not issued yet, is closed, or was called off."


class TooEarly(RuleViolation):
    code = "too_early"
    zh = "不早于 {day}。"
    en = "Not before {day}."


class RoundsUnderWay(RuleViolation):
    code = "rounds_under_way"
    zh = "轮次尚未结束:{rounds}"
    en = "Rounds have not ended: {rounds}"


class RoundOutside(InvalidInput):
    code = "round_outside"
    zh = "轮次须先起后止,且在行动时间之内。"
    en = "A round ends no earlier than it begins, and lies within the campaign."


class RoundsOutOfOrder(InvalidInput):
    code = "rounds_out_of_order"
    zh = "轮次须按序号先后开展。"
    en = "Rounds begin in the order of their numbers."


class RoundExists(AlreadyExists):
    code = "round_exists"
    zh = "该序号的轮次已存在。"
    en = "The campaign has a round of this number already."


@dataclass(frozen=True, slots=True)
class Facts:
    """What a campaign is about; `parties` take part besides the organiser."""

    name: str
    kind: CampaignKind
    document_title: str
    starts_on: date
    ends_on: date
    document_number: str | None = None
    media: tuple[Medium, ...] = ()
    industries: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """A round or a batch. `teams_planned` is how many teams its plan speaks of."""

    kind: RoundKind
    sequence: int
    starts_on: date
    ends_on: date
    teams_planned: int
    name: str | None = None
    id: UUID | None = None


def step(state: CampaignState, action: CampaignAction) -> CampaignState:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*TRANSITIONS[state]]) from None


def require_facts(facts: Facts) -> None:
    """CampaignPeriod or BadIndustry, with the place of what is wrong."""
    if facts.ends_on < facts.starts_on:
        raise CampaignPeriod(reason="period", pointer="/ends_on")
    for number, industry in enumerate(facts.industries):
        require_industry(industry, pointer=f"/industries/{number}")


def require_reason(state: CampaignState, reason: str | None) -> None:
    """A draft is its organiser's own; what others know already is changed with a reason."""
    if state is not CampaignState.DRAFT and reason is None:
        raise ReasonMissing(reason="reason", pointer="/reason")


def require_open(state: CampaignState) -> None:
    if state not in OPEN:
        raise CampaignNotOpen


def require_in_force(state: CampaignState) -> None:
    if state not in IN_FORCE:
        raise CampaignNotInForce


def require_begun(starts_on: date, *, today: date) -> None:
    if today < starts_on:
        raise TooEarly(day=starts_on.isoformat())


def require_ended(rounds: Iterable[Stage], *, today: date) -> None:
    """Every round and batch is over, so that nothing is reported for a closed campaign."""
    running = [f"{each.kind} {each.sequence}" for each in rounds if each.ends_on >= today]
    if running:
        raise RoundsUnderWay(rounds=", ".join(running))


def require_round(
    wanted: Stage, others: Iterable[Stage], *, starts_on: date, ends_on: date
) -> None:
    """A round within the campaign's days, and in order with the others of its kind."""
    if not starts_on <= wanted.starts_on <= wanted.ends_on <= ends_on:
        raise RoundOutside(reason="days", pointer="/ends_on")
    for each in others:
        itself = wanted.id is not None and each.id == wanted.id
        if itself or each.kind is not wanted.kind:
            continue
        if each.sequence == wanted.sequence:
            raise RoundExists
        if (each.sequence < wanted.sequence) != (each.starts_on < wanted.starts_on):
            raise RoundsOutOfOrder(reason="order", pointer="/starts_on")

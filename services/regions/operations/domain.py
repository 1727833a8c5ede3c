"""The joint operation (联动行动, DOMAIN 4.3): its states, and what consent means.

Parties do not command one another: an operation is issued when every party agreed, or when their
common superior decides (行政处罚法 art. 25). Silence is no consent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared import divisions
from shared.errors import InvalidInput, RuleViolation


class State(StrEnum):
    DRAFT = "draft"  # 拟定
    COUNTERSIGN = "countersign"  # 会签
    ISSUED = "issued"  # 印发
    PREPARING = "preparing"  # 准备
    RUNNING = "running"  # 实施
    HANDING_OVER = "handing_over"  # 移交
    SUMMARISED = "summarised"  # 总结通报
    LOOKED_BACK = "looked_back"  # 回头看
    CLOSED = "closed"  # 归档


class Action(StrEnum):
    COUNTERSIGN = "countersign"
    ANSWER = "answer"
    ISSUE = "issue"
    PREPARE = "prepare"
    START = "start"
    HAND_OVER = "hand_over"
    SUMMARISE = "summarise"
    LOOK_BACK = "look_back"
    CLOSE = "close"


class PartyRole(StrEnum):
    LEAD = "lead"  # 牵头
    MEMBER = "member"  # 参与


class Consent(StrEnum):
    PENDING = "pending"
    AGREED = "agreed"
    DECLINED = "declined"


class PartyStatus(StrEnum):
    """Where a party stands by itself."""

    INVITED = "invited"
    TAKING_PART = "taking_part"
    ENDED = "ended"


class IssuedBy(StrEnum):
    """On whose word an operation was issued."""

    CONSENT = "consent"
    COMMON_SUPERIOR = "common_superior"


TRANSITIONS: Final[Mapping[State, Mapping[Action, State]]] = {
    State.DRAFT: {Action.COUNTERSIGN: State.COUNTERSIGN},
    State.COUNTERSIGN: {Action.ANSWER: State.COUNTERSIGN, Action.ISSUE: State.ISSUED},
    State.ISSUED: {Action.PREPARE: State.PREPARING},
    State.PREPARING: {Action.START: State.RUNNING},
    State.RUNNING: {Action.HAND_OVER: State.HANDING_OVER},
    State.HANDING_OVER: {Action.SUMMARISE: State.SUMMARISED},
    State.SUMMARISED: {Action.LOOK_BACK: State.LOOKED_BACK},
    State.LOOKED_BACK: {Action.CLOSE: State.CLOSED},
    State.CLOSED: {},
}


class IllegalStep(RuleViolation):
    code = "illegal_step"
    zh = "当前状态为 {state},不能执行 {action}。"
    en = "Cannot {action} what is {state}."


class ConsentMissing(RuleViolation):
    code = "consent_missing"
    zh = "尚未取得以下各方同意:{parties};应由其共同上一级决定。"
    en = "Not every party agreed ({parties}); their common superior may decide."


class ResultsMissing(RuleViolation):
    code = "results_missing"
    zh = "尚无检查结果,不能总结通报。"
    en = "No result of an inspection has arrived, so there is nothing to report."


class NotAParty(InvalidInput):
    code = "not_a_party"
    zh = "{division} 不是本次行动的参与方。"
    en = "{division} is not a party to this operation."


class BadPlan(InvalidInput):
    """A draft that could not be carried out."""

    code = "bad_plan"
    zh = "行动方案有误:{reason}"
    en = "The plan does not hold together: {reason}"


class ReasonMissing(InvalidInput):
    code = "reason_missing"
    zh = "应说明理由。"
    en = "A reason must be given."


def step(state: State, action: Action) -> State:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=action.value, allowed=allowed) from None


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is to go together, about a matter in which division, and when."""

    lead: str
    parties: tuple[str, ...]
    matter_division: str
    planned_from: date
    planned_to: date
    due_on: date

    @property
    def divisions(self) -> tuple[str, ...]:
        """The lead and the parties, without doubles; the lead need not be a party."""
        return tuple(dict.fromkeys((self.lead, *self.parties)))


def require_sound(plan: Plan, *, today: date) -> None:
    """BadPlan unless two divisions at least act, in order, on a matter that is theirs."""
    if len(set(plan.parties)) < len(plan.parties):
        raise BadPlan(reason="a party is named twice", pointer="/parties")
    if len(plan.divisions) < 2:  # noqa: PLR2004 -- joint means two
        raise BadPlan(reason="a joint operation has two divisions at least", pointer="/parties")
    if not any(
        divisions.covers(divisions.scope(each), plan.matter_division) for each in plan.divisions
    ):
        raise BadPlan(reason="the matter lies outside all parties", pointer="/matter/division")
    if not today <= plan.planned_to <= plan.due_on or plan.planned_from > plan.planned_to:
        raise BadPlan(reason="the days are not in order", pointer="/planned_to")


def without_consent(consents: Mapping[str, Consent]) -> tuple[str, ...]:
    """The parties that have not agreed, whether they declined or kept silent."""
    return tuple(sorted(code for code, said in consents.items() if said is not Consent.AGREED))


@dataclass(frozen=True, slots=True)
class Totals:
    """What the inspections of an operation came to."""

    tasks: int
    inspections: int
    problems_found: int
    problems_closed: int


def totals(results: Iterable[tuple[int, int, int]]) -> Totals:
    """The sum over tasks of (inspections, problems found, problems closed)."""
    rows = list(results)
    found = [sum(column) for column in zip(*rows, strict=True)] or [0, 0, 0]
    return Totals(len(rows), *found)

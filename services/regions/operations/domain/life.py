"""The joint operation (联动行动, DOMAIN 4.3): its states, and what consent means.

Parties do not command one another: an operation is issued when every party agreed, or when their
common superior decides (行政处罚法 art. 25). Silence is no consent. A superior that sends its own
subordinates unannounced (飞行检查) commands and asks nobody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared import divisions
from shared.errors import IllegalStep, InvalidInput, RuleViolation


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
    CALLED_OFF = "called_off"  # 取消


class Kind(StrEnum):
    """Whether the plan is known to those it concerns before it starts."""

    NORMAL = "normal"
    SURPRISE = "surprise"  # 四不两直、飞行检查


class Action(StrEnum):
    AMEND = "amend"
    ADMIT = "admit"
    COUNTERSIGN = "countersign"
    ANSWER = "answer"
    ISSUE = "issue"
    PREPARE = "prepare"
    FORM_TEAM = "form_team"
    SEND_OFFICERS = "send_officers"
    START = "start"
    LEAVE = "leave"
    RECORD_FINDING = "record_finding"
    PASS_ON = "pass_on"  # noqa: S105 -- a step, no password
    DECLARE_SHARES = "declare_shares"
    FINISH = "finish"
    HAND_OVER = "hand_over"
    SUMMARISE = "summarise"
    CHECK_AGAIN = "check_again"
    LOOK_BACK = "look_back"
    CLOSE = "close"
    CALL_OFF = "call_off"


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
    FINISHED = "finished"  # its own part is closed
    LEFT = "left"
    # Of an operation archived before a party closed its own part, or called off unknown to it.
    ENDED = "ended"


class IssuedBy(StrEnum):
    """On whose word an operation was issued."""

    CONSENT = "consent"
    COMMON_SUPERIOR = "common_superior"
    COMMAND = "command"  # a superior over its own subordinates


ACTIVE: Final = frozenset({PartyStatus.INVITED, PartyStatus.TAKING_PART})

TRANSITIONS: Final[Mapping[State, Mapping[Action, State]]] = {
    State.DRAFT: {
        Action.AMEND: State.DRAFT,
        Action.ADMIT: State.DRAFT,
        Action.COUNTERSIGN: State.COUNTERSIGN,
        Action.CALL_OFF: State.CALLED_OFF,
    },
    State.COUNTERSIGN: {
        Action.ADMIT: State.COUNTERSIGN,
        Action.ANSWER: State.COUNTERSIGN,
        Action.LEAVE: State.COUNTERSIGN,
        Action.ISSUE: State.ISSUED,
        Action.CALL_OFF: State.CALLED_OFF,
    },
    State.ISSUED: {
        Action.ADMIT: State.ISSUED,
        Action.LEAVE: State.ISSUED,
        Action.PREPARE: State.PREPARING,
        Action.CALL_OFF: State.CALLED_OFF,
    },
    State.PREPARING: {
        Action.ADMIT: State.PREPARING,
        Action.FORM_TEAM: State.PREPARING,
        Action.SEND_OFFICERS: State.PREPARING,
        Action.LEAVE: State.PREPARING,
        Action.START: State.RUNNING,
        Action.CALL_OFF: State.CALLED_OFF,
    },
    State.RUNNING: {
        Action.RECORD_FINDING: State.RUNNING,
        Action.PASS_ON: State.RUNNING,
        Action.DECLARE_SHARES: State.RUNNING,
        Action.FINISH: State.RUNNING,
        Action.LEAVE: State.RUNNING,
        Action.HAND_OVER: State.HANDING_OVER,
        Action.CALL_OFF: State.CALLED_OFF,
    },
    State.HANDING_OVER: {
        Action.PASS_ON: State.HANDING_OVER,
        Action.DECLARE_SHARES: State.HANDING_OVER,
        Action.FINISH: State.HANDING_OVER,
        Action.LEAVE: State.HANDING_OVER,
        Action.SUMMARISE: State.SUMMARISED,
        Action.CALL_OFF: State.CALLED_OFF,
    },
    State.SUMMARISED: {
        Action.CHECK_AGAIN: State.SUMMARISED,
        Action.FINISH: State.SUMMARISED,
        Action.LOOK_BACK: State.LOOKED_BACK,
    },
    State.LOOKED_BACK: {Action.FINISH: State.LOOKED_BACK, Action.CLOSE: State.CLOSED},
    State.CLOSED: {},
    State.CALLED_OFF: {},
}
# Beside these, who commands issues the draft itself.
COMMANDED: Final[Mapping[State, Mapping[Action, State]]] = {
    **TRANSITIONS,
    State.DRAFT: {
        Action.AMEND: State.DRAFT,
        Action.ADMIT: State.DRAFT,
        Action.ISSUE: State.ISSUED,
        Action.CALL_OFF: State.CALLED_OFF,
    },
}


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


class NotSecret(RuleViolation):
    code = "not_secret"
    zh = "该行动不是未开始的突击检查,无需指定知悉人员。"
    en = "Only a surprise operation that has not started names who may know of it."


class LeadStays(RuleViolation):
    code = "lead_stays"
    zh = "牵头方不能退出。"
    en = "The lead cannot leave."


class BoundByDecision(RuleViolation):
    code = "bound_by_decision"
    zh = "该方系经共同上一级或上级决定参加,不能自行退出。"
    en = "A superior decided that this party takes part; it cannot leave by itself."


class PartEnded(RuleViolation):
    code = "part_ended"
    zh = "{division} 的参与已结束。"
    en = "The part of {division} has ended."


class TooFewParties(RuleViolation):
    code = "too_few_parties"
    zh = "联合行动至少须有两个参与方。"
    en = "A joint operation has two divisions at least."


class PartsOpen(RuleViolation):
    code = "parts_open"
    zh = "以下各方尚未办结本方工作:{parties}"
    en = "These parties have not closed their own part: {parties}."


class NoTeam(RuleViolation):
    code = "no_team"
    zh = "尚未组成检查小组。"
    en = "No team has been formed."


class InTwoTeams(RuleViolation):
    code = "in_two_teams"
    zh = "同一人员不能编入两个小组。"
    en = "Nobody is in two teams of one operation."


class TeamOfOthers(InvalidInput):
    code = "not_own_officer"
    zh = "{division} 只能派出本方人员。"
    en = "{division} names its own people only."


def steps_of(state: State, *, commanded: bool = False) -> Mapping[Action, State]:
    """What may be done in a state, and where it leads."""
    return (COMMANDED if commanded else TRANSITIONS)[state]


def step(state: State, action: Action, *, commanded: bool = False) -> State:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    steps = steps_of(state, commanded=commanded)
    try:
        return steps[action]
    except KeyError:
        allowed = [each.value for each in steps]
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


def is_commanded(kind: Kind, lead: str, parties: Iterable[str]) -> bool:
    """Whether a superior sends its own subordinates unannounced (市局组织各县执法人员)."""
    own = divisions.scope(lead)
    return kind is Kind.SURPRISE and all(divisions.covers(own, each) for each in parties)


def without_consent(consents: Mapping[str, Consent]) -> tuple[str, ...]:
    """The parties that have not agreed, whether they declined or kept silent."""
    return tuple(sorted(code for code, said in consents.items() if said is not Consent.AGREED))


def require_may_leave(
    *, role: PartyRole, status: PartyStatus, consent: Consent, issued: bool, division: str
) -> None:
    """The lead stays; who takes part on a superior's word and not on its own cannot leave."""
    if role is PartyRole.LEAD:
        raise LeadStays
    if status not in ACTIVE:
        raise PartEnded(division=division)
    if issued and consent is not Consent.AGREED:
        raise BoundByDecision


def place_of_competence(lead: str, place: str, *, commanded: bool) -> str:
    """Of which place a team needs an officer (行政处罚法 art. 22).

    The superior that commands is competent in all of its territory: nobody of the place checked
    need be told before.
    """
    return lead if commanded and divisions.covers(divisions.scope(lead), place) else place


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

"""Audit supervision (稽查监管, DOMAIN 4.6): the life of an audit of a county unit.

A city corps (or the province) sends officers of other counties to a brigade or station, announced
or not, at any hour. What they find, the unit speaks to, rectifies, and has verified by another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared import divisions
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import IllegalStep, InvalidInput, ReasonMissing, RuleViolation

AUDIT: Final = LegalBasis(
    "unit-audit", "", "稽查监管(本系统设定)", "Audit of units (as set in this system)"
)


class State(StrEnum):
    DRAFT = "draft"  # 拟定
    ORDERED = "ordered"  # 已下达
    RUNNING = "running"  # 稽查中
    REPORTED = "reported"  # 已通报
    HEARD = "heard"  # 已听取说明
    RECTIFYING = "rectifying"  # 整改中
    CLOSED = "closed"  # 办结
    CALLED_OFF = "called_off"  # 取消


class Action(StrEnum):
    NAME_AUDITORS = "name_auditors"
    ORDER = "order"
    CALL_OFF = "call_off"
    START = "start"
    CHECK = "check"
    FIND = "find"
    REPORT = "report"
    STATE = "state"
    DECIDE = "decide"
    RECTIFY = "rectify"
    VERIFY = "verify"
    SEND_BACK = "send_back"
    REFER = "refer"
    CLOSE = "close"
    LOOK_BACK = "look_back"


class Severity(StrEnum):
    MINOR = "minor"  # 一般瑕疵
    GENERAL = "general"  # 一般问题
    SERIOUS = "serious"  # 严重问题


class CheckResult(StrEnum):
    IN_ORDER = "in_order"
    FAULT = "fault"
    NOT_APPLICABLE = "not_applicable"


class Position(StrEnum):
    """What the audited unit said to a finding."""

    AGREES = "agrees"
    DISAGREES = "disagrees"


class FindingState(StrEnum):
    FOUND = "found"  # 已发现
    OPEN = "open"  # 待整改
    RECTIFIED = "rectified"  # 已报整改
    VERIFIED = "verified"  # 已验收
    WITHDRAWN = "withdrawn"  # 撤回


class FindingStep(StrEnum):
    UPHOLD = "uphold"
    WITHDRAW = "withdraw"
    RECTIFY = "rectify"
    VERIFY = "verify"
    SEND_BACK = "send_back"


TRANSITIONS: Final[Mapping[State, Mapping[Action, State]]] = {
    State.DRAFT: {
        Action.NAME_AUDITORS: State.DRAFT,
        Action.ORDER: State.ORDERED,
        Action.CALL_OFF: State.CALLED_OFF,
    },
    State.ORDERED: {Action.START: State.RUNNING, Action.CALL_OFF: State.CALLED_OFF},
    State.RUNNING: {
        Action.CHECK: State.RUNNING,
        Action.FIND: State.RUNNING,
        Action.REPORT: State.REPORTED,
    },
    State.REPORTED: {
        Action.STATE: State.HEARD,
        # Without a finding, or once the time to speak is over.
        Action.DECIDE: State.RECTIFYING,
        Action.REFER: State.REPORTED,
    },
    State.HEARD: {Action.DECIDE: State.RECTIFYING, Action.REFER: State.HEARD},
    State.RECTIFYING: {
        Action.RECTIFY: State.RECTIFYING,
        Action.VERIFY: State.RECTIFYING,
        Action.SEND_BACK: State.RECTIFYING,
        Action.REFER: State.RECTIFYING,
        Action.CLOSE: State.CLOSED,
    },
    State.CLOSED: {Action.LOOK_BACK: State.CLOSED, Action.REFER: State.CLOSED},
    State.CALLED_OFF: {},
}
FINDINGS: Final[Mapping[FindingState, Mapping[FindingStep, FindingState]]] = {
    FindingState.FOUND: {
        FindingStep.UPHOLD: FindingState.OPEN,
        FindingStep.WITHDRAW: FindingState.WITHDRAWN,
    },
    FindingState.OPEN: {FindingStep.RECTIFY: FindingState.RECTIFIED},
    FindingState.RECTIFIED: {
        FindingStep.VERIFY: FindingState.VERIFIED,
        FindingStep.SEND_BACK: FindingState.OPEN,
    },
    FindingState.VERIFIED: {},
    FindingState.WITHDRAWN: {},
}
ENDED: Final = frozenset({FindingState.VERIFIED, FindingState.WITHDRAWN})


class BadAudit(InvalidInput):
    code = "bad_unit_audit"
    zh = "稽查安排有误:{reason}"
    en = "The audit does not hold together: {reason}"


class OutsideTime(RuleViolation):
    code = "outside_planned_time"
    zh = "不在下达的稽查时间内。"
    en = "That is not within the time the audit was ordered for."


class StatementRunning(RuleViolation):
    """The unit is heard first, unless it let its time pass."""

    code = "statement_time_running"
    zh = "被稽查单位陈述意见的期限未满。"
    en = "The audited unit's time to speak is not over."


class NotEveryFinding(InvalidInput):
    code = "not_every_finding"
    zh = "应逐项对全部问题表态。"
    en = "Each finding, and no other, is spoken to."


class OwnRectification(RuleViolation):
    """Who rectified does not verify."""

    code = "own_rectification"
    zh = "整改人不得验收本人的整改。"
    en = "Whoever rectified does not verify it."


class FindingsOpen(RuleViolation):
    code = "findings_open"
    zh = "尚有 {number} 个问题未验收。"
    en = "{number} findings are not verified yet."


class NotSerious(RuleViolation):
    code = "not_serious"
    zh = "只有成立的严重问题移送纪检监察。"
    en = "Only serious findings that stand are referred to discipline."


class ReferredAlready(RuleViolation):
    code = "referred_already"
    zh = "该问题已移送。"
    en = "The finding was referred already."


class NotVerified(RuleViolation):
    code = "finding_not_verified"
    zh = "只对已验收的问题回头看。"
    en = "Only what was verified is looked back on."


def step(state: State, action: Action) -> State:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=action.value, allowed=allowed) from None


def finding_step(state: FindingState, taken: FindingStep) -> FindingState:
    """How far a finding comes by `taken`; IllegalStep if it leads nowhere."""
    try:
        return FINDINGS[state][taken]
    except KeyError:
        allowed = [each.value for each in FINDINGS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def require_unit(orderer: str, audited: str) -> None:
    """BadAudit unless a city or province audits a county-level unit below it."""
    if divisions.level(orderer) not in (divisions.Level.PROVINCE, divisions.Level.CITY):
        raise BadAudit(reason="a city corps or the province orders an audit", pointer="/orderer")
    county = divisions.level(audited) not in (divisions.Level.PROVINCE, divisions.Level.CITY)
    if not county or not divisions.covers(divisions.scope(orderer), audited):
        raise BadAudit(reason="the unit is one of a county below", pointer="/bureau_id")


def require_within(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """Any hour of any day will do, as long as it is one the auditors were sent for."""
    if not starts_at <= now < ends_at:
        raise OutsideTime


def require_heard(due_at: datetime | None, *, stated: bool, now: datetime) -> None:
    """StatementRunning if the unit may still speak; nothing is due of a report without findings."""
    if not stated and due_at is not None and now < due_at:
        raise StatementRunning


@dataclass(frozen=True, slots=True)
class Statement:
    """The unit's word on one finding."""

    position: Position
    reason: str | None


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a disputed finding stands, and why."""

    upheld: bool
    reason: str


def require_statements(findings: Iterable[UUID], said: Mapping[UUID, Statement]) -> None:
    """NotEveryFinding or ReasonMissing unless each is spoken to; who disagrees says why."""
    if {*findings} != said.keys():
        raise NotEveryFinding(reason="findings", pointer="/statements")
    for place, each in enumerate(said.values()):
        if each.position is Position.DISAGREES and each.reason is None:
            raise ReasonMissing(reason="disagrees", pointer=f"/statements/{place}/reason")


def require_rulings(disputed: Iterable[UUID], ruled: Mapping[UUID, Ruling]) -> None:
    """NotEveryFinding unless there is a ruling on what is disputed and on nothing else."""
    if {*disputed} != ruled.keys():
        raise NotEveryFinding(reason="disputed findings", pointer="/rulings")


def require_all_ended(states: Iterable[FindingState]) -> None:
    still_open = sum(each not in ENDED for each in states)
    if still_open:
        raise FindingsOpen(number=still_open)


def require_referable(severity: Severity, state: FindingState, *, referred: bool) -> None:
    if severity is not Severity.SERIOUS or state is FindingState.WITHDRAWN:
        raise NotSerious
    if referred:
        raise ReferredAlready


def is_late(
    state: FindingState, due_at: datetime | None, rectified_at: datetime | None, *, now: datetime
) -> bool:
    """Whether the rectification came, or still is, after its time."""
    if due_at is None or state is FindingState.WITHDRAWN:
        return False
    done = rectified_at if state in (FindingState.RECTIFIED, FindingState.VERIFIED) else None
    return (done or now) >= due_at


def working_days(number: int) -> Term:
    """The time to speak to a report, or to rectify."""
    return Term(number, Unit.WORKING_DAYS, AUDIT, evidence="DD")

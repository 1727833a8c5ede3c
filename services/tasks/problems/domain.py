"""A problem from its finding to its closing 销号: the steps, their guards, and the time allowed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.clocks.days import legal_day
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import IllegalStep, InvalidInput, RuleViolation

# 行政处罚法 art. 42; two also go to see whether a problem is gone.
MIN_VERIFIERS: Final = 2
CLOCK: Final = "rectification"


class Category(StrEnum):
    """问题类别."""

    WATER = "water"
    GAS = "gas"
    SOLID_WASTE = "solid_waste"
    EIA = "eia"
    NOISE = "noise"
    OTHER = "other"


class Severity(StrEnum):
    IMMEDIATE = "immediate"  # 立行立改,不过日
    GENERAL = "general"  # 一般,不过周
    MAJOR = "major"  # 重大,限时改


class ListLevel(StrEnum):
    """Which list of problems it stands on (七张问题清单 and those of city and county)."""

    NONE = "none"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"


class ProblemState(StrEnum):
    """销号四步 are submitted, verified, approved, published."""

    FOUND = "found"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    APPROVED = "approved"
    PUBLISHED = "published"
    CLOSED = "closed"


class ProblemAction(StrEnum):
    ASSIGN = "assign"
    RECTIFY = "rectify"
    SUBMIT = "submit"
    VERIFY = "verify"
    APPROVE = "approve"
    PUBLISH = "publish"
    CLOSE = "close"
    REJECT = "reject"


TRANSITIONS: Final[Mapping[ProblemState, Mapping[ProblemAction, ProblemState]]] = {
    ProblemState.FOUND: {ProblemAction.ASSIGN: ProblemState.ASSIGNED},
    ProblemState.ASSIGNED: {ProblemAction.RECTIFY: ProblemState.RECTIFYING},
    ProblemState.RECTIFYING: {
        ProblemAction.RECTIFY: ProblemState.RECTIFYING,
        ProblemAction.SUBMIT: ProblemState.SUBMITTED,
    },
    ProblemState.SUBMITTED: {
        ProblemAction.VERIFY: ProblemState.VERIFIED,
        ProblemAction.REJECT: ProblemState.RECTIFYING,
    },
    ProblemState.VERIFIED: {
        ProblemAction.APPROVE: ProblemState.APPROVED,
        ProblemAction.REJECT: ProblemState.RECTIFYING,
    },
    ProblemState.APPROVED: {
        ProblemAction.PUBLISH: ProblemState.PUBLISHED,
        ProblemAction.CLOSE: ProblemState.CLOSED,
        ProblemAction.REJECT: ProblemState.RECTIFYING,
    },
    ProblemState.PUBLISHED: {
        ProblemAction.CLOSE: ProblemState.CLOSED,
        ProblemAction.REJECT: ProblemState.RECTIFYING,
    },
    ProblemState.CLOSED: {},
}

# Who may take a step forward may send back instead.
DECIDES: Final[Mapping[ProblemState, ProblemAction]] = {
    ProblemState.SUBMITTED: ProblemAction.VERIFY,
    ProblemState.VERIFIED: ProblemAction.APPROVE,
    ProblemState.APPROVED: ProblemAction.PUBLISH,
    ProblemState.PUBLISHED: ProblemAction.CLOSE,
}


class FoundOutsideInspection(RuleViolation):
    code = "found_outside_inspection"
    zh = "发现时间须在检查开始之后,且不晚于当前时间。"
    en = "A problem is found after its inspection began, and not in the future."


class DueDateNeeded(InvalidInput):
    code = "due_date_needed"
    zh = "重大问题必须指定整改期限。"
    en = "A major problem needs a date by which it is put right."


class DueDateFixed(InvalidInput):
    code = "due_date_fixed"
    zh = "该等级问题的整改期限由规则确定,不得另行指定。"
    en = "The time for a problem of this severity follows from the rules; no date may be given."


class DueDateTooEarly(InvalidInput):
    code = "due_date_too_early"
    zh = "整改期限须晚于发现之日 {found_on}。"
    en = "The date must lie after the day of the finding, {found_on}."


class NoProof(RuleViolation):
    code = "proof_missing"
    zh = "申请销号须附发现之后取得的整改证明。"
    en = "Closing needs proof taken after the problem was found."


class UnknownProof(RuleViolation):
    code = "proof_unknown"
    zh = "证据 {evidence_id} 不属于该问题所在任务。"
    en = "Evidence {evidence_id} is not of this problem's task."


class TooFewVerifiers(RuleViolation):
    code = "too_few_verifiers"
    zh = "现场核查不得少于 {needed} 名持证执法人员,现为 {named} 名。"
    en = "At least {needed} certificated officers verify on site, not {named}."


class VerifierUnknown(RuleViolation):
    code = "verifier_unknown"
    zh = "核查人员 {officer_id} 不是任务小组的持证人员。"
    en = "Officer {officer_id} is not a certificated member of the task's team."


class VerifierAbsent(RuleViolation):
    code = "verifier_absent"
    zh = "核查结果由参加核查的人员登记。"
    en = "The result is entered by one of the officers who verified."


class RectifierVerifies(RuleViolation):
    code = "rectifier_verifies"
    zh = "整改人不得核查或验收自己的整改({name})。"
    en = "Who put the problem right cannot verify or accept it ({name})."


class PublicationDemanded(RuleViolation):
    code = "publication_demanded"
    zh = "列入{level}级清单的问题须先公示再销号。"
    en = "A problem on the {level} list is published before it is closed."


class NotOnAList(RuleViolation):
    code = "not_on_a_list"
    zh = "该问题未列入须公示的清单。"
    en = "The problem is on no list that demands publication."


class ClosingIncomplete(RuleViolation):
    """问题可溯源、整改可证明、责任可到人."""

    code = "closing_incomplete"
    zh = "销号材料不全:{missing}"
    en = "Closing lacks: {missing}"


class NothingInspected(RuleViolation):
    code = "nothing_inspected"
    zh = "任务尚未开展检查,不能办结。"
    en = "A task without an inspection cannot be completed."


class InspectionsOpen(RuleViolation):
    code = "inspections_open"
    zh = "尚有 {open} 次检查未结束。"
    en = "{open} inspection(s) are not finished."


class ProblemsOpen(RuleViolation):
    """整改问题 100 %."""

    code = "problems_open"
    zh = "尚有 {open} 个问题未销号。"
    en = "{open} problem(s) are not closed."


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long a severity may last, as the settings in force say; hours, days, hours, hours."""

    immediate_hours: int
    general_days: int
    warn_before_hours: Mapping[str, int]
    raise_after_hours: int


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence offered to show that a problem is gone."""

    evidence_id: UUID
    task_id: UUID
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Verifier:
    """An officer who went to see."""

    officer_id: UUID
    account_id: UUID
    name: str
    certificate_valid_to: date


def step(state: ProblemState, action: ProblemAction) -> ProblemState:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*TRANSITIONS[state]]) from None


def check_finding(found_at: datetime, *, inspection_started_at: datetime, now: datetime) -> None:
    if not inspection_started_at <= found_at <= now:
        raise FoundOutsideInspection


def term(
    severity: Severity, allowance: Allowance, *, found_at: datetime, due_on: date | None
) -> Term:
    """The time a problem may last. 不过日, 不过周 and a given date leave no room for rolling."""
    if severity is Severity.MAJOR:
        return _until(due_on, found_on=legal_day(found_at))
    if due_on is not None:
        raise DueDateFixed(reason="due_on", pointer="/due_on")
    if severity is Severity.IMMEDIATE:
        return Term(allowance.immediate_hours, Unit.HOURS, _basis("立行立改"), evidence="DD")
    basis = _basis("一般问题")
    return Term(allowance.general_days, Unit.NATURAL_DAYS, basis, rolls=False, evidence="DD")


def rungs(severity: Severity, allowance: Allowance) -> tuple[timedelta, timedelta]:
    """How long before the deadline to warn, and how long after it to raise the matter."""
    warn = timedelta(hours=allowance.warn_before_hours[severity])
    return warn, timedelta(hours=allowance.raise_after_hours)


def check_proof(proof: Iterable[Proof], *, task_id: UUID, found_at: datetime) -> None:
    """Proof is of the same task, and at least one piece was taken after the finding."""
    proof = list(proof)
    for each in proof:
        if each.task_id != task_id:
            raise UnknownProof(evidence_id=each.evidence_id)
    if not any(each.taken_at > found_at for each in proof):
        raise NoProof


def check_verifiers(
    verifiers: Iterable[Verifier], *, entered_by: UUID, rectifiers: Iterable[UUID], on_day: date
) -> None:
    """Two certificated officers were there, none of them put the problem right, one enters it."""
    certificated = [each for each in verifiers if each.certificate_valid_to >= on_day]
    if len({each.officer_id for each in certificated}) < MIN_VERIFIERS:
        raise TooFewVerifiers(needed=MIN_VERIFIERS, named=len(certificated))
    rectifiers = set(rectifiers)
    for each in certificated:
        if each.account_id in rectifiers:
            raise RectifierVerifies(name=each.name)
    if entered_by not in {each.account_id for each in certificated}:
        raise VerifierAbsent


def check_accepter(accepter: UUID, name: str, *, rectifiers: Iterable[UUID]) -> None:
    """谁验收谁负责: who accepts answers for it, and so cannot accept the own work."""
    if accepter in set(rectifiers):
        raise RectifierVerifies(name=name)


def check_publication(
    action: ProblemAction, state: ProblemState, level: ListLevel, demanding: Iterable[str]
) -> None:
    """Where the list demands it, publication comes before closing; elsewhere there is none."""
    demanded = level in set(demanding)
    if action is ProblemAction.PUBLISH and not demanded:
        raise NotOnAList
    if action is ProblemAction.CLOSE and demanded and state is not ProblemState.PUBLISHED:
        raise PublicationDemanded(level=level)


def check_closing(values: Mapping[str, object]) -> None:
    """None of what a closed problem must show is empty."""
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise ClosingIncomplete(missing=", ".join(missing))


def _until(due_on: date | None, *, found_on: date) -> Term:
    if due_on is None:
        raise DueDateNeeded(reason="due_on", pointer="/due_on")
    if due_on <= found_on:
        raise DueDateTooEarly(reason="due_on", pointer="/due_on", found_on=found_on)
    days = (due_on - found_on).days
    return Term(days, Unit.NATURAL_DAYS, _basis("重大问题"), rolls=False, evidence="seed 000")


def _basis(article: str) -> LegalBasis:
    return LegalBasis(
        law_code="rectification-by-severity",
        article=article,
        title_zh="问题整改分级时限",
        title_en="Time limits of rectification by severity",
    )


def check_completion(*, inspections: int, inspections_open: int, problems_open: int) -> None:
    """A task is done when it was inspected, every inspection ended and 100 % of problems closed."""
    if inspections == 0:
        raise NothingInspected
    if inspections_open:
        raise InspectionsOpen(open=inspections_open)
    if problems_open:
        raise ProblemsOpen(open=problems_open)

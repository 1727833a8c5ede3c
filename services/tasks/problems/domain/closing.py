"""The four steps of closing 销号, its standards, and who accepts at which level (DOMAIN 3.8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.tasks.problems.domain.life import (
    DECIDES,
    ListLevel,
    ProblemAction,
    ProblemState,
)
from shared import divisions
from shared.errors import RuleViolation

# 行政处罚法 art. 42; two also go to see whether a problem is gone.
MIN_VERIFIERS: Final = 2


class Standard(StrEnum):
    """What a problem must meet to be closed [S76 安徽, 湖南]."""

    MEASURES_DONE = "measures_done"
    VIOLATIONS_PUNISHED = "violations_punished"
    RESULT_MEETS_NORMS = "result_meets_norms"
    OTHERS_DONE = "others_done"  # 举一反三: the same enterprise's other problems too
    SOURCE_TREATED = "source_treated"  # and kept up
    PUBLIC_SATISFIED = "public_satisfied"


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    NOT_NEEDED = "not_needed"


# What need not be: no violation, no others, no complaint.
MAY_BE_NEEDLESS: Final = frozenset(
    {Standard.VIOLATIONS_PUNISHED, Standard.OTHERS_DONE, Standard.PUBLIC_SATISFIED}
)


class Pace(StrEnum):
    """整改进度 (DOMAIN 6.6)."""

    COMPLETED = "completed"  # 已完成
    ON_SCHEDULE = "on_schedule"  # 达到序时进度
    LONG_TERM = "long_term"  # 长期坚持


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


class StandardsMissing(RuleViolation):
    code = "standards_missing"
    zh = "验收须逐项说明销号标准,缺少:{missing}"
    en = "Acceptance answers each standard of closing; missing: {missing}"


class StandardsUnmet(RuleViolation):
    code = "standards_unmet"
    zh = "不符合销号标准:{unmet}"
    en = "Standards of closing that are not met: {unmet}"


class OthersOverdue(RuleViolation):
    """举一反三: decision 47 says which ones."""

    code = "others_overdue"
    zh = "同一单位尚有 {open} 个逾期未改的问题,须一并整改。"
    en = "{open} other problem(s) of the same enterprise are overdue; they are put right together."


class PunishmentOpen(RuleViolation):
    code = "punishment_open"
    zh = "已提请处罚,案件尚未立案登记。"
    en = "Punishment was asked for, and no case is recorded yet."


class NotFiled(RuleViolation):
    """分级验收、备案销号."""

    code = "closing_not_filed"
    zh = "列入{levels}级清单的问题须由上级备案后销号。"
    en = "A problem on the list of {levels} is closed once the higher level has filed it."


@dataclass(frozen=True, slots=True)
class Assessed:
    """One standard as the accepter answers it, and on what the answer rests."""

    standard: Standard
    verdict: Verdict
    ground: str


@dataclass(frozen=True, slots=True)
class Background:
    """What the records say beside the accepter's word."""

    complaint: bool
    punishment_open: bool
    punished: bool
    others_overdue: int


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


def check_proof(proof: Iterable[Proof], *, task_id: UUID, counts_from: datetime) -> None:
    """Proof is of the same task, and at least one piece is younger than what it is to prove."""
    proof = list(proof)
    for each in proof:
        if each.task_id != task_id:
            raise UnknownProof(evidence_id=each.evidence_id)
    if not any(each.taken_at > counts_from for each in proof):
        raise NoProof


def check_verifiers(
    verifiers: Iterable[Verifier], *, entered_by: UUID, rectifiers: Iterable[UUID], on_day: date
) -> None:
    """Two certificated officers were there, nobody who put the problem right, one enters it."""
    verifiers = [*verifiers]
    certificated = [each for each in verifiers if each.certificate_valid_to >= on_day]
    if len({each.officer_id for each in certificated}) < MIN_VERIFIERS:
        raise TooFewVerifiers(needed=MIN_VERIFIERS, named=len(certificated))
    rectifiers = set(rectifiers)
    for each in verifiers:
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


def check_standards(assessed: Sequence[Assessed], background: Background) -> None:
    """Every standard is answered and none unmet, nor against what the records say."""
    verdicts = {each.standard: each.verdict for each in assessed}
    if missing := [each for each in Standard if each not in verdicts]:
        raise StandardsMissing(missing=", ".join(missing))
    if unmet := [each for each in Standard if not _holds(each, verdicts[each], background)]:
        raise StandardsUnmet(unmet=", ".join(unmet))
    check_background(background)


def check_background(background: Background) -> None:
    """What must hold when it is accepted and still when it is closed."""
    if background.others_overdue:
        raise OthersOverdue(open=background.others_overdue)
    if background.punishment_open:
        raise PunishmentOpen


def _holds(standard: Standard, verdict: Verdict, background: Background) -> bool:
    needed = {
        Standard.PUBLIC_SATISFIED: background.complaint,
        Standard.VIOLATIONS_PUNISHED: background.punished,
    }.get(standard, standard not in MAY_BE_NEEDLESS)
    return verdict is Verdict.MET or (verdict is Verdict.NOT_NEEDED and not needed)


def accepting_division(level: ListLevel, division: str) -> str:
    """分级验收: what stands on a higher list is accepted at that level, else at the place.

    A municipality's districts have no city above them: their city list is the municipality's.
    """
    province = division[:2] + "0000"
    match level:
        case ListLevel.NONE | ListLevel.COUNTY:
            return division
        case ListLevel.PROVINCE:
            return province
        case ListLevel.CITY:
            if divisions.level(division) is not divisions.Level.COUNTY:
                return division
            return divisions.superior(division) or province


def check_filed(
    levels: Iterable[ListLevel], filed: Iterable[ListLevel], demanding: Iterable[str]
) -> None:
    """Each list that wants it has filed the closing."""
    demanding, done = set(demanding), set(filed)
    if open_ := [each for each in levels if each in demanding and each not in done]:
        raise NotFiled(levels=", ".join(open_))


def pace(state: ProblemState, *, long_term: bool, due_at: datetime, now: datetime) -> Pace | None:
    """How the rectification stands; None once it is behind."""
    if state is ProblemState.CLOSED:
        return Pace.COMPLETED
    if long_term:
        return Pace.LONG_TERM
    return Pace.ON_SCHEDULE if state in DECIDES or now <= due_at else None

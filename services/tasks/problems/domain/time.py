"""How long a problem may last, and who may give it longer (DOMAIN 3.8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.tasks.problems.domain.life import Severity
from shared.clocks.days import end_of_day, legal_day
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import InvalidInput, RuleViolation

CLOCK: Final = "rectification"


class ExtensionState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"  # closing was asked for before anybody answered


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


class TooLateToExtend(RuleViolation):
    """A missed time stays missed: no extension heals it."""

    code = "too_late_to_extend"
    zh = "整改期限已于 {due_at} 届满,不能延期。"
    en = "The time ran out at {due_at} and cannot be extended."


class NotLater(InvalidInput):
    code = "not_later"
    zh = "延期后的期限须晚于原期限 {due_at}。"
    en = "The new date must lie after the time there is, {due_at}."


class ExtendedOften(RuleViolation):
    code = "extended_often"
    zh = "该等级问题最多延期 {times} 次,已用完。"
    en = "A problem of this severity is extended {times} time(s) at most, and has been."


class ExtensionPending(RuleViolation):
    code = "extension_pending"
    zh = "已有一份延期申请待审批。"
    en = "A request for more time waits for its answer."


class NoExtensionAsked(RuleViolation):
    code = "no_extension_asked"
    zh = "没有待审批的延期申请。"
    en = "No request for more time waits for an answer."


class OwnExtension(RuleViolation):
    code = "own_extension"
    zh = "延期的审批人不能是申请人或整改人。"
    en = "More time is granted by somebody who neither asked for it nor puts the problem right."


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long a severity may last, as the settings in force say; hours, days, hours, hours."""

    immediate_hours: int
    general_days: int
    warn_before_hours: Mapping[str, int]
    raise_after_hours: int


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


def extended_term(due_on: date, *, counts_from: datetime) -> Term:
    """The time after an extension: from where it counts to the end of the granted day."""
    days = (due_on - legal_day(counts_from)).days
    return Term(days, Unit.NATURAL_DAYS, _basis("延期"), rolls=False, evidence="DD")


def check_asking(
    severity: Severity, at_most: Mapping[str, int], *, granted: int, pending: bool
) -> None:
    """One request at a time, and no more of them than the severity allows."""
    if pending:
        raise ExtensionPending
    if granted >= at_most[severity]:
        raise ExtendedOften(times=at_most[severity])


def check_extension(due_on: date, *, due_at: datetime, now: datetime) -> None:
    """More time is given while there is some, and it is more. Asked when asking and deciding."""
    if now > due_at:
        raise TooLateToExtend(due_at=due_at.isoformat())
    if end_of_day(due_on) <= due_at:
        raise NotLater(reason="due_on", pointer="/due_on", due_at=due_at.isoformat())


def check_granter(granter: UUID, *, asked_by: UUID, rectifiers: list[UUID]) -> None:
    if granter == asked_by or granter in rectifiers:
        raise OwnExtension


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

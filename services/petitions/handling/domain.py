"""Rules of handling: why a petition may be refused, what an answer must say."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.errors import InvalidInput, RuleViolation


class RefusalReason(StrEnum):
    """Why an office does not accept (DOMAIN 2.5)."""

    NOT_COMPETENT = "not_competent"
    UNCLEAR = "unclear"
    LEGAL_PATH = "legal_path"  # art. 31
    DUPLICATE_RUNNING = "duplicate_running"  # art. 19
    FINAL = "final"  # art. 36
    TRANSFERRED_DISCIPLINE = "transferred_discipline"  # art. 22, 30


class Outcome(StrEnum):
    """What the opinion says (art. 32)."""

    SUPPORTED = "supported"
    EXPLAINED = "explained"
    NOT_SUPPORTED = "not_supported"


class NotTheHandler(RuleViolation):
    """The answer is given by who handled the matter."""

    code = "not_the_handler"
    zh = "只有承办人可以办理此步骤。"
    en = "Only the officer handling the petition may do this."


class OutsideUnit(InvalidInput):
    code = "unit_not_below"
    zh = "{unit} 不是 {holder} 的下级区划。"
    en = "{unit} does not lie below {holder}."


class ObjectionTooLate(RuleViolation):
    """Art. 23: five working days from receipt of the transfer."""

    code = "objection_too_late"
    zh = "已超过提出异议的期限(《信访工作条例》第二十三条)。"
    en = "The time to object has run out (Regulations on Petition Work, art. 23)."


class ObjectionUsed(RuleViolation):
    """Whose objection was rejected keeps the petition."""

    code = "objection_used"
    zh = "异议已被驳回,不得重复提出。"
    en = "The objection was rejected and cannot be raised again."


class NothingToExtend(RuleViolation):
    """A reply ended the time to close, and reopening starts no new one."""

    code = "nothing_to_extend"
    zh = "办理期限已因答复而终止,不能再延长。"
    en = "The time to close ended with the reply and cannot be extended."


class StillReachable(RuleViolation):
    """Filing without a call-back is for petitioners nobody can call."""

    code = "callback_required"
    zh = "该信访人可以回访,须回访后办结。"
    en = "The petitioner can be called back; close the petition by a call-back."


def require_handler(handler_id: UUID | None, actor_id: UUID) -> None:
    if handler_id != actor_id:
        raise NotTheHandler


class ReportDuePast(InvalidInput):
    code = "report_due_past"
    zh = "办结报告的期限 {day} 已过。"
    en = "The day the closing report is due, {day}, is past."


def require_report_ahead(day: date | None, *, today: date) -> None:
    """A closing report is asked for by today at the earliest."""
    if day is not None and day < today:
        raise ReportDuePast(reason="report due", pointer="/report_due_on", day=day)

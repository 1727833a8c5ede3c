"""Rules of routing: down the tree only, an objection in time and once (art. 22-23)."""

from datetime import date

from shared.errors import InvalidInput, RuleViolation


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


class ReportDuePast(InvalidInput):
    code = "report_due_past"
    zh = "办结报告的期限 {day} 已过。"
    en = "The day the closing report is due, {day}, is past."


def require_report_ahead(day: date | None, *, today: date) -> None:
    """A closing report is asked for by today at the earliest."""
    if day is not None and day < today:
        raise ReportDuePast(reason="report due", pointer="/report_due_on", day=day)

"""Rules of routing: down the tree, an objection in time and once, then no more (art. 22-23)."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from services.petitions.intake.domain import Settled
from services.petitions.profiles.domain import PROCEDURES, Track, statute
from shared import divisions
from shared.clocks.term import Term, Unit
from shared.errors import InvalidInput, RuleViolation


class OutsideUnit(InvalidInput):
    code = "unit_not_below"
    zh = "{unit} 不是 {holder} 的下级区划。"
    en = "{unit} does not lie below {holder}."


class NotRouted(RuleViolation):
    """Art. 30, 46(5): neither the accused nor where they may sit learns of an accusation."""

    code = "accusation_not_routed"
    zh = "检举控告类事项不得转送、交办下级(《信访工作条例》第三十条)。"
    en = "An accusation is not routed down (art. 30)."


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


class DeemedCompetent(RuleViolation):
    """Who did not object in time, or without success, has the matter."""

    code = "deemed_competent"
    zh = "逾期未提出异议或者异议被驳回的,视为有权处理,不得以不属于职权范围为由不予受理。"
    en = "Without an objection that was agreed with, the unit counts as competent."


class DesignatedBySuperior(RuleViolation):
    code = "designated_by_superior"
    zh = "该件由上级机关指定办理,不得提出异议或者以不属于职权范围为由不予受理。"
    en = "A superior designated the unit; it cannot say that it is not competent."


class CompetenceAgreed(RuleViolation):
    code = "competence_agreed"
    zh = "受理机关已经协商确定(《信访工作条例》第二十四条)。"
    en = "The bodies agreed on who accepts (art. 24)."


Barred = Mapping[Settled, type[RuleViolation]]
# What an objection meets once competence is settled, and what a refusal as not competent does.
OBJECTING: Final[Barred] = {
    Settled.DEEMED: ObjectionTooLate,
    Settled.INSISTED: ObjectionUsed,
    Settled.DESIGNATED: DesignatedBySuperior,
    Settled.AGREED: CompetenceAgreed,
}
REFUSING: Final[Barred] = {
    **OBJECTING,
    Settled.DEEMED: DeemedCompetent,
    Settled.INSISTED: DeemedCompetent,
}


def require_contestable(settled_by: Settled | None, barred: Barred) -> None:
    """Whether the unit may still say that it is not competent."""
    if settled_by is not None:
        raise barred[settled_by]


class ReportDuePast(InvalidInput):
    code = "report_due_past"
    zh = "办结报告的期限 {day} 应晚于今日。"
    en = "The day the closing report is due, {day}, has to lie ahead."


def report_term(day: date, *, today: date) -> Term:
    """The time to the day the assigner set for the closing report (art. 22)."""
    if day <= today:
        raise ReportDuePast(reason="report due", pointer="/report_due_on", day=day)
    return Term((day - today).days, Unit.NATURAL_DAYS, statute("22"), rolls=False, evidence="S01")


def require_below(unit: str, *, holder: str, track: Track) -> None:
    if not PROCEDURES[track].routed:
        raise NotRouted
    if not divisions.covers(divisions.scope(holder), unit):
        raise OutsideUnit(reason="unit", pointer="/unit", unit=unit, holder=holder)


def returned_to(office: str, *, returns: int, limit: int) -> str:
    """Who routes what came back: the office, from the `limit`-th return on the organ above it.

    Above a province there is none here, and it keeps the petition.
    """
    above = divisions.superior(office) if returns >= limit else None
    return above or office

"""People who help without holding power: experts, help teams, environmental supervisors.

Each is engaged from a first day to a last, both included, and none of them enforces: a help team
has duties of help only, and nobody in it is an officer.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared.credit_codes import is_credit_code
from shared.errors import InvalidInput, RuleViolation

FIELDS: Final = "helper.expert_fields"


class HelpDuty(StrEnum):
    """What a third-party team does at a firm. Checks, evidence and penalties are not among it."""

    DIAGNOSIS = "diagnosis"  # 体检诊断
    PER_FIRM_PLAN = "per_firm_plan"  # 一企一策
    RECTIFICATION_GUIDANCE = "rectification_guidance"  # 整改指导
    TRAINING = "training"  # 培训
    MONITORING_SUPPORT = "monitoring_support"  # 监测支持


class SupervisorKind(StrEnum):
    ENTERPRISE = "enterprise"  # 企业环保监督员
    VILLAGE = "village"  # 村级环保监督员


class BadCreditCode(InvalidInput):
    code = "bad_credit_code"
    zh = "统一社会信用代码校验不通过(GB 32100-2015)。"
    en = "The unified social credit code is wrong (GB 32100-2015)."


class EngagementDays(InvalidInput):
    code = "engagement_days"
    zh = "结束日期不得早于开始日期。"
    en = "An engagement ends no earlier than it begins."


class UnknownField(InvalidInput):
    code = "unknown_field"
    zh = "不是现行专业领域代码:{codes}"
    en = "Not a field of expertise in force: {codes}"


class EngagementEnded(RuleViolation):
    code = "engagement_ended"
    zh = "聘期已终止。"
    en = "The engagement has ended."


class HelperIsOfficer(RuleViolation):
    """A login of a help team is nobody's who enforces."""

    code = "helper_is_officer"
    zh = "第三方帮扶队伍成员不得为执法人员:{names}"
    en = "Members of a help team cannot be officers: {names}"


class SupervisedObject(InvalidInput):
    code = "supervised_object"
    zh = "企业环保监督员应填写企业统一社会信用代码,村级环保监督员不填写。"
    en = "A firm's supervisor names the firm's credit code, a village's none."


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both included; without a last day until it is ended."""

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise EngagementDays(reason="days", pointer="/valid_to")

    def until(self, day: date) -> "Days":
        """Ended on the day, or when it ends anyway if that is earlier; EngagementDays if before."""
        return Days(self.first, day if self.last is None else min(day, self.last))


def require_credit_code(code: str, *, pointer: str) -> None:
    if not is_credit_code(code):
        raise BadCreditCode(reason="check character", pointer=pointer)


def require_object(kind: SupervisorKind, credit_code: str | None) -> None:
    """A firm is known by its code (企业环保监督员), a village by its name alone."""
    if (kind is SupervisorKind.ENTERPRISE) != (credit_code is not None):
        raise SupervisedObject(reason="object", pointer="/credit_code")
    if credit_code is not None:
        require_credit_code(credit_code, pointer="/credit_code")

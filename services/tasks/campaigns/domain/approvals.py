"""专项检查 needs an approval: by a people's government of a county or above, filed, published.

国办发〔2024〕54号 as DOMAIN 3.2 has it [S23]: approved by the county government or above, or by the
superior; filed; published; with limits of number, scope, content and duration.
"""

from dataclasses import dataclass
from datetime import date

from shared import divisions
from shared.errors import InvalidInput, RuleViolation


class ApprovalDays(InvalidInput):
    code = "approval_days"
    zh = "批准、备案、公布须依次进行且不晚于今天,检查期限须先起后止。"
    en = "Approved, then filed and published, not in the future; the period of the checks forwards."


class ApprovalNotFromAbove(InvalidInput):
    code = "approval_not_from_above"
    zh = "专项检查须经县级以上人民政府或上级主管部门批准。"
    en = "A special check is approved by the government of the place or by a superior."


class SpecialNeedsApproval(RuleViolation):
    code = "special_needs_approval"
    zh = "专项检查须有批准文件(批准、备案、公布)。"
    en = "A special check needs its approval document (approved, filed, published)."


class ApprovalExceeded(RuleViolation):
    code = "approval_exceeded"
    zh = "超出专项检查批准的范围:{limit}"
    en = "Beyond what the special check was approved for: {limit}"


@dataclass(frozen=True, slots=True)
class Approval:
    """The document of a special check; `division` is of the organ that approved it.

    At most `most_objects` objects are checked, from `valid_from` to `valid_to`.
    """

    organ: str
    division: str
    document: str
    approved_on: date
    filed_with: str
    filed_on: date
    published_on: date
    published_at: str
    scope: str
    content: str
    most_objects: int
    valid_from: date
    valid_to: date


def require_approval(approval: Approval, *, organiser: str, today: date) -> None:
    """ApprovalDays or ApprovalNotFromAbove unless it can carry checks of this organiser."""
    in_order = (
        approval.approved_on <= min(approval.filed_on, approval.published_on)
        and max(approval.filed_on, approval.published_on) <= today
        and approval.valid_from <= approval.valid_to
    )
    if not in_order:
        raise ApprovalDays(reason="days", pointer="/approved_on")
    if not divisions.covers(divisions.scope(approval.division), organiser):
        raise ApprovalNotFromAbove(reason="organ", pointer="/division")


def require_within(approval: Approval, *, objects: int, due_on: date) -> None:
    """ApprovalExceeded if it does not reach for so many objects, or for that day."""
    if objects > approval.most_objects:
        raise ApprovalExceeded(limit=f"{approval.most_objects}")
    if not approval.valid_from <= due_on <= approval.valid_to:
        raise ApprovalExceeded(limit=f"{approval.valid_from} - {approval.valid_to}")

"""What is wrong with an item, a ground or a plan."""

from shared.errors import InvalidInput, RuleViolation


class UnknownItems(InvalidInput):
    code = "unknown_items"
    zh = "抽查事项不存在或已废止。"
    en = "An item is not on the list, or was withdrawn."


class GroundDays(InvalidInput):
    code = "ground_days"
    zh = "截止日期不得早于起始日期。"
    en = "A ground ends no earlier than it begins."


class AlreadyEnded(RuleViolation):
    code = "already_ended"
    zh = "已经终止。"
    en = "It was ended already."


class PlanEnded(RuleViolation):
    code = "plan_ended"
    zh = "该抽查计划已终止。"
    en = "The plan has ended."

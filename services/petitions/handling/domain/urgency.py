"""Major and urgent matters (信访工作条例 art. 25)."""

from shared.errors import RuleViolation


class AlreadyUrgent(RuleViolation):
    code = "already_urgent"
    zh = "该件已按重大、紧急信访事项报告。"
    en = "The petition was reported as major and urgent already."

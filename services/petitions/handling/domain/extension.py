"""When the time to close may be extended (art. 34)."""

from shared.errors import RuleViolation


class NothingToExtend(RuleViolation):
    """A reply ended the time to close, and reopening starts no new one."""

    code = "nothing_to_extend"
    zh = "办理期限已因答复而终止,不能再延长。"
    en = "The time to close ended with the reply and cannot be extended."

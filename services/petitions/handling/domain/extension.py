"""When the time to close may be extended: asked by one, granted by another (art. 34)."""

from enum import StrEnum

from shared.errors import InvalidInput, RuleViolation


class RequestState(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"  # the reply came first


class NothingToExtend(RuleViolation):
    """A reply ended the time to close, and reopening starts no new one."""

    code = "nothing_to_extend"
    zh = "没有正在计算的办理期限,不能延长。"
    en = "No time to close is running that could be extended."


class ExtensionAsked(RuleViolation):
    code = "extension_already_asked"
    zh = "延期申请正在等待审批。"
    en = "An extension was asked for and is not decided."


class ExtensionNotAsked(RuleViolation):
    code = "extension_not_asked"
    zh = "没有待审批的延期申请。"
    en = "Nobody has asked for an extension."


class ConsentMissing(InvalidInput):
    """S50: an extension needs a reason and the consent of the assigning body."""

    code = "consent_missing"
    zh = "按 {profile},延期须经交办机关同意,请注明。"
    en = "Under {profile} the assigning body has to consent; say when and how it did."

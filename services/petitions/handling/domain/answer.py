"""What an answer says and who gives it (art. 32)."""

from enum import StrEnum
from uuid import UUID

from shared.errors import RuleViolation


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


class StillReachable(RuleViolation):
    """Filing without a call-back is for petitioners nobody can call."""

    code = "callback_required"
    zh = "该信访人可以回访,须回访后办结。"
    en = "The petitioner can be called back; close the petition by a call-back."


def require_handler(handler_id: UUID | None, actor_id: UUID) -> None:
    if handler_id != actor_id:
        raise NotTheHandler

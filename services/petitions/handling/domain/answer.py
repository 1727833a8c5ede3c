"""What an answer says and who gives it (art. 32)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.petitions.profiles.domain import Track
from shared.errors import InvalidInput, RuleViolation


class Outcome(StrEnum):
    """What the opinion says (art. 32)."""

    SUPPORTED = "supported"
    EXPLAINED = "explained"
    NOT_SUPPORTED = "not_supported"


# What the answer states beside outcome, opinion and legal basis. 处理意见书 has all of art. 32.
PARTS: Final[Mapping[Track, tuple[str, ...]]] = {
    Track.STATUTORY_DUTY: (),
    Track.PETITION_OPINION: ("request", "facts"),
    Track.SUGGESTION_REPLY: (),
    Track.ACCUSATION_TRANSFER: (),
    Track.LEGAL_PATH: (),
}


class ReplyIncomplete(InvalidInput):
    code = "reply_incomplete"
    zh = "处理意见书应当载明信访人投诉请求、事实和理由、处理意见及其法律依据,缺少:{part}。"
    en = "A handling opinion states request, facts and grounds, opinion and legal basis: no {part}."


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


class StillReviewable(RuleViolation):
    """Art. 36: thirty days to ask for a re-review after a review."""

    code = "re_review_open"
    zh = "申请复核的期限未满,不能办结(《信访工作条例》第三十六条)。"
    en = "The time to ask for a re-review has not run out (Regulations on Petition Work, art. 36)."


def require_handler(handler_id: UUID | None, actor_id: UUID) -> None:
    if handler_id != actor_id:
        raise NotTheHandler


def require_parts(track: Track, said: Mapping[str, str]) -> None:
    """ReplyIncomplete unless everything is said that the track asks for."""
    for part in PARTS[track]:
        if part not in said:
            raise ReplyIncomplete(reason="reply", pointer=f"/{part}", part=part)

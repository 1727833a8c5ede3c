"""Through which procedure each track goes (信访工作条例 art. 29-36; DOMAIN 2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.petitions.profiles.domain.kinds import Track
from services.petitions.profiles.domain.statute import CLOSING
from shared.clocks.term import Term


@dataclass(frozen=True, slots=True)
class Procedure:
    """What the law provides for a track.

    `accepted`: whether this office handles it at all. `routed`: whether the papers may go to a
    unit below. `limit`: the longest time to close, where the law has one; otherwise the profile
    decides, and may have none. `reviewed`: whether the answer can be reviewed (复查、复核).
    """

    articles: tuple[str, ...]
    accepted: bool
    routed: bool = True
    limit: Term | None = None
    reviewed: bool = False


PROCEDURES: Final[Mapping[Track, Procedure]] = {
    # 申请查处违法行为: fulfilled or answered as a legal duty, by the place's profile.
    Track.STATUTORY_DUTY: Procedure(("31(5)",), accepted=True),
    # 信访处理意见: sixty days, review and re-review (art. 34-36).
    Track.PETITION_OPINION: Procedure(("31(6)",), accepted=True, limit=CLOSING, reviewed=True),
    # 建议意见: answered, without a number of days.
    Track.SUGGESTION_REPLY: Procedure(("29",), accepted=True),
    # 检举控告: to the discipline body; nothing goes to the accused or to where it might be (art.
    # 30 and 46(5)), hence not down the line either.
    Track.ACCUSATION_TRANSFER: Procedure(("30",), accepted=False, routed=False),
    # 诉讼、仲裁、复议: the petitioner is told the way, and the item is closed as redirected.
    Track.LEGAL_PATH: Procedure(("31(1)", "31(2)", "31(3)", "31(4)"), accepted=False),
}

"""On what ground a matter changes hands, and to whom it may go then."""

from enum import StrEnum
from typing import Final

from services.regions.assistance.domain.course import BadLetter
from shared import divisions
from shared.errors import InvalidInput, RuleViolation


class Ground(StrEnum):
    """Why the receiver is the one that decides."""

    PLACE_OF_ACT = "place_of_act"  # 违法行为发生地,行政处罚法 art. 22
    AGREED = "agreed"  # 协商一致,art. 25
    DESIGNATED = "designated"  # 指定管辖,art. 25
    OTHER_ORGAN = "other_organ"  # 移送有权机关(公安、司法等),art. 27


# Who has the matter is settled: the receiver cannot say that it is not competent.
SETTLED: Final = frozenset({Ground.AGREED, Ground.DESIGNATED})


class NotThePlaceOfTheAct(InvalidInput):
    """The matter lies outside the receiver's division (行政处罚法 art. 22)."""

    code = "not_the_place_of_the_act"
    zh = "{receiver} 不是违法行为发生地({place})的机关。"
    en = "{receiver} is not an organ of the place of the act ({place})."


def require_receiver(
    ground: Ground, *, sender: str, receiver: str, place: str, has_bureau: bool
) -> None:
    """Refuse a receiver that the ground does not lead to.

    Under art. 22 the act's place lies within the receiver's division; another organ than an
    environmental one is named as the bureau it is.
    """
    if ground is Ground.PLACE_OF_ACT and not divisions.covers(divisions.scope(receiver), place):
        raise NotThePlaceOfTheAct(
            reason="receiver", receiver=receiver, place=place, pointer="/receiver"
        )
    if ground is Ground.OTHER_ORGAN and not has_bureau:
        raise BadLetter(reason="the organ is not named", pointer="/receiver_bureau_id")
    if sender == receiver and not has_bureau:
        raise BadLetter(reason="sender and receiver are the same", pointer="/receiver")


class AlreadyHandedOver(RuleViolation):
    code = "already_handed_over"
    zh = "该问题已移交,尚未撤回。"
    en = "The finding has been handed over, and that stands."

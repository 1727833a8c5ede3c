"""What a party finds on the ground, where it must go, and whether it was put right."""

from collections.abc import Iterable
from enum import StrEnum

from shared import divisions
from shared.errors import InvalidInput, RuleViolation


class Rectified(StrEnum):
    """What a look back (回头看) finds."""

    SOLVED = "solved"  # 已整改
    PARTLY = "partly"  # 部分整改
    RELAPSED = "relapsed"  # 反弹


class NotHandedOver(RuleViolation):
    code = "findings_not_handed_over"
    zh = "尚有 {count} 项发现未移交违法行为发生地机关(行政处罚法第二十二条)。"
    en = (
        "{count} findings have not gone to the organ of the place of the act"
        " (Administrative Penalty Law art. 22)."
    )


class FindingsLeft(RuleViolation):
    code = "findings_left"
    zh = "尚有 {count} 项发现既未移交,也未说明不移交的理由。"
    en = "{count} findings have neither been handed over nor been dropped with a reason."


class NothingToDrop(InvalidInput):
    code = "nothing_to_drop"
    zh = "{finding_id} 不是本次行动待移交的发现。"
    en = "{finding_id} is no finding of this operation that waits for a hand-over."


class NothingToHandOver(RuleViolation):
    code = "nothing_to_hand_over"
    zh = "该发现属于本方辖区,无需移交。"
    en = "The finding is of the recorder's own place; it is not handed over."


class HandedOverAlready(RuleViolation):
    code = "handed_over_already"
    zh = "该发现已移交。"
    en = "The finding has been handed over."


class NotCheckedAgain(RuleViolation):
    code = "not_checked_again"
    zh = "尚有 {count} 项发现未回头看。"
    en = "{count} findings have not been looked back at."


class OwnWork(RuleViolation):
    code = "own_work"
    zh = "回头看不能由原记录人进行。"
    en = "Who recorded a finding does not check it again."


class HandoversOpen(RuleViolation):
    code = "handovers_open"
    zh = "尚有 {count} 项移交既未答复也未提级。"
    en = "{count} hand-overs are neither answered nor escalated."


class OutsideTheOperation(InvalidInput):
    code = "outside_the_operation"
    zh = "{place} 不在本次行动各方辖区内。"
    en = "{place} lies outside the divisions of this operation."


class NotYetFound(InvalidInput):
    code = "not_yet_found"
    zh = "发现时间不能晚于现在。"
    en = "Nothing is found in the future."


def goes_elsewhere(recorder: str, place: str) -> bool:
    """Whether another organ is that of the place of the act.

    A county's act is the county's even if the city's own officers found it.
    """
    return recorder != place


def require_inside(place: str, parties: Iterable[str]) -> None:
    """A finding lies where the operation's divisions are."""
    if not any(divisions.covers(divisions.scope(each), place) for each in parties):
        raise OutsideTheOperation(reason=place, place=place, pointer="/place")

"""A finding of the grid: reported to the county's command, handed on, answered."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.errors import IllegalStep, InvalidInput


class FindingState(StrEnum):
    REPORTED = "reported"  # 已上报
    HANDED_ON = "handed_on"  # 已交办
    ANSWERED = "answered"  # 已反馈


class FindingStep(StrEnum):
    HAND_ON = "hand_on"
    ANSWER = "answer"


class OutcomeKind(StrEnum):
    """What a finding became."""

    BORDER_NOTICE = "border_notice"  # 交界通报
    HANDOVER = "handover"  # 移交
    ASSISTANCE_REQUEST = "assistance_request"  # 协查函
    OPERATION = "operation"  # 联合行动
    INCIDENT = "incident"  # 值班事件
    TASK = "task"  # 执法任务
    LEAD = "lead"  # 线索
    PETITION = "petition"  # 信访件


TRANSITIONS: Final[Mapping[FindingState, Mapping[FindingStep, FindingState]]] = {
    FindingState.REPORTED: {
        FindingStep.HAND_ON: FindingState.HANDED_ON,
        FindingStep.ANSWER: FindingState.ANSWERED,
    },
    FindingState.HANDED_ON: {
        FindingStep.HAND_ON: FindingState.HANDED_ON,
        FindingStep.ANSWER: FindingState.ANSWERED,
    },
    FindingState.ANSWERED: {},
}


class NoSuchOutcome(InvalidInput):
    code = "no_such_outcome"
    zh = "未找到所关联的{kind}:{id}"
    en = "There is no {kind} {id} to link to."


def step(state: FindingState, action: FindingStep) -> FindingState:
    """Where the act leads; IllegalStep if nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=action.value, allowed=allowed) from None

"""A task's way from request to completion."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.errors import Forbidden, IllegalStep, RuleViolation


class TaskState(StrEnum):
    """任务状态: asked for, sent to a team, taken up by it, under way, done or called off."""

    REQUESTED = "requested"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


class TaskAction(StrEnum):
    """`inspect` is done by starting an inspection, `raise` by time, the others by own routes."""

    SEAL = "seal"  # 装入密封清单
    HAND_OVER = "hand_over"  # 改由另一地负责
    DISPATCH = "dispatch"  # 派出
    REASSIGN = "reassign"  # 改派
    ACCEPT = "accept"  # 接受
    RETURN = "return"  # 退回
    OPEN = "open"  # 启封
    INSPECT = "inspect"
    ASK_EXTENSION = "ask_extension"  # 申请延期
    DECIDE_EXTENSION = "decide_extension"  # 延期审批
    ASK_RECUSAL = "ask_recusal"  # 申请回避
    DECIDE_RECUSAL = "decide_recusal"  # 回避决定
    RAISE = "raise"  # 逾期上报
    COMPLETE = "complete"
    WITHDRAW = "withdraw"  # 撤回


class ReturnCode(StrEnum):
    """退回原因."""

    RECUSAL = "recusal"  # 应当回避
    NO_COMPETENCE = "no_competence"  # 无管辖权
    NO_CAPACITY = "no_capacity"  # 人员或车辆不足
    OBJECT_GONE = "object_gone"  # 对象已关停、搬迁或查无
    DUPLICATE = "duplicate"  # 与其他任务重复
    OTHER = "other"


# What only a member of the standing team may do.
OF_THE_TEAM: Final = frozenset(
    {
        TaskAction.ACCEPT,
        TaskAction.RETURN,
        TaskAction.OPEN,
        TaskAction.INSPECT,
        TaskAction.ASK_EXTENSION,
        TaskAction.COMPLETE,
    }
)

TRANSITIONS: Final[Mapping[TaskState, Mapping[TaskAction, TaskState]]] = {
    TaskState.REQUESTED: {
        TaskAction.DISPATCH: TaskState.DISPATCHED,
        TaskAction.HAND_OVER: TaskState.REQUESTED,
        TaskAction.RAISE: TaskState.REQUESTED,
        TaskAction.SEAL: TaskState.REQUESTED,
        TaskAction.WITHDRAW: TaskState.WITHDRAWN,
    },
    TaskState.DISPATCHED: {
        TaskAction.ACCEPT: TaskState.ACCEPTED,
        TaskAction.ASK_RECUSAL: TaskState.DISPATCHED,
        TaskAction.DECIDE_RECUSAL: TaskState.DISPATCHED,
        TaskAction.RAISE: TaskState.DISPATCHED,
        TaskAction.REASSIGN: TaskState.DISPATCHED,
        TaskAction.RETURN: TaskState.REQUESTED,
        TaskAction.WITHDRAW: TaskState.WITHDRAWN,
    },
    TaskState.ACCEPTED: {
        TaskAction.ASK_EXTENSION: TaskState.ACCEPTED,
        TaskAction.ASK_RECUSAL: TaskState.ACCEPTED,
        TaskAction.DECIDE_EXTENSION: TaskState.ACCEPTED,
        TaskAction.DECIDE_RECUSAL: TaskState.ACCEPTED,
        TaskAction.INSPECT: TaskState.IN_PROGRESS,
        TaskAction.OPEN: TaskState.ACCEPTED,
        TaskAction.RAISE: TaskState.ACCEPTED,
        TaskAction.REASSIGN: TaskState.DISPATCHED,
        TaskAction.RETURN: TaskState.REQUESTED,
        TaskAction.WITHDRAW: TaskState.WITHDRAWN,
    },
    TaskState.IN_PROGRESS: {
        TaskAction.ASK_EXTENSION: TaskState.IN_PROGRESS,
        TaskAction.ASK_RECUSAL: TaskState.IN_PROGRESS,
        TaskAction.COMPLETE: TaskState.COMPLETED,
        TaskAction.DECIDE_EXTENSION: TaskState.IN_PROGRESS,
        TaskAction.DECIDE_RECUSAL: TaskState.IN_PROGRESS,
        TaskAction.INSPECT: TaskState.IN_PROGRESS,
        TaskAction.RAISE: TaskState.IN_PROGRESS,
    },
    TaskState.COMPLETED: {},
    TaskState.WITHDRAWN: {},
}
ENDED: Final = frozenset({TaskState.COMPLETED, TaskState.WITHDRAWN})


class NotOfTheTeam(Forbidden):
    code = "not_of_the_team"
    zh = "仅任务小组成员可执行此操作({action})。"
    en = "Only a member of the task's team may do this ({action})."


class DispatchUnderWay(RuleViolation):
    code = "dispatch_under_way"
    zh = "该任务正在由他人派出。"
    en = "Somebody else is dispatching this task."


class LeadDecides(RuleViolation):
    """Who leads a joint operation was agreed by its parties, not here."""

    code = "operation_lead_decides"
    zh = "联合行动的任务由牵头方负责,不得移交。"
    en = "The task of a joint operation lies with its lead and is not handed over."


def step(state: TaskState, action: TaskAction) -> TaskState:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*TRANSITIONS[state]]) from None

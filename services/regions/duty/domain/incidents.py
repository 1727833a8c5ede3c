"""Incidents and dispatch orders: 统一信息收集、统一问题研判、统一指挥调度、统一决策考核.

One centre takes in what is told, judges it, orders who goes, and says at the end how each order
was carried out. An order is acknowledged within minutes, or the next level hears of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from shared import divisions
from shared.errors import IllegalStep, InvalidInput, RuleViolation


class Source(StrEnum):
    HOTLINE = "hotline"  # 12345、12369热线
    MONITORING_ALARM = "monitoring_alarm"  # 在线监控报警
    PETITION = "petition"  # 信访
    NEIGHBOURING_DESK = "neighbouring_desk"  # 相邻地区值班室
    LEADERS_ORDER = "leaders_order"  # 领导批示
    PATROL = "patrol"  # 巡查
    POLICE = "police"  # 公安
    MEDIA = "media"  # 媒体
    SUPERIOR_DESK = "superior_desk"  # 上级值班室
    OTHER = "other"


class Urgency(StrEnum):
    ORDINARY = "ordinary"  # 一般
    URGENT = "urgent"  # 紧急
    CRITICAL = "critical"  # 特急


class Grade(StrEnum):
    """突发环境事件 grades (国家突发环境事件应急预案), and what is none."""

    NO_INCIDENT = "no_incident"  # 不构成突发事件
    ORDINARY = "ordinary"  # 一般(Ⅳ级)
    MAJOR = "major"  # 较大(Ⅲ级)
    SERIOUS = "serious"  # 重大(Ⅱ级)
    EXTREME = "extreme"  # 特别重大(Ⅰ级)


class State(StrEnum):
    RECEIVED = "received"  # 已接报
    JUDGED = "judged"  # 已研判
    DISPATCHED = "dispatched"  # 已调度
    CLOSED = "closed"  # 已办结考核
    MERGED = "merged"  # 并入他件


class Step(StrEnum):
    CORRECT = "correct"
    JUDGE = "judge"
    DISPATCH = "dispatch"
    MERGE = "merge"
    LINK = "link"
    CLOSE = "close"


TRANSITIONS: Final[Mapping[State, Mapping[Step, State]]] = {
    State.RECEIVED: {
        Step.CORRECT: State.RECEIVED,
        Step.JUDGE: State.JUDGED,
        Step.MERGE: State.MERGED,
    },
    State.JUDGED: {
        Step.CORRECT: State.JUDGED,
        Step.JUDGE: State.JUDGED,
        Step.DISPATCH: State.DISPATCHED,
        Step.MERGE: State.MERGED,
        Step.CLOSE: State.CLOSED,
    },
    State.DISPATCHED: {
        Step.CORRECT: State.DISPATCHED,
        Step.JUDGE: State.DISPATCHED,
        Step.DISPATCH: State.DISPATCHED,
        Step.LINK: State.DISPATCHED,
        Step.CLOSE: State.CLOSED,
    },
    State.CLOSED: {},
    State.MERGED: {},
}


class Receiver(StrEnum):
    """Whom an order is addressed to; it is always a division that answers for it."""

    DESK = "desk"  # 县(市、区)值班室
    BUREAU = "bureau"  # 机构
    OFFICERS = "officers"  # 执法人员
    GRID_LEAD = "grid_lead"  # 网格长


class OrderState(StrEnum):
    ISSUED = "issued"  # 已下达
    ACKNOWLEDGED = "acknowledged"  # 已签收
    UNDER_WAY = "under_way"  # 已出发
    ARRIVED = "arrived"  # 已到场
    REPORTED = "reported"  # 已反馈
    REFUSED = "refused"  # 退回
    RECALLED = "recalled"  # 撤回
    CLOSED = "closed"  # 已考核


class OrderStep(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    SET_OUT = "set_out"
    ARRIVE = "arrive"
    REPORT = "report"
    REFUSE = "refuse"
    JUDGE_REFUSAL = "judge_refusal"
    RECALL = "recall"
    EVALUATE = "evaluate"


ORDER_TRANSITIONS: Final[Mapping[OrderState, Mapping[OrderStep, OrderState]]] = {
    OrderState.ISSUED: {
        OrderStep.ACKNOWLEDGE: OrderState.ACKNOWLEDGED,
        OrderStep.REFUSE: OrderState.REFUSED,
        OrderStep.RECALL: OrderState.RECALLED,
    },
    OrderState.ACKNOWLEDGED: {
        OrderStep.SET_OUT: OrderState.UNDER_WAY,
        OrderStep.ARRIVE: OrderState.ARRIVED,
        OrderStep.REPORT: OrderState.REPORTED,
        OrderStep.REFUSE: OrderState.REFUSED,
        OrderStep.RECALL: OrderState.RECALLED,
    },
    OrderState.UNDER_WAY: {
        OrderStep.ARRIVE: OrderState.ARRIVED,
        OrderStep.RECALL: OrderState.RECALLED,
    },
    OrderState.ARRIVED: {OrderStep.REPORT: OrderState.REPORTED},
    OrderState.REPORTED: {OrderStep.EVALUATE: OrderState.CLOSED},
    OrderState.REFUSED: {
        OrderStep.JUDGE_REFUSAL: OrderState.REFUSED,
        OrderStep.EVALUATE: OrderState.CLOSED,
    },
    OrderState.RECALLED: {},
    OrderState.CLOSED: {},
}
# Steps of who was ordered; the others are the centre's.
ANSWERS: Final = frozenset(
    {
        OrderStep.ACKNOWLEDGE,
        OrderStep.SET_OUT,
        OrderStep.ARRIVE,
        OrderStep.REPORT,
        OrderStep.REFUSE,
    }
)
# States that ask for a word of the centre before the incident can be closed.
EVALUATED: Final = frozenset({OrderState.REPORTED, OrderState.REFUSED})
SETTLED: Final = frozenset({OrderState.CLOSED, OrderState.RECALLED})


class Result(StrEnum):
    """How an order was carried out, for the yearly assessment (考核)."""

    GOOD = "good"  # 好
    ADEQUATE = "adequate"  # 合格
    POOR = "poor"  # 不合格


class LinkKind(StrEnum):
    """What an order led to. A task is kept by another service and taken at its word."""

    TASK = "task"
    ACTIVATION = "activation"
    HANDOVER = "handover"
    ASSISTANCE_REQUEST = "assistance_request"
    OPERATION = "operation"
    BORDER_NOTICE = "border_notice"


class OutsideArea(InvalidInput):
    """A centre orders its own area; beyond it, it asks: by activation or request."""

    code = "outside_area_of_centre"
    zh = "{division} 不在本中心辖区内,应通过应急联动或协查函商请。"
    en = "{division} is not of the centre's area: call it by activation or ask for assistance."


class BadReceiver(InvalidInput):
    code = "bad_receiver"
    zh = "调度对象有误:{reason}"
    en = "The order cannot be addressed like this: {reason}"


class MergedIntoItself(InvalidInput):
    code = "merged_into_itself"
    zh = "只能并入同一值班室尚未办结、也未并入他件的另一事件。"
    en = "An incident is merged into another one of its desk that is open and stands by itself."


class OrdersOpen(RuleViolation):
    """Names the orders that are neither reported on nor refused nor recalled."""

    code = "orders_open"
    zh = "以下调度单尚未反馈:{numbers}"
    en = "These orders are still open: {numbers}"


class EvaluationMissing(InvalidInput):
    code = "evaluation_missing"
    zh = "应逐一考核调度单:{numbers}"
    en = "Each order is evaluated, and only these: {numbers}"


class LateReport(RuleViolation):
    code = "order_in_future"
    zh = "要求完成时间应晚于现在。"
    en = "What is ordered is due later than now."


def step(state: State, taken: Step) -> State:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def order_step(state: OrderState, taken: OrderStep) -> OrderState:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return ORDER_TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in ORDER_TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def term(minutes_by_urgency: Mapping[str, Any], urgency: Urgency) -> timedelta:
    """How long a setting gives for a matter of this urgency."""
    return timedelta(minutes=minutes_by_urgency[urgency.value])


def require_receiver(
    *,
    centre: str,
    division: str,
    receiver: Receiver,
    bureau_division: str | None,
    officer_ids: Iterable[UUID],
    grid_lead: str | None,
) -> None:
    """The receiver is named as its kind asks, and lies in the area of the centre."""
    if not divisions.covers(divisions.scope(centre), division):
        raise OutsideArea(reason=division, division=division, pointer="/division")
    named = {
        Receiver.BUREAU: bureau_division is not None,
        Receiver.OFFICERS: bool(list(officer_ids)),
        Receiver.GRID_LEAD: grid_lead is not None,
    }
    if [kind for kind, is_named in named.items() if is_named] != [
        each for each in (receiver,) if each is not Receiver.DESK
    ]:
        raise BadReceiver(reason=receiver.value, pointer="/receiver")
    if bureau_division is not None and bureau_division != division:
        raise BadReceiver(reason="a bureau of another division", pointer="/bureau_id")


def next_level(ordered: str, *, centre: str) -> str:
    """Who hears of an order that is not acknowledged: the division above who was ordered.

    That may be the centre's own, whose leaders then hear of it; nobody above the centre does.
    """
    above = divisions.superior(ordered)
    if above is None or not divisions.covers(divisions.scope(centre), above):
        return centre
    return above


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The centre's word on one order. Whether it was timely, its instants say."""

    order_id: UUID
    result: Result
    remark: str | None


def require_evaluations(
    orders: Mapping[UUID, tuple[int, OrderState]], said: Iterable[Evaluation]
) -> None:
    """OrdersOpen while one is; EvaluationMissing unless each that was carried out is judged."""
    still_open = [number for number, state in orders.values() if state not in EVALUATED | SETTLED]
    if still_open:
        raise OrdersOpen(numbers=", ".join(map(str, sorted(still_open))))
    wanted = {key for key, (_, state) in orders.items() if state in EVALUATED}
    listed = [each.order_id for each in said]
    if set(listed) != wanted or len(listed) != len(wanted):
        numbers = ", ".join(str(orders[key][0]) for key in sorted(wanted))
        raise EvaluationMissing(reason="evaluations", numbers=numbers, pointer="/evaluations")


def timely(
    *,
    acknowledged_at: datetime | None,
    acknowledge_due_at: datetime,
    reported_at: datetime | None,
    due_at: datetime,
    refused_at: datetime | None,
) -> bool:
    """Whether an order was answered in time and, unless refused, reported on in time.

    What is due by an instant may be done at it (以内, T8).
    """
    answered = acknowledged_at or refused_at
    if answered is None or answered > acknowledge_due_at:
        return False
    return refused_at is not None or (reported_at is not None and reported_at <= due_at)

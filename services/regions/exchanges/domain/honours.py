"""Honours (表扬): recorded by the own bureau, confirmed by the bureau above it (2-21, 3-41)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.errors import IllegalStep, InvalidInput


class IssuerLevel(StrEnum):
    MINISTRY = "ministry"  # 生态环境部
    PROVINCE = "province"  # 省级
    CITY = "city"  # 市级


class Reference(StrEnum):
    """For what service the person was honoured."""

    STAFF_EXCHANGE = "staff_exchange"
    OPERATION = "operation"
    ROTA_ROUND = "rota_round"


class HonourState(StrEnum):
    RECORDED = "recorded"  # 待确认
    CONFIRMED = "confirmed"  # 已确认
    REFUSED = "refused"  # 不予确认
    REVOKED = "revoked"  # 撤销


class Step(StrEnum):
    CONFIRM = "confirm"
    REFUSE = "refuse"
    REVOKE = "revoke"


TRANSITIONS: Final[Mapping[HonourState, Mapping[Step, HonourState]]] = {
    HonourState.RECORDED: {
        Step.CONFIRM: HonourState.CONFIRMED,
        Step.REFUSE: HonourState.REFUSED,
        Step.REVOKE: HonourState.REVOKED,
    },
    HonourState.CONFIRMED: {Step.REVOKE: HonourState.REVOKED},
    HonourState.REFUSED: {},
    HonourState.REVOKED: {},
}


class NoService(InvalidInput):
    """What the person is honoured for must have had the person in it."""

    code = "honour_without_service"
    zh = "该人员未参加所引用的交流、行动或轮值。"
    en = "The person had no part in what is referred to."


class NotYet(InvalidInput):
    code = "honour_of_tomorrow"
    zh = "表扬日期不能晚于今天。"
    en = "An honour is not dated in the future."


def step(state: HonourState, taken: Step) -> HonourState:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None

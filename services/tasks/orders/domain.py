"""交办: one order makes a task for each of many divisions or enterprises, each with its own result.

What an item may be follows the rules of visits: routine checks of objects on categories 1 to 5 of
the positive list are off-site or not at all, and none is ordered where the yearly cap is reached.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.tasks.enterprises.domain import visits
from services.tasks.enterprises.domain.positive_lists import Standing
from services.tasks.enterprises.domain.visits import (
    Earlier,
    Mode,
    OffSiteOnly,
    Rules,
)
from shared import divisions
from shared.errors import AlreadyExists, IllegalStep, InvalidInput

MOST_ITEMS: Final = 2000
# Bytes of an order with so many items, each with facts of its own.
LARGEST: Final = 4 * 1024 * 1024


class OrderState(StrEnum):
    SENDING = "sending"  # items wait for their tasks
    FINISHED = "finished"  # each has its result
    STOPPED = "stopped"  # what was waiting stays without a task


class OrderAction(StrEnum):
    """`send` begins an order; `finish` is done when no item waits."""

    SEND = "send"
    FINISH = "finish"
    RESEND = "resend"
    STOP = "stop"


TRANSITIONS: Final[Mapping[OrderState, Mapping[OrderAction, OrderState]]] = {
    OrderState.SENDING: {
        OrderAction.FINISH: OrderState.FINISHED,
        OrderAction.RESEND: OrderState.SENDING,
        OrderAction.STOP: OrderState.STOPPED,
    },
    OrderState.FINISHED: {OrderAction.RESEND: OrderState.SENDING},
    OrderState.STOPPED: {},
}


class ItemResult(StrEnum):
    WAITING = "waiting"
    MADE = "made"
    REFUSED = "refused"
    STOPPED = "stopped"


class OrderDay(InvalidInput):
    code = "order_day"
    zh = "完成期限不得早于今天,线索任务不得晚于线索核查期限。"
    en = "What is ordered is due no earlier than today, and of a lead no later than the lead."


class OrderDiffers(AlreadyExists):
    """Told apart by its content: a retry is the same order, another order has another key."""

    code = "order_differs"
    zh = "该编号的交办单已存在且内容不同。"
    en = "There is an order with this key and other content."


class KeyTwice(InvalidInput):
    code = "key_twice"
    zh = "同一交办单中条目编号不得重复:{key}"
    en = "Two items of an order have the same key: {key}"


class ItemUnknown(InvalidInput):
    code = "item_unknown"
    zh = "只能重新交办被退回的条目:{key}"
    en = "Only items that were refused are sent again: {key}"


class NowhereToGo(InvalidInput):
    code = "nowhere_to_go"
    zh = "条目须指明执法对象或地点。"
    en = "An item names an object or a place."


class BeyondTheOrderer(InvalidInput):
    code = "beyond_the_orderer"
    zh = "{division} 既非交办单位辖区,也未参与该专项行动。"
    en = "{division} neither lies below who orders nor takes part in the campaign."


class ObjectOrderedTwice(AlreadyExists):
    """Several matters of one object are one visit (综合查一次, 优化营商环境条例 art. 54)."""

    code = "object_ordered_twice"
    zh = "该执法对象在本交办单中已有任务(综合查一次)。"
    en = "The order has a task for this object already; everything is checked in one visit."


@dataclass(frozen=True, slots=True)
class Item:
    """What one task is asked for: an object of the register, or a place.

    `division` is in charge; without one it is where the object lies, and in a cross or night
    inspection who orders. What is left out is as the order has it.
    """

    key: str
    enterprise_id: UUID | None = None
    code: str | None = None
    site_number: int = 1
    place: str | None = None
    site: str | None = None
    object_name: str | None = None
    division: str | None = None
    parties: tuple[str, ...] = ()
    title: str | None = None
    facts: str | None = None
    due_on: date | None = None
    team_id: UUID | None = None


def step(state: OrderState, action: OrderAction) -> OrderState:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*TRANSITIONS[state]]) from None


def require_due(due_on: date, *, today: date) -> None:
    if due_on < today:
        raise OrderDay(reason="day", pointer="/due_on")


def due_of_lead(asked: date | None, lead_due: date, *, today: date) -> date:
    """When the task of a lead is due: with the lead, or before it, but not in the past."""
    if asked is None:
        return max(lead_due, today)
    if not today <= asked <= max(lead_due, today):
        raise OrderDay(reason="day", pointer="/due_on")
    return asked


def require_once(items: Sequence[Item]) -> None:
    """Each item has a key of its own, by which its result is found again."""
    seen: set[str] = set()
    for number, each in enumerate(items):
        if each.key in seen:
            raise KeyTwice(reason="key", key=each.key, pointer=f"/items/{number}/key")
        seen.add(each.key)


def require_reach(codes: Collection[str], *, orderer: str, taking_part: Collection[str]) -> None:
    """Who is ordered lies below the orderer, or takes part in the campaign, or below who does."""
    reach = [divisions.scope(each) for each in (orderer, *taking_part)]
    for code in codes:
        if not any(divisions.covers(each, code) for each in reach):
            raise BeyondTheOrderer(reason=code, division=code, pointer="/division")


def mode_of(
    wanted: visits.Wanted,
    ledger: Sequence[Earlier],
    rules: Rules,
    *,
    listed: Standing | None,
    off_site_instead: bool,
) -> Mode:
    """How an object is checked, as ordered or off-site instead; CapReached or OffSiteOnly bar it.

    No place under the cap is taken yet: who carries the inspection out plans the visit.
    """
    try:
        visits.place(wanted, ledger, rules, listed=listed)
    except OffSiteOnly:
        if not off_site_instead:
            raise
        return Mode.OFF_SITE
    return wanted.mode

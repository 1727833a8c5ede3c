"""Places on the lists of problems: county, city, and the province's 七张问题清单 (DOMAIN 3.8)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from services.tasks.problems.domain.life import ListLevel
from shared.errors import RuleViolation

HEIGHT: Final = (ListLevel.NONE, ListLevel.COUNTY, ListLevel.CITY, ListLevel.PROVINCE)


class ListingState(StrEnum):
    """How far the place on the list is; the province's list is another system's."""

    ENTERED = "entered"  # decided here
    SENT = "sent"  # given to whoever keeps the list
    RECEIVED = "received"  # has its number there
    FILED = "filed"  # 备案: the closing is filed there


class ListingAction(StrEnum):
    SEND = "send"
    RECEIVE = "receive"
    FILE = "file"


STEPS: Final[Mapping[ListingState, Mapping[ListingAction, ListingState]]] = {
    ListingState.ENTERED: {
        ListingAction.SEND: ListingState.SENT,
        ListingAction.RECEIVE: ListingState.RECEIVED,
    },
    ListingState.SENT: {ListingAction.RECEIVE: ListingState.RECEIVED},
    ListingState.RECEIVED: {ListingAction.FILE: ListingState.FILED},
    ListingState.FILED: {},
}


class ListedAlready(RuleViolation):
    code = "listed_already"
    zh = "该问题已列入该级清单。"
    en = "The problem stands on that list already."


class NotOnThatList(RuleViolation):
    code = "not_on_that_list"
    zh = "该问题未列入该级清单。"
    en = "The problem does not stand on that list."


class ListingOutOfStep(RuleViolation):
    code = "listing_out_of_step"
    zh = "清单状态为 {state},不能进行 {action}。"
    en = "The place on the list is {state}: {action} cannot follow."


def listing_step(state: ListingState, action: ListingAction) -> ListingState:
    try:
        return STEPS[state][action]
    except KeyError:
        raise ListingOutOfStep(state=state, action=action) from None


def highest(levels: Iterable[ListLevel]) -> ListLevel:
    return max(levels, key=HEIGHT.index, default=ListLevel.NONE)

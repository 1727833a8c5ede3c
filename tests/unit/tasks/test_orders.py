"""Orders: how they live, whom they reach, and what the visit ledger makes of an item."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Final

import pytest

from services.tasks.enterprises.domain import visits
from services.tasks.enterprises.domain.positive_lists import EFFECTS, Category, Standing
from services.tasks.enterprises.domain.visits import (
    Agency,
    AgencyKind,
    CapReached,
    Earlier,
    LegalKind,
    Mode,
    OffSiteOnly,
    Rules,
)
from services.tasks.orders import domain
from services.tasks.orders.domain import (
    BeyondTheOrderer,
    Item,
    KeyTwice,
    OrderAction,
    OrderDay,
    OrderState,
)
from shared.errors import IllegalStep

DAY: Final = date(2026, 6, 1)
RULES: Final = Rules(cap=2, quiet_days=90, lapse_days=30)
WANTED: Final = visits.Wanted(
    Agency(AgencyKind.ECOLOGY_ENVIRONMENT, "余姚", "330281"),
    LegalKind.ROUTINE,
    Mode.ON_SITE,
    DAY,
    document="1号",
    reason="行动",
)
FULL: Final = [Earlier(DAY - timedelta(days=n), "应急局", True, n) for n in (1, 2)]
WAYS: Final = {
    ("sending", "finish"): "finished",
    ("sending", "resend"): "sending",
    ("sending", "stop"): "stopped",
    ("finished", "resend"): "sending",
}


@pytest.mark.parametrize(("state", "action"), [*product(OrderState, OrderAction)])
def test_an_order_goes_these_ways_and_no_other(state: OrderState, action: OrderAction) -> None:
    expected = WAYS.get((state, action))
    if expected is None:
        with pytest.raises(IllegalStep):
            domain.step(state, action)
    else:
        assert domain.step(state, action) == expected


def test_an_order_reaches_below_the_orderer_and_who_takes_part_in_the_campaign() -> None:
    domain.require_reach(["330281", "330200"], orderer="330200", taking_part=())
    domain.require_reach(["330902"], orderer="330200", taking_part=["330200", "330900"])
    with pytest.raises(BeyondTheOrderer):
        domain.require_reach(["330281", "330902"], orderer="330200", taking_part=())
    with pytest.raises(OrderDay):
        domain.require_due(DAY, today=DAY + timedelta(days=1))
    with pytest.raises(KeyTwice) as twice:
        domain.require_once([Item("1"), Item("2"), Item("1")])
    assert twice.value.pointer == "/items/2/key"


@pytest.mark.parametrize("category", Category)
def test_a_listed_object_of_categories_1_to_5_is_checked_off_site_or_not_at_all(
    category: Category,
) -> None:
    listed = Standing(category, "1号", EFFECTS[category])
    spared = category is not Category.ONLINE_MONITORED

    instead = domain.mode_of(WANTED, [], RULES, listed=listed, off_site_instead=True)

    assert instead is (Mode.OFF_SITE if spared else Mode.ON_SITE)
    if spared:
        with pytest.raises(OffSiteOnly):
            domain.mode_of(WANTED, [], RULES, listed=listed, off_site_instead=False)


def test_at_the_cap_a_routine_visit_is_refused_and_every_other_check_is_not() -> None:
    with pytest.raises(CapReached):
        domain.mode_of(WANTED, FULL, RULES, listed=None, off_site_instead=True)
    for other in (
        replace(WANTED, mode=Mode.OFF_SITE),
        replace(WANTED, kind=LegalKind.SPECIAL),
        replace(WANTED, kind=LegalKind.INDIVIDUAL),
    ):
        assert domain.mode_of(other, FULL, RULES, listed=None, off_site_instead=True) is other.mode

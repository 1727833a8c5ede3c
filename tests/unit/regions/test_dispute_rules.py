"""Disputes of jurisdiction: who has the matter, and who may say so."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from services.regions.disputes import domain
from services.regions.disputes.domain import (
    DECIDED,
    TRANSITIONS,
    BadDispute,
    DisputeAction,
    DisputeState,
    IllegalDisputeStep,
    Position,
    Stance,
)
from shared.clocks.deadline import deadline
from shared.clocks.ledger import Ledger
from tests.factories.clocks import CALENDAR, at

YUYAO, CIXI, JIASHAN, WUJIANG = "330281", "330282", "330421", "320509"
FILED = datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_every_state_and_every_action_has_its_place() -> None:
    assert set(TRANSITIONS) == set(DisputeState)
    assert {each for legal in TRANSITIONS.values() for each in legal} == set(DisputeAction)


@pytest.mark.parametrize("state", DisputeState)
@pytest.mark.parametrize("action", DisputeAction)
def test_a_step_leads_where_the_table_says_or_nowhere(
    state: DisputeState, action: DisputeAction
) -> None:
    if (target := TRANSITIONS[state].get(action)) is not None:
        assert domain.step(state, action) is target
    else:
        with pytest.raises(IllegalDisputeStep):
            domain.step(state, action)


def test_nothing_is_let_go_before_somebody_has_the_matter() -> None:
    assert {DisputeState.AGREED, DisputeState.DESIGNATED, DisputeState.CLOSED} == DECIDED


def claims(division: str, after: int | None = None, agrees_on: str | None = None) -> Position:
    filed = None if after is None else FILED + timedelta(minutes=after)
    return Position(division, Stance.CLAIMS, filed, agrees_on)


def test_of_those_that_claim_it_the_first_to_file_has_it() -> None:
    assert domain.first_to_file([claims(YUYAO, 5), claims(CIXI, 4)]) == CIXI
    assert domain.first_to_file([claims(YUYAO, 5), claims(CIXI)]) == YUYAO
    assert domain.first_to_file([claims(YUYAO, 5), claims(CIXI, 5)]) is None
    denies = Position(CIXI, Stance.DENIES, FILED)
    assert domain.first_to_file([claims(YUYAO, 5), denies]) == YUYAO
    assert domain.first_to_file([claims(YUYAO), claims(CIXI)]) is None
    assert domain.first_to_file([]) is None


@given(st.lists(st.integers(0, 500), min_size=2, max_size=8, unique=True))
def test_the_order_in_which_parties_speak_decides_nothing(minutes: list[int]) -> None:
    positions = [claims(f"3302{place:02d}", each) for place, each in enumerate(minutes, 1)]
    first = min(positions, key=lambda each: each.filed_at or FILED)
    assert domain.first_to_file(positions) == first.division
    assert domain.first_to_file(positions[::-1]) == first.division


def test_silence_is_no_agreement() -> None:
    silent = Position(CIXI, Stance.SILENT)
    assert domain.agreed_on([claims(YUYAO, agrees_on=YUYAO), silent]) is None
    assert domain.agreed_on([silent, silent]) is None
    both = [claims(YUYAO, agrees_on=CIXI), claims(CIXI, agrees_on=CIXI)]
    assert domain.agreed_on(both) == CIXI
    apart = [claims(YUYAO, agrees_on=YUYAO), claims(CIXI, agrees_on=CIXI)]
    assert domain.agreed_on(apart) is None


@pytest.mark.parametrize(
    ("parties", "superior"),
    [((YUYAO, CIXI), "3302"), ((YUYAO, CIXI, JIASHAN), "33"), ((JIASHAN, WUJIANG), None)],
)
def test_the_common_superior_designates_and_across_provinces_there_is_none(
    parties: tuple[str, ...], superior: str | None
) -> None:
    assert domain.common_superior(parties) == superior


@pytest.mark.parametrize("parties", [(YUYAO,), (YUYAO, YUYAO), (CIXI, JIASHAN)])
def test_a_dispute_has_two_parties_and_who_opens_it_is_one(parties: tuple[str, ...]) -> None:
    with pytest.raises(BadDispute):
        domain.require_sound(YUYAO, parties)


def test_the_time_to_negotiate_counts_working_days() -> None:
    term = domain.negotiation_term({"dispute.negotiation_working_days": 5})
    assert str(deadline(Ledger(at("2026-02-12")), term, CALENDAR).due_on) == "2026-02-26"

"""Rules of orders and spot checks: who oversees whom, and samples that nobody chose."""

from datetime import date
from fractions import Fraction
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from services.petitions.intake.domain import RUNNING, IllegalStep, State
from services.petitions.oversight.domain import (
    DAYS,
    MARKS,
    RIGHTS,
    TRANSITIONS,
    DaysInDisorder,
    NothingRuns,
    OrderKind,
    OrderState,
    OrderStep,
    draw,
    order_step,
    overseer,
    population_hash,
    require_something_runs,
    require_window,
)
from shared.auth import policy

LEGAL: Final = {
    ("open", "answer"): "answered",
    ("open", "withdraw"): "withdrawn",
    ("answered", "close"): "closed",
    ("answered", "return"): "open",
    ("answered", "withdraw"): "withdrawn",
}
populations = st.lists(st.uuids(), max_size=60, unique=True)
shares = st.fractions(min_value=Fraction(1, 1000), max_value=1)
seeds = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("taken", OrderStep)
def test_an_order_goes_where_the_table_says_and_nowhere_else(
    state: OrderState, taken: OrderStep
) -> None:
    target = LEGAL.get((state.value, taken.value))
    if target is not None:
        assert order_step(state, taken) is OrderState(target)
        return
    with pytest.raises(IllegalStep):
        order_step(state, taken)


def test_every_state_can_be_reached_and_every_step_has_a_right() -> None:
    reached = {OrderState.OPEN} | {to for steps in TRANSITIONS.values() for to in steps.values()}
    assert reached == set(OrderState)
    assert set(RIGHTS) == set(OrderStep)
    assert set(RIGHTS.values()) <= set(policy.RIGHTS)
    assert set(MARKS) == set(DAYS) == set(OrderKind)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", OrderKind)
def test_only_what_runs_is_urged_and_anything_is_supervised(kind: OrderKind, state: State) -> None:
    if kind is OrderKind.SUPERVISE or state in RUNNING:
        require_something_runs(kind, state)
        return
    with pytest.raises(NothingRuns):
        require_something_runs(kind, state)


@pytest.mark.parametrize(
    ("held", "office", "found"),
    [
        (["330200"], None, "330200"),
        (["330000"], None, "330000"),
        # The nearest of several superiors.
        (["330000", "330200"], None, "330200"),
        (["330281"], None, None),
        (["330281", "330200"], None, "330200"),
        (["330282"], None, None),
        (["340000"], None, None),
        # Who registered it, though not above the unit.
        (["330282"], "330282", "330282"),
        (["330281"], "330281", None),
        ([], "330200", None),
    ],
)
def test_a_unit_is_overseen_from_above_or_by_who_registered(
    held: list[str], office: str | None, found: str | None
) -> None:
    assert overseer(held, unit="330281", office=office) == found


@given(population=populations, share=shares, seed=seeds)
def test_a_sample_is_a_share_of_the_population_rounded_up(
    population: list[UUID], share: Fraction, seed: bytes
) -> None:
    drawn = draw(population, share=share, seed=seed)
    assert set(drawn.ids) <= set(population)
    assert len(set(drawn.ids)) == len(drawn.ids)
    assert len(population) * share <= len(drawn.ids) < len(population) * share + 1


@given(population=populations, share=shares, seed=seeds, data=st.data())
def test_a_sample_depends_on_the_seed_and_on_nothing_else(
    population: list[UUID], share: Fraction, seed: bytes, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(population))
    assert draw(shuffled, share=share, seed=seed) == draw(population, share=share, seed=seed)


@given(population=st.lists(st.uuids(), min_size=2, max_size=30, unique=True), seed=seeds)
def test_a_smaller_share_is_the_beginning_of_a_larger_one(
    population: list[UUID], seed: bytes
) -> None:
    half = draw(population, share=Fraction(1, 2), seed=seed).ids
    assert draw(population, share=Fraction(1), seed=seed).ids[: len(half)] == half


def test_a_known_population_has_a_known_hash() -> None:
    ids = [UUID(int=2), UUID(int=1)]
    assert population_hash(ids) == population_hash(reversed(ids))
    assert population_hash([]) == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_a_window_ends_no_earlier_than_it_begins() -> None:
    day = date(2026, 3, 2)
    require_window(day, day)
    with pytest.raises(DaysInDisorder):
        require_window(day, date(2026, 3, 1))

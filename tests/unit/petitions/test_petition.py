"""A petition's states: what is legal, by the table; what is not, by its complement."""

from fractions import Fraction
from typing import Final

import pytest
from hypothesis import given, strategies as st

from services.petitions.intake.domain import (
    RUNNING,
    TRANSITIONS,
    IllegalStep,
    State,
    Step,
    UnequalShares,
    shares_of,
    step,
)

LEGAL: Final = {
    ("registered", "transfer", "transferred"),
    ("registered", "assign", "assigned"),
    ("registered", "accept", "accepted"),
    ("registered", "refuse", "not_accepted"),
    ("transferred", "object", "objected"),
    ("transferred", "accept", "accepted"),
    ("transferred", "refuse", "not_accepted"),
    ("assigned", "object", "objected"),
    ("assigned", "accept", "accepted"),
    ("assigned", "refuse", "not_accepted"),
    ("objected", "accept_objection", "registered"),
    ("objected", "reject_objection", "transferred"),
    ("accepted", "start", "in_progress"),
    ("in_progress", "extend", "in_progress"),
    ("in_progress", "reply", "replied"),
    ("replied", "settle", "closed"),
    ("replied", "reopen", "reopened"),
    ("replied", "file", "closed"),
    ("reopened", "start", "in_progress"),
}
ILLEGAL: Final = [
    (state, taken)
    for state in State
    for taken in Step
    if (state, taken) not in {(State(at), Step(by)) for at, by, _ in LEGAL}
]


def reachable(start: State) -> set[State]:
    found, ahead = {start}, [start]
    while ahead:
        for target in TRANSITIONS[ahead.pop()].values():
            if target not in found:
                found.add(target)
                ahead.append(target)
    return found


@pytest.mark.parametrize(("state", "taken", "target"), sorted(LEGAL))
def test_a_legal_step_leads_where_the_law_says(state: str, taken: str, target: str) -> None:
    assert step(State(state), Step(taken)) is State(target)


@pytest.mark.parametrize(("state", "taken"), ILLEGAL)
def test_any_other_step_is_refused_and_says_what_is_allowed(state: State, taken: Step) -> None:
    with pytest.raises(IllegalStep) as refusal:
        step(state, taken)

    assert refusal.value.context["allowed"] == list(TRANSITIONS[state])


def test_every_state_can_be_reached() -> None:
    assert reachable(State.REGISTERED) == set(State)


def test_only_ended_petitions_have_no_next_step() -> None:
    assert {state for state in State if not TRANSITIONS[state]} == set(State) - RUNNING


def test_an_end_can_be_reached_from_every_state() -> None:
    for state in RUNNING:
        assert State.CLOSED in reachable(state)


def test_a_letter_about_two_districts_counts_half_in_each() -> None:
    half = Fraction(1, 2)
    assert shares_of(["330281", "330282"], None) == {"330281": half, "330282": half}


def test_shares_that_are_said_are_kept_exactly() -> None:
    said = {"330281": "1/3", "330282": "2/3"}
    assert sum(shares_of(list(said), said).values()) == 1


def test_shares_that_do_not_make_one_are_refused() -> None:
    with pytest.raises(UnequalShares):
        shares_of(["330281", "330282"], {"330281": "1/3", "330282": "1/3"})


@given(st.lists(st.integers(330201, 330299).map(str), min_size=1, max_size=8, unique=True))
def test_equal_shares_always_make_one(named: list[str]) -> None:
    assert sum(shares_of(named, None).values()) == 1

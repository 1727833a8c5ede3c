"""The through-train: its states by complement, its calendar to the second, its end by proof."""

from datetime import datetime
from itertools import product
from typing import Final

import pytest
from hypothesis import given, strategies as st

from services.petitions.callbacks.domain import Result, Solved
from services.petitions.intake.domain import IllegalStep
from services.petitions.through_train.domain import (
    TRANSITIONS,
    UNSOLVED,
    WITH_COUNTY,
    Action,
    NothingUnderWay,
    NotSolvedYet,
    State,
    is_led,
    require_solved,
    require_under_way,
    step,
)
from shared.auth.actor import Role
from tests.factories.clocks import at

LEGAL: Final = {
    ("candidate", "push", "pushed"),
    ("pushed", "raise", "supervised"),
    ("pushed", "keep", "kept"),
    ("pushed", "notice", "noticed"),
    ("pushed", "resolve", "resolved"),
    ("supervised", "notice", "noticed"),
    ("supervised", "resolve", "resolved"),
    ("kept", "notice", "noticed"),
    ("kept", "resolve", "resolved"),
    ("noticed", "take_up", "city_level"),
    ("noticed", "resolve", "resolved"),
    ("city_level", "resolve", "resolved"),
}
PAIRS: Final = {(State(state), Action(action)) for state, action, _ in LEGAL}


@pytest.mark.parametrize(("state", "action", "target"), sorted(LEGAL))
def test_a_legal_step_leads_where_the_scheme_says(state: str, action: str, target: str) -> None:
    assert step(State(state), Action(action)) is State(target)


@pytest.mark.parametrize(
    ("state", "action"), [pair for pair in product(State, Action) if pair not in PAIRS]
)
def test_any_other_step_is_refused_and_says_what_is_allowed(state: State, action: Action) -> None:
    with pytest.raises(IllegalStep) as refusal:
        step(state, action)

    assert refusal.value.context["allowed"] == list(TRANSITIONS[state])


def test_nothing_skips_the_push() -> None:
    assert TRANSITIONS[State.CANDIDATE] == {Action.PUSH: State.PUSHED}
    into_pushed = {state for state in State if State.PUSHED in TRANSITIONS[state].values()}
    assert into_pushed == {State.CANDIDATE}


def test_only_what_is_resolved_is_at_an_end() -> None:
    assert [state for state in State if not TRANSITIONS[state]] == [State.RESOLVED]


def test_only_what_was_noticed_comes_to_the_city() -> None:
    into_city = {state for state in State if State.CITY_LEVEL in TRANSITIONS[state].values()}
    assert into_city == {State.NOTICED}


@given(st.lists(st.sampled_from(list(Action)), max_size=12))
def test_whatever_is_tried_nothing_skips_the_push_and_resolved_stays(tried: list[Action]) -> None:
    state, taken = State.CANDIDATE, list[Action]()
    for action in tried:
        try:
            state = step(state, action)
        except IllegalStep:
            continue
        taken.append(action)

    assert taken[:1] in ([], [Action.PUSH])
    for once in (Action.PUSH, Action.NOTICE, Action.TAKE_UP, Action.RESOLVE):
        assert taken.count(once) <= 1
    assert Action.RESOLVE not in taken[:-1]
    assert Action.TAKE_UP not in taken or Action.NOTICE in taken
    assert not {Action.RAISE, Action.KEEP} <= {*taken}


def test_unsolved_is_what_was_pushed_and_is_not_resolved() -> None:
    assert {*UNSOLVED} == {*State} - {State.CANDIDATE, State.RESOLVED}
    assert {*WITH_COUNTY} == {each for each in State if Action.NOTICE in TRANSITIONS[each]}


@pytest.mark.parametrize("state", list(State))
def test_progress_is_told_of_what_is_unsolved(state: State) -> None:
    if state in UNSOLVED:
        require_under_way(state)
        return
    with pytest.raises(NothingUnderWay):
        require_under_way(state)


def test_a_county_is_led_by_its_own_leader_in_charge_only() -> None:
    members = [("330281", Role.COUNTY_LEADER_IN_CHARGE), ("330282", Role.DEPARTMENT_HEAD)]

    assert is_led(members, "330281")
    assert not is_led(members, "330282")
    assert not is_led(members, "330283")


TRIGGERED: Final = at("2026-03-03")
GOOD: Final = (Result.SATISFIED, Solved.YES, at("2026-03-20"))
OLD: Final = (Result.SATISFIED, Solved.YES, at("2026-03-01"))
BAD: Final = (Result.DISSATISFIED, Solved.NO, at("2026-03-21"))
Calls = dict[str, tuple[Result, Solved, datetime] | None]


def test_proof_and_a_new_good_call_make_it_solved() -> None:
    require_solved(triggered_at=TRIGGERED, proven=True, last_calls={"1": GOOD})


@pytest.mark.parametrize(
    ("proven", "calls"),
    [
        (False, {"1": GOOD}),
        (True, {}),
        (True, {"1": None}),
        (True, {"1": OLD}),
        (True, {"1": BAD}),
        (True, {"1": GOOD, "2": BAD}),  # a repeat of the matter is still unhappy
        (True, {"1": (Result.SATISFIED, Solved.PARTLY, at("2026-03-20"))}),
        (True, {"1": (Result.SATISFIED, Solved.YES, TRIGGERED)}),  # not a new call
    ],
)
def test_anything_less_does_not(proven: bool, calls: Calls) -> None:  # noqa: FBT001  a column of the table
    with pytest.raises(NotSolvedYet):
        require_solved(triggered_at=TRIGGERED, proven=proven, last_calls=calls)


def test_a_petition_nobody_was_reached_about_does_not_stand_in_the_way() -> None:
    require_solved(triggered_at=TRIGGERED, proven=True, last_calls={"1": GOOD, "2": None})


def test_the_end_of_a_review_stands_in_the_place_of_a_call() -> None:
    require_solved(triggered_at=TRIGGERED, proven=True, last_calls={"1": BAD}, concluded={"1"})


@pytest.mark.parametrize(("proven", "calls"), [(False, {"1": BAD}), (True, {"1": BAD, "2": BAD})])
def test_such_an_end_proves_nothing_and_pleases_nobody_else(proven: bool, calls: Calls) -> None:  # noqa: FBT001  a column of the table
    with pytest.raises(NotSolvedYet):
        require_solved(triggered_at=TRIGGERED, proven=proven, last_calls=calls, concluded={"1"})

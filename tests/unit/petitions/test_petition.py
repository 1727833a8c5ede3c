"""A petition's states: what is legal, by the table; what is not, by its complement."""

from fractions import Fraction
from typing import Final

import pytest
from hypothesis import given, strategies as st

from services.petitions.intake.domain import (
    HANDLED,
    RUNNING,
    TRANSITIONS,
    WHILE_COMPETENCE_IS_OPEN,
    IllegalStep,
    State,
    Step,
    UnequalShares,
    shares_of,
    step,
)

OPEN: Final = ("registered", "transferred", "assigned", "accepted", "in_progress")
UNDECIDED: Final = ("registered", "transferred", "assigned")
LEGAL: Final = {
    ("registered", "transfer", "transferred"),
    ("registered", "assign", "assigned"),
    *((state, "accept", "accepted") for state in UNDECIDED),
    *((state, "refuse", "not_accepted") for state in UNDECIDED),
    ("transferred", "object", "objected"),
    ("assigned", "object", "objected"),
    ("objected", "accept_objection", "registered"),
    ("objected", "reject_objection", "transferred"),
    *((state, "reclassify", state) for state in UNDECIDED),
    ("transferred", "deem_competent", "transferred"),
    ("assigned", "deem_competent", "assigned"),
    *((state, "competence", state) for state in UNDECIDED),
    *((state, "answer_competence", state) for state in UNDECIDED),
    *((state, "meet_competence", state) for state in UNDECIDED),
    *((state, "settle_competence", "transferred") for state in UNDECIDED),
    *((state, "ask_back", state) for state in OPEN),
    *((state, "supplement", state) for state in OPEN),
    *((state, "mark_urgent", state) for state in (*OPEN, "objected", "reopened")),
    *((state, "call_supervisor", state) for state in ("accepted", "in_progress", "reopened")),
    *((state, "note_supervisor", state) for state in ("accepted", "in_progress", "reopened")),
    ("replied", "note_supervisor", "replied"),
    ("accepted", "start", "in_progress"),
    ("in_progress", "request_extension", "in_progress"),
    ("in_progress", "extend", "in_progress"),
    ("in_progress", "refuse_extension", "in_progress"),
    ("in_progress", "hand_over", "in_progress"),
    ("in_progress", "reply", "replied"),
    ("replied", "settle", "closed"),
    ("replied", "reopen", "reopened"),
    ("replied", "file", "closed"),
    ("replied", "serve", "replied"),
    ("replied", "ask_review", "under_review"),
    ("replied", "send_back", "reopened"),
    ("reopened", "start", "in_progress"),
    ("under_review", "give_review", "reviewed"),
    ("reviewed", "serve", "reviewed"),
    ("reviewed", "ask_re_review", "under_re_review"),
    ("reviewed", "file", "closed"),
    ("under_re_review", "give_re_review", "final"),
    *((state.value, "close_part", "closed") for state in RUNNING),
    ("closed", "ask_review", "under_review"),
    ("closed", "send_back", "reopened"),
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
    """What is closed can still be reviewed or sent back."""
    assert {state for state in State if not TRANSITIONS[state]} == (
        set(State) - RUNNING - {State.CLOSED}
    )


def test_an_end_can_be_reached_from_every_state() -> None:
    for state in RUNNING:
        assert reachable(state) & {State.CLOSED, State.FINAL}


def test_what_waits_for_competence_is_neither_routed_nor_accepted_nor_refused() -> None:
    assert {
        Step.TRANSFER,
        Step.ASSIGN,
        Step.ACCEPT,
        Step.REFUSE,
    } < WHILE_COMPETENCE_IS_OPEN
    assert {
        taken for state in UNDECIDED for taken in TRANSITIONS[State(state)]
    } > WHILE_COMPETENCE_IS_OPEN


def test_handled_is_what_runs_after_acceptance() -> None:
    before = {State.REGISTERED, State.TRANSFERRED, State.ASSIGNED, State.OBJECTED}
    assert RUNNING - before == HANDLED


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

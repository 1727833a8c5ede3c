"""Inspection letters: their steps by complement, two rounds, and figures by shares."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from services.petitions.intake.domain import IllegalStep
from services.petitions.letters.domain import (
    TRANSITIONS,
    ClosedOutOfTime,
    DueBeforeReceipt,
    Found,
    NotClosed,
    OwnAnswer,
    Pace,
    RoundsDone,
    Standing,
    State,
    Step,
    WrongRound,
    due_term,
    figures,
    require_days,
    require_look_back,
    step,
)

LEGAL: Final = {
    ("open", "answer", "answered"),
    ("answered", "close", "closed"),
    ("answered", "return", "returned"),
    ("returned", "answer", "answered"),
    ("closed", "reopen", "open"),
}
PAIRS: Final = {(State(state), Step(taken)) for state, taken, _ in LEGAL}
A, B = UUID(int=1), UUID(int=2)
TODAY: Final = date(2026, 6, 1)
days: Final = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@pytest.mark.parametrize(("state", "taken", "target"), sorted(LEGAL))
def test_a_legal_step_leads_on(state: str, taken: str, target: str) -> None:
    assert step(State(state), Step(taken)) is State(target)


@pytest.mark.parametrize(
    ("state", "taken"), [pair for pair in product(State, Step) if pair not in PAIRS]
)
def test_any_other_step_is_refused_and_says_what_is_allowed(state: State, taken: Step) -> None:
    with pytest.raises(IllegalStep) as refusal:
        step(state, taken)

    assert refusal.value.context["allowed"] == list(TRANSITIONS[state])


@pytest.mark.parametrize(
    ("state", "round_", "done", "by", "refused"),
    [
        (State.CLOSED, 1, [], B, None),
        (State.CLOSED, 2, [1], B, None),
        (State.OPEN, 1, [], B, NotClosed),
        (State.ANSWERED, 1, [], B, NotClosed),
        (State.RETURNED, 1, [], B, NotClosed),
        (State.CLOSED, 1, [], A, OwnAnswer),
        (State.CLOSED, 2, [], B, WrongRound),
        (State.CLOSED, 1, [1], B, WrongRound),
        (State.CLOSED, 1, [1, 2], B, RoundsDone),
        (State.CLOSED, 2, [1, 2], B, RoundsDone),
    ],
)
def test_rounds_follow_each_other_and_nobody_looks_back_at_the_own_answer(
    state: State, round_: int, done: list[int], by: UUID, refused: type[Exception] | None
) -> None:
    def look() -> None:
        require_look_back(state=state, round_=round_, done=done, answered_by=A, by=by)

    if refused is None:
        look()
    else:
        with pytest.raises(refused):
            look()


@given(days, st.integers(1, 400))
def test_the_term_ends_on_the_day_the_body_gave(received: date, length: int) -> None:
    due = received + timedelta(days=length)
    term = due_term(received, due)

    assert received + timedelta(days=term.amount) == due
    assert not term.rolls


@pytest.mark.parametrize(
    ("due", "closed", "refused"),
    [
        (date(2026, 5, 2), None, None),
        (date(2026, 5, 1), None, DueBeforeReceipt),
        (date(2026, 6, 9), date(2026, 5, 1), None),
        (date(2026, 6, 9), TODAY, None),
        (date(2026, 6, 9), date(2026, 4, 30), ClosedOutOfTime),
        (date(2026, 6, 9), date(2026, 6, 2), ClosedOutOfTime),
    ],
)
def test_a_letter_is_due_after_receipt_and_closed_between_receipt_and_today(
    due: date, closed: date | None, refused: type[Exception] | None
) -> None:
    def check() -> None:
        require_days(
            received_on=date(2026, 5, 1), due_on=due, closed_on=closed, today=TODAY, pointer=""
        )

    if refused is None:
        check()
    else:
        with pytest.raises(refused):
            check()


def letter(
    state: State, *, closed_on: date | None = None, shares: dict[str, str] | None = None
) -> Standing:
    return Standing(
        state=state,
        pace=Pace.COMPLETED if closed_on else None,
        due_on=date(2026, 5, 31),
        closed_on=closed_on,
        shares=shares or {"330281": "1"},
        looked_back={1: Found.SOLVED} if closed_on else {},
    )


def test_a_batch_is_counted_as_it_stands() -> None:
    found = figures(
        [
            letter(State.CLOSED, closed_on=date(2026, 5, 31)),
            letter(State.CLOSED, closed_on=date(2026, 6, 1)),
            letter(State.OPEN),
        ],
        today=TODAY,
    )

    assert found["total"] == 3
    assert (found["closed"], found["closed_by_due"], found["overdue"]) == (2, 1, 1)
    assert found["by_state"] == {"closed": 2, "open": 1}
    assert found["by_pace"] == {"completed": 2}
    assert found["look_back"] == {"1": {"solved": 2}, "2": {}}


def test_half_letters_count_half() -> None:
    half = {"330281": "1/2", "330282": "1/2"}
    letters = [*[letter(State.OPEN)] * 4, letter(State.OPEN, shares=half)]
    found = figures(letters, today=TODAY)["by_division"]

    assert found["330281"] == {"letters": 5, "exact": "9/2"}
    assert found["330282"] == {"letters": 1, "exact": "1/2"}


@given(st.lists(st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=5, unique=True)))
def test_what_the_divisions_count_sums_to_the_letters(named: list[list[str]]) -> None:
    letters = [
        letter(State.OPEN, shares={each: f"1/{len(divisions)}" for each in divisions})
        for divisions in named
    ]
    counted = figures(letters, today=TODAY)["by_division"].values()

    assert sum(Fraction(each["exact"]) for each in counted) == len(letters)

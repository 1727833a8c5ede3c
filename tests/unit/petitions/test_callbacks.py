"""Calling back: every answer with what it means."""

from datetime import date
from itertools import product
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from services.petitions.callbacks.domain import (
    STAGE_OF,
    Moment,
    NobodyToCall,
    OwnCase,
    Result,
    Solved,
    SolvedNotAsked,
    Stage,
    TooFewTries,
    due_term,
    is_bad,
    moments_of_call,
    require_answers,
    require_callable,
    step_after,
    timeline,
)
from services.petitions.intake.domain import Step
from services.petitions.through_train.domain import Trigger, trigger_of
from shared.clocks.term import Unit
from tests.factories.clocks import at

A, B = UUID(int=1), UUID(int=2)
TODAY: Final = date(2026, 3, 4)
ANSWERS: Final = list(product(Result, Solved))
BAD: Final = {
    *product([Result.DISSATISFIED], Solved),
    *product(
        [Result.SATISFIED, Result.BASICALLY_SATISFIED, Result.DECLINED], [Solved.PARTLY, Solved.NO]
    ),
}


@pytest.mark.parametrize(("result", "solved"), ANSWERS)
def test_dissatisfied_or_unsolved_is_bad_and_nothing_else(result: Result, solved: Solved) -> None:
    assert is_bad(result, solved) is ((result, solved) in BAD)


@pytest.mark.parametrize(("result", "solved"), ANSWERS)
def test_a_bad_call_reopens_a_good_one_settles_and_no_answer_does_nothing(
    result: Result, solved: Solved
) -> None:
    expected = Step.REOPEN if (result, solved) in BAD else Step.SETTLE
    assert step_after(result, solved) is (None if result is Result.NO_ANSWER else expected)


@pytest.mark.parametrize(("result", "solved"), ANSWERS)
def test_a_bad_call_is_a_trigger_by_what_was_bad(result: Result, solved: Solved) -> None:
    if (result, solved) not in BAD:
        assert trigger_of(result, solved) is None
    elif result is Result.DISSATISFIED:
        assert trigger_of(result, solved) is Trigger.DISSATISFIED
    else:
        assert trigger_of(result, solved) is Trigger.UNRESOLVED


def test_nobody_calls_back_the_own_case() -> None:
    require_callable(nobody=False, handlers=[A], caller_id=B)
    with pytest.raises(OwnCase):
        require_callable(nobody=False, handlers=[B, A], caller_id=A)


def test_somebody_anonymous_cannot_be_called() -> None:
    with pytest.raises(NobodyToCall):
        require_callable(nobody=True, handlers=[], caller_id=B)


@pytest.mark.parametrize(
    "result", [Result.SATISFIED, Result.BASICALLY_SATISFIED, Result.DISSATISFIED]
)
def test_who_was_reached_was_asked_both_questions(result: Result) -> None:
    with pytest.raises(SolvedNotAsked):
        require_answers(result, Solved.UNKNOWN, tries=[], today=TODAY, needed=3)


def test_who_declines_need_not_say_whether_it_is_solved() -> None:
    require_answers(Result.DECLINED, Solved.UNKNOWN, tries=[], today=TODAY, needed=3)


@pytest.mark.parametrize(
    ("tries", "enough"),
    [
        ([], False),
        ([date(2026, 3, 2)], False),
        ([date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 2)], False),
        ([date(2026, 3, 4), date(2026, 3, 4)], False),
        ([date(2026, 3, 2), date(2026, 3, 3)], True),
    ],
)
def test_unreachable_needs_tries_on_different_days(tries: list[date], enough: bool) -> None:  # noqa: FBT001  a column of the table
    def said() -> None:
        require_answers(Result.UNREACHABLE, Solved.UNKNOWN, tries=tries, today=TODAY, needed=3)

    if enough:
        said()
    else:
        with pytest.raises(TooFewTries):
            said()


def test_the_loop_has_its_eight_steps_in_their_order_whatever_happened() -> None:
    assert [stage.value for stage, _ in timeline([])] == [
        "acceptance",
        "dispatch",
        "handling",
        "reply",
        "supervision",
        "closing",
        "call_back",
        "evaluation",
    ]


def test_what_happened_stands_in_its_step_and_by_time() -> None:
    later = Moment(Stage.HANDLING, "extend", at("2026-03-05"))
    sooner = Moment(Stage.HANDLING, "start", at("2026-03-04"))

    assert dict(timeline([later, sooner]))[Stage.HANDLING] == [sooner, later]


@pytest.mark.parametrize("result", list(Result))
def test_a_call_evaluates_only_if_the_petitioner_said_how_satisfied(result: Result) -> None:
    stages = [each.stage for each in moments_of_call(result, at("2026-03-04"))]

    evaluated = result in {Result.SATISFIED, Result.BASICALLY_SATISFIED, Result.DISSATISFIED}
    assert stages == [Stage.CALL_BACK, *([Stage.EVALUATION] if evaluated else [])]


def test_a_step_of_a_petition_is_one_step_of_the_loop_or_none() -> None:
    told = {*STAGE_OF.values()}
    assert told == {*Stage} - {Stage.SUPERVISION, Stage.CALL_BACK, Stage.EVALUATION}


@given(st.integers(1, 60))
def test_the_call_is_due_so_many_natural_days_after_the_answer(days: int) -> None:
    assert (due_term(days).amount, due_term(days).unit) == (days, Unit.NATURAL_DAYS)

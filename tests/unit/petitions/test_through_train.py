"""The through-train: its states by complement, its calendar to the second, its end by proof."""

from datetime import date, datetime, timedelta
from itertools import product
from typing import Final

import pytest
from hypothesis import given, strategies as st

from services.petitions.callbacks.domain import Result, Solved
from services.petitions.intake.domain import IllegalStep
from services.petitions.through_train.domain import (
    TRANSITIONS,
    Action,
    NotSolvedYet,
    Period,
    State,
    handling_due,
    midnight,
    period_before,
    period_start,
    require_solved,
    step,
    week_cut_off,
)
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


@pytest.mark.parametrize(
    ("now", "cut_off"),
    [
        ("2026-03-08T23:59:59+08:00", "2026-03-02"),  # Sunday, the last second
        ("2026-03-09T00:00:00+08:00", "2026-03-09"),  # Sunday 24:00 is Monday
        ("2026-03-08T16:00:00+00:00", "2026-03-09"),  # the same by UTC
        ("2026-03-08T15:59:59+00:00", "2026-03-02"),
        ("2027-01-01T00:00:00+08:00", "2026-12-28"),  # a week across the year
        ("2026-12-31T23:59:59+08:00", "2026-12-28"),
    ],
)
def test_a_week_is_cut_off_on_monday_at_midnight_in_shanghai(now: str, cut_off: str) -> None:
    assert week_cut_off(datetime.fromisoformat(now)) == midnight(date.fromisoformat(cut_off))


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 23), st.integers(0, 59))
def test_a_cut_off_is_a_monday_of_the_last_seven_days(day: date, hour: int, minute: int) -> None:
    now = at(day, hour, minute)
    found = week_cut_off(now)

    assert found.weekday() == 0
    assert timedelta(0) <= now - found < timedelta(days=7)


@pytest.mark.parametrize(
    ("period", "now", "start", "before", "last"),
    [
        ("monthly", "2026-03-31T23:59:59+08:00", "2026-03-01", "2026-02-01", "2026-03-31"),
        ("monthly", "2026-04-01T00:00:00+08:00", "2026-04-01", "2026-03-01", "2026-04-30"),
        ("monthly", "2026-03-31T16:00:00+00:00", "2026-04-01", "2026-03-01", "2026-04-30"),
        ("monthly", "2026-12-31T23:59:59+08:00", "2026-12-01", "2026-11-01", "2026-12-31"),
        ("monthly", "2027-01-01T00:00:00+08:00", "2027-01-01", "2026-12-01", "2027-01-31"),
        ("monthly", "2028-02-10T09:00:00+08:00", "2028-02-01", "2028-01-01", "2028-02-29"),
        ("quarterly", "2026-03-31T23:59:59+08:00", "2026-01-01", "2025-10-01", "2026-03-31"),
        ("quarterly", "2026-04-01T00:00:00+08:00", "2026-04-01", "2026-01-01", "2026-06-30"),
        ("quarterly", "2026-11-15T09:00:00+08:00", "2026-10-01", "2026-07-01", "2026-12-31"),
        ("quarterly", "2026-12-31T16:00:00+00:00", "2027-01-01", "2026-10-01", "2027-03-31"),
    ],
)
def test_a_period_begins_and_ends_by_the_calendar_of_shanghai(
    period: str, now: str, start: str, before: str, last: str
) -> None:
    moment = datetime.fromisoformat(now)

    assert str(period_start(Period(period), moment)) == start
    assert str(period_before(Period(period), date.fromisoformat(start))) == before
    assert str(handling_due(Period(period), moment)) == last


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

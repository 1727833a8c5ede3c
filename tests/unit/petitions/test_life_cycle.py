"""Random lives through a petition's states: nothing is skipped, and what ended stays ended.

The terms that run through a life are counted here too: over any ledger, on the real calendar.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.petitions.intake.domain import (
    RUNNING,
    TRANSITIONS,
    VOIDING,
    IllegalStep,
    State,
    Step,
    in_charge,
    step,
)
from services.petitions.profiles.domain import STATUTORY_CLOCKS
from shared.clocks import acts
from shared.clocks.days import legal_day
from shared.clocks.deadline import deadline
from shared.clocks.ledger import Ledger
from shared.clocks.term import Term, Unit
from tests.factories.clocks import CALENDAR, at

TERMINAL: Final = {State.FINAL, State.NOT_ACCEPTED}


def of_the_whole(state: State) -> dict[Step, State]:
    """What leads on from a state; a part's end, which follows its whole's, is no way of its own."""
    return {taken: to for taken, to in TRANSITIONS[state].items() if taken is not Step.CLOSE_PART}


def reachable(start: State, *, without: Collection[Step] = ()) -> set[State]:
    found, ahead = {start}, [start]
    while ahead:
        for taken, target in of_the_whole(ahead.pop()).items():
            if taken not in without and target not in found:
                found.add(target)
                ahead.append(target)
    return found


def test_every_state_can_be_reached_and_every_step_taken() -> None:
    assert reachable(State.REGISTERED) == set(State)
    assert {taken for steps in TRANSITIONS.values() for taken in steps} == set(Step)


def test_nothing_follows_a_refusal_or_the_last_word() -> None:
    assert {state for state in State if not TRANSITIONS[state]} == TERMINAL


def test_a_part_ends_from_wherever_it_is() -> None:
    assert {step(state, Step.CLOSE_PART) for state in RUNNING} == {State.CLOSED}


def test_what_runs_is_all_but_what_ended() -> None:
    assert set(State) - RUNNING == TERMINAL | {State.CLOSED}


def test_an_end_can_be_reached_from_every_state() -> None:
    for state in RUNNING:
        assert reachable(state) & (TERMINAL | {State.CLOSED}), state


@pytest.mark.parametrize(
    ("without", "never"),
    [
        ({Step.ACCEPT}, {State.ACCEPTED, State.IN_PROGRESS, State.REPLIED, State.CLOSED}),
        ({Step.START}, {State.IN_PROGRESS, State.REPLIED, State.CLOSED}),
        ({Step.REPLY}, {State.REPLIED, State.CLOSED, State.UNDER_REVIEW, State.FINAL}),
        ({Step.ASK_REVIEW}, {State.UNDER_REVIEW, State.REVIEWED, State.FINAL}),
        ({Step.GIVE_REVIEW}, {State.REVIEWED, State.UNDER_RE_REVIEW, State.FINAL}),
        ({Step.ASK_RE_REVIEW}, {State.UNDER_RE_REVIEW, State.FINAL}),
        ({Step.GIVE_RE_REVIEW}, {State.FINAL}),
        ({Step.REFUSE}, {State.NOT_ACCEPTED}),
    ],
)
def test_no_way_leads_around(without: set[Step], never: set[State]) -> None:
    assert not reachable(State.REGISTERED, without=without) & never


def test_a_review_is_decided_one_organ_higher_and_a_re_review_two() -> None:
    organs = {state: in_charge(state, "330281") for state in State}
    assert organs[State.UNDER_REVIEW] == organs[State.REVIEWED] == "330200"
    assert organs[State.UNDER_RE_REVIEW] == organs[State.FINAL] == "330000"
    assert {organs[state] for state in RUNNING - REVIEWING} == {"330281"}
    assert in_charge(State.UNDER_RE_REVIEW, "330200") is None


REVIEWING: Final = {State.UNDER_REVIEW, State.REVIEWED, State.UNDER_RE_REVIEW}


class Life(RuleBasedStateMachine):
    """Any steps in any order: what is legal happens, what is not changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.REGISTERED
        self.taken: list[Step] = []

    @rule(data=st.data())
    @precondition(lambda self: bool(of_the_whole(self.state)))
    def legal(self, data: st.DataObject) -> None:
        taken = data.draw(st.sampled_from(list(of_the_whole(self.state))))
        self.state = step(self.state, taken)
        self.taken.append(taken)

    @rule(taken=st.sampled_from(Step))
    def any_other(self, taken: Step) -> None:
        if taken in TRANSITIONS[self.state]:
            return
        with pytest.raises(IllegalStep):
            step(self.state, taken)

    @invariant()
    def an_answer_rests_on_acceptance_and_handling(self) -> None:
        if Step.REPLY in self.taken:
            order = [Step.ACCEPT, Step.START, Step.REPLY]
            first = [self.taken.index(each) for each in order]
            assert first == sorted(first)

    @invariant()
    def it_is_accepted_or_refused_once(self) -> None:
        assert self.taken.count(Step.ACCEPT) + self.taken.count(Step.REFUSE) <= 1

    @invariant()
    def the_last_word_comes_after_both_reviews(self) -> None:
        if self.state is State.FINAL:
            last = [each for each in self.taken if each in REVIEW_STEPS]
            assert last[-4:] == list(REVIEW_STEPS)

    @invariant()
    def every_answer_after_the_first_follows_a_reopening(self) -> None:
        reopened = sum(self.taken.count(each) for each in VOIDING)
        assert self.taken.count(Step.REPLY) <= reopened + 1

    @invariant()
    def every_rejected_objection_had_been_made(self) -> None:
        made = self.taken.count(Step.OBJECT)
        answered = self.taken.count(Step.ACCEPT_OBJECTION) + self.taken.count(Step.REJECT_OBJECTION)
        assert made - answered == (self.state is State.OBJECTED)


REVIEW_STEPS: Final = (Step.ASK_REVIEW, Step.GIVE_REVIEW, Step.ASK_RE_REVIEW, Step.GIVE_RE_REVIEW)
TestAnyLife = Life.TestCase
TestAnyLife.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)

TERMS: Final = {name: each.term for name, each in STATUTORY_CLOCKS.items() if each.term}
days = st.dates(date(2010, 1, 1), date(2025, 6, 30))
instants = st.builds(at, days, st.integers(0, 23), st.integers(0, 59))
terms = st.sampled_from(sorted(TERMS)).map(lambda name: TERMS[name])


def least(start: date, term: Term) -> date:
    """The statutory minimum: so many days after the day of the event, that day not counted."""
    if term.unit is Unit.WORKING_DAYS:
        return CALENDAR.add_workdays(start, term.amount)
    return start + timedelta(days=term.amount)


def due_on(ledger: Ledger, term: Term) -> date:
    found = deadline(ledger, term, CALENDAR).due_on
    assert found is not None
    return found


@given(start=instants, term=terms)
def test_no_term_is_shorter_than_the_law_nor_ends_on_a_rest_day(
    start: datetime, term: Term
) -> None:
    due = due_on(Ledger(start), term)
    assert due >= least(legal_day(start), term)
    assert CALENDAR.is_workday(due)
    # It rolls to the next working day and no further.
    assert CALENDAR.next_workday_on_or_after(least(legal_day(start), term)) == due


@given(start=instants, term=terms, later=st.integers(0, 40))
def test_who_starts_later_is_due_no_earlier(start: datetime, term: Term, later: int) -> None:
    after = start + timedelta(days=later)
    assert due_on(Ledger(after), term) >= due_on(Ledger(start), term)


@given(start=instants, term=terms, amount=st.integers(1, 30))
def test_an_extension_moves_the_day_later_and_only_where_the_law_allows_one(
    start: datetime, term: Term, amount: int
) -> None:
    granted = partial(
        acts.extend, amount=amount, reason="复杂", requested_by="承办人", approved_by="负责人",
        at=start,
    )  # fmt: skip
    if term.extension is None:
        with pytest.raises(acts.ExtensionNotAllowed):
            granted(Ledger(start), term, CALENDAR)
        return
    extended = granted(Ledger(start), term, CALENDAR)
    # One more day may fall into the rest days the term rolled off already.
    assert due_on(extended, term) >= due_on(Ledger(start), term)
    assert due_on(extended, term) >= least(legal_day(start), term) + timedelta(days=amount)
    with pytest.raises(acts.ExtensionAlreadyUsed):
        granted(extended, term, CALENDAR)


@given(
    start=instants,
    term=terms,
    gaps=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20)), max_size=4),
)
def test_a_pause_never_brings_the_day_nearer_and_is_added_whole(
    start: datetime, term: Term, gaps: list[tuple[int, int]]
) -> None:
    ledger, moment, due = Ledger(start), start, due_on(Ledger(start), term)
    for wait, length in gaps:
        since = moment + timedelta(days=wait)
        if not deadline(ledger, term, CALENDAR).in_time(since):
            with pytest.raises(acts.TermExpired):
                acts.pause(ledger, term, CALENDAR, at=since, reason="听证", authority="330000")
            break
        ledger = acts.pause(ledger, term, CALENDAR, at=since, reason="听证", authority="330000")
        assert deadline(ledger, term, CALENDAR).suspended
        moment = since + timedelta(days=length)
        ledger = acts.resume(ledger, at=moment)
        assert due_on(ledger, term) >= due
        due = due_on(ledger, term)
    if term.unit is Unit.NATURAL_DAYS:
        paused = sum(
            (legal_day(p.until) - legal_day(p.since)).days for p in ledger.pauses if p.until
        )
        assert due >= least(ledger.start_day, term) + timedelta(days=paused)


@given(start=instants, term=terms)
def test_a_deadline_is_the_same_however_often_it_is_computed(start: datetime, term: Term) -> None:
    ledger = Ledger(start)
    assert deadline(ledger, term, CALENDAR) == deadline(replace(ledger), term, CALENDAR)

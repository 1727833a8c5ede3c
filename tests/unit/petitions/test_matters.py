"""Rules of handling several as one: parts of a matter, mergers, and waiting for the petitioner."""

from itertools import product
from typing import Final
from uuid import uuid4

import pytest
from hypothesis import given, strategies as st

from services.petitions.handling.domain.asking import BASIS, OF_PROFILE, stops_for_petitioner
from services.petitions.handling.domain.merging import (
    AlreadyMerged,
    MergeChain,
    MergeIntoItself,
    require_mergeable,
)
from services.petitions.handling.domain.parts import PartsUnanswered, is_answered, is_partial
from services.petitions.intake.domain import (
    BY_RULE,
    OF_THE_WHOLE,
    RUNNING,
    TRANSITIONS,
    PartOfAMatter,
    State,
    Step,
    require_whole,
    shares_of,
)
from services.petitions.profiles.domain import CLOSING, NOTICE, OBJECTION, ROUTING, ClockKind
from shared.clocks.term import LegalBasis, Term, Unit

LOCAL: Final = Term(30, Unit.NATURAL_DAYS, LegalBasis("a-places-own-rule"))


@pytest.mark.parametrize("state", State)
def test_a_part_needs_no_answer_once_it_is_refused_or_ended(state: State) -> None:
    assert is_answered(state, replied=True)
    assert is_answered(state, replied=False) is (state in {State.NOT_ACCEPTED, State.CLOSED})


@pytest.mark.parametrize(
    ("answered", "first", "partial", "result"),
    [
        ({}, True, False, False),
        ({"a": True}, True, False, False),
        ({"a": True}, True, True, False),
        ({"a": False}, True, True, True),
        ({"a": False}, False, False, False),
        ({"a": False}, False, True, False),
    ],
)
def test_only_a_first_reply_is_partial(
    answered: dict[str, bool], *, first: bool, partial: bool, result: bool
) -> None:
    assert is_partial(answered, first=first, partial=partial) is result


def test_a_first_reply_names_whom_it_waits_for() -> None:
    with pytest.raises(PartsUnanswered) as refusal:
        is_partial({"N-1": True, "N-2": False, "N-3": False}, first=True, partial=False)

    assert refusal.value.context["numbers"] == "N-2, N-3"


def test_a_part_is_closed_by_rule_from_wherever_it_is() -> None:
    assert Step.CLOSE_PART in BY_RULE
    closes = {state for state in State if Step.CLOSE_PART in TRANSITIONS[state]}
    assert closes == RUNNING


def test_a_part_is_not_called_back_reviewed_or_filed_by_itself() -> None:
    require_whole(None)
    with pytest.raises(PartOfAMatter):
        require_whole(uuid4())
    assert {Step.SETTLE, Step.REOPEN, Step.FILE, Step.ASK_REVIEW} < OF_THE_WHOLE
    assert not {Step.ACCEPT, Step.START, Step.REPLY, Step.OBJECT, Step.REFUSE} & OF_THE_WHOLE


ONE, OTHER = uuid4(), uuid4()


@pytest.mark.parametrize(("merged", "into_merged", "has"), list(product((False, True), repeat=3)))
def test_two_are_merged_only_if_neither_is_in_another_merger(
    *, merged: bool, into_merged: bool, has: bool
) -> None:
    facts = {"merged": merged, "into_merged": into_merged, "has_merged": has}
    with pytest.raises(MergeIntoItself):
        require_mergeable(ONE, ONE, **facts)
    if not any(facts.values()):
        require_mergeable(ONE, OTHER, **facts)
        return
    with pytest.raises(AlreadyMerged if merged else MergeChain):
        require_mergeable(ONE, OTHER, **facts)


@pytest.mark.parametrize("kind", ClockKind)
def test_only_what_a_place_set_itself_waits_for_the_petitioner(kind: ClockKind) -> None:
    assert stops_for_petitioner(kind, LOCAL, pausable=True) is (kind in OF_PROFILE)
    assert not stops_for_petitioner(kind, LOCAL, pausable=False)


@pytest.mark.parametrize("term", [ROUTING, NOTICE, OBJECTION, CLOSING])
@pytest.mark.parametrize("kind", ClockKind)
def test_the_statutes_clocks_run_on_whatever_a_profile_says(kind: ClockKind, term: Term) -> None:
    assert not stops_for_petitioner(kind, term, pausable=True)


def test_the_time_to_supplement_stands_on_no_article() -> None:
    assert BASIS.title_zh
    assert BASIS.article == ""


WEIGHTS: Final = st.lists(st.integers(1, 40), min_size=1, max_size=8)


@given(WEIGHTS)
def test_the_shares_of_a_matter_always_make_one(weights: list[int]) -> None:
    named = [str(330281 + at) for at in range(len(weights))]
    said = {each: f"{weight}/{sum(weights)}" for each, weight in zip(named, weights, strict=True)}

    assert sum(shares_of(named, said).values()) == 1
    assert sum(shares_of(named, None).values()) == 1
    assert all(sum(shares_of([each], None).values()) == 1 for each in named)

"""The rules of border notices as tables."""

from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from services.regions.notices.domain import (
    PARTY_TRANSITIONS,
    TRANSITIONS,
    Action,
    BadNotice,
    Contact,
    Finding,
    IllegalNoticeStep,
    PartyState,
    Position,
    State,
    Urgency,
    acknowledgement,
    duty,
    party_step,
    require_distinct,
    require_legal,
    require_whole,
    rungs,
    settled,
    silent,
)
from shared.clocks.term import Unit

FIGURES: Final[dict[str, Any]] = {
    "notice.acknowledge_working_days": 1,
    "notice.acknowledge_urgent_hours": 2,
    "notice.warn_before_minutes": {"normal": 240, "urgent": 30},
    "notice.raise_after_minutes": {"normal": 1440, "urgent": 60},
}
ONE, OTHER = "330281", "330282"


@pytest.mark.parametrize(
    ("position", "rule", "ends"),
    [
        (Position.DOWNSTREAM, Contact.DOWNSTREAM_TO_UPSTREAM, (ONE, OTHER)),
        (Position.UPSTREAM, Contact.DOWNSTREAM_TO_UPSTREAM, (OTHER, ONE)),
        (Position.LEFT_BANK, Contact.LEFT_TO_RIGHT_BANK, (ONE, OTHER)),
        (Position.RIGHT_BANK, Contact.LEFT_TO_RIGHT_BANK, (OTHER, ONE)),
        (Position.LARGER_SHARE, Contact.LARGER_TO_SMALLER_SHARE, (ONE, OTHER)),
        (Position.SMALLER_SHARE, Contact.LARGER_TO_SMALLER_SHARE, (OTHER, ONE)),
        (None, Contact.GIVER, (ONE, OTHER)),
    ],
)
def test_who_contacts_whom_on_shared_waters(
    position: Position | None, rule: Contact, ends: tuple[str, str]
) -> None:
    found = duty(ONE, OTHER, position)

    assert (found.rule, (found.from_division, found.to_division)) == (rule, ends)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_a_notice_allows_what_its_table_says(state: State, action: Action) -> None:
    if action in TRANSITIONS[state]:
        require_legal(state, action)
    else:
        with pytest.raises(IllegalNoticeStep):
            require_legal(state, action)


@given(st.lists(st.sampled_from(Action), max_size=8))
def test_a_neighbour_answers_only_what_it_acknowledged(acts: list[Action]) -> None:
    state = PartyState.TOLD
    taken = []
    for act in acts:
        if act in PARTY_TRANSITIONS[state]:
            state = party_step(state, act)
            taken.append(act)
        else:
            with pytest.raises(IllegalNoticeStep):
                party_step(state, act)

    assert taken.count(Action.ACKNOWLEDGE) <= 1
    if Action.ANSWER in taken:
        assert taken[0] is Action.ACKNOWLEDGE
        assert state is PartyState.ANSWERED


@given(
    st.dictionaries(
        st.sampled_from([ONE, OTHER, "330424"]), st.sampled_from(PartyState), min_size=1
    )
)
def test_a_notice_is_answered_when_nobody_is_silent(states: dict[str, PartyState]) -> None:
    assert (settled(states.values()) is State.ANSWERED) == (silent(states) == ())


@pytest.mark.parametrize("finding", Finding)
def test_what_was_handed_over_and_only_that_names_who_has_it(finding: Finding) -> None:
    whole = "港航管理部门" if finding is Finding.HANDED_OVER else None
    require_whole(finding, whole)

    with pytest.raises(BadNotice):
        require_whole(finding, None if whole else "港航管理部门")


@pytest.mark.parametrize("neighbours", [[ONE], [OTHER, OTHER], [OTHER, ONE]])
def test_a_neighbour_is_another_and_is_named_once(neighbours: list[str]) -> None:
    with pytest.raises(BadNotice):
        require_distinct(ONE, neighbours)


@pytest.mark.parametrize(
    ("urgency", "amount", "unit", "before", "after"),
    [
        (Urgency.NORMAL, 1, Unit.WORKING_DAYS, timedelta(hours=4), timedelta(days=1)),
        (Urgency.URGENT, 2, Unit.HOURS, timedelta(minutes=30), timedelta(hours=1)),
    ],
)
def test_the_time_to_acknowledge_is_a_figure_of_the_place(
    urgency: Urgency, amount: int, unit: Unit, before: timedelta, after: timedelta
) -> None:
    term = acknowledgement(urgency, FIGURES)

    assert (term.amount, term.unit, term.evidence) == (amount, unit, "DD")
    assert rungs(urgency, FIGURES) == (before, after)

"""What makes a group sound, and whose turn it is when members change."""

from datetime import date
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from services.regions.agreements.domain import Form
from services.regions.agreements.domain.consent import Answer
from services.regions.agreements.domain.rotation import Skip, lead_of
from services.regions.groups.domain.life import (
    TRANSITIONS,
    BadGroup,
    Draft,
    GroupAction,
    GroupState,
    MemberRole,
    TooFewCities,
    may_speak_for,
    next_round,
    require_sound,
    step,
    term_ends_on,
    unconfirmed,
)
from shared.errors import IllegalStep

XINDU, QINGBAIJIANG, GUANGHAN = "510114", "510113", "510681"
MEMBER, OBSERVER = MemberRole.MEMBER, MemberRole.OBSERVER


def draft(**changes: Any) -> Draft:
    facts: dict[str, Any] = {
        "drafter": "510100",
        "form": Form.DAILY,
        "members": {XINDU: MEMBER, QINGBAIJIANG: MEMBER, GUANGHAN: MEMBER},
        "rotation": (XINDU, QINGBAIJIANG, GUANGHAN),
        "rotation_offset": 0,
        "term_months": 12,
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 12, 31),
    }
    return Draft(**{**facts, **changes})


def of(*codes: str, **roles: MemberRole) -> dict[str, Any]:
    found = dict.fromkeys(codes, MEMBER) | {
        key.removeprefix("_"): role for key, role in roles.items()
    }
    acting = tuple(code for code, role in found.items() if role is not OBSERVER)
    return {"members": found, "rotation": acting}


def test_a_group_across_a_citys_border_is_sound() -> None:
    require_sound(draft(), min_cities=2)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        (of(XINDU, _510681=MemberRole.LEAD), "/members"),
        (of(XINDU, "510100", GUANGHAN), "/members"),  # a county and its own city
        ({"drafter": "330200"}, "/drafter"),
        ({"rotation": (XINDU, GUANGHAN)}, "/rotation"),
        ({"rotation": (XINDU, GUANGHAN, GUANGHAN)}, "/rotation"),
        ({"rotation_offset": 3}, "/rotation_offset"),
        ({"valid_to": date(2025, 12, 31)}, "/valid_to"),
        ({"form": Form.COMPREHENSIVE}, "/form"),
    ],
)
def test_what_could_not_work_is_refused(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(BadGroup) as refused:
        require_sound(draft(**changes), min_cities=2)

    assert refused.value.pointer == pointer


@pytest.mark.parametrize(
    "members",
    [
        of(XINDU, QINGBAIJIANG),
        of(XINDU, QINGBAIJIANG, _510681=OBSERVER),  # who looks on makes no second city
        of("110101", "110105"),  # two districts of one municipality
    ],
)
def test_a_group_spans_two_cities(members: dict[str, Any]) -> None:
    drafter = "110000" if "110101" in members["members"] else "510100"
    with pytest.raises(TooFewCities):
        require_sound(draft(drafter=drafter, **members), min_cities=2)


def test_how_many_cities_is_a_figure() -> None:
    require_sound(draft(**of(XINDU, QINGBAIJIANG)), min_cities=1)
    with pytest.raises(TooFewCities):
        require_sound(draft(), min_cities=3)


def test_the_common_superior_may_draft_and_cities_act_comprehensively() -> None:
    cities = of("510100", "510600", "511800", "511400", "512000")
    require_sound(draft(drafter="510000", form=Form.COMPREHENSIVE, **cities), min_cities=2)


def test_silence_is_no_consent() -> None:
    said = {XINDU: Answer.AGREED, QINGBAIJIANG: Answer.PENDING, GUANGHAN: Answer.DECLINED}

    assert unconfirmed(said) == (QINGBAIJIANG, GUANGHAN)


def test_a_city_speaks_for_its_counties_and_a_municipality_for_its_districts() -> None:
    assert may_speak_for(XINDU) == (XINDU, "510100")
    assert may_speak_for("510100") == ("510100",)
    assert may_speak_for("310116") == ("310116", "310000")
    assert may_speak_for("419001") == ("419001",)


@pytest.mark.parametrize("state", GroupState)
@pytest.mark.parametrize("action", GroupAction)
def test_a_step_leads_where_the_table_says_or_nowhere(
    state: GroupState, action: GroupAction
) -> None:
    if action in TRANSITIONS[state]:
        assert step(state, action) is TRANSITIONS[state][action]
    else:
        with pytest.raises(IllegalStep):
            step(state, action)


def test_what_has_ended_stays_so() -> None:
    assert TRANSITIONS[GroupState.ENDED] == {}


@pytest.mark.parametrize(
    ("started_on", "months", "ends_on"),
    [
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 3, 31), 6, date(2026, 9, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
    ],
)
def test_a_term_ends_the_day_before_the_next(started_on: date, months: int, ends_on: date) -> None:
    assert term_ends_on(started_on, term_months=months) == ends_on


def test_who_joins_leads_last_and_who_leaves_no_more() -> None:
    order = ("A", "B", "C")

    assert next_round(1, order, 0, (), joining=["D"]) == ("B", "C", "A", "D")
    assert next_round(1, order, 0, (), leaving=["C"]) == ("B", "A")
    assert next_round(2, order, 1, ()) == ("A", "B", "C")
    passed_over = Skip(1, "B", "换届", "张局长")
    assert next_round(1, order, 0, [passed_over], joining=["D"]) == ("C", "B", "A", "D")


ORDERS: Final = st.permutations("ABCDEF").flatmap(
    lambda order: st.integers(2, 6).map(lambda size: tuple(order[:size]))
)


@given(ORDERS, st.integers(0, 40), st.integers(0, 5), st.sampled_from(["", "Z"]), st.booleans())
def test_nobody_who_stays_loses_a_turn(
    order: tuple[str, ...],
    term: int,
    offset: int,
    joining: str,
    leaves: bool,  # noqa: FBT001 -- drawn
) -> None:
    leaving = [order[0]] if leaves else []
    found = next_round(term, order, offset, (), joining=joining, leaving=leaving)

    assert sorted(found) == sorted((set(order) | set(joining)) - set(leaving))
    before = [lead_of(term + each, order, offset) for each in range(len(order))]
    assert [each for each in found if each in order] == [
        each for each in before if each not in leaving
    ]

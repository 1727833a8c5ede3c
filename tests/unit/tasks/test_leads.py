"""A lead's way, its grading with reasons, and merging in which nothing depends on the order."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from services.tasks.enterprises.domain.grades import Grade
from services.tasks.leads.domain import grading, life, merging, sources
from services.tasks.leads.domain.grading import Confidence, Points, Priority, Told
from services.tasks.leads.domain.life import OPEN, TRANSITIONS, LeadAction, LeadState, Verification
from services.tasks.leads.domain.merging import (
    About,
    BothUnderWay,
    Likeness,
    MatterEnded,
    Nearness,
    Standing,
)
from services.tasks.leads.domain.sources import CONFIDENTIAL, Source, StationClass
from shared.errors import IllegalStep

NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
NEAR: Final = Nearness(300, timedelta(days=30))
POINTS: Final = Points(
    source={"default": 10, "ministry": 30, "online_monitoring": 25, "undisclosed": 20},
    confidence={"high": 30, "medium": 15, "low": 5},
    grade={"red": 20, "yellow": 10, "green": 0},
    medium={"default": 5, "gas": 10},
    per_repeat=10,
    most_for_repeats=30,
    thresholds={"normal": 30, "high": 55, "urgent": 80},
)


@pytest.mark.parametrize("action", LeadAction)
@pytest.mark.parametrize("state", LeadState)
def test_a_lead_takes_the_steps_of_the_table_and_no_other(
    state: LeadState, action: LeadAction
) -> None:
    if action in TRANSITIONS[state]:
        assert life.step(state, action) is TRANSITIONS[state][action]
    else:
        with pytest.raises(IllegalStep):
            life.step(state, action)


def test_no_way_leads_to_closed_but_through_a_result() -> None:
    into = {
        (state, action)
        for state, steps in TRANSITIONS.items()
        for action, to in steps.items()
        if to is LeadState.CLOSED
    }
    assert into == {(LeadState.VERIFIED, LeadAction.CLOSE)}
    assert not TRANSITIONS[LeadState.CLOSED]
    for state in OPEN:
        assert LeadAction.CLOSE not in TRANSITIONS[state]


def test_who_receives_a_forwarded_lead_is_named_and_only_then() -> None:
    life.check_result(Verification.FORWARDED, "水利局")
    life.check_result(Verification.CONFIRMED, None)
    for result, to in ((Verification.FORWARDED, None), (Verification.CONFIRMED, "水利局")):
        with pytest.raises(life.ForwardedNowhere):
            life.check_result(result, to)


def test_a_station_has_its_class_and_nothing_else_has_one() -> None:
    sources.check_source(Source.STATION, StationClass.MICRO)
    sources.check_source(Source.DRONE, None)
    for source, station in ((Source.STATION, None), (Source.DRONE, StationClass.MICRO)):
        with pytest.raises(sources.StationClassMisplaced):
            sources.check_source(source, station)
    with pytest.raises(sources.SourceUnstated):
        sources.check_source(Source.UNDISCLOSED, None)


def test_a_complaint_counts_like_any_other_hidden_source() -> None:
    """Neither points nor days tell a complaint from a lead somebody marked."""
    assert all(sources.is_confidential(each, marked=False) for each in CONFIDENTIAL)
    assert sources.is_confidential(Source.VIDEO, marked=True)
    assert {sources.shown(each, confidential=True) for each in Source} == {Source.UNDISCLOSED}


def test_priority_comes_with_its_reasons() -> None:
    told = [Told(Source.ONLINE_MONITORING, Confidence.HIGH, ["gas"])]
    graded = grading.grade(told, Grade.RED, POINTS)
    assert [(each.code, each.points) for each in graded.reasons] == [
        ("source", 25),
        ("confidence", 30),
        ("medium", 10),
        ("object_grade", 20),
    ]
    assert (graded.score, graded.priority) == (85, Priority.URGENT)
    low = grading.grade([Told(Source.GRID, Confidence.LOW, ["noise"])], None, POINTS)
    assert (low.score, low.priority) == (20, Priority.LOW)
    many = grading.grade([Told(Source.GRID, Confidence.LOW, ["noise"])] * 9, None, POINTS)
    assert (many.score, many.priority) == (50, Priority.NORMAL)


reports = st.builds(
    Told,
    st.sampled_from(Source),
    st.sampled_from(Confidence),
    st.lists(st.sampled_from(["gas", "water", "noise"]), min_size=1, max_size=3),
)


@given(st.lists(reports, min_size=1, max_size=6))
def test_grading_does_not_depend_on_the_order_and_a_report_more_never_lowers_it(
    told: list[Told],
) -> None:
    once = grading.grade(told, Grade.YELLOW, POINTS)
    assert grading.grade(told[::-1], Grade.YELLOW, POINTS) == once
    assert grading.grade([*told, told[0]], Grade.YELLOW, POINTS).score >= once.score


def standing(number: int, state: LeadState) -> Standing:
    return Standing(UUID(int=number), str(number), state, NOON + timedelta(hours=number % 3))


def merged_in_order(leads: list[Standing]) -> tuple[UUID, set[UUID]]:
    """Merge one after the other, as the use case does; the carrier and all it holds."""
    into: dict[UUID, UUID | None] = {each.id: None for each in leads}
    carrier = leads[0]
    for each in leads[1:]:
        winner = merging.carrier([carrier, each])
        loser = each.id if winner == carrier.id else carrier.id
        into = {lead: winner if to == loser else to for lead, to in into.items()} | {loser: winner}
        carrier = next(lead for lead in leads if lead.id == winner)
    return carrier.id, merging.members(into, carrier.id)


@given(
    st.lists(st.sampled_from([LeadState.RECEIVED, LeadState.GRADED]), min_size=1, max_size=4),
    st.sampled_from([None, LeadState.ASSIGNED, LeadState.ACCEPTED, LeadState.HANDED_ON]),
)
def test_whatever_the_order_of_merging_one_lead_carries_on_and_none_is_lost(
    states: list[LeadState], under_way: LeadState | None
) -> None:
    states = states + ([under_way] if under_way else [])
    leads = [standing(number, state) for number, state in enumerate(states, 1)]
    outcomes = {merged_in_order([*order])[0] for order in permutations(leads)}
    assert outcomes == {merging.carrier(leads)}
    for order in permutations(leads):
        assert merged_in_order([*order])[1] == {each.id for each in leads}
    if under_way:
        assert outcomes == {leads[-1].id}


def test_what_is_worked_on_twice_or_checked_already_is_not_merged() -> None:
    with pytest.raises(BothUnderWay):
        merging.carrier([standing(1, LeadState.ASSIGNED), standing(2, LeadState.HANDED_ON)])
    for ended in (LeadState.VERIFIED, LeadState.CLOSED, LeadState.MERGED):
        with pytest.raises(MatterEnded):
            merging.carrier([standing(1, LeadState.RECEIVED), standing(2, ended)])


def about(
    enterprise: int | None = None,
    code: str | None = None,
    point: tuple[float, float] | None = None,
    *,
    days: int = 0,
) -> About:
    return About(
        UUID(int=enterprise) if enterprise else None, code, point, NOON + timedelta(days=days)
    )


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (about(1), about(1), Likeness.ENTERPRISE),
        # Two firms at one gate are two matters.
        (about(1, point=(121.15, 30.03)), about(2, point=(121.15, 30.03)), None),
        (about(code="A"), about(code="A"), Likeness.CODE),
        (about(code="A"), about(code="B"), None),
        (about(1, point=(121.15, 30.03)), about(point=(121.151, 30.031)), Likeness.PLACE),
        (about(point=(121.15, 30.03)), about(point=(121.16, 30.03)), None),
        (about(1), about(1, days=31), None),
        (about(1), about(1, days=30), Likeness.ENTERPRISE),
        (about(), about(), None),
    ],
)
def test_leads_are_alike_by_object_or_else_by_place_within_the_window(
    one: About, other: About, why: Likeness | None
) -> None:
    assert merging.likeness(one, other, NEAR) is why
    assert merging.likeness(other, one, NEAR) is why


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(-0.004, 0.004), st.floats(-0.004, 0.004))
def test_the_box_holds_everything_within_the_radius(
    lon: float, lat: float, east: float, north: float
) -> None:
    other = (lon + east, lat + north)
    west, south, right, top = merging.box((lon, lat), 300)
    if merging.distance((lon, lat), other) <= 300:
        assert west <= other[0] <= right
        assert south <= other[1] <= top

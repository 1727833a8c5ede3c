"""Groups derived from borders: nobody is lost, the rules hold, what is left out is said exactly."""

import random
import time
from collections.abc import Iterable, Sequence
from typing import Final

import pytest
from hypothesis import given, settings, strategies as st

from ops.seed_references import SOURCES, read_document
from services.regions.divisions.domain import TOUCHING, border_table, division_table
from services.regions.groups.domain.checking import check
from services.regions.groups.domain.partition import hangs_together
from services.regions.groups.domain.proposing import (
    BadWishes,
    Proposal,
    Wishes,
    kilometres,
    propose,
)
from services.regions.groups.domain.territory import Pair, city
from shared.divisions import Level

FILES: Final = {load.__name__: path for load, path in SOURCES}
COUNTIES: Final = tuple(
    each.code
    for each in division_table(read_document(FILES["load_divisions"]))
    if each.level is Level.COUNTY
)
FACTS: Final = border_table(read_document(FILES["load_borders"]))
BORDERS: Final = tuple(Pair(each.a, each.b, each.km) for each in FACTS if each.kind in TOUCHING)
OVER_SEA: Final = tuple(
    Pair(each.a, each.b, each.km, by_sea=True) for each in FACTS if each.kind not in TOUCHING
)
CROSSING: Final = tuple(each for each in BORDERS if each.crosses)
FIVE_CITIES: Final = ("5101", "5106", "5118", "5114", "5120")
IN_FIVE: Final = tuple(each for each in COUNTIES if each.startswith(FIVE_CITIES))

# The synthetic grouping of DOMAIN 4.2: 21 counties in 8 groups.
FIXTURE: Final = {
    "G1": ("510182", "510682"),
    "G2": ("510114", "510113", "510681"),
    "G3": ("510121", "510623", "512022"),
    "G4": ("510185", "512002"),
    "G5": ("510116", "511421"),
    "G6": ("510118", "511403"),
    "G7": ("510131", "511402", "511424", "511803"),
    "G8": ("510183", "510129", "511826"),
}
# Worked out by hand from the 30 pairs and the groups above.
LEFT_OUT_BY_THE_FIXTURE: Final = {
    ("510116", "511403", 12.73),
    ("510121", "510681", 18.99),
    ("510131", "511403", 1.77),
    ("510182", "510681", 16.46),
    ("510183", "511402", 0.55),
    ("510183", "511403", 14.79),
    ("510183", "511802", 7.99),
    ("510183", "511803", 26.75),
    ("510185", "511421", 49.91),
    ("510185", "512022", 42.23),
    ("511421", "512002", 14.43),
    ("511423", "511802", 83.95),
    ("511423", "511803", 4.5),
    ("511423", "511822", 29.48),
    ("511423", "511823", 20.43),
}


def codes(pairs: Iterable[Pair]) -> set[tuple[str, str]]:
    return {(each.a, each.b) for each in pairs}


def sound(
    found: Proposal, counties: Iterable[str], borders: Iterable[Pair], wishes: Wishes
) -> None:
    """Everything a proposal promises, counted anew by other means."""
    known = set(counties)
    crossing = {(each.a, each.b) for each in borders if each.crosses and {each.a, each.b} <= known}
    at_border = {code for pair in crossing for code in pair}
    seats = [code for group in found.groups for code in group]
    placed = set(seats)

    # Nobody is lost.
    assert placed | set(found.unplaced) == at_border
    assert not placed & set(found.unplaced)
    assert set(found.without_border) == known - at_border
    if not wishes.several:
        assert len(seats) == len(placed)
    # The rules hold.
    for group in found.groups:
        assert len({city(code) for code in group}) >= 2
        assert wishes.most_members is None or len(group) <= wishes.most_members
    # What is covered and what is not, exactly.
    together = {pair for pair in crossing if any(set(pair) <= set(group) for group in found.groups)}
    assert codes(found.covered) == together
    assert codes(found.uncovered) == crossing - together
    if wishes.several:
        assert not found.uncovered
        assert not found.unplaced


def test_five_cities_in_eight_groups_leave_nobody_out_and_less_than_practice_chose() -> None:
    found = propose(IN_FIVE, BORDERS, Wishes(None, groups=8))

    sound(found, IN_FIVE, BORDERS, Wishes(None, groups=8))
    assert len(found.groups) == 8
    assert {len(each) for each in found.groups} <= {2, 3, 4}
    assert sum(map(len, found.groups)) == 25
    assert found.unplaced == ()
    assert len(found.without_border) == 18
    assert len(found.covered) + len(found.uncovered) == 30
    of_practice = check(IN_FIVE, BORDERS, FIXTURE)
    assert len(found.uncovered) <= 10 < len(of_practice.left_out)


def test_with_several_groups_a_county_every_border_is_in_one() -> None:
    found = propose(IN_FIVE, BORDERS, Wishes(4, several=True))

    sound(found, IN_FIVE, BORDERS, Wishes(4, several=True))
    assert len(found.covered) == 30


def test_the_fixture_leaves_out_exactly_these_pairs() -> None:
    found = check(IN_FIVE, BORDERS, FIXTURE)

    # The figures by hand are to 10 m, those of the graph to 100 m.
    kilometres = {(each.a, each.b): each.km for each in found.left_out}
    by_hand = {(a, b): km for a, b, km in LEFT_OUT_BY_THE_FIXTURE}
    assert kilometres == pytest.approx(by_hand, abs=0.06)
    assert len(found.covered) == 15
    assert found.in_none == ("511423", "511802", "511822", "511823")
    assert sum(map(len, FIXTURE.values())) == 21
    assert not found.strangers
    assert not found.inland
    assert not found.one_city
    assert not found.outside
    assert found.in_several == {}


def test_a_check_names_every_flaw_of_a_grouping() -> None:
    found = check(
        IN_FIVE,
        BORDERS,
        {
            "A": ("510114", "510113"),  # one city
            "B": ("510114", "510681", "511823"),  # a member far away, one in two groups
            "C": ("510185", "512002", "510121", "330281"),  # one outside the area
        },
    )

    assert found.one_city == ("A",)
    assert found.in_several == {"510114": ("A", "B")}
    assert found.strangers == (("B", "511823"), ("C", "330281"))
    # 510121 touches 510185, but that is its own city.
    assert set(found.inland) == {
        ("A", "510113"),
        ("A", "510114"),
        ("B", "511823"),
        ("C", "330281"),
        ("C", "510121"),
    }
    assert found.outside == (("C", "330281"),)
    assert codes(found.covered) == {("510114", "510681"), ("510185", "512002")}
    assert len(found.left_out) == 28


def test_no_city_lies_between_a_province_and_the_counties_it_runs_itself() -> None:
    assert city("330281") == "330200"
    assert city("110101") == city("110109") == "110000"
    assert city("500101") == city("500229") == "500000"  # whatever heading Chongqing's codes have
    assert city("419001") == "419001"
    assert Pair("429004", "429005", 1.0).crosses  # 仙桃 and 潜江 do not command one another


def test_the_whole_country_is_proposed_and_nobody_is_lost() -> None:
    wishes = Wishes(5)
    found = propose(COUNTIES, BORDERS, wishes)

    sound(found, COUNTIES, BORDERS, wishes)
    assert (len(COUNTIES), len(CROSSING)) == (2845, 3355)
    assert found.unplaced == ()  # groups of five hold everybody at a border
    assert sum(each.km for each in found.covered) > 0.65 * sum(each.km for each in CROSSING)


@pytest.mark.parametrize("wishes", [Wishes(2), Wishes(3), Wishes(8), Wishes(None, 500)])
def test_whatever_the_size_the_country_is_sound(wishes: Wishes) -> None:
    sound(propose(COUNTIES, BORDERS, wishes), COUNTIES, BORDERS, wishes)


def test_a_number_of_groups_is_met_where_the_borders_let_it() -> None:
    assert len(propose(COUNTIES, BORDERS, Wishes(None, 500)).groups) == 500
    assert len(propose(IN_FIVE, BORDERS, Wishes(None, 5)).groups) == 5
    assert len(propose(IN_FIVE, BORDERS, Wishes(None, 1)).groups) == 1


def test_the_same_input_in_another_order_gives_the_same_groups() -> None:
    shuffled = random.Random(7)  # noqa: S311 -- an order, not a secret
    counties, borders = list(COUNTIES), list(BORDERS)
    shuffled.shuffle(counties)
    shuffled.shuffle(borders)

    assert propose(counties, borders, Wishes(5)) == propose(COUNTIES, BORDERS, Wishes(5))


def test_who_touches_goes_before_who_faces_another_over_the_sea() -> None:
    """Zhoushan has one land pair with itself and only ways over the water to Ningbo."""
    cities = ("3302", "3309")
    counties = [each for each in COUNTIES if each.startswith(cities)]
    assert not propose(counties, BORDERS, Wishes(3)).groups
    wishes = Wishes(3)
    found = propose(counties, [*BORDERS, *OVER_SEA], wishes)

    sound(found, counties, [*BORDERS, *OVER_SEA], wishes)
    assert found.groups
    assert kilometres(found.covered) == 0
    near, far, touching = (
        Pair("330206", "330902", 4.0, by_sea=True),
        Pair("330206", "330921", 20.0, by_sea=True),
        Pair("330206", "330604", 0.5),
    )
    three = {code for each in (near, far, touching) for code in (each.a, each.b)}
    assert propose(three, [near, far, touching], Wishes(2)).covered == (touching,)
    assert propose(three, [near, far], Wishes(2)).covered == (near,)


def test_groups_that_large_are_not_proposed() -> None:
    with pytest.raises(BadWishes):
        propose(COUNTIES, BORDERS, Wishes(None, 2))
    with pytest.raises(BadWishes):
        propose(IN_FIVE, BORDERS, Wishes(None))


def test_the_whole_country_takes_no_longer_than_a_request_may() -> None:
    began = time.perf_counter()
    propose(COUNTIES, BORDERS, Wishes(5))

    assert time.perf_counter() - began < 20  # a third of a second on an idle core


@st.composite
def territories(draw: st.DrawFn) -> tuple[list[str], list[Pair]]:
    """Some counties of a few cities, with borders between any of them."""
    number = draw(st.integers(2, 24))
    counties = [f"51{draw(st.integers(1, 4)):02}{place:02}" for place in range(1, number + 1)]
    ends = st.tuples(st.sampled_from(counties), st.sampled_from(counties))
    chosen = draw(st.lists(ends, max_size=60))
    metres = st.integers(500, 90_000)
    found = {(min(pair), max(pair)): draw(metres) / 1000 for pair in chosen if pair[0] != pair[1]}
    return counties, [Pair(a, b, km) for (a, b), km in found.items()]


@settings(max_examples=300, deadline=None)
@given(territories(), st.integers(2, 6), st.booleans())
def test_of_any_territory_nobody_is_lost(
    territory: tuple[list[str], list[Pair]],
    most: int,
    several: bool,  # noqa: FBT001 -- drawn
) -> None:
    counties, borders = territory
    wishes = Wishes(most, several=several)
    found = propose(counties, borders, wishes)

    sound(found, counties, borders, wishes)
    if not several:
        _each_is_a_group(found, borders)
        _nobody_stands_before_an_open_door(found, borders, most)


@settings(max_examples=200, deadline=None)
@given(territories(), st.integers(1, 8))
def test_of_any_territory_in_any_number_nobody_is_lost(
    territory: tuple[list[str], list[Pair]], groups: int
) -> None:
    counties, borders = territory
    wishes = Wishes(None, groups)
    found = propose(counties, borders, wishes)

    sound(found, counties, borders, wishes)
    _each_is_a_group(found, borders)


def _each_is_a_group(found: Proposal, borders: Sequence[Pair]) -> None:
    """Members hang together by borders between cities."""
    graph: dict[str, dict[str, int]] = {}
    for each in borders:
        if each.crosses:
            graph.setdefault(each.a, {})[each.b] = graph.setdefault(each.b, {})[each.a] = 1
    assert all(hangs_together(graph, group) for group in found.groups)


def _nobody_stands_before_an_open_door(found: Proposal, borders: Sequence[Pair], most: int) -> None:
    """Who was not placed touches no group with room, and nobody else without a place."""
    size = {code: len(group) for group in found.groups for code in group}
    for each in borders:
        for one, other in ((each.a, each.b), (each.b, each.a)):
            if each.crosses and one in found.unplaced:
                assert size.get(other, 0) == most

"""Breakdowns and rankings: shares of a whole, objects by code or name, ties."""

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from services.petitions.profiles.domain import Channel
from services.petitions.statistics.domain.counting import Group, total
from services.petitions.statistics.domain.definitions import Metric, definition
from services.petitions.statistics.domain.dimensions import (
    Dimension,
    Filters,
    NotBrokenDown,
    by_object,
    keyed,
    require_breakdown,
)
from services.petitions.statistics.domain.facts import Fact
from services.petitions.statistics.domain.figures import Ranking, figure, parts, ranking

RECEIVED = definition(Metric.RECEIVED)
ALL = {"330281": "1"}
CODE = "91330281MA2XXXXX1A"


def of_object(items: int, code: str | None, name: str | None) -> Group:
    return Group(ALL, counts=False, items=items, key=(code, name))


def test_media_overlap_so_their_shares_exceed_the_whole() -> None:
    whole = figure(RECEIVED, {Fact.RECEIVED: [Group(ALL, counts=False, items=4)]}, "330281")
    apart = [
        Group(ALL, counts=False, items=3, key=("air",)),
        Group(ALL, counts=False, items=2, key=("noise",)),
    ]

    lines = parts(RECEIVED, {Fact.RECEIVED: apart}, "330281", whole)

    assert [(line.key, line.share) for line in lines] == [
        (("air",), Fraction(3, 4)),
        (("noise",), Fraction(1, 2)),
    ]


def test_what_has_no_weight_in_the_scope_is_no_line() -> None:
    elsewhere = Group({"330282": "1"}, counts=False, items=9, key=("letter",))
    whole = figure(RECEIVED, {Fact.RECEIVED: [elsewhere]}, "330281")
    assert parts(RECEIVED, {Fact.RECEIVED: [elsewhere]}, "330281", whole) == []


def test_counties_of_a_city_and_cities_of_a_province_are_told_apart_by_shares() -> None:
    groups = [Group({"330281": "1/2", "330902": "1/2"}, counts=False, items=3)]

    county = keyed(groups, Dimension.COUNTY, "33")
    city = keyed(groups, Dimension.CITY, "33")

    assert [(each.key, total([each], "33")) for each in county] == [
        (("330281",), Fraction(3, 2)),
        (("330902",), Fraction(3, 2)),
    ]
    assert [each.key for each in city] == [("330200",), ("330900",)]
    assert [each.key for each in keyed(groups, Dimension.COUNTY, "3302")] == [("330281",)]


def test_an_object_is_its_code_else_its_name_however_written() -> None:
    groups = by_object(
        [
            of_object(2, CODE, "示例电镀厂"),
            of_object(1, None, "示例 电镀厂"),  # the code was left out
            of_object(1, None, "ＡＢＣ公司"),
            of_object(1, None, "abc公司"),
            of_object(5, None, None),
        ]
    )

    assert [each.key for each in groups] == [
        (CODE, "示例电镀厂"),
        (CODE, "示例电镀厂"),
        ("abc公司", "abc公司"),
        ("abc公司", "abc公司"),
        (None, None),
    ]


def test_a_name_that_stood_beside_two_codes_belongs_to_neither() -> None:
    other = CODE[:-1] + "B"
    groups = by_object(
        [of_object(1, CODE, "化工厂"), of_object(1, other, "化工厂"), of_object(1, None, "化工厂")]
    )
    assert [each.key[0] for each in groups] == [CODE, other, "化工厂"]


def test_firms_of_one_name_and_two_trades_are_two() -> None:
    groups = by_object([of_object(1, None, "海天电镀厂"), of_object(1, None, "海天塑料厂")])
    assert [each.key[0] for each in groups] == ["海天电镀厂", "海天塑料厂"]


def ranked(counts: list[int], *, nameless: int = 0, top: int = 12) -> Ranking:
    groups = [of_object(items, None, f"厂{place:03}") for place, items in enumerate(counts)]
    groups += [of_object(nameless, None, None)] if nameless else []
    whole = figure(RECEIVED, {Fact.RECEIVED: groups}, "330281")
    lines = parts(RECEIVED, {Fact.RECEIVED: by_object(groups)}, "330281", whole)
    return ranking(lines, whole=whole, top=top, by_value=False)


def test_twelve_firms_complained_of_68_times_are_37_16_per_cent_of_183() -> None:
    found = ranked([12, 9, 8, 7, 6, 5, 5, 4, 4, 3, 3, 2], nameless=115)

    assert found.together == 68
    assert found.total == 183
    assert found.share == Fraction(68, 183)
    assert [each.rank for each in found.lines] == [1, 2, 3, 4, 5, 6, 6, 8, 8, 10, 10, 12]
    assert found.more_tied == 0


def test_who_shares_the_last_rank_beyond_the_cut_is_counted() -> None:
    found = ranked([5, 3, 3, 3, 1], top=2)

    assert [each.rank for each in found.lines] == [1, 2]
    assert found.more_tied == 2


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.integers(1, 40))
def test_ranks_never_fall_and_the_whole_is_never_exceeded(counts: list[int], top: int) -> None:
    found = ranked(counts, top=top)

    assert len(found.lines) == min(top, len(counts))
    places = [each.rank for each in found.lines]
    assert places == sorted(places)
    assert found.together == sum(sorted(counts, reverse=True)[:top])
    assert found.share is not None
    assert found.share <= 1


def test_only_call_backs_are_broken_down_by_what_they_said() -> None:
    require_breakdown(definition(Metric.CALLED_BACK), Dimension.SATISFACTION)
    for metric in (Metric.RECEIVED, Metric.REPEAT_RATE, Metric.CLOSED):
        with pytest.raises(NotBrokenDown):
            require_breakdown(definition(metric), Dimension.SATISFACTION)


def test_a_figure_names_the_filters_it_was_counted_by_and_no_others() -> None:
    assert Filters().used == {}
    assert Filters(channel=Channel.LETTER, industry="C26").used == {
        "channel": "letter",
        "industry": "C26",
    }

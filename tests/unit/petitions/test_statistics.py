"""Figures: exact fractions by versioned rules, rounded as offices print them."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from services.petitions.intake.domain import State
from services.petitions.statistics.domain.counting import (
    MICROS_IN_DAY,
    Group,
    approximate,
    by_key,
    change,
    days_taken,
    plain,
    ranks,
    rounded,
    rounded_percent,
    split,
    total,
    weight,
)
from services.petitions.statistics.domain.definitions import (
    BY_CODE,
    DEFINITIONS,
    Denominator,
    Metric,
    NoSuchRule,
    Unit,
    definition,
)
from services.petitions.statistics.domain.dimensions import PROGRESS, Progress
from services.petitions.statistics.domain.facts import WORDS, Fact
from services.petitions.statistics.domain.figures import Comparison, Figure, figure
from services.petitions.statistics.domain.periods import Period

REPEAT_RATE = definition(Metric.REPEAT_RATE)
RECEIVED = definition(Metric.RECEIVED)
MEAN = definition(Metric.AVERAGE_DAYS_TO_CLOSE)
COUNTIES = ("330281", "330282", "330205", "330226")


@st.composite
def shares(draw: st.DrawFn) -> dict[str, str]:
    """An item's exact shares of one to four counties, summing to one."""
    codes = draw(st.lists(st.sampled_from(COUNTIES), min_size=1, unique=True))
    parts = draw(st.lists(st.integers(1, 9), min_size=len(codes), max_size=len(codes)))
    return {code: str(Fraction(part, sum(parts))) for code, part in zip(codes, parts, strict=True)}


GROUPS = st.lists(
    st.builds(Group, shares(), st.booleans(), st.integers(1, 1000), micros=st.integers(0, 10**15))
)


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (Fraction(5, 100), 1, "0.1"),
        (Fraction(1275, 100), 1, "12.8"),
        (Fraction(44568, 10_000), 2, "4.46"),
        (Fraction(1600, 359), 2, "4.46"),
        (Fraction(1600, 359), 1, "4.5"),
        (Fraction(1600, 359), 0, "4"),
        (Fraction(1600, 359), 6, "4.456825"),
        (Fraction(-5, 98) * 100, 1, "-5.1"),
        (Fraction(-5, 100), 1, "-0.1"),
        (Fraction(-4, 100), 1, "0.0"),
        (Fraction(1, 2), 0, "1"),
        (Fraction(0), 1, "0.0"),
        (Fraction(99_995, 1000), 2, "100.00"),
        (Fraction(10**40 * 2 + 1, 2), 0, str(10**40 + 1)),
    ],
)
def test_a_value_is_rounded_half_away_from_zero(value: Fraction, decimals: int, shown: str) -> None:
    assert rounded(value, decimals) == shown


@given(st.fractions(-1000, 1000, max_denominator=100_000), st.integers(0, 6))
def test_what_is_shown_is_never_further_off_than_half_its_last_digit(
    value: Fraction, decimals: int
) -> None:
    assert abs(Fraction(rounded(value, decimals)) - value) <= Fraction(1, 2 * 10**decimals)


def test_sixteen_repeats_of_359_items_are_4_46_per_cent() -> None:
    rate = Figure(REPEAT_RATE, Fraction(16), Fraction(359))

    assert rate.value == Fraction(16, 359)
    assert (rate.percent(1), rate.percent(2)) == ("4.5", "4.46")
    assert rounded_percent(Fraction(1285, 10_000)) == "12.9"


def test_a_count_is_shown_as_plainly_as_it_can_be() -> None:
    assert [plain(Fraction(n, 2), 1) for n in (14, 9, 3)] == ["7", "4.5", "1.5"]
    assert plain(Fraction(1, 3), 1) == "0.3"


def test_nothing_counted_has_no_rate() -> None:
    rate = Figure(REPEAT_RATE, Fraction(0), Fraction(0))
    assert (rate.value, rate.percent(1), rate.shown(1)) == (None, None, None)


def test_279_against_294_are_5_1_per_cent_less() -> None:
    assert change(Fraction(279), Fraction(294)) == Fraction(-5, 98)
    assert rounded_percent(Fraction(-5, 98)) == "-5.1"


@pytest.mark.parametrize(
    ("this", "last"), [(Fraction(3), Fraction(0)), (None, Fraction(1)), (Fraction(1), None)]
)
def test_what_has_nothing_to_compare_with_has_not_changed(
    this: Fraction | None, last: Fraction | None
) -> None:
    assert change(this, last) is None


def test_a_rate_moves_by_points_too_and_a_count_does_not() -> None:
    year = Period(date(2023, 1, 1), date(2023, 12, 31))
    rate = Comparison(
        Figure(REPEAT_RATE, Fraction(49), Fraction(1000)),
        year,
        Figure(REPEAT_RATE, Fraction(128), Fraction(1000)),
    )
    count = Comparison(Figure(RECEIVED, Fraction(279)), year, Figure(RECEIVED, Fraction(294)))

    assert rate.points == Fraction(-79, 1000)
    assert rate.change == Fraction(-79, 128)
    assert (count.points, count.change) == (None, Fraction(-5, 98))


def test_an_item_of_two_counties_is_half_in_each_and_whole_in_their_city() -> None:
    halves = {"330281": "1/2", "330282": "1/2"}

    assert weight(halves, "330281") == Fraction(1, 2)
    assert weight(halves, "3302") == 1
    assert weight(halves, "330206") == 0


@given(GROUPS)
def test_the_counties_parts_make_the_citys_whole(groups: list[Group]) -> None:
    parts = by_key(split(groups, "3302"))
    for counting in (True, False):
        city = total(groups, "3302", counting=counting)
        assert sum(total(groups, each, counting=counting) for each in COUNTIES) == city
        assert sum(total(part, "3302", counting=counting) for part in parts.values()) == city
    days = days_taken(groups, "3302")
    assert sum(days_taken(groups, each) for each in COUNTIES) == days
    assert days == Fraction(sum(group.micros for group in groups), MICROS_IN_DAY)


@given(GROUPS)
def test_weights_add_up_to_the_number_of_items(groups: list[Group]) -> None:
    assert total(groups, "33") == sum(group.items for group in groups)


@given(GROUPS)
def test_no_rate_of_one_fact_exceeds_one(groups: list[Group]) -> None:
    for rule in DEFINITIONS:
        if rule.unit is Unit.PERCENT and len(rule.facts) == 1:
            found = figure(rule, {rule.numerator: groups}, "330281")
            assert found.denominator is not None
            assert 0 <= found.numerator <= found.denominator


def test_a_mean_leaves_out_what_has_no_acceptance_on_record() -> None:
    two_days = Group({"330281": "1"}, counts=True, items=2, micros=3 * MICROS_IN_DAY)
    unknown = Group({"330281": "1"}, counts=False, items=5)

    found = figure(MEAN, {Fact.CLOSED: [two_days, unknown]}, "330281")

    assert found.value == Fraction(3, 2)
    assert found.shown(1) == "1.5"


def test_a_figure_is_approximate_if_something_of_a_lower_bound_has_weight_in_it() -> None:
    unsure = Group({"330281": "1"}, counts=False, items=1, approximate=True)

    assert approximate([unsure], "3302")
    assert not approximate([unsure], "330282")
    assert figure(REPEAT_RATE, {Fact.RECEIVED: [unsure]}, "330281").approximate


def test_equal_ones_share_a_rank_and_the_next_is_counted_after_them() -> None:
    assert ranks([Fraction(n) for n in (9, 7, 7, 7, 2)]) == [1, 2, 2, 2, 5]


def test_every_definition_says_what_it_counts_and_has_a_code_of_its_own() -> None:
    assert len(BY_CODE) == len(DEFINITIONS)
    for rule in DEFINITIONS:
        assert rule.code.startswith(f"{rule.metric}.")
        assert rule.rule_zh.endswith("。")
        assert rule.rule_en.endswith(".")
        assert all(fact in WORDS for fact in rule.facts)
        assert (rule.denominator is None) == (rule.unit is Unit.ITEMS)


def test_one_rule_a_metric_and_denominator_is_in_force() -> None:
    current = [(each.metric, each.switch) for each in DEFINITIONS if each.current]
    assert len(current) == len(set(current))
    assert {metric for metric, _ in current} == set(Metric)
    switched = {switch for metric, switch in current if metric is Metric.DISSATISFACTION_RATE}
    assert switched == set(Denominator)


def test_an_old_rule_is_found_by_its_code_and_not_otherwise() -> None:
    closed = definition(Metric.DISSATISFACTION_RATE, denominator=Denominator.CLOSED)
    old = definition(Metric.DISSATISFACTION_RATE, version="dissatisfaction_rate.closed.v1")

    assert (closed.code, closed.denominator) == ("dissatisfaction_rate.closed.v2", Fact.CLOSED)
    assert (old.current, old.denominator) == (False, Fact.CLOSED_OR_REFUSED)


@pytest.mark.parametrize(
    ("metric", "denominator", "version"),
    [
        (Metric.REPEAT_RATE, Denominator.CLOSED, None),
        (Metric.REPEAT_RATE, None, "received.v1"),
        (Metric.RECEIVED, None, "received.v9"),
        (
            Metric.DISSATISFACTION_RATE,
            Denominator.VALID_CALLBACK,
            "dissatisfaction_rate.closed.v1",
        ),
    ],
)
def test_a_rule_of_another_metric_is_none(
    metric: Metric, denominator: Denominator | None, version: str | None
) -> None:
    with pytest.raises(NoSuchRule):
        definition(metric, denominator=denominator, version=version)


def test_every_state_is_in_one_of_the_four_buckets() -> None:
    assert set(PROGRESS) == set(State)
    assert set(PROGRESS.values()) == set(Progress)

"""Published figures: exact fractions, rounded as offices print them."""

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from services.petitions.statistics.domain import (
    RULES,
    Denominator,
    Group,
    Metric,
    Rate,
    rounded_percent,
    total,
    weight,
)

RULE = RULES[Metric.REPEAT_RATE, None]


def test_sixteen_repeats_of_359_items_are_4_46_per_cent_shown_as_4_5() -> None:
    rate = Rate(Metric.REPEAT_RATE, RULE, Fraction(16), Fraction(359))

    assert rate.value == Fraction(16, 359)
    assert round(float(rate.value) * 100, 2) == 4.46
    assert rate.percent == "4.5"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(1285, 10_000), "12.9"),
        (Fraction(128, 1000), "12.8"),
        (Fraction(12849, 100_000), "12.8"),
        (Fraction(0), "0.0"),
        (Fraction(1), "100.0"),
        (Fraction(5, 10_000), "0.1"),
        (Fraction(1, 3), "33.3"),
        (Fraction(2, 3), "66.7"),
    ],
)
def test_a_rate_is_rounded_half_up_to_one_decimal(value: Fraction, shown: str) -> None:
    assert rounded_percent(value) == shown


@given(st.fractions(0, 1, max_denominator=100_000))
def test_what_is_shown_is_never_further_off_than_half_a_tenth(value: Fraction) -> None:
    assert abs(Fraction(rounded_percent(value)) - value * 100) <= Fraction(1, 20)


def test_nothing_counted_has_no_rate() -> None:
    rate = Rate(Metric.REPEAT_RATE, RULE, Fraction(0), Fraction(0))
    assert (rate.value, rate.percent) == (None, None)


def test_an_item_of_two_counties_is_half_in_each_and_whole_in_their_city() -> None:
    shares = {"330281": "1/2", "330282": "1/2"}

    assert weight(shares, "330281") == Fraction(1, 2)
    assert weight(shares, "3302") == 1
    assert weight(shares, "330206") == 0


def test_the_counties_parts_make_the_citys_whole() -> None:
    groups = [
        Group({"330281": "1/2", "330282": "1/2"}, counts=True, items=3),
        Group({"330281": "1"}, counts=False, items=4),
        Group({"330282": "1/3", "330281": "2/3"}, counts=True, items=1),
    ]
    for counting in (True, False):
        counties = [total(groups, each, counting=counting) for each in ("330281", "330282")]
        assert sum(counties) == total(groups, "3302", counting=counting)
    assert total(groups, "3302") == 8
    assert total(groups, "3302", counting=True) == 4


def test_every_denominator_has_a_rule_that_says_it() -> None:
    assert {key for key in RULES if key[0] is Metric.DISSATISFACTION_RATE} == {
        (Metric.DISSATISFACTION_RATE, each) for each in Denominator
    }
    assert len({rule.version for rule in RULES.values()}) == len(RULES)

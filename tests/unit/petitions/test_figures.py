"""What an administrator may set, and to what: every figure, and what it may not be."""

from datetime import date

import pytest

from services.petitions.profiles.domain.figures import (
    KINDS,
    Flag,
    HoldsFromThePast,
    Number,
    OneOf,
    SettingOutOfRange,
    SomeOf,
    UnknownSetting,
    Value,
    require_ahead,
    require_allowed,
)

NUMBERS = {name: kind for name, kind in KINDS.items() if isinstance(kind, Number)}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_taken_up_to_its_ends(name: str) -> None:
    kind = NUMBERS[name]
    for value in (kind.least, kind.most):
        require_allowed(name, value)
    for value in (kind.least - 1, kind.most + 1):
        with pytest.raises(SettingOutOfRange):
            require_allowed(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clocks.roll_natural_deadline", False),
        ("statistics.dissatisfaction_denominator", "closed"),
        ("through_train.period_report", "quarterly"),
        ("through_train.county_handling_due", "period_report"),
        ("through_train.county_handling_due", 15),
        ("through_train.trigger_on", ["dissatisfied"]),
        ("through_train.week_start", "monday 00:00"),
        ("through_train.week_start", "friday 18:00"),
        ("through_train.trigger_on", ["repeat", "unresolved", "dissatisfied"]),
    ],
)
def test_a_word_of_the_list_is_taken(name: str, value: Value) -> None:
    require_allowed(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("callbacks.tries", True),
        ("callbacks.tries", "3"),
        ("callbacks.tries", [3]),
        ("clocks.roll_natural_deadline", 1),
        ("clocks.roll_natural_deadline", "true"),
        ("statistics.dissatisfaction_denominator", "registered"),
        ("statistics.dissatisfaction_denominator", ["closed"]),
        ("through_train.period_report", "weekly"),
        ("through_train.county_handling_due", "weekly"),
        ("through_train.county_handling_due", 0),
        ("through_train.week_start", "monday"),
        ("through_train.week_start", "monday 18:30"),
        ("through_train.week_start", "someday 00:00"),
        ("through_train.week_start", 1),
        ("through_train.trigger_on", []),
        ("through_train.trigger_on", "repeat"),
        ("through_train.trigger_on", ["repeat", "repeat"]),
        ("through_train.trigger_on", ["repeat", "anger"]),
    ],
)
def test_anything_else_is_refused(name: str, value: Value) -> None:
    with pytest.raises(SettingOutOfRange) as refusal:
        require_allowed(name, value)
    assert refusal.value.pointer == "/value"


def test_a_figure_nobody_reads_cannot_be_set() -> None:
    with pytest.raises(UnknownSetting):
        require_allowed("callbacks.hope", 3)


def test_every_kind_says_what_it_allows() -> None:
    assert {
        kind.said for kind in (Flag(), Number(1, 3, "days"), OneOf(("a",)), SomeOf(("a",)))
    } == {
        "true | false",
        "1-3 days",
        "a",
        "[a]",
    }


def test_a_row_holds_from_today_at_the_earliest() -> None:
    today = date(2026, 3, 2)
    require_ahead(today, today=today)
    with pytest.raises(HoldsFromThePast):
        require_ahead(date(2026, 3, 1), today=today)

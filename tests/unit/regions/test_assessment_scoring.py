"""Scores come out of events by rule: whatever the order, and never by hand."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given, strategies as st

from services.regions.assessment.domain.catalogue import CATALOGUE, Formula
from services.regions.assessment.domain.scoring import (
    Adjustment,
    BadScheme,
    Event,
    Line,
    Rules,
    UnitResult,
    adjustment_from_json,
    adjustment_to_json,
    assess,
    comparable,
    key_of,
    line_from_json,
    line_to_json,
    ranks,
    require_sound,
)
from services.regions.assessment.queries.events import SOURCES
from services.regions.assessment.use_cases.gathering import WORKED_OUT

ACKNOWLEDGED, ANSWERED, JOINED = "letters_acknowledged", "letters_answered", "operations_joined"
DINGHAI, PUTUO, DAISHAN = "330902", "330903", "330921"
UNITS: Final = (DINGHAI, PUTUO, DAISHAN)
RULES: Final = Rules(
    full_marks=Decimal(100),
    lines=(
        Line(ACKNOWLEDGED, Decimal(30), Decimal(50), Decimal(100), 1),
        Line(ANSWERED, Decimal(50), Decimal(60), Decimal(95), 2),
        Line(JOINED, Decimal(20), Decimal(0), Decimal(90), 2),
    ),
    adjustments=(),
    bonus_cap=Decimal(5),
    malus_cap=Decimal(5),
    minimum_weight=Decimal(50),
    caution_below=10,
)


def some(indicator: str, unit: str, *, good: int, late: int) -> list[Event]:
    flags = [True] * good + [False] * late
    return [Event(indicator, unit, f"{unit}-{number}", each) for number, each in enumerate(flags)]


def of(unit: str, events: Sequence[Event], rules: Rules = RULES) -> UnitResult:
    [found] = [each for each in assess(rules, UNITS, events) if each.division == unit]
    return found


events = st.lists(
    st.builds(
        Event,
        indicator=st.sampled_from([ACKNOWLEDGED, ANSWERED, JOINED]),
        division=st.sampled_from(UNITS),
        source_id=st.integers(0, 10_000).map(str),
        good=st.booleans(),
    ),
    max_size=60,
    unique_by=key_of,
)


def test_a_line_lies_between_no_and_full_marks_and_the_lines_add_up_by_weight() -> None:
    found = of(
        DINGHAI,
        [
            *some(ACKNOWLEDGED, DINGHAI, good=3, late=1),  # 75 %: half of the way from 50 to 100
            *some(ANSWERED, DINGHAI, good=19, late=1),  # 95 %: full marks
            *some(JOINED, DINGHAI, good=0, late=2),
        ],
    )

    assert [each.marks for each in found.marks] == [15, 50, 0]
    assert found.score == Decimal("65.00")
    assert found.caution
    assert [each.few for each in found.marks] == [True, False, True]


def test_the_weight_of_what_is_not_assessed_is_shared_out_in_proportion() -> None:
    found = of(
        DINGHAI,
        [
            *some(ACKNOWLEDGED, DINGHAI, good=3, late=1),
            *some(ANSWERED, DINGHAI, good=10, late=0),
            *some(JOINED, DINGHAI, good=0, late=1),  # one event, where two are asked for
        ],
    )

    assert found.marks[2].marks is None
    assert found.marks[2].denominator == 1
    assert [each.effective_weight for each in found.marks[:2]] == [Decimal("37.5"), Decimal("62.5")]
    assert found.score == Decimal("81.25")


def test_a_unit_without_events_or_with_too_little_weight_assessed_is_not_assessed() -> None:
    found = of(PUTUO, some(ACKNOWLEDGED, PUTUO, good=9, late=0))
    assert found.assessed_weight == 30
    assert found.score is None
    assert found.rank is None
    assert of(DAISHAN, some(ACKNOWLEDGED, PUTUO, good=9, late=0)).score is None


def test_equals_share_a_rank_and_the_next_moves_down() -> None:
    scores = {"a": Decimal("90.00"), "b": Decimal("90.00"), "c": Decimal("89.99")}
    assert ranks(scores) == {"a": 1, "b": 1, "c": 3}


@given(events, st.randoms(use_true_random=False))
def test_the_order_of_events_changes_nothing_and_the_same_gives_the_same(
    found: list[Event], random: object
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert assess(RULES, UNITS, found) == assess(RULES, UNITS, shuffled)


@given(events)
def test_an_event_in_time_instead_of_late_never_lowers_a_score(found: list[Event]) -> None:
    for index, late in enumerate(found):
        if late.good:
            continue
        better = [*found[:index], replace(late, good=True), *found[index + 1 :]]
        before, after = of(late.division, found).score, of(late.division, better).score
        assert (before is None) == (after is None)
        if before is not None and after is not None:
            assert before <= after


@given(events, st.data())
def test_one_more_in_time_never_lowers_an_indicator_and_one_more_late_never_raises_it(
    found: list[Event], data: st.DataObject
) -> None:
    line = data.draw(st.sampled_from(RULES.lines))
    index = RULES.lines.index(line)
    before = of(DINGHAI, found).marks[index]
    for good in (True, False):
        more = [*found, Event(line.indicator, DINGHAI, "one more", good)]
        after = of(DINGHAI, more).marks[index]
        if before.fraction is not None and after.fraction is not None:
            assert after.fraction >= before.fraction if good else after.fraction <= before.fraction


@given(events, st.data())
def test_leaving_a_row_out_is_as_if_it_had_not_been_and_touches_its_own_indicator_alone(
    found: list[Event], data: st.DataObject
) -> None:
    if not found:
        return
    gone = data.draw(st.sampled_from(found))
    without = [each for each in found if each is not gone]
    left_out = assess(RULES, UNITS, found, left_out=[key_of(gone)])

    assert left_out == assess(RULES, UNITS, without)
    for before, after in zip(assess(RULES, UNITS, found), left_out, strict=True):
        for one, other in zip(before.marks, after.marks, strict=True):
            if (before.division, one.indicator) != (gone.division, gone.indicator):
                assert (one.numerator, one.denominator) == (other.numerator, other.denominator)


@given(events)
def test_every_score_lies_between_nothing_and_full_marks(found: list[Event]) -> None:
    for each in assess(RULES, UNITS, found):
        assert each.score is None or 0 <= each.score <= RULES.full_marks
        assert (each.rank is None) == (each.score is None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lines": RULES.lines[:2]}, "weights"),
        ({"lines": (*RULES.lines, RULES.lines[0])}, "twice"),
        ({"lines": (replace(RULES.lines[0], indicator="charm"), *RULES.lines[1:])}, "no indicator"),
        ({"lines": (replace(RULES.lines[0], zero_at=Decimal(100)), *RULES.lines[1:])}, "side"),
        ({"lines": (replace(RULES.lines[0], full_at=Decimal(101)), *RULES.lines[1:])}, "100"),
        (
            {
                "lines": RULES.lines[1:],
                "adjustments": (Adjustment(ACKNOWLEDGED, Decimal(1), Decimal(5)),),
            },
            "is a line",
        ),
    ],
)
def test_a_scheme_that_cannot_be_computed_is_refused(
    change: dict[str, object], reason: str
) -> None:
    require_sound(RULES)
    with pytest.raises(BadScheme, match=reason):
        require_sound(replace(RULES, **change))  # type: ignore[arg-type]


def test_rules_come_back_from_their_stored_form_and_are_comparable_only_if_equal() -> None:
    lines = tuple(line_from_json(line_to_json(each)) for each in RULES.lines)
    extra = Adjustment(JOINED, Decimal("0.50"), Decimal(3))
    assert adjustment_from_json(adjustment_to_json(extra)) == extra
    assert comparable(RULES, replace(RULES, lines=lines))
    assert not comparable(RULES, replace(RULES, full_marks=Decimal(120)))


def test_every_indicator_has_a_source_and_every_source_an_indicator() -> None:
    assert SOURCES.keys() | WORKED_OUT.keys() == CATALOGUE.keys()
    assert not SOURCES.keys() & WORKED_OUT.keys()
    assert all(
        each.unit == "percent" for each in CATALOGUE.values() if each.formula is Formula.SHARE
    )

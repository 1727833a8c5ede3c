"""What can be done in a round of file reviews when, and how marks become a score."""

from decimal import Decimal
from itertools import product
from typing import Final

import pytest
from hypothesis import given, strategies as st

from services.regions.file_reviews.domain import life
from services.regions.file_reviews.domain.blinding import blind, commitment
from services.regions.file_reviews.domain.life import (
    FILE_TRANSITIONS,
    TRANSITIONS,
    BadParties,
    FileState,
    FileStep,
    PartiesIncomplete,
    State,
    Step,
    TooFewParties,
    parties_taking_part,
    require_parties,
)
from services.regions.file_reviews.domain.scoring import (
    BadMark,
    BadRubric,
    FinalRule,
    Item,
    ItemKind,
    Mark,
    Rules,
    disagree,
    final,
    outcome,
    require_marks,
    require_rubric,
    rules_from_json,
    rules_to_json,
    total,
)
from shared.errors import IllegalStep

FACTS: Final = Item("facts", "事实", ItemKind.DEDUCTION, "第四十条", max_points=20, weight=30)
PAPER: Final = Item("documents", "文书", ItemKind.DEDUCTION, "第五十九条", max_points=5, weight=10)
NOTICE: Final = Item("no_notice", "未告知", ItemKind.VETO, "第四十四条")
RUBRIC: Final = (FACTS, PAPER, NOTICE)
RULES: Final = Rules(
    readers_per_file=2,
    threshold=Decimal(10),
    final_rule=FinalRule.MEAN,
    third_rule=FinalRule.MEDIAN,
    veto_score=Decimal(0),
    opens_reader_division=False,
    reading_working_days=10,
    objection_working_days=3,
)


def off(item: str, points: str) -> Mark:
    return Mark(item, "因", Decimal(points))


@pytest.mark.parametrize(("state", "taken"), [*product(State, Step)])
def test_a_step_of_a_round_leads_where_the_table_says_or_nowhere(state: State, taken: Step) -> None:
    if taken in TRANSITIONS[state]:
        assert life.step(state, taken) is TRANSITIONS[state][taken]
    else:
        with pytest.raises(IllegalStep):
            life.step(state, taken)


@pytest.mark.parametrize(("state", "taken"), [*product(FileState, FileStep)])
def test_a_step_of_a_file_leads_where_the_table_says_or_nowhere(
    state: FileState, taken: FileStep
) -> None:
    if taken in FILE_TRANSITIONS[state]:
        assert life.file_step(state, taken) is FILE_TRANSITIONS[state][taken]
    else:
        with pytest.raises(IllegalStep):
            life.file_step(state, taken)


def test_what_was_decided_on_an_objection_stands() -> None:
    once = life.file_step(FileState.SETTLED, FileStep.OBJECT)
    again = life.file_step(once, FileStep.REREAD)
    assert FILE_TRANSITIONS[life.file_step(again, FileStep.DECIDE)] == {}


@pytest.mark.parametrize(
    ("convener", "parties", "fits"),
    [
        ("510000", ["510100", "510600"], True),  # above all
        ("510100", ["510100", "500000"], True),  # by agreement, one of them
        ("510100", ["510600", "511400"], False),
        ("510000", ["510100", "500000"], False),  # above one only
        ("510100", ["510100", "510114"], False),  # one within another
        ("510100", ["510100", "510100"], False),
        ("510100", ["510100"], False),
    ],
)
def test_the_convener_is_above_all_or_one_of_them(
    convener: str, parties: list[str], *, fits: bool
) -> None:
    if fits:
        require_parties(convener, parties)
    else:
        with pytest.raises(BadParties):
            require_parties(convener, parties)


def test_everybody_is_waited_for_until_the_time_to_submit_is_over() -> None:
    with pytest.raises(PartiesIncomplete):
        parties_taking_part(["A", "B"], ["C"], time_is_over=False)
    assert parties_taking_part(["A", "B"], ["C"], time_is_over=True) == ("A", "B")
    with pytest.raises(TooFewParties):
        parties_taking_part(["A"], ["C"], time_is_over=True)


def test_a_score_is_of_a_hundred_by_weight() -> None:
    # 100 × (30 × 15/20 + 10 × 5/5) / 40
    assert total(RUBRIC, [off("facts", "5")], veto_score=Decimal(0)) == Decimal("81.25")
    assert total(RUBRIC, [], veto_score=Decimal(0)) == Decimal("100.00")
    assert total(RUBRIC, [Mark("no_notice", "因")], veto_score=Decimal(59)) == Decimal("59.00")


@given(
    st.decimals(0, 20, places=2).filter(bool),
    st.decimals(0, 5, places=2).filter(bool),
)
def test_a_score_lies_between_nothing_and_a_hundred_and_falls_with_each_mark(
    facts: Decimal, paper: Decimal
) -> None:
    one = total(RUBRIC, [Mark("facts", "因", facts)], veto_score=Decimal(0))
    both = total(
        RUBRIC, [Mark("facts", "因", facts), Mark("documents", "因", paper)], veto_score=Decimal(0)
    )
    assert 0 <= both <= one <= 100


def test_a_difference_above_the_threshold_or_a_veto_of_one_is_a_dispute() -> None:
    near, far = [off("facts", "2.66")], [off("facts", "2.67")]
    # 100 - 30/40 × 100 × 2.66/20 = 90.03; with 2.67 89.99
    assert not disagree(RUBRIC, [[], [off("documents", "2")]], rules=RULES)
    assert not disagree(RUBRIC, [[], near], rules=RULES)
    assert disagree(RUBRIC, [[], far], rules=RULES)
    assert disagree(RUBRIC, [[], [Mark("no_notice", "因")]], rules=RULES)
    both = [[Mark("no_notice", "因")], [Mark("no_notice", "因"), off("facts", "20")]]
    assert not disagree(RUBRIC, both, rules=RULES)


def test_a_third_makes_the_median_and_a_veto_holds_if_most_see_it() -> None:
    readings = [[off("facts", "4")], [off("facts", "16")], [off("facts", "8")]]
    found = outcome(RUBRIC, readings, rule=FinalRule.MEDIAN, rules=RULES)
    assert (found.score, found.vetoed) == (Decimal("70.00"), False)
    [fault] = found.faults
    assert (fault.item, fault.points, len(fault.reasons)) == ("facts", Decimal("9.33"), 3)
    veto = [Mark("no_notice", "因")]
    assert outcome(RUBRIC, [veto, [], veto], rule=FinalRule.MEDIAN, rules=RULES).vetoed
    lone = outcome(RUBRIC, [veto, [], []], rule=FinalRule.MEDIAN, rules=RULES)
    assert (lone.vetoed, lone.score, lone.faults) == (False, Decimal("100.00"), ())


@pytest.mark.parametrize(
    ("rule", "score"),
    [(FinalRule.MEAN, "85.01"), (FinalRule.LOWEST, "80.01"), (FinalRule.MEDIAN, "85.01")],
)
def test_a_rule_makes_one_score_of_two(rule: FinalRule, score: str) -> None:
    assert final([Decimal("90.00"), Decimal("80.01")], rule) == Decimal(score)


@pytest.mark.parametrize(
    "marks",
    [
        [off("facts", "21")],
        [off("facts", "0")],
        [off("nothing", "1")],
        [off("facts", "1"), off("facts", "2")],
        [off("no_notice", "1")],
    ],
)
def test_marks_that_do_not_fit_the_rubric_are_refused(marks: list[Mark]) -> None:
    with pytest.raises(BadMark):
        require_marks(RUBRIC, marks)


@pytest.mark.parametrize(
    "rubric",
    [
        [FACTS, FACTS],
        [NOTICE],
        [Item("a", "a", ItemKind.DEDUCTION, "a", max_points=5)],
        [FACTS, Item("v", "v", ItemKind.VETO, "v", max_points=5, weight=1)],
    ],
)
def test_a_rubric_that_does_not_hold_together_is_refused(rubric: list[Item]) -> None:
    with pytest.raises(BadRubric):
        require_rubric(rubric)


def test_codes_follow_from_the_key_and_tell_nothing_without_it() -> None:
    assert blind("k", "file", "1") == blind("k", "file", "1")
    assert len({blind("k", "file", "1"), blind("k", "reader", "1"), blind("l", "file", "1")}) == 3
    assert commitment("s") != commitment("t")
    assert rules_from_json(rules_to_json(RULES)) == RULES

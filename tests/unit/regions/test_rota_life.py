"""How rounds, draws and swaps go on, and whether a quarter has its two to three rounds a month."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

import pytest

from services.regions.rota.domain import life
from services.regions.rota.domain.pace import Drift, pace, quarter_of
from shared.errors import IllegalStep

MACHINES: tuple[tuple[Mapping[Any, Mapping[Any, Any]], type[StrEnum], Any], ...] = (
    (life.ROUND_TRANSITIONS, life.RoundStep, life.round_step),
    (life.DRAW_TRANSITIONS, life.DrawStep, life.draw_step),
    (life.SWAP_TRANSITIONS, life.SwapStep, life.swap_step),
)


@pytest.mark.parametrize(("table", "steps", "step"), MACHINES)
def test_every_step_leads_where_the_table_says_or_nowhere(
    table: Mapping[Any, Mapping[Any, Any]], steps: type[StrEnum], step: Any
) -> None:
    for state, legal in table.items():
        for each in steps:
            if each in legal:
                assert step(state, each) is legal[each]
            else:
                with pytest.raises(IllegalStep):
                    step(state, each)


def test_days_are_in_order_and_not_too_many() -> None:
    life.require_days(date(2026, 3, 1), date(2026, 3, 31), most=31)
    for last in (date(2026, 2, 28), date(2026, 4, 1)):
        with pytest.raises(life.BadDays):
            life.require_days(date(2026, 3, 1), last, most=31)


@pytest.mark.parametrize(
    ("today", "rounds", "mean", "drift"),
    [
        (date(2026, 3, 31), 6, Fraction(2), None),
        (date(2026, 3, 31), 9, Fraction(3), None),
        (date(2026, 3, 31), 5, Fraction(5, 3), Drift.TOO_FEW),
        (date(2026, 3, 31), 10, Fraction(10, 3), Drift.TOO_MANY),
        (date(2026, 5, 2), 7, Fraction(7, 3), None),
        (date(2026, 1, 10), 0, Fraction(), None),
        (date(2026, 2, 14), 2, Fraction(4, 3), Drift.TOO_FEW),
        (date(2026, 1, 10), 4, Fraction(12), Drift.TOO_MANY),
        (date(2025, 12, 31), 7, Fraction(7, 3), None),
        (date(2025, 12, 31), 10, Fraction(10, 3), Drift.TOO_MANY),
    ],
)
def test_the_pace_of_a_quarter(
    today: date, rounds: int, mean: Fraction, drift: Drift | None
) -> None:
    quarter = quarter_of(date(2026, 2, 10))
    assert (quarter.first, quarter.last) == (date(2026, 1, 1), date(2026, 3, 31))
    assert quarter.name == "2026-Q1"
    found = pace(quarter, rounds, today=today, least=2, most=3)
    assert (found.mean, found.drift) == (mean, drift)

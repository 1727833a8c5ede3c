"""The published batches give the published figures, counted by the rules alone."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest

from services.petitions.statistics.domain.counting import Group
from services.petitions.statistics.domain.definitions import Denominator, Metric, definition
from services.petitions.statistics.domain.facts import Fact
from services.petitions.statistics.domain.figures import Comparison, figure
from services.petitions.statistics.domain.periods import Period, year_before
from shared import divisions
from tests.support.published import BATCHES, Batch, Expected, Row

CASES = [(batch, each) for batch in BATCHES for each in batch.expected]
# Where each fact finds the day that counts.
DAY_OF = {
    Fact.RECEIVED: "received_at",
    Fact.CALLED_BACK: "callback_at",
    Fact.CLOSED: "closed_at",
    Fact.PUSHED: "pushed_on",
    Fact.RESOLVED: "resolved_on",
}


def shares_of(row: Row) -> dict[str, str]:
    if "division_shares" in row:
        return dict(each.split("=") for each in row["division_shares"].split(";"))
    codes = row["divisions"].split(";")
    return {code: str(Fraction(1, len(codes))) for code in codes}


def took(row: Row) -> timedelta:
    return datetime.fromisoformat(row["closed_at"]) - datetime.fromisoformat(row["accepted_at"])


def marked(fact: Fact, row: Row) -> bool:
    match fact:
        case Fact.RECEIVED:
            return row.get("repeat") == "是"
        case Fact.CALLED_BACK:
            return row["callback_result"] == "不满意"
        case _:
            return True


def groups(rows: Iterable[Row], fact: Fact, period: Period) -> list[Group]:
    """What an import of the rows would let the database count."""
    named = DAY_OF[fact]
    return [
        Group(
            shares_of(row),
            counts=marked(fact, row),
            items=1,
            approximate="approximate" in row,
            micros=took(row) // timedelta(microseconds=1) if fact is Fact.CLOSED else 0,
        )
        for row in rows
        if row.get(named) and period.first <= date.fromisoformat(row[named][:10]) <= period.last
    ]


@pytest.mark.parametrize(
    ("batch", "expected"),
    CASES,
    ids=[f"{each.metric}-{each.division}-{each.first_day}-{each.decimals}" for _, each in CASES],
)
def test_a_published_figure_comes_out_of_its_batch(batch: Batch, expected: Expected) -> None:
    metric = Metric(expected.metric)
    switch = Denominator.VALID_CALLBACK if metric is Metric.DISSATISFACTION_RATE else None
    rule, scope = definition(metric, denominator=switch), divisions.scope(expected.division)
    period = Period(date.fromisoformat(expected.first_day), date.fromisoformat(expected.last_day))
    rows = batch.rows()

    found, last = (
        figure(rule, {fact: groups(rows, fact, each) for fact in rule.facts}, scope)
        for each in (period, year_before(period))
    )

    assert str(found.numerator) == expected.numerator
    assert expected.denominator in (None, str(found.denominator))
    assert found.shown(expected.decimals) == expected.rounded
    assert found.approximate is expected.approximate
    if expected.change:
        assert str(Comparison(found, period, last).change) == expected.change


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch.source)
def test_a_batch_names_every_item_once(batch: Batch) -> None:
    rows = batch.rows()
    assert len({row["outside_number"] for row in rows}) == len(rows)
    assert all(sum(map(Fraction, shares_of(row).values())) == 1 for row in rows)

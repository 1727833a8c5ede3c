"""The turn of the lead: each once a round, and who is passed over leads at the end of it."""

from datetime import date
from itertools import islice

import pytest
from hypothesis import given, strategies as st

from services.regions.agreements.domain import Skip, lead_of, rotation, term_at
from services.regions.agreements.domain.rotation import (
    BadRotation,
    NotItsTurn,
    require_skippable,
)
from shared.clocks.days import add_months

CITIES = ("510100", "510600", "511800", "511400", "512000")
orders = st.lists(st.sampled_from([f"5{n:05d}" for n in range(12)]), min_size=1, unique=True)


def skip(term: int, member: str) -> Skip:
    return Skip(term, member, "机构改革", "510600")


def test_term_n_belongs_to_the_nth_of_the_order() -> None:
    assert list(islice(rotation(CITIES), 6)) == [*CITIES, CITIES[0]]
    assert list(islice(rotation(CITIES, offset=2), 5)) == [*CITIES[2:], *CITIES[:2]]


def test_who_is_passed_over_moves_to_the_end_of_its_round_and_no_further() -> None:
    found = list(islice(rotation("abcd", skipped=[skip(1, "b"), skip(1, "c")]), 8))

    assert found == ["a", "d", "b", "c", "a", "b", "c", "d"]


@given(orders, st.integers(0, 50), st.integers(0, 40))
def test_without_skips_it_is_the_formula(order: list[str], offset: int, term: int) -> None:
    assert lead_of(term, order, offset) == order[(term + offset) % len(order)]


@given(st.data(), orders, st.integers(0, 50))
def test_each_member_leads_once_a_round_whoever_is_passed_over(
    data: st.DataObject, order: list[str], offset: int
) -> None:
    skips = data.draw(
        st.lists(st.builds(skip, st.integers(0, 5 * len(order)), st.sampled_from(order)))
    )
    size = len(order)
    leads = list(islice(rotation(order, offset=offset, skipped=skips), 5 * size))

    for begins in range(0, len(leads), size):
        assert sorted(leads[begins : begins + size]) == sorted(order)


@given(st.data(), orders.filter(lambda order: len(order) > 1), st.integers(0, 30))
def test_a_skip_that_is_allowed_passes_its_member_over(
    data: st.DataObject, order: list[str], offset: int
) -> None:
    term = data.draw(st.integers(0, 3 * len(order)).filter(lambda n: (n + 1) % len(order)))
    member = lead_of(term, order, offset)
    require_skippable(term, member, order, offset, ())

    skips = [skip(term, member)]

    assert lead_of(term, order, offset, skips) != member
    last = term - term % len(order) + len(order) - 1
    assert lead_of(last, order, offset, skips) == member


@pytest.mark.parametrize(("term", "member"), [(1, "510100"), (4, "512000"), (9, "512000")])
def test_only_whose_turn_it_is_and_never_the_last_can_be_passed_over(
    term: int, member: str
) -> None:
    with pytest.raises(NotItsTurn):
        require_skippable(term, member, CITIES, 0, ())


@pytest.mark.parametrize(("term", "order"), [(0, ()), (-1, CITIES), (0, ("a", "a"))])
def test_nobody_leads_in_no_order(term: int, order: tuple[str, ...]) -> None:
    with pytest.raises(BadRotation):
        lead_of(term, order)


@pytest.mark.parametrize(
    ("day", "term"),
    [
        (date(2023, 2, 1), 0),
        (date(2023, 3, 1), 0),
        (date(2024, 2, 29), 0),
        (date(2024, 3, 1), 1),
        (date(2025, 12, 31), 2),
    ],
)
def test_a_term_of_a_year_changes_on_its_day(day: date, term: int) -> None:
    assert term_at(day, date(2023, 3, 1), 12) == term


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 24), st.integers(0, 40))
def test_a_term_begins_on_its_first_day_and_not_before(first: date, months: int, term: int) -> None:
    begins = add_months(first, term * months)

    assert term_at(begins, first, months) == term
    if term:
        assert term_at(date.fromordinal(begins.toordinal() - 1), first, months) == term - 1

"""The joint report: a result counts once, by shares that sum to one, and scopes stay apart."""

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from services.regions.operations.domain import (
    TASK_MEASURES,
    BadShares,
    Counted,
    Found,
    equal_shares,
    findings_section,
    require_shares,
    section,
)

PARTIES = ("330206", "330281", "330282")
HALF = Fraction(1, 2)

some_parties = st.sets(st.sampled_from(PARTIES), min_size=1)
weights = st.dictionaries(st.sampled_from(PARTIES), st.integers(1, 9), min_size=1)
shares = weights.map(
    lambda found: {party: Fraction(part, sum(found.values())) for party, part in found.items()}
)
firms = st.none() | st.sampled_from(("A", "B", "C"))
findings = st.builds(Found, shares, firms, st.booleans(), st.booleans(), st.booleans())


@given(some_parties)
def test_equal_shares_sum_to_one(parties: set[str]) -> None:
    found = equal_shares(parties)

    assert sum(found.values()) == 1
    assert len(set(found.values())) == 1


def test_half_counts_as_practice_has_them() -> None:
    """One letter of two districts is half a letter of each (余姚 7, 慈溪 4.5, 杭州湾新区 1.5)."""
    one = [Counted({"330281": Fraction(1)}, {"tasks": 1})] * 7
    both = [Counted(equal_shares(("330282", "330283")), {"tasks": 1})] * 3
    alone = [Counted({"330282": Fraction(1)}, {"tasks": 1})] * 3

    found = section(("tasks",), [*one, *both, *alone])

    assert found.total == {"tasks": 13}
    assert {party: each["tasks"] for party, each in found.by_party.items()} == {
        "330281": 7,
        "330282": Fraction(9, 2),
        "330283": Fraction(3, 2),
    }


@given(st.lists(shares), st.integers(0, 50))
def test_what_parties_have_is_what_there_is(each: list[dict[str, Fraction]], number: int) -> None:
    found = section(TASK_MEASURES, [Counted(one, {"problems_found": number}) for one in each])

    assert found.total["problems_found"] == number * len(each)
    assert sum(parts["problems_found"] for parts in found.by_party.values()) == number * len(each)


@given(st.lists(findings))
def test_every_measure_of_findings_adds_up_and_a_firm_counts_once(found: list[Found]) -> None:
    counted = findings_section(found)

    assert counted.total["findings"] == len(found)
    assert counted.total["enterprises"] == len({each.enterprise for each in found} - {None})
    for measure, total in counted.total.items():
        assert sum(parts[measure] for parts in counted.by_party.values()) == total


@given(shares)
def test_declared_shares_are_taken_exactly(declared: dict[str, Fraction]) -> None:
    written = [(party, str(share)) for party, share in declared.items()]

    assert require_shares(written, among=PARTIES) == declared


@pytest.mark.parametrize(
    "declared",
    [
        [],
        [("330206", "1/2")],
        [("330206", "1/2"), ("330281", "1/3")],
        [("330206", "1/2"), ("330281", "2/3")],
        [("330206", "1/2"), ("330206", "1/2")],
        [("330206", "1"), ("330281", "0")],
        [("330206", "1/0")],
        [("330206", "half")],
        [("330206", "1/2"), ("330402", "1/2")],
    ],
)
def test_shares_that_do_not_hold_are_refused(declared: list[tuple[str, str]]) -> None:
    with pytest.raises(BadShares):
        require_shares(declared, among=PARTIES)

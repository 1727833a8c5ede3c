"""人多多抽,人少少抽: shares by headcount, fractions carried, never a whole person off."""

from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings, strategies as st

from services.regions.rota.domain.shares import (
    Bounds,
    Standing,
    allot,
    entitlements,
    reachable,
)

PER_UNIT = Bounds(1, 4)
NOTHING = Fraction()
Units = tuple[Standing, ...]


def units(*heads: int) -> Units:
    return tuple(Standing(f"{n:02}", head, NOTHING) for n, head in enumerate(heads))


def drawn(before: Units, capacity: int, bounds: Bounds = PER_UNIT) -> tuple[list[int], Units]:
    """A round, and how the units stand after it."""
    shares = allot(before, capacity, bounds)
    after = tuple(
        replace(each, carried=each.carried + shares[each.code].entitled - shares[each.code].given)
        for each in before
    )
    return [shares[each.code].given for each in before], after


@pytest.mark.parametrize(
    ("heads", "given_"),
    [((40, 30, 20, 10), [4, 3, 2, 1]), ((60, 25, 10, 5), [4, 4, 1, 1]), ((5, 5, 5), [4, 3, 3])],
)
def test_the_published_vectors(heads: tuple[int, ...], given_: list[int]) -> None:
    assert drawn(units(*heads), 10)[0] == given_


def test_equal_units_take_the_odd_person_by_turns() -> None:
    rounds, stand = [], units(5, 5, 5)
    for _ in range(4):
        round_, stand = drawn(stand, 10)
        rounds.append(round_)
    assert rounds == [[4, 3, 3], [3, 4, 3], [3, 3, 4], [4, 3, 3]]
    assert [each.carried for each in stand] == [Fraction(-2, 3), Fraction(1, 3), Fraction(1, 3)]


def test_nobody_sends_more_than_it_has() -> None:
    assert drawn(units(2, 100, 100), 9)[0] == [1, 4, 4]
    assert drawn(units(2, 100, 100), 12)[0] == [2, 4, 4]
    assert drawn(units(2, 2), 8)[0] == [2, 2]


def test_the_bounds_may_be_those_of_the_whole_round() -> None:
    stand, total = units(40, 30, 20, 10), [0, 0, 0, 0]
    for _ in range(25):
        round_, stand = drawn(stand, 4, Bounds(0, 4))
        assert sum(round_) == 4
        total = [so_far + now for so_far, now in zip(total, round_, strict=True)]
    assert total == [40, 30, 20, 10]


heads_of_many = st.lists(st.integers(4, 120), min_size=2, max_size=20)


@given(heads_of_many, st.integers(1, 90), st.integers(1, 40))
@settings(deadline=None, max_examples=60)
def test_while_nothing_changes_the_capacity_holds_and_larger_units_never_give_fewer(
    heads: list[int], capacity: int, rounds: int
) -> None:
    stand, total = units(*heads), [0] * len(heads)
    for _ in range(rounds):
        round_, stand = drawn(stand, capacity)
        assert sum(round_) == reachable(capacity, heads, PER_UNIT)
        assert all(1 <= each <= 4 for each in round_)
        assert all(abs(each.carried) < 1 for each in stand)
        total = [so_far + now for so_far, now in zip(total, round_, strict=True)]
        assert all(
            total[a] >= total[b]
            for a, b in permutations(range(len(heads)), 2)
            if heads[a] > heads[b]
        )


@given(heads_of_many, st.integers(1, 90))
@settings(deadline=None)
def test_the_first_round_shares_the_rest_by_largest_remainder(
    heads: list[int], capacity: int
) -> None:
    begin = units(*heads)
    shares = allot(begin, capacity, PER_UNIT)
    rest = {code: share.entitled - int(share.entitled) for code, share in shares.items()}
    up = {code for code, share in shares.items() if share.given > share.entitled}
    down = {code for code, share in shares.items() if share.given < share.entitled}
    assert all((-rest[a], a) < (-rest[b], b) for a in up for b in down)


changes = st.lists(
    st.tuples(
        st.sampled_from(["heads", "join", "leave", "capacity", "nothing"]),
        st.integers(0, 30),
        st.integers(1, 100),
    ),
    min_size=1,
    max_size=60,
)


@given(heads_of_many, st.integers(1, 60), changes)
@settings(deadline=None, max_examples=120)
def test_whatever_changes_no_unit_is_ever_a_whole_person_off(
    heads: list[int], capacity: int, happening: list[tuple[str, int, int]]
) -> None:
    stand = units(*heads)
    for number, (what, which, value) in enumerate(happening):
        chosen = which % len(stand)
        if what == "heads":
            changed = replace(stand[chosen], headcount=value)
            stand = (*stand[:chosen], changed, *stand[chosen + 1 :])
        if what == "join":
            stand = (*stand, Standing(f"n{number:02}", value, NOTHING))
        if what == "leave" and len(stand) > 1:
            stand = (*stand[:chosen], *stand[chosen + 1 :])
        if what == "capacity":
            capacity = value
        again = drawn(stand, capacity)
        round_, after = drawn(stand, capacity)
        assert again == (round_, after)  # same input, same output
        assert all(abs(each.carried) < 1 for each in after)
        for each, sent in zip(stand, round_, strict=True):
            least, most = PER_UNIT.of(each.headcount)
            assert least <= sent <= most
        stand = after


def test_where_no_rule_keeps_both_the_bound_stands_and_the_capacity_gives_way() -> None:
    """A third and a half on top of a quarter: two units are due at once for one place."""
    due = Fraction(7, 12)
    stand = (
        Standing("a", 10, Fraction(-3, 4)),
        Standing("b", 10, Fraction(-5, 12)),
        Standing("c", 15, due),
        Standing("d", 15, due),
    )
    shares = entitlements({each.code: each.headcount for each in stand}, 5, PER_UNIT)
    assert [shares[each.code] for each in stand] == [1, 1, Fraction(3, 2), Fraction(3, 2)]
    round_, after = drawn(stand, 5)
    assert round_ == [1, 1, 2, 2]  # six instead of five
    assert drawn(after, 5)[0] == [1, 1, 1, 1]  # and made good

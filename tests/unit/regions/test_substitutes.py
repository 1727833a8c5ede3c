"""Who stands in for whom: never oneself, never in a ring, never without end."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from services.regions.officers.domain import (
    ChainTooLong,
    CircularSubstitutes,
    OwnSubstitute,
    Period,
    StandIn,
    SubstituteNamed,
    require_stand_in,
    stand_ins,
)
from shared.errors import AppError

START = datetime(2026, 3, 1, tzinfo=UTC)
A, B, C, D, E = (UUID(int=number) for number in range(1, 6))


def link(officer: UUID, substitute: UUID, first: int = 0, last: int = 10) -> StandIn:
    """From the first day up to the last of a few days."""
    return StandIn(officer, substitute, START + timedelta(days=first), START + timedelta(days=last))


@pytest.mark.parametrize(
    ("new", "others", "barred"),
    [
        (link(A, A), [], OwnSubstitute),
        (link(A, B), [], None),
        (link(A, B), [link(A, C, 5, 12)], SubstituteNamed),
        (link(A, B), [link(A, C, 10, 12)], None),
        (link(A, B), [link(B, A)], CircularSubstitutes),
        (link(A, B), [link(B, A, 10, 20)], None),
        (link(C, A), [link(A, B), link(B, C)], CircularSubstitutes),
        # The ring is open, because its links do not hold at one time.
        (link(C, A, 0, 3), [link(A, B, 0, 3), link(B, C, 5, 9)], None),
        (link(A, B), [link(B, C), link(C, D)], None),
        (link(A, B), [link(B, C), link(C, D), link(D, E)], ChainTooLong),
        (link(C, D), [link(A, B), link(B, C), link(D, E)], ChainTooLong),
        (link(C, D), [link(A, B, 0, 5), link(B, C, 0, 5), link(D, E, 5, 10)], None),
        # Several may be stood in for by one.
        (link(A, D), [link(B, D), link(C, D)], None),
    ],
)
def test_a_naming_is_barred_by_the_first_rule_it_breaks(
    new: StandIn, others: list[StandIn], barred: type[AppError] | None
) -> None:
    if barred is None:
        require_stand_in(new, others, most=3)
    else:
        with pytest.raises(barred):
            require_stand_in(new, others, most=3)


def test_who_stands_in_is_named_along_the_chain_for_the_time_asked() -> None:
    others = [link(A, B), link(B, C, 2, 4), link(C, D, 8, 9), link(E, D)]
    asked = Period(START + timedelta(days=1), START + timedelta(days=3))

    assert stand_ins(A, asked, others) == (link(A, B, 1, 3), link(B, C, 2, 3))
    assert stand_ins(D, asked, others) == ()


days = st.integers(0, 8)
people = st.sampled_from([A, B, C, D, E])
links = st.builds(
    lambda officer, substitute, first, length: link(officer, substitute, first, first + length),
    people,
    people,
    days,
    st.integers(1, 4),
)


@given(st.lists(links, max_size=25), st.integers(1, 4))
def test_whatever_is_named_in_turn_no_moment_has_a_ring_or_a_longer_chain(
    attempts: list[StandIn], most: int
) -> None:
    """The rule keeps what it is for: followed at any moment, a chain ends within its bound."""
    kept: list[StandIn] = []
    for each in attempts:
        try:
            require_stand_in(each, kept, most=most)
        except AppError:
            continue
        kept.append(each)

    for day in range(13):
        moment = START + timedelta(days=day, hours=1)
        now = {
            each.officer_id: each.substitute_id
            for each in kept
            if each.starts_at <= moment < each.ends_at
        }
        for begin in now:
            steps, person = 0, begin
            while person in now:
                person, steps = now[person], steps + 1
                assert person != begin
                assert steps <= most

"""The grid's rules: what is a partition, who answers, what is proposed, what is due."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

import pytest
from hypothesis import assume, given, settings, strategies as st

from services.regions.grid.domain import partition, practice, proposal, tenure
from services.regions.grid.domain.partition import (
    Area,
    BadAreas,
    BadGrid,
    CellDraft,
    Named,
    OldCell,
)
from services.regions.grid.domain.practice import Duty, Kept, Night, ObjectKind
from services.regions.grid.domain.proposal import Force
from services.regions.grid.domain.tenure import Away, BadInstant, Lead, Tenure
from shared.clocks.days import SHANGHAI
from shared.errors import AppError

COUNTY: Final = "330902"
BEGIN: Final = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
PEOPLE: Final = tuple(Named(UUID(int=number), f"甲{number}") for number in range(1, 5))
# [S77], as the settings have it.
RHYTHM: Final = {
    "1": {"key": {"times": 1, "days": 7}, "complained": {"times": 1, "days": 7}},
    "2": {
        "key": {"times": 2, "days": 7},
        "complained": {"times": 2, "days": 7},
        "other": {"times": 1, "days": 15},
    },
    "3": {each.value: {"times": 1, "days": 2} for each in ObjectKind},
}


def cell(key: str, level: int, parent: str | None, *areas: str) -> CellDraft:
    return CellDraft(key, key, level, parent, areas, lead=PEOPLE[0], officers=PEOPLE[:2])


def village(township: int, number: int) -> str:
    return f"{COUNTY}{township:03}{number:03}"


def test_a_heading_stands_for_its_villages_and_twelve_digits_for_a_township() -> None:
    known = partition.atoms({f"{COUNTY}001", village(1, 1), village(1, 2), f"{COUNTY}002"})
    assert known == {village(1, 1), village(1, 2), f"{COUNTY}002"}
    drawn = [cell("a", 1, None, f"{COUNTY}001000", f"{COUNTY}002")]

    [found] = partition.expand(drawn, known=known, levels=1)

    assert {*found.areas} == known


@pytest.mark.parametrize(
    "cells",
    [
        [cell("a", 1, None, f"{COUNTY}001"), cell("a", 1, None, f"{COUNTY}002")],
        [cell("a", 1, "b", f"{COUNTY}001")],
        [cell("a", 2, None, f"{COUNTY}001")],
        [cell("a", 1, None, f"{COUNTY}001"), cell("b", 3, "a", f"{COUNTY}001")],
        [cell("a", 5, None, f"{COUNTY}001")],
        [cell("a", 1, None, f"{COUNTY}009")],
        [cell("a", 1, None, f"{COUNTY}001", village(1, 1))],
        [replace(cell("a", 1, None, f"{COUNTY}001"), officers=(PEOPLE[0], PEOPLE[0]))],
    ],
)
def test_what_cannot_be_a_grid_is_not_drawn(cells: list[CellDraft]) -> None:
    known = {village(1, 1), f"{COUNTY}002"}
    with pytest.raises(BadGrid):
        partition.expand(cells, known=known, levels=4)


def test_a_list_names_each_area_of_its_county_once() -> None:
    one = Area(f"{COUNTY}001", "环南街道")
    assert partition.require_list([one], county=COUNTY) == (one,)
    for areas in ([one, one], [Area("330903001", "沈家门街道")]):
        with pytest.raises(BadAreas):
            partition.require_list(areas, county=COUNTY)


ATOMS: Final = tuple(village(township, number) for township in (1, 2) for number in (1, 2, 3))


@given(
    tops=st.lists(st.frozensets(st.sampled_from(ATOMS), min_size=1), min_size=1, max_size=3),
    parts=st.lists(
        st.tuples(
            st.integers(min_value=0, max_value=2), st.frozensets(st.sampled_from(ATOMS), min_size=1)
        ),
        max_size=5,
    ),
)
def test_a_plan_has_no_gap_exactly_if_each_level_is_a_partition_that_refines_the_one_above(
    tops: list[frozenset[str]], parts: list[tuple[int, frozenset[str]]]
) -> None:
    upper = [cell(f"t{place}", 1, None, *areas) for place, areas in enumerate(tops)]
    lower = [
        cell(f"p{place}", 2, f"t{parent % len(tops)}", *areas)
        for place, (parent, areas) in enumerate(parts)
    ]

    gaps = partition.gaps([*upper, *lower], known={*ATOMS}, levels=2)

    def is_partition(sets: list[tuple[str, ...]], whole: set[str]) -> bool:
        return sorted(code for each in sets for code in each) == sorted(whole)

    refined = all(
        is_partition([each.areas for each in lower if each.parent == one.key], {*one.areas})
        for one in upper
    )
    assert (not gaps) == (is_partition([each.areas for each in upper], {*ATOMS}) and refined)


@given(st.data())
def test_a_partition_is_always_found_whole_and_a_cell_less_never(data: st.DataObject) -> None:
    groups = data.draw(st.lists(st.integers(0, 3), min_size=len(ATOMS), max_size=len(ATOMS)))
    by_group: dict[int, list[str]] = {}
    for code, group in zip(ATOMS, groups, strict=True):
        by_group.setdefault(group, []).append(code)
    cells = [cell("top", 1, None, *ATOMS)]
    cells += [cell(f"g{group}", 2, "top", *areas) for group, areas in by_group.items()]

    assert partition.gaps(cells, known={*ATOMS}, levels=2) == ()
    [gap] = partition.gaps(cells[:-1], known={*ATOMS}, levels=2)
    assert gap.missing == tuple(sorted(cells[-1].areas))


def test_the_deepest_practice_there_is_can_be_drawn() -> None:
    """安阳: 1, 10, 143 and 3 524 cells on four levels (DOMAIN 4.6)."""
    sizes = (1, 10, 143, 3524)
    atoms = [f"{COUNTY}{number // 900 + 1:03}{number % 900 + 1:03}" for number in range(sizes[-1])]

    def name(level: int, place: int) -> str:
        return f"{level}-{place}"

    held: dict[str, list[str]] = {}
    parents: dict[str, str | None] = {name(1, 0): None}
    for place, code in enumerate(atoms):
        number, below = place, None
        for level in (4, 3, 2, 1):
            # A cell's share of the next level is a run of it.
            if level < 4:
                number = number * sizes[level - 1] // sizes[level]
            held.setdefault(name(level, number), []).append(code)
            if below is not None:
                parents[below] = name(level, number)
            below = name(level, number)
    cells = [cell(key, int(key[0]), parents[key], *areas) for key, areas in held.items()]

    drawn = partition.expand(cells, known={*atoms}, levels=4)

    assert [sum(each.level == level for each in drawn) for level in (1, 2, 3, 4)] == [*sizes]
    assert partition.check(drawn, known={*atoms}, levels=4, least=2).is_whole


def test_who_has_most_of_an_old_cell_takes_it_over_unless_another_is_named() -> None:
    old = OldCell(UUID(int=9), "old", 2, frozenset(ATOMS[:3]))
    new = [
        cell("top", 1, None, *ATOMS),
        cell("a", 2, "top", ATOMS[0], *ATOMS[3:]),
        cell("b", 2, "top", *ATOMS[1:3]),
    ]
    assert partition.successors([old], new, named={}) == {old.id: "b"}
    assert partition.successors([old], new, named={old.id: "a"}) == {old.id: "a"}
    for named in ({old.id: "top"}, {UUID(int=8): "a"}):
        with pytest.raises(BadGrid):
            partition.successors([old], new, named=named)


weights = st.dictionaries(
    st.builds(village, st.integers(1, 4), st.integers(1, 6)),
    st.integers(0, 50).map(float),
    min_size=1,
    max_size=16,
)


@given(weights, st.integers(1, 16), st.dictionaries(st.integers(1, 4), st.integers(0, 9)))
def test_a_proposal_is_a_partition_keeps_townships_together_and_stays_within_its_bound(
    weights: dict[str, float], cells: int, officers: dict[int, int]
) -> None:
    assume(cells <= len(weights))
    force = Force(weights, {f"{COUNTY}{key:03}": number for key, number in officers.items()})

    found = proposal.propose([*weights], cells, force)

    assert found == proposal.propose([*reversed(weights)], cells, force)
    assert len(found.parts) == cells
    assert sorted(code for each in found.parts for code in each.areas) == sorted(weights)
    townships = {code[:9] for code in weights}
    held = [{code[:9] for code in each.areas} for each in found.parts]
    assert found.bound is not None
    if cells < len(townships):
        assert sum(map(len, held)) == len(townships)  # whole ones
        assert found.spread <= found.bound
    else:
        assert all(len(each) == 1 for each in held)
        for township in townships:
            loads = [
                each.weight for each, one in zip(found.parts, held, strict=True) if township in one
            ]
            assert max(loads) - min(loads) <= found.bound
        there = sum(force.officers.get(each, 0) for each in townships)
        assert sum(each.officers for each in found.parts) == there


def test_cells_go_where_the_officers_are_and_neighbours_stay_together() -> None:
    areas = [village(1, number) for number in range(1, 5)] + [village(2, 1), village(2, 2)]
    force = Force({}, {f"{COUNTY}001": 6, f"{COUNTY}002": 2})
    assert proposal.by_force(force.officers, per_cell=2, areas=6) == 4
    found = proposal.propose(areas, 4, force)
    assert [each.officers for each in found.parts] == [2, 2, 2, 2]

    chain = tuple((village(1, number), village(1, number + 1)) for number in range(1, 4))
    found = proposal.propose(areas[:4], 2, Force({}, {}, chain))
    assert [each.areas for each in found.parts] == [
        (village(1, 1), village(1, 2)),
        (village(1, 3), village(1, 4)),
    ]
    assert found.bound is None
    with pytest.raises(proposal.CannotDivide):
        proposal.propose(areas, 7, force)
    proposal.require_known(areas, force)
    for foreign in (
        Force({village(9, 1): 1.0}, {}),
        Force({}, {f"{COUNTY}009": 1}),
        Force({}, {}, ((village(1, 1), village(9, 1)),)),
    ):
        with pytest.raises(proposal.CannotDivide):
            proposal.require_known(areas, foreign)


def tenure_of(person: Named) -> Tenure:
    return Tenure(BEGIN, None, (Lead(BEGIN, person),))


acts = st.lists(
    st.tuples(
        st.sampled_from(["hand_over", "leave", "come_back", "redraw"]),
        st.integers(0, 40),  # hours until the act
        st.integers(0, 30),  # hours until it takes effect
        st.integers(1, 50),  # hours an absence lasts
        st.sampled_from(PEOPLE),
    ),
    max_size=12,
)


@settings(max_examples=200)
@given(acts)
def test_whatever_is_done_exactly_one_answers_at_every_instant(
    acts: list[tuple[str, int, int, int, Named]],
) -> None:
    """Of an area: the cells of its redraws one after another, each a tenure."""
    now = BEGIN
    line = [tenure_of(PEOPLE[0])]
    told: list[tuple[datetime, Named]] = []
    for act, wait, ahead, hours, person in acts:
        now += wait * HOUR
        at, held = now + ahead * HOUR, line[-1]
        with suppress(AppError):  # a refused act changes nothing
            line[-1] = _act(held, act, person, now=now, at=at, until=at + hours * HOUR)
        if act == "redraw" and at > held.since:
            line[-1] = held.end(at)
            kept = tenure.inherited(held.away, lead=person, at=at)
            line.append(Tenure(at, None, (Lead(at, person),), kept))
        told.append((now, _answers(line, now)))

    instants = {now + step * HOUR for step in range(-60, 120)} | {
        each for one in line for each, _ in _edges(one)
    }
    for instant in instants:
        if instant >= BEGIN:
            _answers(line, instant)
    # What was true when it was asked stays true.
    assert [(at, _answers(line, at)) for at, _ in told] == told


def _act(
    held: Tenure, act: str, person: Named, *, now: datetime, at: datetime, until: datetime
) -> Tenure:
    match act:
        case "hand_over":
            return held.hand_over(person, at=at, now=now)
        case "leave":
            return held.leave(Away(at, until, person), now=now)
        case "come_back" if held.away:
            return held.come_back(held.away[-1], now=now)
        case _:
            return held


def _edges(one: Tenure) -> list[tuple[datetime, None]]:
    absences = [edge for each in one.away for edge in (each.since, each.until) if edge]
    return [(each, None) for each in (*(lead.since for lead in one.leads), *absences)]


def _answers(line: list[Tenure], at: datetime) -> Named:
    [found] = [each.answers_at(at) for each in line if each.in_force(at)]
    covering = [each for one in line if one.in_force(at) for each in one.away if each.covers(at)]
    assert len(covering) <= 1
    assert (found.acting_for is not None) == bool(covering)
    assert found.acting_for is None or found.acting_for.account_id != found.person.account_id
    return found.person


def test_a_lead_ends_where_the_next_begins() -> None:
    held = tenure_of(PEOPLE[0]).hand_over(PEOPLE[1], at=BEGIN + HOUR, now=BEGIN)
    held = held.end(BEGIN + 3 * HOUR)
    first, second = tenure.periods(held)
    assert (first[1], second[0].since, second[1]) == (BEGIN + HOUR, BEGIN + HOUR, held.until)
    with pytest.raises(BadInstant):
        held.hand_over(PEOPLE[2], at=BEGIN + HOUR, now=BEGIN)
    with pytest.raises(tenure.NotInForce):
        held.answers_at(BEGIN + 3 * HOUR)


@pytest.mark.parametrize(
    ("level", "kind", "hours"),
    [
        (1, ObjectKind.KEY, 168),
        (1, ObjectKind.OTHER, None),
        (2, ObjectKind.COMPLAINED, 84),
        (2, ObjectKind.OTHER, 360),
        (3, ObjectKind.OTHER, 48),
        (4, ObjectKind.KEY, 48),  # deeper than the published practice
    ],
)
def test_the_rhythm_is_by_level_and_class(level: int, kind: ObjectKind, hours: int | None) -> None:
    found = practice.interval(RHYTHM, level, kind)
    assert found == (None if hours is None else hours * HOUR)


def test_a_duty_is_kept_up_to_its_last_instant_and_each_interval_missed_counts() -> None:
    week = timedelta(days=7)
    until = BEGIN + 4 * week + HOUR
    visits = [BEGIN + week, BEGIN + 3 * week + HOUR]

    found = practice.duties(BEGIN, visits, week, since=BEGIN, until=until)

    assert found == [
        Duty(BEGIN + week, visits[0]),
        Duty(BEGIN + 2 * week),
        Duty(BEGIN + 3 * week),
        Duty(BEGIN + 4 * week, visits[1]),
    ]
    assert practice.kept(found) == Kept(done=2, missed=2)
    assert practice.next_due(visits[1], BEGIN, week) == visits[1] + week
    assert practice.next_due(None, BEGIN, week) == BEGIN + week


@given(
    st.lists(st.integers(0, 60 * 24), max_size=20),
    st.integers(1, 60),
    st.integers(1, 20).map(lambda hours: hours * 12 * HOUR),
)
def test_two_periods_count_what_the_whole_counts(
    hours: list[int], day: int, every: timedelta
) -> None:
    visits = sorted(BEGIN + hour * HOUR for hour in {*hours})
    end = BEGIN + timedelta(days=60)
    middle = BEGIN + timedelta(days=day)
    before = [each for each in visits if each < middle]

    whole = practice.duties(BEGIN, visits, every, since=BEGIN, until=end)
    first = practice.duties(BEGIN, before, every, since=BEGIN, until=middle)
    rest = [each for each in visits if each >= middle]
    last = before[-1] if before else BEGIN
    second = practice.duties(last, rest, every, since=middle, until=end)

    assert practice.kept(whole) == practice.kept(first) + practice.kept(second)


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (datetime(2026, 1, 31, 18, 0, tzinfo=SHANGHAI), date(2026, 1, 1)),
        (datetime(2026, 1, 31, 17, 59, tzinfo=SHANGHAI), None),
        (datetime(2026, 2, 1, 5, 59, tzinfo=SHANGHAI), date(2026, 1, 1)),  # the evening's month
        (datetime(2026, 2, 1, 6, 0, tzinfo=SHANGHAI), None),
    ],
)
def test_a_check_at_night_counts_in_the_month_of_its_evening(
    at: datetime, month: date | None
) -> None:
    night = Night(2, 18, 6)
    assert night.month_of(at) == month
    assert [night.level_of(levels) for levels in (1, 2, 4)] == [1, 2, 2]


def test_a_period_is_a_year_at_most_and_a_visit_is_recorded_while_it_is_fresh() -> None:
    assert practice.require_period(None, date(2026, 3, 31)) == date(2026, 3, 1)
    for first in (date(2026, 4, 1), date(2025, 3, 1)):
        with pytest.raises(practice.BadPeriod):
            practice.require_period(first, date(2026, 3, 31))
    with pytest.raises(practice.BadPeriod):
        practice.require_period(None, date.max)
    practice.require_visit(BEGIN, now=BEGIN + 72 * HOUR, hours=72)
    for at in (BEGIN + 73 * HOUR, BEGIN - HOUR):
        with pytest.raises(practice.BadVisit):
            practice.require_visit(at, now=BEGIN + 72 * HOUR, hours=72)

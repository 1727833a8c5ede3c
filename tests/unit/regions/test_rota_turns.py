"""按序轮流: nobody twice before all who could go went once; absence and swaps keep that."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings, strategies as st

from services.regions.rota.domain.rounds import (
    RoundInput,
    UnitInput,
    digest,
    draw,
    input_from_json,
    input_to_json,
    outcome_to_json,
)
from services.regions.rota.domain.shares import Bounds
from services.regions.rota.domain.turns import (
    Member,
    Queue,
    joining,
    may_take_over,
    take,
)


def queue(size: int) -> Queue:
    return Queue(size, tuple(Member(f"p{n:02}", n, 0) for n in range(size)))


def keys(picked: tuple[object, ...]) -> list[str]:
    return [str(getattr(each, "key", "")) for each in picked]


def barring(unit: Queue, *away: str) -> Queue:
    members = (replace(each, barred="leave" if each.key in away else None) for each in unit.members)
    return replace(unit, members=tuple(members))


def test_the_pointer_goes_round() -> None:
    picked, after = take(queue(3), 2)
    assert keys(picked) == ["p00", "p01"]
    assert keys(take(after, 2)[0]) == ["p02", "p00"]


def test_who_is_away_keeps_the_place_and_goes_once_when_back() -> None:
    away = barring(queue(3), "p00")
    seen = []
    for _ in range(3):
        picked, away = take(away, 2)
        seen += keys(picked)
    assert seen == ["p01", "p02"] * 3
    picked, back = take(barring(away), 2)
    assert keys(picked) == ["p00", "p01"]  # at the head, and rounds missed are not made up for
    assert keys(take(back, 2)[0]) == ["p02", "p00"]


def test_who_joins_stands_behind_all() -> None:
    _, after = take(queue(3), 2)
    new = Member("new", after.end, joining([each.lap for each in after.members]))
    assert new.lap == 1
    joined = Queue(after.end + 1, (*after.members, new))
    assert keys(take(joined, 4)[0]) == ["p02", "p00", "p01", "new"]


def test_nobody_available_is_a_shortfall_that_is_owed() -> None:
    unit = UnitInput("u", 3, Fraction(), 0, barring(queue(3), "p00", "p01", "p02"))
    [part] = draw(RoundInput(2, Bounds(1, 4), (unit,)))
    assert (part.given, part.short) == (2, 2)
    assert [key for key, _ in part.skipped] == ["p00", "p01", "p02"]
    [later] = draw(RoundInput(2, Bounds(1, 4), (replace(unit, owing=2, queue=queue(3)),)))
    assert (later.given, later.wanted, len(later.picked)) == (2, 4, 3)
    in_all = RoundInput(2, Bounds(0, 4), (replace(unit, owing=2, queue=queue(3)),), 2)
    assert draw(in_all)[0].wanted == 2  # no more than the whole round may have


absences = st.lists(
    st.tuples(st.integers(1, 4), st.frozensets(st.integers(0, 9), max_size=6)),
    min_size=1,
    max_size=40,
)


@given(st.integers(2, 10), absences)
@settings(deadline=None)
def test_among_those_always_available_turns_are_within_one(
    size: int, rounds: list[tuple[int, frozenset[int]]]
) -> None:
    unit = queue(size)
    counts = dict.fromkeys((each.key for each in unit.members), 0)
    ever_away = {f"p{n:02}" for _, away in rounds for n in away}
    for number, away in rounds:
        picked, unit = take(barring(unit, *(f"p{n:02}" for n in away)), number)
        for key in keys(picked):
            counts[key] += 1
        always = [count for key, count in counts.items() if key not in ever_away]
        assert not always or max(always) - min(always) <= 1


@given(
    st.integers(2, 8),
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 7), st.integers(0, 7)), max_size=40),
)
@settings(deadline=None)
def test_allowed_swaps_keep_turns_within_one(size: int, rounds: list[tuple[int, int, int]]) -> None:
    """Who is drawn swaps with who still waits: each has the other's turn and place from then on."""
    unit = queue(size)
    counts = dict.fromkeys((each.key for each in unit.members), 0)
    for number, which, whom in rounds:
        picked, unit = take(unit, number)
        going = keys(picked)
        members = {each.key: each for each in unit.members}
        mine = members[going[which % len(going)]]
        other = unit.members[whom % size]
        if other.key not in going and may_take_over(mine.lap, other.lap):
            going[going.index(mine.key)] = other.key
            members[mine.key] = replace(mine, lap=other.lap, place=other.place)
            members[other.key] = replace(other, lap=mine.lap, place=mine.place)
            unit = replace(unit, members=tuple(members.values()))
        for key in going:
            counts[key] += 1
        assert max(counts.values()) - min(counts.values()) <= 1


def test_who_had_the_turn_of_the_lap_does_not_take_anothers() -> None:
    _, first = take(queue(3), 1)
    _, second = take(first, 1)
    laps = {each.key: each.lap for each in second.members}
    assert not may_take_over(laps["p01"], laps["p00"])
    assert may_take_over(laps["p01"], laps["p02"])


@given(st.integers(2, 10), absences)
@settings(deadline=None)
def test_nobody_goes_twice_before_everybody_who_could(
    size: int, rounds: list[tuple[int, frozenset[int]]]
) -> None:
    unit = queue(size)
    # Whom each has seen go, or not be able to, since going last.
    went: dict[str, set[str]] = {}
    for number, away in rounds:
        unit = barring(unit, *(f"p{n:02}" for n in away))
        barred = {each.key for each in unit.members if each.barred}
        picked, unit = take(unit, number)
        for key in went:
            went[key] |= barred
        for key in keys(picked):
            colleagues = {each.key for each in unit.members} - {key}
            assert key not in went or colleagues <= went[key]
            for seen in went.values():
                seen.add(key)
            went[key] = set(barred)


def test_who_was_long_away_falls_in_with_the_others() -> None:
    long = Queue(9, (Member("a", 0, 1), Member("b", 7, 5), Member("c", 8, 6)))
    [first, second], _ = take(long, 2)
    assert (first.key, first.next_lap) == ("a", 6)
    assert (second.key, second.next_lap) == ("b", 6)


def test_a_kept_input_gives_the_same_round_again() -> None:
    given_ = RoundInput(
        10,
        Bounds(1, 4),
        (
            UnitInput("b", 25, Fraction(-1, 7), 1, barring(queue(9), "p01")),
            UnitInput("a", 60, Fraction(1, 7), 0, queue(9)),
        ),
    )
    kept = input_to_json(given_)
    again = input_from_json(kept)
    assert outcome_to_json(draw(again)) == outcome_to_json(draw(given_))
    assert digest(input_to_json(again)) == digest(kept)

"""Whom a seed gives which file: nobody his own region's, none mutual, loads as even as can be."""

from collections import Counter
from itertools import combinations, product
from typing import Final

import pytest
from hypothesis import given, settings, strategies as st

from services.regions.file_reviews.domain.assigning import (
    Assignment,
    AssignmentImpossible,
    Level,
    Placed,
    Problem,
    Reader,
    assign,
    problem_from_json,
    problem_to_json,
)

CITIES: Final = "ABCDEFG"
SEEDS: Final = st.text("0123456789abcdef", min_size=4, max_size=8)


def round_of(
    counts: list[tuple[int, int]], *, each: int, handlers: dict[str, tuple[str, ...]] | None = None
) -> Problem:
    """So many readers and files a city."""
    readers, files = [], []
    for city, (people, cases) in zip(CITIES, counts, strict=False):
        readers += [Reader(f"{city}r{n}", city) for n in range(people)]
        for n in range(cases):
            code = f"{city}f{n}"
            files.append(Placed(code, city, each, (handlers or {}).get(code, ())))
    return Problem(tuple(files), tuple(readers))


def loads(problem: Problem, found: Assignment) -> list[int]:
    counted = Counter(token for _, token in found.pairs)
    return [counted[each.token] for each in problem.readers]


def require_rules(problem: Problem, found: Assignment) -> None:
    files = {each.code: each for each in problem.files}
    readers = {each.token: each for each in problem.readers}
    read: dict[str, set[str]] = {code: set() for code in files}
    arcs = set()
    for code, token in found.pairs:
        file, reader = files[code], readers[token]
        assert reader.party != file.party
        assert code not in reader.barred
        assert token not in file.handlers
        read[code].add(token)
        if found.level is Level.DIVISION:
            arcs.add((reader.party, file.party))
        else:
            arcs.update((token, handler) for handler in file.handlers)
    assert all(len(read[code]) == file.needs for code, file in files.items())
    assert not any((b, a) in arcs for a, b in arcs)


@st.composite
def rounds(draw: st.DrawFn) -> Problem:
    cities = draw(st.integers(2, 7))
    counts = [(draw(st.integers(2, 5)), draw(st.integers(1, 5))) for _ in range(cities)]
    handled = {
        f"{city}f{n}": tuple(
            sorted(
                draw(st.sets(st.sampled_from([f"{city}r{i}" for i in range(people)]), max_size=2))
            )
        )
        for city, (people, cases) in zip(CITIES, counts, strict=False)
        for n in range(cases)
    }
    return round_of(counts, each=draw(st.integers(1, 2)), handlers=handled)


@settings(max_examples=80, deadline=None)
@given(rounds(), SEEDS)
def test_nobody_reads_the_own_region_nor_one_who_reads_him(problem: Problem, seed: str) -> None:
    try:
        found = assign(problem, seed=seed)
    except AssignmentImpossible:
        # Five are enough for a tournament in which each is read by two.
        assert len({each.party for each in problem.files}) < 5
        return

    require_rules(problem, found)
    again = problem_from_json(problem_to_json(problem))
    assert assign(again, seed=seed) == found


@settings(max_examples=30, deadline=None)
@given(st.integers(5, 7), st.integers(2, 4), st.integers(1, 5), SEEDS)
def test_of_equal_divisions_no_reader_has_more_than_one_file_more(
    cities: int, people: int, cases: int, seed: str
) -> None:
    problem = round_of([(people, cases)] * cities, each=2)

    found = assign(problem, seed=seed)

    assert found.level is Level.DIVISION
    require_rules(problem, found)
    assert max(loads(problem, found)) - min(loads(problem, found)) <= 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2)), min_size=2, max_size=3), SEEDS)
def test_without_handlers_among_the_readers_the_loads_are_the_most_even_there_are(
    counts: list[tuple[int, int]], seed: str
) -> None:
    problem = round_of(counts, each=1)
    choices = [
        [each.token for each in problem.readers if each.party != file.party]
        for file in problem.files
    ]
    if not problem.files:
        return

    found = assign(problem, seed=seed, level=Level.PERSON)

    best = min(sum(n * n for n in Counter(chosen).values()) for chosen in product(*choices))
    assert sum(n * n for n in loads(problem, found)) == best


def test_five_cities_hold_between_divisions_and_two_between_persons() -> None:
    five = round_of([(3, 2)] * 5, each=2)
    two = round_of(
        [(3, 2)] * 2, each=2, handlers={"Af0": ("Ar0",), "Bf0": ("Br0",), "Bf1": ("Br1",)}
    )

    assert assign(five, seed="s").level is Level.DIVISION
    found = assign(two, seed="s")
    assert found.level is Level.PERSON
    require_rules(two, found)


def test_another_seed_gives_another_assignment() -> None:
    problem = round_of([(3, 3)] * 5, each=2)

    assert len({assign(problem, seed=str(n)).pairs for n in range(5)}) > 1


def test_who_is_barred_gets_no_such_file_and_too_few_readers_is_an_error_that_says_so() -> None:
    files = (Placed("f", "A", 2),)
    readers = (Reader("x", "B"), Reader("y", "B", barred=("f",)), Reader("z", "B"))

    assert assign(Problem(files, readers), seed="s").pairs == (("f", "x"), ("f", "z"))
    with pytest.raises(AssignmentImpossible) as told:
        assign(Problem(files, readers[:2]), seed="s")
    assert "needs 2 readers" in str(told.value)


def test_that_two_would_have_to_review_each_other_is_an_error_that_says_so() -> None:
    problem = Problem(
        (Placed("a", "A", 1, ("x",)), Placed("b", "B", 1, ("y",))),
        (Reader("x", "A"), Reader("y", "B")),
    )

    with pytest.raises(AssignmentImpossible) as told:
        assign(problem, seed="s")
    assert "reads one of his" in str(told.value)


@settings(max_examples=30, deadline=None)
@given(rounds(), SEEDS)
def test_only_the_files_of_who_drops_out_are_given_anew(problem: Problem, seed: str) -> None:
    try:
        first = assign(problem, seed=seed)
    except AssignmentImpossible:
        return
    gone = first.pairs[0][1]
    kept: dict[str, list[str]] = {each.code: [] for each in problem.files}
    for code, token in first.pairs:
        if token != gone:
            kept[code].append(token)
    rest = Problem(
        tuple(
            Placed(
                each.code,
                each.party,
                each.needs - len(kept[each.code]),
                each.handlers,
                tuple(kept[each.code]),
            )
            for each in problem.files
        ),
        tuple(
            Reader(each.token, each.party, each.barred, gone=each.token == gone)
            for each in problem.readers
        ),
    )
    try:
        second = assign(rest, seed=seed + "1", level=first.level)
    except AssignmentImpossible:
        return

    assert {code for code, _ in second.pairs} == {
        code for code, token in first.pairs if token == gone
    }
    assert gone not in {token for _, token in second.pairs}
    stays = tuple(pair for pair in first.pairs if pair[1] != gone)
    require_rules(problem, Assignment(second.level, (*stays, *second.pairs)))


def test_no_two_parties_of_a_tournament_read_each_other() -> None:
    problem = round_of([(3, 3)] * 6, each=2)
    arcs = {(token[0], code[0]) for code, token in assign(problem, seed="q").pairs}

    assert not any((a, b) in arcs and (b, a) in arcs for a, b in combinations("ABCDEF", 2))

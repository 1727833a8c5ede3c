"""Who reads which file: by a seed that was fixed before anybody knew the files.

Nobody reads a file of the own division, and no two review each other: if A reads a file of B, B
reads none of A. That is held between divisions where there are enough of them (a tournament in
which each is read by `r` others needs 2r + 1), else between persons: nobody reads a file handled
by somebody who reads a file of his. Readers' loads are as even as the rules allow.

The input knows codes only, so that anybody may run it again.
"""

import hashlib
import heapq
import hmac
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import combinations, count, pairwise
from typing import Any, Final

from shared.errors import RuleViolation

Arc = tuple[str, str]
Pairs = frozenset[Arc]
# Orientations tried before searching, and steps of that search. What is left unfound then is named.
ATTEMPTS: Final = 24
BUDGET: Final = 200


class Level(StrEnum):
    """Between whom mutual review is excluded."""

    DIVISION = "division"  # 单位之间不互评
    PERSON = "person"  # 个人之间不互评


class AssignmentImpossible(RuleViolation):
    """Says which rule cannot be kept."""

    code = "assignment_impossible"
    zh = "无法分配评查人:{why}"
    en = "The files cannot be assigned: {why}"


@dataclass(frozen=True, slots=True)
class Reader:
    """`barred` are files the reader must not see: handled by him, or an interest declared.

    Who is `gone` gets nothing more; whom he read still counts.
    """

    token: str
    party: str
    barred: tuple[str, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A file that still needs so many readers besides those it has (`readers`).

    `handlers` are those of its handlers who read in this round.
    """

    code: str
    party: str
    needs: int
    handlers: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    files: tuple[Placed, ...]
    readers: tuple[Reader, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """New pairs of file and reader, in order, and between whom none review each other."""

    level: Level
    pairs: tuple[Arc, ...]


def problem_to_json(problem: Problem) -> dict[str, Any]:
    return asdict(problem)


def problem_from_json(stored: Mapping[str, Any]) -> Problem:
    return Problem(
        tuple(
            Placed(
                each["code"],
                each["party"],
                each["needs"],
                tuple(each["handlers"]),
                tuple(each["readers"]),
            )
            for each in stored["files"]
        ),
        tuple(
            Reader(each["token"], each["party"], tuple(each["barred"]), each["gone"])
            for each in stored["readers"]
        ),
    )


def assign(problem: Problem, *, seed: str, level: Level | None = None) -> Assignment:
    """Readers for every file that needs some; AssignmentImpossible says which rule bars it.

    `level` is what held so far in the round; it is kept if it can be.
    """
    work = _Work(problem, seed)
    work.require_enough()
    for each in _levels(problem, level):
        if found := work.solve(each):
            return Assignment(each, tuple(sorted(found)))
    raise AssignmentImpossible(
        why="no way was found in which nobody reads a file of a person who reads one of his"
    )


def _levels(problem: Problem, level: Level | None) -> Sequence[Level]:
    """Between divisions where there are enough for a regular tournament, else between persons."""
    if level is None:
        parties = {each.party for each in problem.files} | {each.party for each in problem.readers}
        most = max((each.needs for each in problem.files), default=0)
        level = Level.DIVISION if len(parties) > 2 * most else Level.PERSON
    return tuple(Level) if level is Level.DIVISION else (Level.PERSON,)


@dataclass(slots=True)
class _Loads:
    """Who reads what in a solution that is being evened out."""

    readers: dict[str, set[str]]  # by file
    files: dict[str, set[str]]  # by reader, those given now
    load: dict[str, int]

    def give(self, code: str, token: str) -> None:
        self.readers[code].add(token)
        self.files[token].add(code)
        self.load[token] += 1

    def take(self, code: str, token: str) -> None:
        self.readers[code].discard(token)
        self.files[token].discard(code)
        self.load[token] -= 1

    @property
    def cost(self) -> int:
        """Least where loads are as even as can be, which is where the highest is least too."""
        return sum(each * each for each in self.load.values())

    @property
    def is_even(self) -> bool:
        return not self.load or max(self.load.values()) - min(self.load.values()) <= 1

    def pairs(self) -> Pairs:
        return frozenset((code, token) for token, codes in self.files.items() for code in codes)


class _Work:
    """One problem with what is asked of it again and again."""

    def __init__(self, problem: Problem, seed: str) -> None:
        self._seed = seed
        self._files = sorted(problem.files, key=lambda each: self._rank("file", each.code))
        self._readers = sorted(
            (each for each in problem.readers if not each.gone),
            key=lambda each: self._rank("reader", each.token),
        )
        self._by_code = {each.code: each for each in problem.files}
        self._by_token = {each.token: each for each in problem.readers}
        self._allowed = {
            file.code: [each.token for each in self._readers if _may_read(each, file)]
            for file in self._files
        }

    def require_enough(self) -> None:
        """AssignmentImpossible if somebody's file has too few readers whatever else is decided."""
        for file in self._files:
            there = len(self._allowed[file.code])
            if there < file.needs:
                raise AssignmentImpossible(
                    why=f"file {file.code} needs {file.needs} readers of another division"
                    f" without an interest in it, and there are {there}"
                )

    def solve(self, level: Level) -> Pairs | None:
        """The most even assignment that is found; None if there is none."""
        given = self._given(level)
        best: _Loads | None = None
        for attempt in range(ATTEMPTS):
            found = self._match(level, given | self._orientation(level, attempt))
            if found and (best is None or found.cost < best.cost):
                best = found
            if best and best.is_even:
                return best.pairs()
        searched = self._search(level, given, bound=best.cost if best else None)
        chosen = searched or best
        return chosen.pairs() if chosen else None

    def _rank(self, kind: str, name: str) -> bytes:
        return hmac.new(self._seed.encode(), f"{kind}:{name}".encode(), hashlib.sha256).digest()

    def _arcs(self, level: Level, code: str, token: str) -> Iterator[Arc]:
        """Who reviews whom when this reader has this file."""
        file = self._by_code[code]
        if level is Level.PERSON:
            yield from ((token, handler) for handler in file.handlers)
        elif token in self._by_token:
            yield self._by_token[token].party, file.party

    def _given(self, level: Level) -> frozenset[Arc]:
        """What those who read already bar: the way back."""
        return frozenset(
            (reviewed, reviewer)
            for file in self._files
            for token in file.readers
            for reviewer, reviewed in self._arcs(level, file.code, token)
        )

    def _orientation(self, level: Level, attempt: int) -> frozenset[Arc]:
        """A tournament in which each is reviewed by the half that follows; what it bars."""
        names = (
            {each.party for each in self._files}
            if level is Level.DIVISION
            else {each for file in self._files for each in file.handlers}
        )
        ring = sorted(names, key=lambda each: self._rank(f"ring:{attempt}", each))
        barred = set()
        for (i, first), (j, second) in combinations(enumerate(ring), 2):
            behind = j - i <= (len(ring) - 1) // 2 or (2 * (j - i) == len(ring))
            barred.add((first, second) if behind else (second, first))
        return frozenset(barred)

    def _match(self, level: Level, barred: frozenset[Arc]) -> _Loads | None:
        """The most even assignment under these bars; None if a file has too few readers."""
        allowed = {
            code: [
                token
                for token in tokens
                if not any(arc in barred for arc in self._arcs(level, code, token))
            ]
            for code, tokens in self._allowed.items()
        }
        if any(len(allowed[each.code]) < each.needs for each in self._files):
            return None
        loads = self._loads()
        place = {each.token: rank for rank, each in enumerate(self._readers)}
        for file in self._files:
            nearest = sorted(allowed[file.code], key=lambda each: (loads.load[each], place[each]))
            for token in nearest[: file.needs]:
                loads.give(file.code, token)
        while path := self._relief(loads, allowed):
            for (code, giver), (_, taker) in pairwise(path):
                loads.take(code, giver)
                loads.give(code, taker)
        return loads

    def _loads(self) -> _Loads:
        already = {each.token: 0 for each in self._readers}
        for file in self._files:
            for token in file.readers:
                if token in already:
                    already[token] += 1
        return _Loads(
            {each.code: set() for each in self._files},
            {each: set() for each in already},
            already,
        )

    def _relief(
        self, loads: _Loads, allowed: Mapping[str, Sequence[str]]
    ) -> list[tuple[str, str]] | None:
        """A chain of hand-overs from a reader to one with two files less at least.

        Where there is none, no other assignment under these bars is more even (Harvey, Ladner,
        Lovász, Tamir: Semi-matchings for bipartite graphs, 2006).
        """
        for start in sorted(loads.load, key=lambda each: (-loads.load[each], each)):
            came: dict[str, tuple[str, str]] = {start: ("", "")}
            queue = deque([start])
            while queue:
                here = queue.popleft()
                if loads.load[here] <= loads.load[start] - 2:
                    return _chain(came, here)
                for code in sorted(loads.files[here]):
                    for token in allowed[code]:
                        if token not in loads.readers[code] and token not in came:
                            came[token] = (code, here)
                            queue.append(token)
        return None

    def _search(self, level: Level, given: frozenset[Arc], *, bound: int | None) -> _Loads | None:
        """Best first: solve without the rule, and where two review each other bar one way each.

        Only what is more even than `bound`.
        """
        order = count()
        first = self._match(level, given)
        heap = [(first.cost, next(order), given, first)] if first else []
        for _ in range(BUDGET):
            if not heap or (bound is not None and heap[0][0] >= bound):
                return None
            _, _, barred, found = heapq.heappop(heap)
            clash = self._clash(level, found)
            if clash is None:
                return found
            for arc in (clash, clash[::-1]):
                narrower = barred | {arc}
                if solved := self._match(level, narrower):
                    heapq.heappush(heap, (solved.cost, next(order), narrower, solved))
        return None

    def _clash(self, level: Level, loads: _Loads) -> Arc | None:
        arcs = {arc for pair in loads.pairs() for arc in self._arcs(level, *pair)}
        return min((each for each in arcs if each[::-1] in arcs), default=None)


def _may_read(reader: Reader, file: Placed) -> bool:
    return (
        reader.party != file.party
        and file.code not in reader.barred
        and reader.token not in (*file.handlers, *file.readers)
    )


def _chain(came: Mapping[str, tuple[str, str]], end: str) -> list[tuple[str, str]]:
    """From the giver to the last taker: each hands the file named with him to the next."""
    chain = [("", end)]
    code, before = came[end]
    while before:
        chain.append((code, before))
        code, before = came[before]
    return chain[::-1]

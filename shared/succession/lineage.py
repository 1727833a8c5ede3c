"""What took the place of what: divisions that ended, and whose history comes down to whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from shared import divisions
from shared.auth.actor import Grant, Role

# A chain of changes longer than this is a mistake in the table, not history.
LONGEST: Final = 64


@dataclass(frozen=True, slots=True)
class Succession:
    """One division and what stands in its place from a day on.

    `main` takes what nobody assigned. A predecessor among its own successors goes on with less.
    `assignments` say for a kind of work which row (by its id) goes to which successor.
    """

    predecessor: str
    effective_on: date
    change_id: UUID
    successors: tuple[str, ...]
    main: str
    document: str
    position: int = 0
    assignments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def ends(self) -> bool:
        """Whether the predecessor's code names nothing any more."""
        return self.predecessor not in self.successors

    def heir_of(self, kind: str, row_id: str) -> str:
        """The successor that gets this row."""
        return self.assignments.get(kind, {}).get(row_id, self.main)


def heirs(code: str, successions: Iterable[Succession]) -> tuple[str, ...]:
    """The codes that stand in the place of a division now, through every later change.

    The division itself if it never ended.
    """
    ended = {each.predecessor: each for each in successions if each.ends}
    found: set[str] = set()
    open_ends = {code}
    for _ in range(LONGEST):
        found |= {each for each in open_ends if each not in ended}
        open_ends = {heir for each in open_ends if each in ended for heir in ended[each].successors}
        if not open_ends:
            break
    return tuple(sorted(found))


def inherited(
    grants: Iterable[Grant], successions: Iterable[Succession]
) -> tuple[tuple[Grant, ...], tuple[str, ...]]:
    """What a holder may besides: grants at ended divisions, and scopes that may only be read.

    Who has a role over the main successor has it over what the ended division left; who has it
    over another successor sees that history. What goes on under its own code is nobody's but its
    own: its work of today would be shown with its history.
    """
    ended = [each for each in successions if each.ends]
    held = {*grants}
    acting, reading = {*held}, set[str]()
    for _ in range(LONGEST):
        more = {Grant(role, divisions.scope(code)) for role, code in _mains(acting, ended)}
        seen = {
            divisions.scope(each.predecessor)
            for each in ended
            if _covered(each.successors, [*(grant.scope for grant in acting), *reading])
        }
        if more <= acting and seen <= reading:
            break
        acting |= more
        reading |= seen
    reads = {
        scope for scope in reading if not any(scope.startswith(grant.scope) for grant in acting)
    }
    order = sorted(acting - held, key=lambda each: (each.role, each.scope))
    return tuple(order), tuple(sorted(reads))


def _mains(acting: Iterable[Grant], ended: Iterable[Succession]) -> set[tuple[Role, str]]:
    pairs = [*ended]
    return {
        (grant.role, each.predecessor)
        for grant in acting
        for each in pairs
        if divisions.covers(grant.scope, each.main)
        and not divisions.covers(grant.scope, each.predecessor)
    }


def _covered(codes: Iterable[str], scopes: Iterable[str]) -> bool:
    wanted = [*codes]
    return any(divisions.covers(scope, code) for scope in scopes for code in wanted)

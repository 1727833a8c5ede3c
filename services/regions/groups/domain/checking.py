"""What a grouping leaves out, said exactly."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.regions.groups.domain.proposing import sort_out
from services.regions.groups.domain.territory import Pair, city


@dataclass(frozen=True, slots=True)
class Findings:
    """How a grouping covers the borders between the cities of an area.

    `strangers` are members, by group, that touch no other member of it at all; `inland` those that
    touch none of another city. `one_city` are the groups that lie in one city, `in_several` the
    counties with their groups, `in_none` those with a border to another city and no group, and
    `outside` the members that do not lie in the area.
    """

    covered: tuple[Pair, ...]
    left_out: tuple[Pair, ...]
    strangers: tuple[tuple[str, str], ...]
    inland: tuple[tuple[str, str], ...]
    one_city: tuple[str, ...]
    in_several: Mapping[str, tuple[str, ...]]
    in_none: tuple[str, ...]
    outside: tuple[tuple[str, str], ...]


def check(
    counties: Iterable[str], borders: Iterable[Pair], groups: Mapping[str, Iterable[str]]
) -> Findings:
    """Hold a grouping, members by the group's code, against the borders of an area's counties."""
    known = frozenset(counties)
    sitting = {code: frozenset(members) for code, members in sorted(groups.items())}
    pairs = sorted(each for each in borders if {each.a, each.b} <= known)
    crossing = [each for each in pairs if each.crosses]
    covered, left_out = sort_out(crossing, sitting.values())
    seats = Counter(code for members in sitting.values() for code in members)
    at_border = {code for each in crossing for code in (each.a, each.b)}
    return Findings(
        covered=covered,
        left_out=left_out,
        strangers=_apart(sitting, pairs),
        inland=_apart(sitting, crossing),
        one_city=tuple(
            code for code, members in sitting.items() if len({city(each) for each in members}) == 1
        ),
        in_several={
            each: tuple(code for code, members in sitting.items() if each in members)
            for each, count in sorted(seats.items())
            if count > 1
        },
        in_none=tuple(sorted(at_border - seats.keys())),
        outside=tuple(
            (code, each)
            for code, members in sitting.items()
            for each in sorted(members)
            if each not in known
        ),
    )


def _apart(
    sitting: Mapping[str, frozenset[str]], pairs: Iterable[Pair]
) -> tuple[tuple[str, str], ...]:
    """Members, with their group, that none of the borders joins to another member."""
    near: dict[str, set[str]] = {}
    for each in pairs:
        near.setdefault(each.a, set()).add(each.b)
        near.setdefault(each.b, set()).add(each.a)
    return tuple(
        (code, each)
        for code, members in sitting.items()
        for each in sorted(members)
        if not near.get(each, set()) & members
    )

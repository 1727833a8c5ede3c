"""Cells cover their parent exactly and do not overlap: found before a plan is published.

Atomic areas are townships and streets (9 digits of the 统计用区划代码) or, where a county lists
them, villages (12 digits). A heading stands for all areas below it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import IllegalStep, InvalidInput, RuleViolation

TOWNSHIP_DIGITS: Final = 9
VILLAGE_DIGITS: Final = 12
# A township in the twelve digits of the full list.
NO_VILLAGE: Final = "000"
# As many as the deepest published practice has, 安阳's 1/10/143/3 524 (DOMAIN 4.6).
MOST_LEVELS: Final = 4
LISTED_IN_MESSAGE: Final = 20


class PlanState(StrEnum):
    DRAFT = "draft"  # 草案
    PUBLISHED = "published"  # 已公布
    WITHDRAWN = "withdrawn"  # 撤回


class PlanStep(StrEnum):
    AMEND = "amend"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


TRANSITIONS: Final[Mapping[PlanState, Mapping[PlanStep, PlanState]]] = {
    PlanState.DRAFT: {
        PlanStep.AMEND: PlanState.DRAFT,
        PlanStep.PUBLISH: PlanState.PUBLISHED,
        PlanStep.WITHDRAW: PlanState.WITHDRAWN,
    },
    PlanState.PUBLISHED: {},  # another plan takes over
    PlanState.WITHDRAWN: {},
}


class BadGrid(InvalidInput):
    code = "bad_grid"
    zh = "网格划分有误:{reason}"
    en = "The grid does not hold together: {reason}"


class BadAreas(InvalidInput):
    code = "bad_areas"
    zh = "区划清单有误:{reason}"
    en = "The list of areas does not hold together: {reason}"


class NotWhole(RuleViolation):
    """Cells of one level do not overlap and cover the parent (DOMAIN 4.6)."""

    code = "grid_not_whole"
    zh = "网格未全覆盖或有重叠:{gaps}"
    en = "The cells do not cover their parent exactly: {gaps}"


class NobodyAnswers(RuleViolation):
    code = "grid_without_lead"
    zh = "网格未明确网格长:{cells}"
    en = "Nobody leads these cells: {cells}"


class TooFewOfficers(RuleViolation):
    """Each lowest cell has two grid officers (DOMAIN 4.6); a plan that has not says why."""

    code = "grid_short_of_officers"
    zh = "网格员不足 {least} 人的网格:{cells};如确需公布,应说明理由。"
    en = "Cells with fewer than {least} officers: {cells}; give a reason to publish all the same."


@dataclass(frozen=True, slots=True)
class Named:
    """A named person: the login that acts, and the name people read."""

    account_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Area:
    """An area of the county's list; `point` and `outline` are longitude and latitude (WGS 84)."""

    code: str
    name: str
    point: tuple[float, float] | None = None
    outline: tuple[tuple[float, float], ...] | None = None

    @property
    def township(self) -> str:
        return self.code[:TOWNSHIP_DIGITS]


@dataclass(frozen=True, slots=True)
class CellDraft:
    """A cell as drawn: `areas` are codes, `parent` the key of a cell of the level above."""

    key: str
    name: str
    level: int
    parent: str | None
    areas: tuple[str, ...]
    lead: Named | None = None
    officers: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """What is wrong below one parent; without a parent, below the county itself."""

    level: int
    parent: str | None
    missing: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a draft can be published, and what a person should see before."""

    gaps: tuple[Gap, ...]
    without_lead: tuple[str, ...]
    short: tuple[str, ...]
    least: int

    @property
    def is_whole(self) -> bool:
        return not self.gaps

    def require(self, *, short_reason: str | None) -> None:
        """Raises what bars publication, the gravest first."""
        if self.gaps:
            raise NotWhole(gaps="; ".join(map(_in_words, self.gaps)))
        if self.without_lead:
            raise NobodyAnswers(cells=_some(self.without_lead))
        if self.short and short_reason is None:
            raise TooFewOfficers(cells=_some(self.short), least=self.least)


def step(state: PlanState, action: PlanStep) -> PlanState:
    """Where the act leads; IllegalStep if nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=action.value, allowed=allowed) from None


def normal(code: str) -> str:
    """A township in twelve digits is the township in nine: 330902001000 → 330902001."""
    if len(code) == VILLAGE_DIGITS and code.endswith(NO_VILLAGE):
        return code[:TOWNSHIP_DIGITS]
    return code


def require_list(areas: Sequence[Area], *, county: str) -> tuple[Area, ...]:
    """The county's list in order of codes; BadAreas if one is twice or not the county's."""
    for place, each in enumerate(areas):
        if not each.code.startswith(county):
            raise BadAreas(reason=f"{each.code} is not below {county}", pointer=f"/areas/{place}")
    twice = [code for code, number in Counter(each.code for each in areas).items() if number > 1]
    if twice:
        raise BadAreas(reason=f"named twice: {_some(sorted(twice))}", pointer="/areas")
    return tuple(sorted(areas, key=lambda each: each.code))


def atoms(codes: Collection[str]) -> frozenset[str]:
    """The codes that have none below them: what cells are made of."""
    headings = {each[:TOWNSHIP_DIGITS] for each in codes if len(each) == VILLAGE_DIGITS}
    return frozenset(codes) - headings


def expand(
    cells: Sequence[CellDraft], *, known: Collection[str], levels: int
) -> tuple[CellDraft, ...]:
    """The cells with atomic areas for headings; BadGrid if they cannot be a grid at all."""
    by_township: dict[str, list[str]] = {}
    for code in sorted(known):
        by_township.setdefault(code[:TOWNSHIP_DIGITS], []).append(code)
    keys = Counter(each.key for each in cells)
    by_key = {each.key: each for each in cells}
    found = []
    for place, cell in enumerate(cells):
        pointer = f"/cells/{place}"
        if keys[cell.key] > 1:
            raise BadGrid(reason=f"the key {cell.key} is taken twice", pointer=f"{pointer}/key")
        if cell.level > levels:
            raise BadGrid(reason=f"there is no level {cell.level}", pointer=f"{pointer}/level")
        _require_parent(cell, by_key, pointer)
        found.append(_with_atoms(cell, known, by_township, pointer))
    return tuple(found)


def _require_parent(cell: CellDraft, by_key: Mapping[str, CellDraft], pointer: str) -> None:
    if (cell.level == 1) != (cell.parent is None):
        reason = "a cell below the first level has a parent, one of the first has none"
        raise BadGrid(reason=reason, pointer=f"{pointer}/parent")
    if cell.parent is None:
        return
    parent = by_key.get(cell.parent)
    if parent is None or parent.level != cell.level - 1:
        reason = f"{cell.parent} is no cell of the level above"
        raise BadGrid(reason=reason, pointer=f"{pointer}/parent")


def _with_atoms(
    cell: CellDraft,
    known: Collection[str],
    by_township: Mapping[str, Sequence[str]],
    pointer: str,
) -> CellDraft:
    areas: list[str] = []
    for code in map(normal, cell.areas):
        below = [code] if code in known else by_township.get(code, ())
        if not below:
            raise BadGrid(reason=f"no area {code} in the list", pointer=f"{pointer}/areas")
        areas.extend(below)
    if len(areas) > len({*areas}):
        raise BadGrid(reason="an area is named twice", pointer=f"{pointer}/areas")
    people = [each.account_id for each in cell.officers]
    if len(people) > len({*people}):
        raise BadGrid(reason="an officer is named twice", pointer=f"{pointer}/officers")
    return CellDraft(
        cell.key,
        cell.name,
        cell.level,
        cell.parent,
        tuple(sorted(areas)),
        cell.lead,
        cell.officers,
    )


def gaps(cells: Sequence[CellDraft], *, known: Collection[str], levels: int) -> tuple[Gap, ...]:
    """Below each parent: areas nobody has, areas two have, areas that are not the parent's.

    Empty exactly if the cells of every level are a partition of the county that refines the one
    of the level above.
    """
    found = [_gap(1, None, known, [each for each in cells if each.level == 1])]
    children: dict[str | None, list[CellDraft]] = {}
    for each in cells:
        children.setdefault(each.parent, []).append(each)
    found += [
        _gap(each.level + 1, each.key, each.areas, children.get(each.key, []))
        for each in cells
        if each.level < levels
    ]
    return tuple(each for each in found if each.missing or each.doubled or each.outside)


def _gap(level: int, parent: str | None, whole: Collection[str], parts: Iterable[CellDraft]) -> Gap:
    held = Counter(code for each in parts for code in each.areas)
    return Gap(
        level,
        parent,
        missing=tuple(sorted({*whole} - held.keys())),
        doubled=tuple(sorted(code for code, number in held.items() if number > 1)),
        outside=tuple(sorted(held.keys() - {*whole})),
    )


def check(cells: Sequence[CellDraft], *, known: Collection[str], levels: int, least: int) -> Check:
    """What bars the draft from being published."""
    return Check(
        gaps(cells, known=known, levels=levels),
        tuple(each.key for each in cells if each.lead is None),
        tuple(each.key for each in cells if each.level == levels and len(each.officers) < least),
        least,
    )


@dataclass(frozen=True, slots=True)
class OldCell:
    """A cell whose plan ends."""

    id: UUID
    key: str
    level: int
    areas: frozenset[str]


def successors(
    old: Sequence[OldCell], new: Sequence[CellDraft], *, named: Mapping[UUID, str]
) -> dict[UUID, str]:
    """Which new cell takes over an old one's open matters: the one named, else who has most of it.

    Of the same level, of the lowest there is if the new plan has fewer. Ties: the lower key.
    BadGrid if a name is no cell of that level.
    """
    lowest = max(each.level for each in new)
    heirs: dict[int, set[str]] = {}
    holder: dict[tuple[int, str], str] = {}
    for one in new:
        heirs.setdefault(one.level, set()).add(one.key)
        holder |= {(one.level, code): one.key for code in one.areas}
    found: dict[UUID, str] = {}
    for each in old:
        level = min(each.level, lowest)
        wanted = named.get(each.id)
        if wanted is None:
            held = ((level, code) for code in each.areas)
            shared = Counter(holder[area] for area in held if area in holder)
            # An area that is no more has no heir: then it is the first of the level.
            wanted = min(shared or heirs[level], key=lambda key: (-shared[key], key))
        elif wanted not in heirs.get(level, ()):
            raise BadGrid(reason=f"{wanted} is no cell of level {level}", pointer="/successors")
        found[each.id] = wanted
    if foreign := sorted(map(str, named.keys() - found.keys())):
        raise BadGrid(reason=f"not a cell that ends: {_some(foreign)}", pointer="/successors")
    return found


def _in_words(gap: Gap) -> str:
    below = "county" if gap.parent is None else gap.parent
    said = [
        f"{word} {_some(codes)}"
        for word, codes in (
            ("missing", gap.missing),
            ("doubly covered", gap.doubled),
            ("outside the parent", gap.outside),
        )
        if codes
    ]
    return f"level {gap.level} of {below}: {', '.join(said)}"


def _some(codes: Sequence[str]) -> str:
    listed = ", ".join(codes[:LISTED_IN_MESSAGE])
    return listed if len(codes) <= LISTED_IN_MESSAGE else f"{listed} … ({len(codes)})"

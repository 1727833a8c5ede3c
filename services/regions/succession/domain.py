"""How divisions come to an end and others begin (DOMAIN 0.3 item 3, 6.1): what is a sound change.

A change is a rule about rows with validity: it ends rows the day before it takes effect and begins
others on that day, so that on each day a code names one division at most. An ended code is never
given to another division: it stands for the history of the one that had it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.regions.divisions.domain import BorderFact, BorderKind, DivisionFact
from shared import divisions
from shared.divisions import Level
from shared.errors import IllegalStep, InvalidInput, RuleViolation
from shared.succession.lineage import Succession

ONE_DAY: Final = timedelta(days=1)
# Rule settings, with their basis in the migration.
PREVIEW_DAYS: Final = "division_change.preview_days"


class ChangeKind(StrEnum):
    RENAME = "rename"  # 更名
    MERGE = "merge"  # 合并、撤并
    SPLIT = "split"  # 分设、析置
    RECODE = "recode"  # 代码变更(隶属或类别调整)


class ChangeState(StrEnum):
    """`in_force` is a published change whose day has come."""

    DRAFT = "draft"
    PUBLISHED = "published"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


class ChangeAction(StrEnum):
    PREVIEW = "preview"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    TAKE_EFFECT = "take_effect"  # by time


TRANSITIONS: Final[Mapping[ChangeState, Mapping[ChangeAction, ChangeState]]] = {
    ChangeState.DRAFT: {
        ChangeAction.PREVIEW: ChangeState.DRAFT,
        ChangeAction.PUBLISH: ChangeState.PUBLISHED,
        ChangeAction.WITHDRAW: ChangeState.WITHDRAWN,
    },
    ChangeState.PUBLISHED: {ChangeAction.TAKE_EFFECT: ChangeState.IN_FORCE},
    ChangeState.IN_FORCE: {},
    ChangeState.WITHDRAWN: {},
}


class UnsoundChange(InvalidInput):
    """The table of divisions would not hold together."""

    code = "unsound_change"
    zh = "区划变更方案有误:{reason}"
    en = "The change does not hold together: {reason}"


class NeedsAnotherPerson(RuleViolation):
    code = "needs_another_person"
    zh = "起草人不能发布自己的区划变更。"
    en = "Who drafted a change of divisions cannot publish it."


class PreviewMissing(RuleViolation):
    code = "preview_missing"
    zh = "尚未预览该变更对在办工作的影响。"
    en = "Nobody has looked yet at the open work this moves."


class PreviewStale(RuleViolation):
    code = "preview_stale"
    zh = "预览之后区划表已变化或预览已超过 {days} 天,请重新预览。"
    en = "The table has changed since the preview, or it is over {days} days old: preview again."


class ServiceNotReachable(RuleViolation):
    code = "service_not_reachable"
    zh = "预览时以下服务无法访问:{services};不能发布。"
    en = "These services did not answer in the preview: {services}."


class DayIsPast(RuleViolation):
    code = "effective_day_past"
    zh = "生效日 {effective_on} 已过。"
    en = "The effective day {effective_on} is past."


@dataclass(frozen=True, slots=True)
class Successor:
    """A division as it is after the change."""

    code: str
    name: str
    level: Level
    parent: str | None


@dataclass(frozen=True, slots=True)
class GivenBorder:
    """A pair the draft says the successors of a split have, its kilometres and kind."""

    a: str
    b: str
    km: float
    kind: BorderKind = BorderKind.LAND

    @property
    def pair(self) -> tuple[str, str]:
        return (self.a, self.b) if self.a < self.b else (self.b, self.a)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to happen to the table on `effective_on`.

    A recoding pairs predecessors and successors by their order. `main` takes what nobody assigned;
    `assignments` name single rows as (kind, id, successor).
    """

    kind: ChangeKind
    predecessors: tuple[str, ...]
    successors: tuple[Successor, ...]
    effective_on: date
    main: str | None = None
    assignments: tuple[tuple[str, UUID, str], ...] = ()
    borders: tuple[GivenBorder, ...] = ()

    @property
    def codes_after(self) -> tuple[str, ...]:
        return tuple(each.code for each in self.successors)

    @property
    def ended(self) -> tuple[str, ...]:
        """Codes that name nothing from the day on."""
        return tuple(code for code in self.predecessors if code not in self.codes_after)


def step(state: ChangeState, action: ChangeAction) -> ChangeState:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=action.value, allowed=allowed) from None


def authority(codes: Iterable[str]) -> str:
    """The division whose administrator changes these: the lowest above all of them.

    Nobody redraws the map of their own division. Above provinces there is only the state (000000).
    """
    nation = divisions.division_of(divisions.NATION)
    above = [divisions.superior(code) or nation for code in codes]
    if nation in above:
        return nation
    return divisions.division_of(divisions.common_superior(above))


def require_future(effective_on: date, *, today: date) -> None:
    """DayIsPast if the change would have had to take effect already."""
    if effective_on < today:
        raise DayIsPast(effective_on=effective_on.isoformat())


def require_sound(change: Change, table: Collection[DivisionFact]) -> None:
    """UnsoundChange with a pointer to what is wrong, if the table could not take the change.

    `table` holds every row there ever was of the codes concerned, of their superiors and of what
    lies directly under them.
    """
    _require_shape(change)
    _require_predecessors(change, table)
    _require_successors(change, table)
    _require_assignments(change)
    _require_borders(change, table)


# How many divisions each kind ends and begins, and which of these codes may stay the same.
_ONE: Final = range(1, 2)
_SEVERAL: Final = range(2, 51)
_ANY: Final = range(1, 51)
_NUMBERS: Final[Mapping[ChangeKind, tuple[range, range]]] = {
    ChangeKind.RENAME: (_ONE, _ONE),
    ChangeKind.MERGE: (_SEVERAL, _ONE),
    ChangeKind.SPLIT: (_ONE, _SEVERAL),
    ChangeKind.RECODE: (_ANY, _ANY),
}


def _unsound(reason: str, pointer: str) -> UnsoundChange:
    return UnsoundChange(reason=reason, pointer=pointer)


def _require_shape(change: Change) -> None:
    before, after = _NUMBERS[change.kind]
    if len(change.predecessors) not in before:
        raise _unsound(f"a {change.kind} has another number of predecessors", "/predecessors")
    if len(change.successors) not in after:
        raise _unsound(f"a {change.kind} has another number of successors", "/successors")
    if len({*change.predecessors}) < len(change.predecessors):
        raise _unsound("a predecessor is named twice", "/predecessors")
    if len({*change.codes_after}) < len(change.codes_after):
        raise _unsound("a successor is named twice", "/successors")
    _require_codes(change, {*change.predecessors} & {*change.codes_after})
    _require_main(change, {*change.predecessors} & {*change.codes_after})


def _require_codes(change: Change, same: Collection[str]) -> None:
    """A renaming keeps its code, a recoding never; of a merger or split one may go on."""
    if change.kind is ChangeKind.RENAME and not same:
        raise _unsound("a renaming keeps the code", "/successors")
    if change.kind is not ChangeKind.RECODE:
        return
    if same:
        raise _unsound("a recoding gives another code", "/successors")
    if len(change.predecessors) != len(change.successors):
        raise _unsound("a recoding pairs each code with one", "/successors")


def _require_main(change: Change, same: Collection[str]) -> None:
    if change.kind is not ChangeKind.SPLIT:
        if change.main is not None and change.codes_after != (change.main,):
            raise _unsound("only a split has a main successor", "/main")
        return
    if change.main not in change.codes_after:
        raise _unsound("a split names the successor that takes the rest", "/main")
    if same and change.main not in same:
        raise _unsound("what goes on under its code keeps the rest", "/main")


def _require_predecessors(change: Change, table: Collection[DivisionFact]) -> None:
    last = {each.code: each for each in table if each.valid_to is None}
    for at, code in enumerate(change.predecessors):
        row = last.get(code)
        if row is None:
            raise _unsound(f"{code} is no division, or ends already", f"/predecessors/{at}")
        if row.valid_from >= change.effective_on:
            raise _unsound(f"{code} begins only on {row.valid_from}", f"/predecessors/{at}")
    for each in table:
        left = each.valid_to is None or each.valid_to >= change.effective_on
        if left and each.parent in change.ended and each.code not in change.predecessors:
            raise _unsound(f"{each.code} would lie under nothing", "/predecessors")


def _require_successors(change: Change, table: Collection[DivisionFact]) -> None:
    ever = {each.code for each in table}
    names = {each.code: each.name for each in table if each.valid_to is None}
    after = _standing(change, table)
    for at, each in enumerate(change.successors):
        pointer = f"/successors/{at}"
        if each.code in ever and each.code not in change.predecessors:
            raise _unsound(f"{each.code} is or was another division", f"{pointer}/code")
        if change.kind is ChangeKind.RENAME and names[each.code] == each.name:
            raise _unsound("a renaming gives another name", f"{pointer}/name")
        if divisions.level(each.code) is not each.level:
            raise _unsound(f"{each.code} is no code of a {each.level}", f"{pointer}/level")
        _require_parent(each, after, f"{pointer}/parent")


def _require_parent(each: Successor, after: Mapping[str, Level], pointer: str) -> None:
    """A province stands under nothing, everything else under a superior valid on the day."""
    if each.level is Level.PROVINCE:
        if each.parent is not None:
            raise _unsound("a province lies under no other division", pointer)
        return
    if each.parent is None or each.parent not in after:
        raise _unsound(f"{each.parent} is no division on the effective day", pointer)
    # Who sees and commands a division follows from its code (scopes are prefixes).
    inside = divisions.covers(divisions.scope(each.parent), each.code)
    if not inside or each.parent == each.code or after[each.parent] is each.level:
        raise _unsound(f"{each.code} does not lie under {each.parent} by its code", pointer)


def _standing(change: Change, table: Iterable[DivisionFact]) -> dict[str, Level]:
    """Codes and levels on the effective day, once the change has taken effect."""
    day = change.effective_on
    before = {
        each.code: each.level
        for each in table
        if each.valid_from <= day and (each.valid_to is None or each.valid_to >= day)
    }
    kept = {code: level for code, level in before.items() if code not in change.predecessors}
    return kept | {each.code: each.level for each in change.successors}


def _require_assignments(change: Change) -> None:
    if change.assignments and change.kind is not ChangeKind.SPLIT:
        raise _unsound("only a split leaves open who gets what", "/assignments")
    if len({(kind, row) for kind, row, _ in change.assignments}) < len(change.assignments):
        raise _unsound("a row is assigned twice", "/assignments")
    for at, (_, _, code) in enumerate(change.assignments):
        if code not in change.codes_after:
            raise _unsound(f"{code} is no successor", f"/assignments/{at}/code")


def _require_borders(change: Change, table: Collection[DivisionFact]) -> None:
    if change.borders and change.kind is not ChangeKind.SPLIT:
        raise _unsound("borders follow from the predecessors' by themselves", "/borders")
    after = _standing(change, table)
    pairs = Counter(each.pair for each in change.borders)
    for at, each in enumerate(change.borders):
        pointer = f"/borders/{at}"
        if each.a == each.b or pairs[each.pair] > 1:
            raise _unsound("a border is between two, and named once", pointer)
        if not {each.a, each.b} & {*change.codes_after}:
            raise _unsound("a border of no successor", pointer)
        if not {each.a, each.b} <= {*after} or after[each.a] is not after[each.b]:
            raise _unsound("a border is between two divisions of one level", pointer)


def rows_after(
    change: Change, table: Iterable[DivisionFact]
) -> tuple[list[DivisionFact], list[DivisionFact]]:
    """What a sound change writes: rows that end the day before, and rows that begin on the day."""
    last_day = change.effective_on - ONE_DAY
    ended = [
        DivisionFact(row.code, row.name, row.level, row.parent, row.valid_from, last_day)
        for row in table
        if row.code in change.predecessors and row.valid_to is None
    ]
    begun = [
        DivisionFact(each.code, each.name, each.level, each.parent, change.effective_on)
        for each in change.successors
    ]
    return ended, begun


def successions_of(change: Change, change_id: UUID, document: str) -> list[Succession]:
    """Who succeeds whom; nobody after a mere renaming."""
    assignments: dict[str, dict[str, str]] = {}
    for kind, row, code in change.assignments:
        assignments.setdefault(kind, {})[str(row)] = code
    return [
        Succession(
            predecessor=code,
            effective_on=change.effective_on,
            change_id=change_id,
            successors=successors,
            main=main,
            document=document,
            position=position,
            assignments=assignments,
        )
        for position, (code, successors, main) in enumerate(_lines(change))
    ]


def _lines(change: Change) -> list[tuple[str, tuple[str, ...], str]]:
    match change.kind:
        case ChangeKind.RENAME:
            return []
        case ChangeKind.RECODE:
            pairs = zip(change.predecessors, change.codes_after, strict=True)
            return [(old, (new,), new) for old, new in pairs]
        case ChangeKind.MERGE:
            [into] = change.codes_after
            return [(old, (into,), into) for old in change.predecessors if old != into]
        case ChangeKind.SPLIT:
            [old] = change.predecessors
            return [(old, change.codes_after, change.main or change.codes_after[0])]


@dataclass(frozen=True, slots=True)
class BorderPlan:
    """What a change does to the graph of borders.

    `missing` touched the predecessor; nobody has said which successor they touch now.
    """

    removed: tuple[tuple[str, str], ...]
    added: tuple[BorderFact, ...]
    missing: tuple[str, ...] = ()


def borders_after(change: Change, pairs: Iterable[BorderFact]) -> BorderPlan:
    """The successors' borders.

    Of mergers and recodings the union of the predecessors' without inner ones: for each neighbour
    and kind the kilometres summed, of distances over the sea the shortest; of a split what the
    draft gives.
    """
    own = [pair for pair in pairs if {pair.a, pair.b} & {*change.predecessors}]
    removed = tuple(dict.fromkeys((pair.a, pair.b) for pair in own))
    if change.kind is ChangeKind.RENAME:
        return BorderPlan((), ())
    if change.kind is ChangeKind.SPLIT:
        return _given(change, own, removed)
    into = {old: new for old, (new, *_), _ in _lines(change)}
    return BorderPlan(removed, _united(own, into))


def _given(
    change: Change,
    own: Iterable[BorderFact],
    removed: tuple[tuple[str, str], ...],
) -> BorderPlan:
    given = sorted((*each.pair, each.kind, each.km) for each in change.borders)
    added = tuple(BorderFact(a, b, km, kind) for a, b, kind, km in given)
    said = {code for each in added for code in (each.a, each.b)}
    once = {code for each in own for code in (each.a, each.b)} - {*change.predecessors}
    return BorderPlan(removed, added, tuple(sorted(once - said)))


def _united(pairs: Iterable[BorderFact], into: Mapping[str, str]) -> tuple[BorderFact, ...]:
    lengths: dict[tuple[str, str, BorderKind], list[float]] = {}
    for each in pairs:
        low, high = sorted((into.get(each.a, each.a), into.get(each.b, each.b)))
        if low != high:
            lengths.setdefault((low, high, each.kind), []).append(each.km)
    return tuple(
        BorderFact(a, b, round(min(km) if kind is BorderKind.SEA else sum(km), 3), kind)
        for (a, b, kind), km in sorted(lengths.items())
    )


def require_publishable(
    *,
    drafted_by: UUID,
    publisher: UUID,
    previewed_at: datetime | None,
    stamp_seen: str | None,
    stamp_now: str,
    not_reachable: Sequence[str],
    days: int,
    now: datetime,
) -> None:
    """Four eyes on a preview of the table as it stands, for which every service has answered."""
    if drafted_by == publisher:
        raise NeedsAnotherPerson
    if previewed_at is None:
        raise PreviewMissing
    if not_reachable:
        raise ServiceNotReachable(services=", ".join(not_reachable))
    if stamp_seen != stamp_now or previewed_at + timedelta(days=days) < now:
        raise PreviewStale(days=days)

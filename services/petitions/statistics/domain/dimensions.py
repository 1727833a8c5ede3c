"""What figures are broken down by, and how parts are ranked (DOMAIN 2.9, S58, S60)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.petitions.intake.domain import Form, Medium, State
from services.petitions.profiles.domain import Channel, Track
from services.petitions.statistics.domain.counting import Group, split
from services.petitions.statistics.domain.definitions import Definition
from services.petitions.statistics.domain.facts import Fact
from shared import divisions
from shared.enterprise_names import plain
from shared.errors import InvalidInput


class Progress(StrEnum):
    """The four buckets in which offices publish how far they are (S58)."""

    UNHANDLED = "unhandled"  # 未办理
    IN_HAND = "in_hand"  # 办理中
    CLOSED = "closed"  # 已办结
    NOT_ACCEPTED = "not_accepted"  # 不受理


# Answered is not yet closed: the call-back, or a review, may open it again.
PROGRESS: Final[Mapping[State, Progress]] = {
    State.REGISTERED: Progress.UNHANDLED,
    State.TRANSFERRED: Progress.UNHANDLED,
    State.ASSIGNED: Progress.UNHANDLED,
    State.OBJECTED: Progress.UNHANDLED,
    State.ACCEPTED: Progress.IN_HAND,
    State.IN_PROGRESS: Progress.IN_HAND,
    State.REPLIED: Progress.IN_HAND,
    State.REOPENED: Progress.IN_HAND,
    State.UNDER_REVIEW: Progress.IN_HAND,
    State.REVIEWED: Progress.IN_HAND,
    State.UNDER_RE_REVIEW: Progress.IN_HAND,
    State.FINAL: Progress.CLOSED,
    State.CLOSED: Progress.CLOSED,
    State.NOT_ACCEPTED: Progress.NOT_ACCEPTED,
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which items are counted at all; a filter that is None lets everything through."""

    channel: Channel | None = None
    medium: Medium | None = None
    industry: str | None = None  # the code or its beginning: C26 holds C2631
    track: Track | None = None
    form: Form | None = None
    import_id: UUID | None = None
    progress: Progress | None = None

    @property
    def used(self) -> dict[str, str]:
        named = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: str(value) for name, value in named if value is not None}


class Dimension(StrEnum):
    COUNTY = "county"
    CITY = "city"
    CHANNEL = "channel"
    MEDIUM = "medium"
    INDUSTRY = "industry"
    TRACK = "track"
    FORM = "form"
    PROGRESS = "progress"
    SATISFACTION = "satisfaction"
    OBJECT = "object"


# An item has several of them and counts in each, so that shares may exceed 100 % (S58).
OVERLAPPING: Final = frozenset({Dimension.MEDIUM})


class NotBrokenDown(InvalidInput):
    code = "not_broken_down"
    zh = "指标 {metric} 不能按 {by} 分列。"
    en = "{metric} cannot be broken down by {by}."


def require_breakdown(rule: Definition, by: Dimension) -> None:
    """NotBrokenDown for what call-backs said where something else is counted."""
    if by is Dimension.SATISFACTION and rule.facts != (Fact.CALLED_BACK,):
        raise NotBrokenDown(reason="by", pointer="by", metric=rule.metric.value, by=by.value)


def keyed(groups: Iterable[Group], by: Dimension, scope: str) -> list[Group]:
    """The groups told apart by what a breakdown shows."""
    match by:
        case Dimension.COUNTY:
            return split(groups, scope)
        case Dimension.CITY:
            return [
                replace(part, key=(divisions.city_of(str(part.key[0])),))
                for part in split(groups, scope)
            ]
        case Dimension.PROGRESS:
            return [
                replace(group, key=(PROGRESS[State(str(group.key[0]))].value,)) for group in groups
            ]
        case Dimension.OBJECT:
            return by_object(list(groups))
        case _:
            return list(groups)


def by_object(groups: list[Group]) -> list[Group]:
    """One key an object, with the name most items use: its credit code, else its name.

    The groups come keyed by code and name as written. A name that only ever stood beside one code
    is that code's also where the code was left out. Names are compared whole: the key by which a
    clerk is shown what may be the same (`object_key`) leaves the trade out, and would count
    海天电镀厂 and 海天塑料厂 as one.
    """
    named = [
        (code, plain(written) or None, written or "", group)
        for group in groups
        for code, written in (group.key,)
    ]
    codes: dict[str | None, set[str]] = {}
    for code, name, _, _ in named:
        if code:
            codes.setdefault(name, set()).add(code)
    sole = {name: next(iter(found)) for name, found in codes.items() if name and len(found) == 1}
    keys = [code or (sole.get(name, name) if name else None) for code, name, _, _ in named]
    shown: dict[str, Counter[str]] = {}
    for key, (_, _, written, group) in zip(keys, named, strict=True):
        if key:
            shown.setdefault(key, Counter())[written] += group.items
    best = {key: min(names, key=lambda n: (not n, -names[n], n)) for key, names in shown.items()}
    return [
        replace(group, key=(key, best[key]) if key else (None, None))
        for key, (_, _, _, group) in zip(keys, named, strict=True)
    ]

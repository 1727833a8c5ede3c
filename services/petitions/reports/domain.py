"""Weekly and period reports: frozen, numbered, hashed snapshots, and what differs between two."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import orjson

from shared.errors import RuleViolation

Content = Mapping[str, Any]
WEEK: Final = timedelta(days=7)
# How a report's hash is made: 1 covers number, period and items; 2 every part, and the report
# before it.
HASH_FORM: Final = 2


class ReportKind(StrEnum):
    WEEKLY = "weekly"  # 周报
    MONTHLY = "monthly"  # 月报
    QUARTERLY = "quarterly"  # 季报


PERIODIC: Final = (ReportKind.MONTHLY, ReportKind.QUARTERLY)


class Section(StrEnum):
    """Where a matter stands in a report."""

    NAMED = "named"  # pushed by this weekly report, or noticed by this period report
    CARRIED = "carried"  # pushed by an earlier weekly report and still unsolved


class PartKind(StrEnum):
    """What a report holds beside its matters."""

    LINE = "line"  # one county in numbers
    CHANGE = "change"  # what a restatement states otherwise


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


# How a matter stood when the report came out. That it moved on since is no late data.
STANDING: Final = frozenset(
    {
        "state",
        "level",
        "decision",
        "undecided",
        "owner",
        "petition_state",
        "unattended",
        "late",
        "carried_over_from",
        "weeks_open",
        "has_leader",
    }
)


class NothingToRestate(RuleViolation):
    """A report is stated again only for a difference."""

    code = "nothing_to_restate"
    zh = "现有数据与该报告一致,无须重述。"
    en = "What is known now does not differ from the report: there is nothing to restate."


def canonical(content: Content) -> bytes:
    """The one byte form of a content, so that its hash can be recomputed by anyone."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def item_hash(content: Content) -> str:
    """SHA-256 of one item of a report."""
    return hashlib.sha256(canonical(content)).hexdigest()


def report_hash(header: Content, item_hashes: Sequence[str], **parts: Sequence[str]) -> str:
    """SHA-256 of a report: its header, its items' hashes in order, those of its other parts.

    A reader who may see one item only can still check it, and the report, against this.
    """
    hashes = {name: list(each) for name, each in {"items": item_hashes, **parts}.items()}
    return hashlib.sha256(canonical({**header, **hashes})).hexdigest()


def weeks_open(pushed: datetime, cut_off: datetime) -> int:
    """For how many weeks a matter has been on the counties' desks; a week begun counts."""
    return -((pushed - cut_off) // WEEK)


def as_stood(now: Content, then: Content | None) -> dict[str, Any]:
    """What is known now of the facts, with the standing the report gave; `then` is its content."""
    standing = {name: value for name, value in (then or {}).items() if name in STANDING}
    return {**now, **standing}


def difference(
    before: Sequence[Content], after: Sequence[Content], *, key: str
) -> list[dict[str, Any]]:
    """What was added, removed and changed, field by field; `key` names the field they go by.

    Each change says whose county it is, which alone may see it; a county's line has no matter.
    """
    old = {each[key]: each for each in before}
    new = {each[key]: each for each in after}
    changes = []
    for name in sorted({*old, *new}):
        kind = _kind(old.get(name), new.get(name))
        if kind is not None:
            either = new.get(name) or old[name]
            whose = {each: either.get(each) for each in ("county", "escalation", "petition")}
            fields = _fields(old[name], new[name]) if kind is ChangeKind.CHANGED else {}
            changes.append({"kind": kind.value, **whose, "fields": fields})
    return changes


def _kind(old: Content | None, new: Content | None) -> ChangeKind | None:
    if old is None:
        return ChangeKind.ADDED
    if new is None:
        return ChangeKind.REMOVED
    return ChangeKind.CHANGED if _fields(old, new) else None


def _fields(old: Content, new: Content) -> dict[str, dict[str, Any]]:
    names = sorted({*old, *new})
    return {
        name: {"before": old.get(name), "after": new.get(name)}
        for name in names
        if old.get(name) != new.get(name)
    }

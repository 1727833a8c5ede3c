"""What is due in a cell and when: visits by level and object, the monthly check at night.

The rhythm is the setting `grid.rhythm` (DOMAIN 4.6, [S77] 承德, 三河), by level and class of
object: so many times in so many days. A deeper level than the setting names has the rhythm of the
deepest it names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from shared.clocks.days import SHANGHAI, legal_day
from shared.errors import InvalidInput, RuleViolation

RHYTHM: Final = "grid.rhythm"
NIGHT: Final = "grid.night_check"
OFFICERS_PER_CELL: Final = "grid.officers_per_cell"
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2199
LONGEST_PERIOD: Final = timedelta(days=366)
USUAL_PERIOD: Final = timedelta(days=30)
LATE_ENTRY_HOURS: Final = "grid.late_entry_hours"


class ObjectKind(StrEnum):
    KEY = "key"  # 重点排污单位
    COMPLAINED = "complained"  # 群众投诉较多的单位
    OTHER = "other"  # 一般单位


class BadVisit(InvalidInput):
    code = "bad_visit"
    zh = "巡查记录有误:{reason}"
    en = "The visit does not fit: {reason}"


class BadPeriod(InvalidInput):
    code = "bad_period"
    zh = "统计期间有误:{reason}"
    en = "The period does not fit: {reason}"


class ObjectEnded(RuleViolation):
    code = "grid_object_ended"
    zh = "该巡查对象已移出清单。"
    en = "The object is off the list already."


@dataclass(frozen=True, slots=True)
class Duty:
    """One visit that was owed. `done_at` is None if its time passed without one."""

    due_at: datetime
    done_at: datetime | None = None

    @property
    def settled_at(self) -> datetime:
        """When it was known to be kept or missed: the period it counts in."""
        return self.due_at if self.done_at is None else self.done_at


@dataclass(frozen=True, slots=True)
class Night:
    """The check at night: by which level, from which hour to which (Asia/Shanghai)."""

    level: int
    first_hour: int
    last_hour: int

    def level_of(self, levels: int) -> int:
        """A plan without that level has it done by its lowest."""
        return min(self.level, levels)

    def month_of(self, at: datetime) -> date | None:
        """The month a visit at night counts in, that of the evening; None by day."""
        local = at.astimezone(SHANGHAI)
        if local.hour >= self.first_hour:
            return local.date().replace(day=1)
        if local.hour < self.last_hour:
            return (local.date() - timedelta(days=1)).replace(day=1)
        return None


def night_of(setting: Mapping[str, Any]) -> Night:
    return Night(setting["level"], setting["from_hour"], setting["to_hour"])


def interval(rhythm: Mapping[str, Any], level: int, kind: ObjectKind) -> timedelta | None:
    """The longest time between two visits; None if the level owes that class none.

    Twice a week is every three and a half days.
    """
    deepest = max(map(int, rhythm))
    entry = rhythm.get(str(min(level, deepest)), {}).get(kind.value)
    return None if entry is None else timedelta(days=entry["days"]) / entry["times"]


def next_due(last: datetime | None, since: datetime, every: timedelta) -> datetime:
    """When the next visit is due: so long after the last, or after the duty began."""
    return (since if last is None or last < since else last).astimezone(UTC) + every


def duties(
    begun: datetime,
    visits: Sequence[datetime],
    every: timedelta,
    *,
    since: datetime,
    until: datetime,
) -> list[Duty]:
    """The visits owed that were kept or missed from `since` on and before `until`.

    `begun` is the last visit before `since`, or when the duty began. A visit sets the time going
    anew; so does time that passes without one, so that each interval missed counts.
    """
    cursor = begun.astimezone(UTC)
    if since > cursor:
        # What falls due just then counts from then on, so only what was due before is left out.
        cursor += every * (-((cursor - since) // every) - 1)
    found: list[Duty] = []
    for visit in sorted(each.astimezone(UTC) for each in visits):
        if not cursor <= visit < until:
            continue
        while cursor + every < visit:
            cursor += every
            found.append(Duty(cursor))
        found.append(Duty(cursor + every, visit))
        cursor = visit
    while cursor + every < until:
        cursor += every
        found.append(Duty(cursor))
    return [each for each in found if since <= each.settled_at]


@dataclass(frozen=True, slots=True)
class Kept:
    """Duties of a cell, a person or a division in a period."""

    done: int = 0
    missed: int = 0

    @property
    def due(self) -> int:
        return self.done + self.missed

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(self.done + other.done, self.missed + other.missed)


def kept(found: Iterable[Duty]) -> Kept:
    done = missed = 0
    for each in found:
        done += each.done_at is not None
        missed += each.done_at is None
    return Kept(done, missed)


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday around a day."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def require_visit(at: datetime, *, now: datetime, hours: int) -> None:
    """BadVisit if it is yet to come, or too old for the daily ledger."""
    if at > now:
        raise BadVisit(reason="it is yet to come", pointer="/at")
    if at < now - timedelta(hours=hours):
        reason = f"a visit is recorded within {hours} hours, this one was on {legal_day(at)}"
        raise BadVisit(reason=reason, pointer="/at")


def require_day(day: date, *, pointer: str) -> date:
    """BadPeriod outside the years there can be a grid in."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadPeriod(reason=f"between {FIRST_YEAR} and {LAST_YEAR}", pointer=pointer)
    return day


def require_period(first: date | None, last: date) -> date:
    """The first day of a period that ends on `last`; BadPeriod if it is after it, or over a year.

    Without a first day, thirty days before.
    """
    require_day(last, pointer="/last_day")
    first = last - USUAL_PERIOD if first is None else first
    if not timedelta(0) <= last - first <= LONGEST_PERIOD:
        raise BadPeriod(reason="from a first day to a last, a year at most", pointer="/first_day")
    return first

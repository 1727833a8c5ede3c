"""What a duty roster is made of (7×24 值班): shifts, and the time each person has a seat on one.

Seat 0 is that of the leader on duty (带班领导), the others are those of the duty officers
(值班人员). A seat may pass from one person to another within a shift.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from services.regions.officers.domain import Certificate, Period
from shared.clocks.days import DAY, SHANGHAI, legal_day
from shared.errors import InvalidInput

LEADER_SEAT: Final = 0
MOST_DAYS: Final = 35
# A turn is traded in the time of its square: as many take a second.
MOST_DUTIES: Final = 400


class BadPattern(InvalidInput):
    """Change-overs that do not make a day, or a period that does not fit them."""

    code = "bad_duty_pattern"
    zh = "值班时段设置有误:{reason}"
    en = "The pattern of shifts does not fit: {reason}"


@dataclass(frozen=True, slots=True)
class Shift:
    """班次: one stretch of duty from change-over to change-over."""

    id: UUID
    period: Period


@dataclass(frozen=True, slots=True)
class Stint:
    """One person's time on one seat of one shift."""

    id: UUID
    shift_id: UUID
    seat: int
    officer_id: UUID
    period: Period

    def given_to(self, officer_id: UUID, *, as_id: UUID, period: Period | None = None) -> "Stint":
        return replace(self, id=as_id, officer_id=officer_id, period=period or self.period)


@dataclass(frozen=True, slots=True)
class DutyPerson:
    """What decides whether somebody can sit out a duty: away, left, certificated on which days."""

    officer_id: UUID
    away: tuple[Period, ...] = ()
    left_at: datetime | None = None
    certificates: tuple[Certificate, ...] = ()

    def is_certificated(self, day: date) -> bool:
        return any(each.valid_from <= day <= each.valid_to for each in self.certificates)

    def is_away(self, period: Period) -> bool:
        """Whether the person is absent in, or gone before the end of, any of the period."""
        gone = self.left_at is not None and self.left_at < period.ends_at
        return gone or any(each.overlaps(period) for each in self.away)


def change_overs(period: Period, at: Sequence[time]) -> list[datetime]:
    """Every change-over within the period, both ends included if they are such."""
    days = (legal_day(period.ends_at) - legal_day(period.starts_at)).days + 1
    first = legal_day(period.starts_at)
    all_of_them = (
        datetime.combine(first + n * DAY, each, SHANGHAI) for n in range(days) for each in at
    )
    return [each for each in all_of_them if period.starts_at <= each <= period.ends_at]


def shifts_of(period: Period, at: Sequence[time], *, seats: int = 1) -> list[Period]:
    """The shifts of a period by the times of day at which they change; no minute is left out.

    BadPattern unless the period begins and ends at a change-over, is MOST_DAYS long at most and
    has MOST_DUTIES at most.
    """
    if not at or list(at) != sorted(set(at)):
        raise BadPattern(reason="change-overs are times of day in order", pointer="/changes_at")
    if period.ends_at - period.starts_at > timedelta(days=MOST_DAYS):
        raise BadPattern(reason=f"longer than {MOST_DAYS} days", pointer="/ends_at")
    found = change_overs(period, at)
    if not found or found[0] != period.starts_at:
        raise BadPattern(reason="begins between change-overs", pointer="/starts_at")
    if found[-1] != period.ends_at:
        raise BadPattern(reason="ends between change-overs", pointer="/ends_at")
    if (len(found) - 1) * seats > MOST_DUTIES:
        raise BadPattern(reason=f"more than {MOST_DUTIES} duties", pointer="/ends_at")
    return [Period(start, end) for start, end in pairwise(found)]


def is_night(period: Period, *, night_hour: int) -> bool:
    """Whether the shift holds `night_hour` o'clock of some day."""
    day = legal_day(period.starts_at)
    hours = (datetime.combine(day + n * DAY, time(night_hour), SHANGHAI) for n in (0, 1))
    return any(period.starts_at <= each < period.ends_at for each in hours)

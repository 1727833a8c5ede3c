"""How often is drawn: two to three rounds a month on average over the quarter (seed 002)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Final

from shared.clocks.days import DAY, add_months

MONTHS: Final = 3


class Drift(StrEnum):
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter from its first day to its last, both included."""

    first: date
    last: date

    @property
    def name(self) -> str:
        return f"{self.first.year}-Q{(self.first.month + 2) // MONTHS}"


@dataclass(frozen=True, slots=True)
class Pace:
    """Rounds of a quarter, their mean for each month gone by, and whether that is off."""

    quarter: Quarter
    rounds: int
    mean: Fraction
    drift: Drift | None


def quarter_of(day: date) -> Quarter:
    first = date(day.year, day.month - (day.month - 1) % MONTHS, 1)
    return Quarter(first, add_months(first, MONTHS) - DAY)


def pace(quarter: Quarter, rounds: int, *, today: date, least: int, most: int) -> Pace:
    """The pace up to `today`; in a running quarter the months gone by count by their days.

    Of a quarter to come, the rounds published ahead are seen against the whole of it. There is a
    drift once it can be seen: fewer rounds than the time gone by should have, or more than it may.
    """
    days = (quarter.last - quarter.first).days + 1
    has_begun = today >= quarter.first
    gone = min(days, (today - quarter.first).days + 1) if has_begun else days
    months = Fraction(MONTHS * gone, days)
    drift = None
    if has_begun and rounds < floor(least * months):
        drift = Drift.TOO_FEW
    if rounds > ceil(most * months):
        drift = Drift.TOO_MANY
    return Pace(quarter, rounds, Fraction(rounds) / months, drift)

"""Figures of duty and dispatch: how fast, and what share in time."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from statistics import median
from typing import Final

from services.regions.officers.domain import Period
from shared.errors import InvalidInput

NINE_TENTHS: Final = Fraction(9, 10)
LONGEST_ASKED: Final = timedelta(days=366)


class AskedTooMuch(InvalidInput):
    """Figures are asked for a year at most."""

    code = "period_too_long"
    zh = "统计期间不得超过一年。"
    en = "Figures are given for a year at most."


def require_a_year(period: Period) -> None:
    if period.ends_at - period.starts_at > LONGEST_ASKED:
        raise AskedTooMuch(reason="period", pointer="/ends_at")


@dataclass(frozen=True, slots=True)
class Spread:
    """Minutes of what was measured, and the share within its term; nothing measured, no figures.

    `p90` is the smallest measured value that nine tenths of all do not exceed.
    """

    count: int
    median: float | None = None
    p90: float | None = None
    longest: float | None = None
    within: int | None = None
    share: float | None = None


def spread(measured: Iterable[tuple[timedelta, timedelta | None]]) -> Spread:
    """Figures of durations, each with the term it had, if any."""
    listed = list(measured)
    if not listed:
        return Spread(0)
    minutes = sorted(each.total_seconds() / 60 for each, _ in listed)
    limited = [(each, term) for each, term in listed if term is not None]
    within = sum(each <= term for each, term in limited)
    return Spread(
        count=len(minutes),
        median=round(median(minutes), 1),
        p90=round(minutes[math.ceil(NINE_TENTHS * len(minutes)) - 1], 1),
        longest=round(minutes[-1], 1),
        within=within if limited else None,
        share=round(within / len(limited), 4) if limited else None,
    )

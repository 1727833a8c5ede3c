"""Weighing items by their shares: exact fractions, never floats (DOMAIN 2.9, S59)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

from shared import divisions

PERCENT: Final = 100
MICROS_IN_DAY: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Group:
    """So many items alike: with the same shares, each counting in the numerator or not.

    `key` is what a breakdown tells apart; `micros` the time they took together.
    """

    shares: Mapping[str, str]
    counts: bool
    items: int
    approximate: bool = False
    key: tuple[str | None, ...] = ()
    micros: int = 0


@lru_cache(maxsize=1024)
def _exact(part: str) -> Fraction:
    """A share as it is written; a few are written a hundred thousand times."""
    return Fraction(part)


def weight(shares: Mapping[str, str], scope: str) -> Fraction:
    """How much of an item counts within a scope."""
    parts = (_exact(part) for code, part in shares.items() if divisions.covers(scope, code))
    return sum(parts, Fraction(0))


def total(groups: Iterable[Group], scope: str, *, counting: bool = False) -> Fraction:
    """The weighted number of items, or of those that count in the numerator."""
    parts = (
        group.items * weight(group.shares, scope)
        for group in groups
        if group.counts or not counting
    )
    return sum(parts, Fraction(0))


def days_taken(groups: Iterable[Group], scope: str) -> Fraction:
    """The weighted days the items took together."""
    parts = (
        Fraction(group.micros, MICROS_IN_DAY) * weight(group.shares, scope) for group in groups
    )
    return sum(parts, Fraction(0))


def approximate(groups: Iterable[Group], scope: str) -> bool:
    """Whether something of a batch whose total is a lower bound is among them ("359余件")."""
    return any(group.approximate and weight(group.shares, scope) for group in groups)


def split(groups: Iterable[Group], scope: str) -> list[Group]:
    """Each division's part of the groups, told apart by the division's code."""
    return [
        replace(group, shares={code: part}, key=(code,))
        for group in groups
        for code, part in group.shares.items()
        if divisions.covers(scope, code)
    ]


def by_key(groups: Iterable[Group]) -> dict[tuple[str | None, ...], list[Group]]:
    found: dict[tuple[str | None, ...], list[Group]] = {}
    for group in groups:
        found.setdefault(group.key, []).append(group)
    return found


def rounded(value: Fraction, decimals: int) -> str:
    """With so many decimals, half up and half down alike away from zero: 12.75 → 12.8.

    In whole numbers, since any division would have rounded once before.
    """
    scaled = abs(value) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    sign = "-" if value < 0 and whole else ""
    digits = str(whole).zfill(decimals + 1)
    point = len(digits) - decimals
    return sign + digits[:point] + (f".{digits[point:]}" if decimals else "")


def rounded_percent(value: Fraction, decimals: int = 1) -> str:
    """A fraction as per cent as offices print it: 16/359 → 4.5, with two decimals 4.46."""
    return rounded(value * PERCENT, decimals)


def plain(value: Fraction, decimals: int) -> str:
    """An exact decimal where there is one of at most so many places (4.5, 7), else rounded."""
    for places in range(decimals + 1):
        if (value * 10**places).denominator == 1:
            return rounded(value, places)
    return rounded(value, decimals)


def change(this: Fraction | None, last: Fraction | None) -> Fraction | None:
    """同比, (this − last) ÷ last; nothing where last year has nothing to compare with."""
    if this is None or not last:
        return None
    return (this - last) / last


def ranks(values: Sequence[Fraction]) -> list[int]:
    """The rank of each of the values, which come largest first; equal ones share a rank."""
    found: list[int] = []
    for place, value in enumerate(values):
        tied = place > 0 and values[place - 1] == value
        found.append(found[-1] if tied else place + 1)
    return found

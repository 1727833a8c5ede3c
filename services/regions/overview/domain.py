"""What can be asked of figures, and how person-days add up.

A person-day is given by one division and received by another: per kind both sums are the same.
Kinds are never added: one officer may be drawn by the rota and act in an operation on one day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from shared.errors import InvalidInput

YEAR: Final = timedelta(days=365)


class PeriodReversed(InvalidInput):
    code = "period_reversed"
    zh = "起始日期不能晚于截止日期。"
    en = "A period begins before it ends."


def period(since: date | None, until: date | None, *, today: date) -> tuple[date, date]:
    """First and last day asked for: up to today, and a year long, unless said otherwise."""
    last = until or today
    first = since or last - YEAR
    if first > last:
        raise PeriodReversed(reason="period", pointer="/since")
    return first, last


class FlowKind(StrEnum):
    ROTA = "rota"  # 全员执法
    EXCHANGE = "exchange"  # 互派人员
    OPERATION = "operation"  # 联合行动
    AUDIT = "audit"  # 稽查


@dataclass(frozen=True, slots=True)
class Flow:
    """Person-days of one kind, from one division to another (or to a body outside, by its name)."""

    kind: FlowKind
    giver: str
    receiver: str
    days: int


@dataclass(frozen=True, slots=True)
class Balance:
    """Of one kind: what each gave and received; both come to `total`."""

    kind: FlowKind
    total: int
    given: Mapping[str, int]
    received: Mapping[str, int]
    flows: tuple[Flow, ...]


def balances(flows: Iterable[Flow]) -> tuple[Balance, ...]:
    """By kind, in the order of the kinds; who works at home gives nothing to anybody."""
    between: Counter[tuple[FlowKind, str, str]] = Counter()
    for each in flows:
        if each.giver != each.receiver and each.days:
            between[each.kind, each.giver, each.receiver] += each.days
    return tuple(_balance(kind, between) for kind in FlowKind)


def _balance(kind: FlowKind, between: Mapping[tuple[FlowKind, str, str], int]) -> Balance:
    flows = tuple(
        Flow(kind, giver, receiver, days)
        for (of, giver, receiver), days in sorted(between.items())
        if of is kind
    )
    given: Counter[str] = Counter()
    received: Counter[str] = Counter()
    for each in flows:
        given[each.giver] += each.days
        received[each.receiver] += each.days
    return Balance(kind, sum(each.days for each in flows), given, received, flows)

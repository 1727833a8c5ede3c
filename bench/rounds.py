"""Interleaved rounds: what makes two figures of one busy machine comparable.

Every variant is fired once a round, in an order that rotates, so that whatever else the machine
does meets all alike; a ratio is taken between slices of the same round.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bench import cpu


class BenchFailed(Exception):
    """A variant answered wrongly: its speed means nothing."""


@dataclass(frozen=True, slots=True)
class Fired:
    """What a variant got done in one slice; latencies in ms where the client knows them."""

    operations: int
    seconds: float
    p50: float | None = None
    p99: float | None = None

    @property
    def rate(self) -> float:
        return self.operations / self.seconds


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to do the work. `fire` keeps at it for about so many seconds.

    `process_id` is the server whose processor time counts, PostgreSQL apart; None without one.
    """

    name: str
    fire: Callable[[int], Fired]
    process_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One slice; processor time in seconds."""

    fired: Fired
    server: float
    postgres: float


class Kind(StrEnum):
    """Whether a ratio compares how much was done, or how long one operation took."""

    RATE = "rate"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Ratio:
    """To a reference: median of the rounds and the quartiles around it."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Line:
    """One variant over all rounds. Latencies in ms, processor time in µs an operation."""

    name: str
    ratios: Mapping[str, Ratio]
    rate: float
    p50: float | None
    p99: float | None
    server_us: float | None
    postgres_us: float | None


Samples = Mapping[str, Sequence[Sample]]
PAUSE: Final = 0.3  # seconds, for what a slice has left under way


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often and how long; `reset` runs before every slice."""

    count: int
    seconds: int
    postmaster: int | None = None
    reset: Callable[[], None] | None = None

    def run(self, variants: Sequence[Variant]) -> Samples:
        for variant in variants:  # one slice that counts for nothing: caches, plans, connections
            self._slice(variant, 1)
        samples: dict[str, list[Sample]] = {variant.name: [] for variant in variants}
        for number in range(self.count):
            start = number % len(variants)
            for variant in (*variants[start:], *variants[:start]):
                samples[variant.name].append(self._slice(variant, self.seconds))
        return samples

    def _slice(self, variant: Variant, seconds: int) -> Sample:
        if self.reset is not None:
            self.reset()
        server, postgres = _used(variant.process_id), _used(self.postmaster)
        fired = variant.fire(seconds)
        time.sleep(PAUSE)
        return Sample(fired, _used(variant.process_id) - server, _used(self.postmaster) - postgres)


def _used(process_id: int | None) -> float:
    return 0.0 if process_id is None else cpu.seconds(process_id)


def lines(
    samples: Samples,
    variants: Sequence[Variant],
    *,
    references: Sequence[str],
    kind: Kind = Kind.RATE,
    with_postgres: bool = True,
) -> list[Line]:
    """The variants in their order, each compared with every reference."""
    return [
        _line(
            variant,
            samples[variant.name],
            {name: _ratio(samples[variant.name], samples[name], kind) for name in references},
            with_postgres=with_postgres,
        )
        for variant in variants
    ]


def _line(
    variant: Variant,
    samples: Sequence[Sample],
    ratios: Mapping[str, Ratio],
    *,
    with_postgres: bool,
) -> Line:
    return Line(
        name=variant.name,
        ratios=ratios,
        rate=statistics.median(each.fired.rate for each in samples),
        p50=_median([each.fired.p50 for each in samples]),
        p99=_median([each.fired.p99 for each in samples]),
        server_us=None
        if variant.process_id is None
        else statistics.median(1e6 * each.server / each.fired.operations for each in samples),
        postgres_us=statistics.median(
            1e6 * each.postgres / each.fired.operations for each in samples
        )
        if with_postgres
        else None,
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _ratio(samples: Sequence[Sample], reference: Sequence[Sample], kind: Kind) -> Ratio:
    ratios = [
        mine.fired.rate / theirs.fired.rate for mine, theirs in zip(samples, reference, strict=True)
    ]
    if kind is Kind.TIME:
        ratios = [1 / ratio for ratio in ratios]
    if len(ratios) == 1:
        return Ratio(ratios[0], ratios[0], ratios[0])
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Ratio(median, low, high)

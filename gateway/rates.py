"""How much one caller may ask: a bucket each, refilled at a steady rate."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shared.errors import TooMany

REMEMBERED: Final = 50_000


class OverRate(TooMany):
    """`wait` is whole seconds until the next request will be served."""

    def __init__(self, *, wait: int, rate: float, burst: float) -> None:
        super().__init__()
        self.wait = wait
        self.headers = {
            "Retry-After": str(wait),
            "RateLimit-Policy": f'"caller";q={burst:.0f};w={math.ceil(burst / rate)}',
            "RateLimit": f'"caller";r=0;t={wait}',
        }


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


class Rates:
    """Per caller, in this process: several gateways give a caller several buckets."""

    def __init__(self, *, rate: float, burst: float, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._monotonic = monotonic
        self._buckets: dict[str, _Bucket] = {}

    def take(self, caller: str) -> None:
        """Count one request of the caller; OverRate if the bucket is empty."""
        now = self._monotonic()
        bucket = self._buckets.get(caller)
        if bucket is None:
            bucket = self._buckets[caller] = self._new(now)
        level = min(self._burst, bucket.level + (now - bucket.at) * self._rate)
        bucket.at = now
        if level < 1:
            bucket.level = level
            wait = max(1, math.ceil((1 - level) / self._rate))
            raise OverRate(wait=wait, rate=self._rate, burst=self._burst)
        bucket.level = level - 1

    def _new(self, now: float) -> _Bucket:
        if len(self._buckets) >= REMEMBERED:
            full = now - self._burst / self._rate
            self._buckets = {who: kept for who, kept in self._buckets.items() if kept.at > full}
            if len(self._buckets) >= REMEMBERED:
                self._buckets.clear()  # a flood of callers: better generous than out of memory
        return _Bucket(self._burst, now)

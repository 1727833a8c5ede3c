"""The only module that reads a clock.

Business time (deadlines, reports, night hours) may be simulated in a demo or test stack (see
shared.db.simulated_clock). Machine time (token lifetimes, cache ages) is never simulated.
"""

from datetime import UTC, datetime
from typing import Protocol


def machine_time() -> datetime:
    return datetime.now(UTC)


class Clock(Protocol):
    """Business time. `within` is the transaction that asks, if one is open."""

    async def now(self, within: object = None) -> datetime: ...


class SystemClock:
    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return machine_time()

"""The only module that reads a clock.

Business time (deadlines, reports, night hours) may be simulated in a demo or test stack, where it
is one row that all services read. Machine time (token lifetimes, cache ages) is never simulated.
"""

from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from shared.settings import ClockKind, Environment, ServiceSettings

READ_SIMULATED = text("SELECT now FROM clock.simulated")


def machine_time() -> datetime:
    return datetime.now(UTC)


class Clock(Protocol):
    async def now(self) -> datetime: ...


class SystemClock:
    async def now(self, within: AsyncSession | None = None) -> datetime:  # noqa: ARG002 -- as SimulatedClock has it
        return machine_time()


class SimulatedClock:
    """Business time as the one row of `clock.simulated` says, read anew each time.

    Without a transaction to read it in, it takes a connection of the pool for a moment; requests
    that each hold one and wait for another would wait for ever.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def now(self, within: AsyncSession | None = None) -> datetime:
        if within is not None:
            return await self._read(await within.connection())
        async with self._engine.connect() as connection:
            return await self._read(connection)

    async def _read(self, connection: AsyncConnection) -> datetime:
        instant: datetime = (await connection.execute(READ_SIMULATED)).scalar_one()
        return instant.astimezone(UTC)


class SimulatedClockInProduction(RuntimeError):
    """A production stack must not be able to pretend another day."""


def clock_for(settings: ServiceSettings, engine: AsyncEngine) -> Clock:
    if settings.clock is ClockKind.SYSTEM:
        return SystemClock()
    if settings.environment is Environment.PRODUCTION:
        raise SimulatedClockInProduction
    return SimulatedClock(engine)

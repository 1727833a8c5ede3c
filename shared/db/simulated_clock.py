"""Business time of a demo or test stack: one row that all its services read."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from shared.clock import Clock, SystemClock
from shared.settings import ClockKind, Environment, ServiceSettings

READ = text("SELECT now FROM clock.simulated")


class SimulatedClock:
    """Business time as the one row of `clock.simulated` says, read anew each time.

    Without a transaction to read it in, it takes a connection of the pool for a moment; requests
    that each hold one and wait for another would wait for ever.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def now(self, within: object = None) -> datetime:
        if isinstance(within, AsyncSession):
            return await self._read(await within.connection())
        async with self._engine.connect() as connection:
            return await self._read(connection)

    async def _read(self, connection: AsyncConnection) -> datetime:
        instant: datetime = (await connection.execute(READ)).scalar_one()
        return instant.astimezone(UTC)


class SimulatedClockInProduction(RuntimeError):
    """A production stack must not be able to pretend another day."""


def clock_for(settings: ServiceSettings, engine: AsyncEngine) -> Clock:
    if settings.clock is ClockKind.SYSTEM:
        return SystemClock()
    if settings.environment is Environment.PRODUCTION:
        raise SimulatedClockInProduction
    return SimulatedClock(engine)

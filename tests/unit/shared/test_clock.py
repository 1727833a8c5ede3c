"""Business time may be simulated, but never in production."""

from typing import cast

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import SystemClock
from shared.db.simulated_clock import SimulatedClock, SimulatedClockInProduction, clock_for
from shared.settings import ClockKind, Environment, ServiceSettings

NO_ENGINE = cast("AsyncEngine", object())


def settings(environment: Environment, clock: ClockKind) -> ServiceSettings:
    return ServiceSettings.model_construct(environment=environment, clock=clock)


@pytest.mark.parametrize("environment", Environment)
def test_the_systems_time_is_good_anywhere(environment: Environment) -> None:
    assert isinstance(clock_for(settings(environment, ClockKind.SYSTEM), NO_ENGINE), SystemClock)


@pytest.mark.parametrize("environment", [Environment.DEMO, Environment.TEST])
def test_a_demo_may_pretend_another_day(environment: Environment) -> None:
    clock = clock_for(settings(environment, ClockKind.SIMULATED), NO_ENGINE)

    assert isinstance(clock, SimulatedClock)


def test_production_may_not() -> None:
    with pytest.raises(SimulatedClockInProduction):
        clock_for(settings(Environment.PRODUCTION, ClockKind.SIMULATED), NO_ENGINE)


def test_production_is_what_nobody_said_otherwise() -> None:
    assert ServiceSettings.model_fields["environment"].default is Environment.PRODUCTION

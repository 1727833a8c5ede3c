"""For tests that send what must not be sent: to whom, as whom, and that nothing came of it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Final

import httpx
import pytest

from tests.support.offices import Offices, offices
from tests.support.stack import WholeStack
from tests.support.targets import TARGETS, Target

# Logs of what was tried; and tables of the machinery that moves by itself.
MAY_CHANGE: Final = (
    "audit",
    "idempotency",
    "database_time",
    "clock_alarm",
    "calendar_projection",
)


@pytest.fixture(scope="module")
async def untouched(stack: WholeStack) -> AsyncIterator[None]:
    """After a module not a row is there that was not, and none says something else."""
    for target in TARGETS.values():
        stack.login(target.login)
    before = await _settled(stack)
    yield
    after = await _settled(stack)
    changed = sorted(name for name in before if before[name] != after[name])
    assert [name for name in changed if not name.endswith(MAY_CHANGE)] == []


async def _settled(stack: WholeStack) -> dict[str, tuple[int, str]]:
    """The rows once jobs and relays, which other tests may have woken, have nothing to do."""
    rows = await stack.rows()
    for _ in range(20):
        await asyncio.sleep(1.2)
        again = await stack.rows()
        if again == rows:
            break
        rows = again
    return rows


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> Target:
    return TARGETS[request.param]


@pytest.fixture
def http(stack: WholeStack, target: Target) -> httpx.Client:
    return stack.login(target.login)


@pytest.fixture(scope="package")
def office() -> Iterator[Offices]:
    """The offices of a stack without a story, shared by the acceptance rows of petitions."""
    with offices() as opened:
        yield opened

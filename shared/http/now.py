"""The business time of a request: read once, the same for everything it does."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from shared.clock import SimulatedClock, SystemClock


async def _now(request: Request) -> datetime:
    clock: SystemClock | SimulatedClock = request.state.clock
    # Within the request's transaction where it has one: see SimulatedClock.
    return await clock.now(getattr(request.state, "session", None))


Now = Annotated[datetime, Depends(_now)]

"""The business time of a request: read once, the same for everything it does."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from shared.clock import Clock


async def _now(request: Request) -> datetime:
    clock: Clock = request.state.clock
    return await clock.now(getattr(request.state, "session", None))


Now = Annotated[datetime, Depends(_now)]

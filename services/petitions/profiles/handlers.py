"""What becomes of a place's own terms when its division ends."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.profiles.use_cases import follow_division
from shared.contracts.regions import DivisionSucceeded
from shared.messaging.inbox import Handler, on
from shared.succession.rows import hear_of, told_by


async def _on_succeeded(session: AsyncSession, event: DivisionSucceeded, now: datetime) -> None:
    await hear_of(session, event, now)
    for each in told_by(event):
        await follow_division(session, each, now=now)


HANDLERS: Final[Mapping[str, Handler]] = dict([on(DivisionSucceeded, _on_succeeded)])

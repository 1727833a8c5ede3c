"""What other services cause here: a raised supervision or a started operation wants inspection."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.use_cases.carrying_out import ask_for
from shared.contracts.origins import Origin, OriginKind
from shared.contracts.petitions import SupervisionRaised
from shared.contracts.regions import OperationStarted
from shared.messaging.inbox import Handler, on


async def _on_supervision(session: AsyncSession, event: SupervisionRaised, now: datetime) -> None:
    await ask_for(
        session,
        origin=Origin(kind=OriginKind.ESCALATION, id=event.escalation_id),
        parties=event.divisions,
        matter=event.matter,
        due_on=event.due_on,
        now=now,
    )


async def _on_operation(session: AsyncSession, event: OperationStarted, now: datetime) -> None:
    await ask_for(
        session,
        origin=Origin(kind=OriginKind.OPERATION, id=event.operation_id),
        parties=[event.division, *event.divisions],
        matter=event.matter,
        due_on=event.due_on,
        now=now,
    )


HANDLERS: Final[Mapping[str, Handler]] = dict(
    [on(SupervisionRaised, _on_supervision), on(OperationStarted, _on_operation)]
)

"""What others cause here, and time: inspections that are wanted, clocks that ran out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.domain import SUBJECT, TaskClock
from services.tasks.dispatch.use_cases.carrying_out import ask_for
from services.tasks.dispatch.use_cases.following import go_on_without, withdraw_for
from services.tasks.dispatch.use_cases.lateness import tell_upwards
from shared.clock_rows.projection import Listener, copied_to
from shared.clock_rows.rows import RUNG_NAMES
from shared.contracts.origins import Origin, OriginKind
from shared.contracts.petitions import SupervisionRaised
from shared.contracts.regions import OperationCalledOff, OperationPartyLeft, OperationStarted
from shared.contracts.tasks import ClockFired
from shared.messaging.inbox import Handler, on

_, BREACH, RAISE = RUNG_NAMES


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


async def _on_party_left(session: AsyncSession, event: OperationPartyLeft, now: datetime) -> None:
    origin = await _asked_for(session, event, event.lead, now)
    await go_on_without(session, origin, division=event.division, now=now)


async def _on_called_off(session: AsyncSession, event: OperationCalledOff, now: datetime) -> None:
    origin = await _asked_for(session, event, event.division, now)
    await withdraw_for(session, origin, reason=event.reason, now=now)


async def _asked_for(
    session: AsyncSession, event: OperationPartyLeft | OperationCalledOff, lead: str, now: datetime
) -> Origin:
    """The cause, with its task even if its start is still to be heard of."""
    origin = Origin(kind=OriginKind.OPERATION, id=event.operation_id)
    parties = [lead, *event.divisions]
    await ask_for(
        session, origin=origin, parties=parties, matter=event.matter, due_on=event.due_on, now=now
    )
    return origin


async def _on_clock(session: AsyncSession, event: ClockFired, now: datetime) -> None:
    """Late, or late for so long that it goes upwards; the warning is the team's own matter."""
    if event.subject_kind == SUBJECT and event.rung in (BREACH, RAISE):
        await tell_upwards(
            session, event.subject_id, TaskClock(event.kind), highest=event.rung == RAISE, now=now
        )


# A task shows when its team is to have answered, which a published calendar may move.
CLOCK_LISTENERS: Final[tuple[Listener, ...]] = (
    copied_to("task", "answer_due_at", kind=TaskClock.ANSWER),
)
HANDLERS: Final[Mapping[str, Handler]] = dict(
    [
        on(SupervisionRaised, _on_supervision),
        on(OperationStarted, _on_operation),
        on(OperationPartyLeft, _on_party_left),
        on(OperationCalledOff, _on_called_off),
        on(ClockFired, _on_clock),
    ]
)

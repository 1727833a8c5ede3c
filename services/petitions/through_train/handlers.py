"""What puts a matter on the through-train and what brings results back to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks.domain import Result, Solved
from services.petitions.through_train.domain import Trigger, trigger_of
from services.petitions.through_train.use_cases import opening, telling
from shared.contracts.origins import OriginKind
from shared.contracts.petitions import CallbackRecorded, RepeatConfirmed, RepeatRevoked
from shared.contracts.regions import OperationDropped, OperationSummarised
from shared.contracts.tasks import TaskCompleted, TaskWithdrawn
from shared.messaging.inbox import Handler, on


async def _callback(session: AsyncSession, event: CallbackRecorded, now: datetime) -> None:
    trigger = trigger_of(Result(event.result), Solved(event.solved))
    if trigger is not None:
        await opening.open_or_join(
            session, petition_id=event.petition_id, trigger=trigger, at=event.at, now=now
        )


async def _repeat(session: AsyncSession, event: RepeatConfirmed, now: datetime) -> None:
    await opening.open_or_join(
        session, petition_id=event.root_id, trigger=Trigger.REPEAT, at=event.at, now=now
    )


async def _revoked(session: AsyncSession, event: RepeatRevoked, now: datetime) -> None:
    await opening.repeat_revoked(
        session, root_id=event.root_id, petition_id=event.petition_id, now=now
    )


async def _task(session: AsyncSession, event: TaskCompleted, now: datetime) -> None:
    if event.origin.kind is OriginKind.ESCALATION:
        result = event.model_dump(mode="json", exclude={"origin"})
        await telling.keep_result(session, escalation_id=event.origin.id, result=result, now=now)


async def _operation(session: AsyncSession, event: OperationSummarised, now: datetime) -> None:
    if event.origin is not None and event.origin.kind is OriginKind.ESCALATION:
        result = event.model_dump(mode="json", exclude={"origin"})
        await telling.keep_result(session, escalation_id=event.origin.id, result=result, now=now)


async def _withdrawn(session: AsyncSession, event: TaskWithdrawn, now: datetime) -> None:
    if event.origin.kind is OriginKind.ESCALATION:
        await telling.task_withdrawn(
            session, escalation_id=event.origin.id, at=event.withdrawn_at, now=now
        )


async def _dropped(session: AsyncSession, event: OperationDropped, now: datetime) -> None:
    if event.origin.kind is OriginKind.ESCALATION:
        await telling.operation_dropped(session, escalation_id=event.origin.id, now=now)


HANDLERS: Final[Mapping[str, Handler]] = dict(
    [
        on(CallbackRecorded, _callback),
        on(RepeatConfirmed, _repeat),
        on(RepeatRevoked, _revoked),
        on(TaskCompleted, _task),
        on(TaskWithdrawn, _withdrawn),
        on(OperationSummarised, _operation),
        on(OperationDropped, _dropped),
    ]
)

"""Calling a joint operation off (取消) before its report: what becomes of all that hangs on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers.use_cases import sending
from services.regions.operations import domain, queries
from services.regions.operations.domain import (
    ACTIVE,
    Action,
    FindingsLeft,
    NothingToDrop,
    PartyStatus,
    State,
)
from services.regions.operations.models import Finding, Operation
from services.regions.operations.queries import OperationFile
from services.regions.operations.use_cases import owed
from services.regions.operations.use_cases.record import (
    has_task,
    is_secret,
    lock,
    note,
    origin_of,
    show,
)
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.contracts.origins import Matter
from shared.contracts.regions import OperationCalledOff, OperationDropped
from shared.db.session import beyond_scope
from shared.messaging.outbox import announce


async def call_off(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    reason: str,
    dropped: Mapping[UUID, str],
    expected_version: int,
    now: datetime,
) -> Operation:
    """End it without a report: by the lead, or by the head of the common superior.

    FindingsLeft unless every finding of another place was handed over or is in `dropped` with the
    reason why it goes to nobody. People and equipment are free, the group owes the operation still,
    `tasks` hears of it if it had started, and who asked for it that it brings no result.
    """
    file = await lock(session, operation_id)
    operation = file.operation
    if not may(actor, "operation.decide", division=file.superior):
        require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    told = not is_secret(operation) and operation.state is not State.DRAFT
    operation.state = domain.step(operation.state, Action.CALL_OFF)
    _drop(await queries.lock_findings(session, operation.id), dropped, now=now)
    await note(session, actor, operation, Action.CALL_OFF, reason=reason, now=now)
    taking_part = list(file.active)
    async with beyond_scope(session):
        await _end_parts(session, file, told=told, reason=reason, now=now)
        show(operation, file.parties)
        await sending.release(session, operation.id, now=now)
    await owed.reopen_slot(session, operation)
    if has_task(operation):
        event = OperationCalledOff(
            operation_id=operation.id,
            division=operation.lead,
            divisions=taking_part,
            matter=Matter.model_validate(operation.matter),
            due_on=operation.due_on,
            reason=reason,
            called_off_at=now,
        )
        await announce(session, event, now=now)
    origin = origin_of(operation)
    if origin is not None and told:
        dropped_event = OperationDropped(
            operation_id=operation.id,
            division=operation.lead,
            divisions=taking_part,
            origin=origin,
            reason=reason,
            called_off_at=now,
        )
        await announce(session, dropped_event, now=now)
    return operation


def _drop(findings: Sequence[Finding], dropped: Mapping[UUID, str], *, now: datetime) -> None:
    waiting = {
        each.id: each
        for each in findings
        if each.handover_id is None and domain.goes_elsewhere(each.division, each.place)
    }
    for finding_id in dropped:
        if finding_id not in waiting:
            raise NothingToDrop(reason=str(finding_id), finding_id=finding_id, pointer="/dropped")
    left = waiting.keys() - dropped.keys()
    if left:
        raise FindingsLeft(count=len(left))
    for finding_id, reason in dropped.items():
        waiting[finding_id].dropped_at, waiting[finding_id].drop_reason = now, reason


async def _end_parts(
    session: AsyncSession, file: OperationFile, *, told: bool, reason: str, now: datetime
) -> None:
    """Who knew of it keeps what there was until now, as one that finished; others learn nothing."""
    act = await queries.next_act(session)
    for each in file.parties:
        if each.status not in ACTIVE:
            continue
        each.status = PartyStatus.FINISHED if told else PartyStatus.ENDED
        each.ended_at, each.ended_act, each.closing = now, act, reason

"""From the start of a joint operation to the archive: what the lead does, what `tasks` reports."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.operations import domain, queries
from services.regions.operations.domain import Action, PartyStatus, ResultsMissing, State
from services.regions.operations.models import Operation, OperationResult
from services.regions.operations.use_cases.record import lock, note, origin_of
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.contracts.origins import Matter
from shared.contracts.regions import OperationStarted, OperationSummarised
from shared.contracts.tasks import TaskCompleted
from shared.messaging.outbox import announce

RESULT: Final = "result"
# Steps that change nothing but the state.
PlainStep = Literal[Action.PREPARE, Action.HAND_OVER, Action.LOOK_BACK, Action.CLOSE]


async def advance(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    action: PlainStep,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Operation:
    """A step of the lead's, with what was done or found as its reason."""
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, action)
    if operation.state is State.CLOSED:
        for party in file.parties:
            party.status = PartyStatus.ENDED
    await note(session, actor, operation, action, reason=reason, now=now)
    return operation


async def start(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Operation:
    """Let it run: `tasks` hears of it and makes the inspection task."""
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.START)
    await note(session, actor, operation, Action.START, reason=reason, now=now)
    event = OperationStarted(
        operation_id=operation.id,
        division=operation.lead,
        divisions=list(file.codes),
        matter=Matter.model_validate(operation.matter),
        due_on=operation.due_on,
    )
    await announce(session, event, now=now)
    return operation


async def summarise(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    summary: str,
    expected_version: int,
    now: datetime,
) -> Operation:
    """Issue the joint report; who asked for the operation hears of it."""
    file = await lock(session, operation_id)
    operation, found = file.operation, file.totals
    require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.SUMMARISE)
    if not file.results:
        raise ResultsMissing
    operation.summary, operation.summarised_at = summary, now
    operation.inspections = found.inspections
    operation.problems_found = found.problems_found
    operation.problems_closed = found.problems_closed
    await note(session, actor, operation, Action.SUMMARISE, reason=None, now=now)
    event = OperationSummarised(
        operation_id=operation.id,
        division=operation.lead,
        divisions=list(file.codes),
        origin=origin_of(operation),
        inspections=found.inspections,
        problems_found=found.problems_found,
        problems_closed=found.problems_closed,
        summarised_at=now,
        summary=summary,
    )
    await announce(session, event, now=now)
    return operation


async def record_result(session: AsyncSession, event: TaskCompleted, now: datetime) -> None:
    """Keep what a task of the operation came to, once. For a session of the system."""
    operation = await queries.lock_operation(session, event.origin.id)
    if await queries.has_result(session, event.task_id):
        return
    result = OperationResult(
        task_id=event.task_id,
        operation_id=operation.id,
        inspections=event.inspections,
        problems_found=event.problems_found,
        problems_closed=event.problems_closed,
        summary=event.summary,
        completed_at=event.completed_at,
        visible_to=operation.visible_to,
    )
    session.add(result)
    await note(session, SYSTEM_ACTOR, operation, RESULT, reason=event.summary, now=now)

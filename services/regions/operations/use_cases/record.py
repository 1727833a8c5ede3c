"""What every step with a joint operation shares: reading it whole, and writing down the step."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.operations import domain, queries
from services.regions.operations.domain import Action
from services.regions.operations.models import Operation, OperationStep
from services.regions.operations.queries import OperationFile
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.contracts.origins import Origin
from shared.ids import uuid7


async def lock(session: AsyncSession, operation_id: UUID) -> OperationFile:
    """The operation with all that hangs on it, locked until the transaction ends."""
    return await queries.file(session, await queries.lock_operation(session, operation_id))


async def note(
    session: AsyncSession,
    actor: Actor,
    operation: Operation,
    action: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Every act is a new version, and written down."""
    operation.changed_at = now
    flag_modified(operation, "changed_at")  # a version even if no time has passed
    await write_down(session, actor, operation, action, reason=reason, now=now)


async def write_down(
    session: AsyncSession,
    actor: Actor,
    operation: Operation,
    action: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """A line of history and a line in the trace."""
    step = OperationStep(
        id=uuid7(),
        operation_id=operation.id,
        action=action,
        state=operation.state,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason,
        at=now,
        visible_to=operation.visible_to,
    )
    session.add(step)
    await session.flush()
    await record(
        session,
        actor,
        f"operation.{action}",
        object_kind="operation",
        object_id=operation.id,
        now=now,
        seen_by=operation.visible_to,
        reason=reason,
        after=operation.model_dump(mode="json"),
    )


def origin_of(operation: Operation) -> Origin | None:
    if operation.origin_kind is None or operation.origin_id is None:
        return None
    return Origin(kind=operation.origin_kind, id=operation.origin_id)


def actions(actor: Actor, file: OperationFile) -> list[str]:
    """The legal next steps this caller may take."""
    legal = domain.TRANSITIONS[file.operation.state]
    return [each.value for each in legal if _may_take(actor, file, each)]


def _may_take(actor: Actor, file: OperationFile, action: Action) -> bool:
    lead = file.operation.lead
    match action:
        case Action.ANSWER:
            return any(may(actor, "operation.answer", division=each) for each in file.codes)
        case Action.ISSUE if domain.without_consent(file.consents):
            return may(actor, "operation.decide", division=file.superior)
        case Action.ISSUE:
            return may(actor, "operation.issue", division=lead)
        case _:
            return may(actor, "operation.lead", division=lead)

"""Writing down what was done, and saying what may be done next."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.activations import domain
from services.regions.activations.domain import ProtocolState, ProtocolStep, State, Step
from services.regions.activations.models import Activation, ActivationStep, EmergencyProtocol
from services.regions.activations.queries import ActivationFile, ProtocolFile
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.ids import uuid7

ACKNOWLEDGE_CLOCK: Final = "activation_acknowledge"
REPORT_CLOCK: Final = "activation_report"


async def note_protocol(
    session: AsyncSession,
    actor: Actor,
    row: EmergencyProtocol,
    action: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Every act is a new version, and in the trace."""
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    await session.flush()
    await record(
        session,
        actor,
        f"emergency_protocol.{action}",
        object_kind="emergency_protocol",
        object_id=row.id,
        now=now,
        seen_by=row.visible_to,
        reason=reason,
        after=row.model_dump(mode="json"),
    )


async def note(
    session: AsyncSession,
    actor: Actor,
    row: Activation,
    action: str,
    *,
    division: str | None,
    reason: str | None,
    now: datetime,
) -> None:
    """Every act is a new version, a line of history and a line in the trace."""
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    session.add(
        ActivationStep(
            id=uuid7(),
            activation_id=row.id,
            action=action,
            state=row.state,
            division=division,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
            visible_to=row.visible_to,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"activation.{action}",
        object_kind="activation",
        object_id=row.id,
        now=now,
        seen_by=row.visible_to,
        reason=reason,
        after=row.model_dump(mode="json"),
    )


def protocol_actions(actor: Actor, file: ProtocolFile) -> list[str]:
    """What this caller may do with the protocol now."""
    legal = domain.PROTOCOL_TRANSITIONS[file.protocol.state]
    found = []
    if ProtocolStep.ANSWER in legal and _agrees_for(actor, file.codes):
        found.append(ProtocolStep.ANSWER.value)
    if ProtocolStep.DECIDE in legal and may(
        actor, "emergency_protocol.decide", division=file.superior
    ):
        found.append(ProtocolStep.DECIDE.value)
    if ProtocolStep.END in legal and _agrees_for(actor, file.codes):
        found.append(ProtocolStep.END.value)
    callers = (may(actor, "activation.call", division=each) for each in file.codes)
    if file.protocol.state is ProtocolState.AGREED and any(callers):
        found.append("call")
    return found


def _agrees_for(actor: Actor, codes: tuple[str, ...]) -> bool:
    return any(may(actor, "emergency_protocol.agree", division=each) for each in codes)


def actions(actor: Actor, file: ActivationFile) -> list[str]:
    """The legal next steps this caller may take."""
    legal = domain.TRANSITIONS[file.activation.state]
    return [each.value for each in legal if each is not Step.LAPSE and _may_take(actor, file, each)]


def _may_take(actor: Actor, file: ActivationFile, step: Step) -> bool:
    match step:
        case Step.ACKNOWLEDGE | Step.ARRIVE | Step.DECLINE:
            return any(
                step in domain.REPLIES[each.state]
                and may(actor, "activation.answer", division=each.division)
                for each in file.replies
            )
        case Step.CONFIRM:
            return any(
                may(actor, "activation.answer", division=each.division) for each in file.replies
            )
        case Step.JOIN_UP if file.activation.operation_id is not None:
            return False
        case Step.CLOSE if file.unspoken:
            return may(actor, "activation.decide", division=file.protocol.superior)
        case _:
            return may(actor, "activation.call", division=file.activation.caller)


def is_overdue(row: Activation, *, now: datetime) -> bool:
    """Whether the report is late."""
    return row.state is State.ENDED and row.report_due_at is not None and row.report_due_at <= now

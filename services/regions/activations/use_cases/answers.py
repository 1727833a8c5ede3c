"""What a called place does: acknowledge, arrive, say why it cannot, speak to the report."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.activations import domain, queries
from services.regions.activations.domain import NotCalled, Reply, Step
from services.regions.activations.models import Activation, ActivationReply
from services.regions.activations.use_cases.record import ACKNOWLEDGE_CLOCK, note
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import is_running, stop_clock
from shared.errors import ReasonMissing


async def answer(
    session: AsyncSession,
    actor: Actor,
    activation_id: UUID,
    step: Step,
    *,
    division: str,
    officers: int | None = None,
    reason: str | None = None,
    expected_version: int,
    now: datetime,
) -> Activation:
    """Acknowledge, arrive with so many officers, or say why one cannot come."""
    row, own = await _begin(
        session, actor, activation_id, step, division=division, version=expected_version
    )
    domain.require_running(row.ends_at, now=now)
    if step is Step.DECLINE and reason is None:
        raise ReasonMissing(reason="unable", pointer="/reason")
    own.state = domain.reply(own.state, step)
    own.reason = reason
    if own.state is Reply.ACKNOWLEDGED:
        own.acknowledged_at = now
    if own.state is Reply.ARRIVED:
        own.arrived_at, own.officers = now, officers
    if await is_running(session, subject_id=own.id, kind=ACKNOWLEDGE_CLOCK):
        await stop_clock(session, subject_id=own.id, kind=ACKNOWLEDGE_CLOCK, at=now)
    await note(session, actor, row, step, division=division, reason=reason, now=now)
    return row


async def confirm(
    session: AsyncSession,
    actor: Actor,
    activation_id: UUID,
    *,
    division: str,
    confirms: bool,
    remark: str | None,
    expected_version: int,
    now: datetime,
) -> Activation:
    """A called place's word on the report; who does not confirm says what is wrong with it."""
    row, own = await _begin(
        session, actor, activation_id, Step.CONFIRM, division=division, version=expected_version
    )
    if not confirms and remark is None:
        raise ReasonMissing(reason="doubt", pointer="/remark")
    own.confirms, own.remark = confirms, remark
    told = f"{division}: {'confirmed' if confirms else 'not confirmed'}"
    told += f"; {remark}" if remark else ""
    await note(session, actor, row, Step.CONFIRM, division=division, reason=told, now=now)
    return row


async def _begin(
    session: AsyncSession,
    actor: Actor,
    activation_id: UUID,
    step: Step,
    *,
    division: str,
    version: int,
) -> tuple[Activation, ActivationReply]:
    """The activation locked, and the place's own line of it."""
    file = await queries.lock_activation(session, activation_id)
    require(actor, "activation.answer", division=division)
    file.activation.require_version(version)
    own = next((each for each in file.replies if each.division == division), None)
    if own is None:
        raise NotCalled(reason=division, division=division, pointer="/division")
    file.activation.state = domain.step(file.activation.state, step)
    return file.activation, own

"""More time to close (art. 34)."""

from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.domain.extension import NothingToExtend
from services.petitions.handling.use_cases.begin import begin_step
from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import take
from services.petitions.profiles.domain import ClockKind
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.auth.actor import Actor
from shared.clock_rows.rows import change_clock, is_running
from shared.clocks import acts


async def extend(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    days: int,
    requested_by: str,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Extend the time to close: once, capped, approved by the head, the petitioner told (P7)."""
    petition = await begin_step(session, actor, petition_id, version, Step.EXTEND)
    if not await is_running(session, subject_id=petition.id, kind=ClockKind.CLOSING):
        raise NothingToExtend
    if petition.handler_id == actor.id:
        raise acts.SelfApproval
    # The deadline's explanation quotes the reason to every reader.
    reason = await without_petitioner(session, petition.petitioner_id, reason, keys=keys)
    granted = partial(
        acts.extend,
        amount=days,
        reason=reason,
        requested_by=requested_by,
        approved_by=actor.name,
        at=now,
    )
    await change_clock(session, subject_id=petition.id, kind=ClockKind.CLOSING, act=granted)
    facts = {"days": days, "requested_by": requested_by}
    await take(
        session, petition, Step.EXTEND, actor=actor, reason=reason, keys=keys, now=now, facts=facts
    )
    return petition

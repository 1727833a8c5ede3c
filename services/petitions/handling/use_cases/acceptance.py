"""Acceptance and refusal, each with notice to the petitioner (art. 23), and the start."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.domain.acceptance import RefusalReason
from services.petitions.handling.use_cases.begin import begin_step, stop
from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import begin, take
from services.petitions.profiles import domain as profiles
from services.petitions.profiles.domain import ClockKind
from services.petitions.vault.use_cases import VaultKeys
from shared.auth.actor import Actor
from shared.clock_rows.rows import drop_clocks
from shared.clocks.days import legal_day

# What acceptance, or refusal, with notice to the petitioner fulfils.
UNTIL_ACCEPTANCE: Final = (ClockKind.ROUTING, ClockKind.NOTICE, ClockKind.ACCEPTANCE)


async def accept(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    notice: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Accept and tell the petitioner (art. 23); the time to close begins (art. 34 or profile)."""
    petition = await begin_step(session, actor, petition_id, version, Step.ACCEPT)
    petition.accepted_at = now
    await take(session, petition, Step.ACCEPT, actor=actor, reason=notice, keys=keys, now=now)
    for kind in UNTIL_ACCEPTANCE:
        await stop(session, petition, kind, now)
    # To object was a right, no duty: who accepts late has not missed it.
    await drop_clocks(session, subject_id=petition.id, at=now)
    profile = profiles.profile_for(
        petition.divisions[0], petition.channel, petition.track, legal_day(petition.received_at)
    )
    await begin(session, petition, ClockKind.CLOSING, profile.close, at=now)
    return petition


async def refuse(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    ground: RefusalReason,
    notice: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Do not accept, for one of the grounds the law knows; the petitioner is told why."""
    petition = await begin_step(session, actor, petition_id, version, Step.REFUSE)
    petition.closed_at = now
    facts = {"ground": ground.value}
    await take(
        session, petition, Step.REFUSE, actor=actor, reason=notice, keys=keys, now=now, facts=facts
    )
    for kind in UNTIL_ACCEPTANCE:
        await stop(session, petition, kind, now)
    await drop_clocks(session, subject_id=petition.id, at=now)
    return petition


async def start(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    reason: str | None,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The officer who begins is the handling officer from now on."""
    petition = await begin_step(session, actor, petition_id, version, Step.START)
    petition.handler_id, petition.handler_name = actor.id, actor.name
    await take(session, petition, Step.START, actor=actor, reason=reason, keys=keys, now=now)
    return petition

"""The written answer, and filing what nobody can be called back about."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.domain.answer import (
    Outcome,
    StillReachable,
    StillReviewable,
    require_handler,
    require_parts,
)
from services.petitions.handling.use_cases.begin import begin_step, stop
from services.petitions.handling.use_cases.extension import lapse
from services.petitions.handling.use_cases.parts import answers_partially
from services.petitions.intake.domain import State, Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import take
from services.petitions.profiles.domain import ClockKind
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.auth.actor import Actor
from shared.clock_rows.rows import is_running

# What the answer fulfils; what was found and decided is the report an assignment asks for.
UNTIL_ANSWER: Final = (ClockKind.CLOSING, ClockKind.REPORT)


async def reply(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    outcome: Outcome,
    opinion: str,
    parts: dict[str, str],
    partial: bool,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The written answer (art. 32), its `parts` the legal basis and what the track asks for.

    A call-back follows.
    """
    petition = await begin_step(session, actor, petition_id, version, Step.REPLY)
    require_handler(petition.handler_id, actor.id)
    require_parts(petition.track, parts)
    if await answers_partially(session, petition, partial=partial):
        petition.partial = True
    petition.outcome, petition.reply, petition.reply_parts = outcome.value, opinion, parts
    petition.replied_at = now
    petition.first_replied_at = petition.first_replied_at or now
    await lapse(session, petition, now=now)
    facts: dict[str, Any] = {"outcome": outcome.value}
    for name, text in parts.items():
        facts[name] = await without_petitioner(session, petition.party_ids, text, keys=keys)
    await take(
        session, petition, Step.REPLY, actor=actor, reason=opinion, keys=keys, now=now, facts=facts
    )
    for kind in UNTIL_ANSWER:
        await stop(session, petition, kind, now)
    return petition


async def file(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Close what nobody can be called back about (2.7), or was reviewed and left so (P10)."""
    petition = await begin_step(session, actor, petition_id, version, Step.FILE)
    if petition.state is State.REVIEWED:
        if await is_running(session, subject_id=petition.id, kind=ClockKind.RE_REVIEW_REQUEST):
            raise StillReviewable
    elif not petition.anonymous:
        raise StillReachable
    petition.closed_at = petition.closed_at or now
    await take(session, petition, Step.FILE, actor=actor, reason=reason, keys=keys, now=now)
    return petition

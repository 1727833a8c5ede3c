"""Another purpose or track, before anybody accepted (art. 29-31)."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.domain.classifying import AlreadyClassified, purpose_for
from services.petitions.handling.use_cases.begin import begin_step
from services.petitions.intake.domain import Purpose, Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import begin, facts_of, take
from services.petitions.profiles.domain import ClockKind, Track
from services.petitions.profiles.queries import profile_for
from services.petitions.vault.use_cases import VaultKeys
from shared.auth.actor import Actor
from shared.clock_rows.rows import ClockState, clocks_of, drop_clocks


async def reclassify(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    purpose: Purpose | None,
    track: Track,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Put it on its right track; the time to accept is that of the track, from receipt."""
    petition = await begin_step(session, actor, petition_id, version, Step.RECLASSIFY)
    found = purpose_for(track, purpose, present=petition.purpose)
    if (found, track) == (petition.purpose, petition.track):
        raise AlreadyClassified
    facts = {
        "from": [petition.purpose.value, petition.track.value],
        "to": [found.value, track.value],
    }
    petition.purpose, petition.track = found, track
    profile = await profile_for(session, facts_of(petition))
    petition.profile = profile.code
    await take(
        session,
        petition,
        Step.RECLASSIFY,
        actor=actor,
        reason=reason,
        keys=keys,
        now=now,
        facts=facts,
    )
    for clock in await clocks_of(session, [petition.id]):
        running = clock.kind == ClockKind.ACCEPTANCE and clock.state is ClockState.RUNNING
        if running and clock.term != profile.accept:
            kinds = {ClockKind.ACCEPTANCE}
            await drop_clocks(session, subject_id=petition.id, at=now, kinds=kinds)
            at = petition.received_at
            await begin(session, petition, ClockKind.ACCEPTANCE, profile.accept, at=at)
    return petition

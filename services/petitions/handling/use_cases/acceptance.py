"""Acceptance and refusal, each with notice to the petitioner (art. 23), and the start."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.domain import acceptance as rules
from services.petitions.handling.domain.acceptance import RefusalReason
from services.petitions.handling.domain.routing import (
    REFUSING,
    DeemedCompetent,
    require_contestable,
)
from services.petitions.handling.use_cases.begin import begin_step, stop
from services.petitions.handling.use_cases.matter import others_on_the_matter
from services.petitions.intake import queries as intake
from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import begin, facts_of, take
from services.petitions.profiles.domain import ClockKind
from services.petitions.profiles.queries import profile_for
from services.petitions.vault.use_cases import VaultKeys
from shared.auth.actor import Actor
from shared.clock_rows.rows import ClockState, clocks_of, drop_clocks

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
    rules.require_accepted_track(petition.track)
    matter = await others_on_the_matter(session, petition, now=now)
    rules.require_not_final(matter)
    rules.require_no_parallel(petition.holder, matter)
    profile = await profile_for(session, facts_of(petition))
    petition.accepted_at, petition.profile = now, profile.code
    await take(session, petition, Step.ACCEPT, actor=actor, reason=notice, keys=keys, now=now)
    for kind in UNTIL_ACCEPTANCE:
        await stop(session, petition, kind, now)
    # To object was a right, no duty: who accepts late has not missed it.
    await drop_clocks(session, subject_id=petition.id, at=now, kinds={ClockKind.OBJECTION})
    for kind, term in ((ClockKind.BEGINNING, profile.begin), (ClockKind.CLOSING, profile.close)):
        if term is not None:
            await begin(session, petition, kind, term, at=now)
    return petition


async def refuse(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    ground: RefusalReason,
    same_as_id: UUID | None,
    notice: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Do not accept, for one of the grounds the law knows; the petitioner is told why."""
    petition = await begin_step(session, actor, petition_id, version, Step.REFUSE)
    facts = await _grounds(session, petition, ground, same_as_id, now=now)
    petition.closed_at = now
    petition.refusal_ground, petition.same_as_id = ground.value, same_as_id
    await take(
        session, petition, Step.REFUSE, actor=actor, reason=notice, keys=keys, now=now, facts=facts
    )
    for kind in UNTIL_ACCEPTANCE:
        await stop(session, petition, kind, now)
    await drop_clocks(session, subject_id=petition.id, at=now)
    return petition


async def _grounds(
    session: AsyncSession,
    petition: Petition,
    ground: RefusalReason,
    same_as_id: UUID | None,
    *,
    now: datetime,
) -> dict[str, Any]:
    """The refusal's facts, once the ground has been borne out."""
    matter = await others_on_the_matter(session, petition, now=now)
    rules.require_ground(petition.track, ground, matter)
    if ground is RefusalReason.NOT_COMPETENT:
        await _require_contestable(session, petition, now=now)
    rules.require_naming(ground, petition.id, same_as_id)
    if same_as_id is None:
        return {"ground": ground.value}
    known = next((each for each in matter if each.id == same_as_id), None)
    same = known or await intake.petition(session, same_as_id)
    rules.require_bearing_out(ground, number=same.number, state=same.state)
    return {"ground": ground.value, "same_as": same.number}


async def _require_contestable(session: AsyncSession, petition: Petition, *, now: datetime) -> None:
    """Whoever let the time to object go by is competent, be it written down yet or not."""
    require_contestable(petition.settled_by, REFUSING)
    for clock in await clocks_of(session, [petition.id]):
        running = clock.kind == ClockKind.OBJECTION and clock.state is ClockState.RUNNING
        if running and clock.due_at is not None and now >= clock.due_at:
            raise DeemedCompetent


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
    await stop(session, petition, ClockKind.BEGINNING, now)
    return petition

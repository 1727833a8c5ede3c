"""More time to close: the handling officer asks, the organ's head decides (art. 34)."""

from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling import queries
from services.petitions.handling.domain.answer import require_handler
from services.petitions.handling.domain.extension import (
    ConsentMissing,
    ExtensionAsked,
    ExtensionNotAsked,
    NothingToExtend,
    RequestState,
)
from services.petitions.handling.models import ExtensionRequest
from services.petitions.handling.use_cases.begin import begin_step
from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import facts_of, take
from services.petitions.profiles.domain import ClockKind
from services.petitions.profiles.queries import profile_for
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared import reference
from shared.auth.actor import Actor
from shared.clock_rows.rows import ClockState, change_clock, clocks_of
from shared.clocks import acts


async def request(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    days: int,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Ask for more time; what the term would not allow anyway is not even asked."""
    petition = await begin_step(session, actor, petition_id, version, Step.REQUEST_EXTENSION)
    require_handler(petition.handler_id, actor.id)
    if petition.extension_open:
        raise ExtensionAsked
    await _require_extensible(session, petition, days=days, reason=reason, asker=actor, now=now)
    # The deadline's explanation quotes the reason to every reader.
    reason = await without_petitioner(session, petition.party_ids, reason, keys=keys)
    session.add(
        ExtensionRequest(
            petition_id=petition.id,
            days=days,
            reason=reason,
            requested_by=actor.id,
            requested_by_name=actor.name,
            requested_at=now,
            visible_to=petition.visible_to,
        )
    )
    petition.extension_open = True
    await take(
        session,
        petition,
        Step.REQUEST_EXTENSION,
        actor=actor,
        reason=reason,
        keys=keys,
        now=now,
        facts={"days": days},
    )
    return petition


async def _require_extensible(
    session: AsyncSession,
    petition: Petition,
    *,
    days: int,
    reason: str,
    asker: Actor,
    now: datetime,
) -> None:
    """The same rules as when it is granted: once, within the cap, before the term has run out."""
    for clock in await clocks_of(session, [petition.id]):
        if clock.kind == ClockKind.CLOSING and clock.state is ClockState.RUNNING:
            acts.extend(
                clock.ledger,
                clock.term,
                await reference.calendar(session),
                amount=days,
                reason=reason,
                requested_by=asker.name,
                approved_by="",
                at=now,
            )
            return
    raise NothingToExtend


async def _asked(
    session: AsyncSession,
    actor: Actor,
    petition: Petition,
    *,
    state: RequestState,
    answer: str,
    keys: VaultKeys,
    now: datetime,
) -> ExtensionRequest:
    """The open request, decided by somebody who did not ask."""
    found = await queries.open_request(session, petition.id)
    if found is None:
        raise ExtensionNotAsked
    if actor.id in {found.requested_by, petition.handler_id}:
        raise acts.SelfApproval
    found.state, found.decided_at = state, now
    found.decided_by, found.decided_by_name = actor.id, actor.name
    found.answer = await without_petitioner(session, petition.party_ids, answer, keys=keys)
    petition.extension_open = False
    return found


async def grant(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    notice: str,
    consent: str | None,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The head approves: once, capped; `notice` is what the petitioner is told (P7)."""
    petition = await begin_step(session, actor, petition_id, version, Step.EXTEND)
    asked = await _asked(
        session, actor, petition, state=RequestState.GRANTED, answer=notice, keys=keys, now=now
    )
    profile = await profile_for(session, facts_of(petition))
    if profile.sender_agrees and consent is None:
        raise ConsentMissing(reason="consent", pointer="/consent", profile=profile.code)
    if consent is not None:
        consent = await without_petitioner(session, petition.party_ids, consent, keys=keys)
    asked.consent = consent
    granted = partial(
        acts.extend,
        amount=asked.days,
        reason=asked.reason,
        requested_by=asked.requested_by_name,
        approved_by=actor.name,
        at=now,
    )
    await change_clock(session, subject_id=petition.id, kind=ClockKind.CLOSING, act=granted)
    facts = {"days": asked.days, "requested_by": asked.requested_by_name}
    await take(
        session, petition, Step.EXTEND, actor=actor, reason=notice, keys=keys, now=now, facts=facts
    )
    return petition


async def refuse(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The head does not grant it; the officer may ask again."""
    petition = await begin_step(session, actor, petition_id, version, Step.REFUSE_EXTENSION)
    asked = await _asked(
        session, actor, petition, state=RequestState.REFUSED, answer=reason, keys=keys, now=now
    )
    facts = {"days": asked.days, "requested_by": asked.requested_by_name}
    await take(
        session,
        petition,
        Step.REFUSE_EXTENSION,
        actor=actor,
        reason=reason,
        keys=keys,
        now=now,
        facts=facts,
    )
    return petition


async def lapse(session: AsyncSession, petition: Petition, *, now: datetime) -> None:
    """The reply came before the head decided: nothing is left to extend."""
    found = await queries.open_request(session, petition.id)
    if found is not None:
        found.state, found.decided_at = RequestState.LAPSED, now
        petition.extension_open = False

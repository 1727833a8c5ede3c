"""Asking the petitioner to complete what was said, and what comes of it (补正)."""

from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling import queries
from services.petitions.handling.domain.asking import (
    BASIS,
    NO_ANSWER,
    WAITING,
    AlreadyAsked,
    NobodyToAsk,
    NotAsked,
    stops_for_petitioner,
)
from services.petitions.handling.use_cases.begin import begin_step, stop
from services.petitions.intake.domain import TRANSITIONS, Step, grams_of, search_text
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import lock_petition
from services.petitions.intake.use_cases.steps import begin, facts_of, take
from services.petitions.profiles.domain import ClockKind
from services.petitions.profiles.queries import profile_for
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.clock_rows.rows import ClockState, change_clock, clocks_of, is_running
from shared.clocks import acts
from shared.clocks.calendar import WorkCalendar
from shared.clocks.days import legal_day
from shared.clocks.ledger import Ledger
from shared.clocks.term import Term, Unit
from shared.rule_settings import rule_settings

# Between what was said and what was added.
HEADING: Final = "〔{day} 补正〕"


async def ask_back(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    question: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Ask the petitioner; the clocks that may wait stop, the statute's run on."""
    petition = await begin_step(session, actor, petition_id, version, Step.ASK_BACK)
    if petition.anonymous:
        raise NobodyToAsk
    if await is_running(session, subject_id=petition.id, kind=ClockKind.SUPPLEMENT):
        raise AlreadyAsked
    petition.asked_back_at = now
    await take(session, petition, Step.ASK_BACK, actor=actor, reason=question, keys=keys, now=now)
    await _pause(session, petition, now=now)
    settings = await rule_settings(session, division=petition.holder, on_day=legal_day(now))
    term = Term(settings["ask_back.days"], Unit.NATURAL_DAYS, BASIS, evidence="DD")
    await begin(session, petition, ClockKind.SUPPLEMENT, term, at=now)
    return petition


async def supplement(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    text: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """What the petitioner added: as written behind what was said, redacted for all others."""
    petition = await begin_step(session, actor, petition_id, version, Step.SUPPLEMENT)
    if petition.asked_back_at is None:
        raise NotAsked
    told = await without_petitioner(session, petition.party_ids, text, keys=keys)
    heading = HEADING.format(day=legal_day(now).isoformat())
    petition.body = f"{petition.body}\n{heading}\n{text}"
    petition.redacted_body = f"{petition.redacted_body}\n{heading}\n{told}"
    petition.grams = grams_of(
        search_text(
            petition.redacted_title, petition.redacted_body, petition.place, petition.object_name
        )
    )
    petition.asked_back_at = None
    await take(session, petition, Step.SUPPLEMENT, actor=actor, reason=told, keys=None, now=now)
    await stop(session, petition, ClockKind.SUPPLEMENT, now)
    await _resume(session, petition, at=now)
    return petition


async def give_up_one(session: AsyncSession, now: datetime) -> int:
    """Count again for one petition whose petitioner let the time to answer run out."""
    found = await queries.unanswered_question(session, now=now)
    if found is None:
        return 0
    petition_id, due_at = found
    petition = await lock_petition(session, petition_id)
    petition.asked_back_at = None
    await stop(session, petition, ClockKind.SUPPLEMENT, now)
    # Who was answered or refused meanwhile is waited for no longer.
    if Step.SUPPLEMENT in TRANSITIONS[petition.state]:
        await take(
            session,
            petition,
            Step.SUPPLEMENT,
            actor=SYSTEM_ACTOR,
            reason=NO_ANSWER,
            keys=None,
            now=now,
        )
        await _resume(session, petition, at=due_at)
    return 1


async def _pause(session: AsyncSession, petition: Petition, *, now: datetime) -> None:
    """Stop what may wait; what has run out stays missed."""
    profile = await profile_for(session, facts_of(petition))
    paused = partial(acts.pause, at=now, reason=WAITING, authority=profile.code)
    for clock in await clocks_of(session, [petition.id]):
        in_time = clock.due_at is not None and now < clock.due_at
        waits = stops_for_petitioner(clock.kind, clock.term, pausable=profile.pausable)
        if clock.state is ClockState.RUNNING and in_time and waits:
            await change_clock(session, subject_id=petition.id, kind=clock.kind, act=paused)


async def _resume(session: AsyncSession, petition: Petition, *, at: datetime) -> None:
    def resumed(ledger: Ledger, _: Term, __: WorkCalendar) -> Ledger:
        return acts.resume(ledger, at=at)

    for clock in await clocks_of(session, [petition.id]):
        if clock.state is ClockState.PAUSED:
            await change_clock(session, subject_id=petition.id, kind=clock.kind, act=resumed)

"""From the table to a binding text: each party for itself, or their common superior."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import life
from services.regions.agreements.domain.consent import (
    NoCommonSuperior,
    common_superior,
)
from services.regions.agreements.domain.life import Action
from services.regions.agreements.models import Agreement
from services.regions.agreements.use_cases.record import NEGOTIATION, Held, lock, note, take
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import stop_clock
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings


async def sign(
    session: AsyncSession,
    actor: Actor,
    agreement_id: UUID,
    *,
    division: str,
    text_hash: str,
    expected_version: int,
    now: datetime,
) -> Agreement:
    """A party signs the text it names by hash, in its own name; the last one concludes.

    OtherText if another text is on the table by now.
    """
    held = await lock(session, agreement_id)
    require(actor, "agreement.sign", division=division)
    held.agreement.require_version(expected_version)
    talks = held.file.talks.sign(division, text_hash=text_hash)
    take(held, talks)
    _said(held, actor, division, reason=None, now=now)
    if talks.bound_by is not None:
        await _conclude(session, held, now=now)
    await note(session, actor, held, Action.SIGN, division=division, reason=None, now=now)
    if talks.bound_by is not None:
        await note(
            session, SYSTEM_ACTOR, held, Action.CONCLUDE, division=None, reason=None, now=now
        )
    return held.agreement


async def decline(
    session: AsyncSession,
    actor: Actor,
    agreement_id: UUID,
    *,
    division: str,
    text_hash: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Agreement:
    """A party does not sign the text it names, and says why."""
    held = await lock(session, agreement_id)
    require(actor, "agreement.sign", division=division)
    held.agreement.require_version(expected_version)
    take(held, held.file.talks.decline(division, text_hash=text_hash, reason=reason))
    _said(held, actor, division, reason=reason, now=now)
    await note(session, actor, held, Action.DECLINE, division=division, reason=reason, now=now)
    return held.agreement


async def ask_decision(
    session: AsyncSession,
    actor: Actor,
    agreement_id: UUID,
    *,
    division: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Agreement:
    """A party asks the common superior to decide before time is up."""
    held = await lock(session, agreement_id)
    require(actor, "agreement.sign", division=division)
    held.agreement.require_version(expected_version)
    take(held, held.file.talks.ask(division))
    held.agreement.decision_asked_at = held.agreement.decision_asked_at or now
    await note(session, actor, held, Action.ASK_DECISION, division=division, reason=reason, now=now)
    return held.agreement


async def decide(
    session: AsyncSession,
    actor: Actor,
    agreement_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Agreement:
    """The common superior's head binds the text as it stands, and says why.

    What the parties said stays beside it. NoCommonSuperior for parties of two provinces,
    NoDeadlock while time runs and nobody asked.
    """
    held = await lock(session, agreement_id)
    superior = common_superior(held.file.codes)
    life.step(held.agreement.state, Action.DECIDE)
    if superior is None:
        raise NoCommonSuperior
    require(actor, "agreement.decide", division=superior)
    held.agreement.require_version(expected_version)
    take(held, held.file.talks.decide(now))
    held.agreement.decision_reason, held.agreement.decided_by = reason, superior
    await _conclude(session, held, now=now)
    await note(session, actor, held, Action.DECIDE, division=superior, reason=reason, now=now)
    return held.agreement


def _said(held: Held, actor: Actor, division: str, *, reason: str | None, now: datetime) -> None:
    party = held.party(division)
    party.answered_at, party.answered_by = now, actor.id
    party.answered_name, party.answer_reason = actor.name, reason


async def _conclude(session: AsyncSession, held: Held, *, now: datetime) -> None:
    """It binds: since when, and from which day it will count as expiring."""
    agreement = held.agreement
    settings = await rule_settings(session, division=agreement.drafter, on_day=legal_day(now))
    agreement.signed_at = now
    agreement.expiring_on = life.expiring_on(
        agreement.valid_from, agreement.valid_to, months=settings["agreement.expiring_months"]
    )
    await stop_clock(session, subject_id=agreement.id, kind=NEGOTIATION, at=now)

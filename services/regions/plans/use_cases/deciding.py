"""From countersigning to issue: each party for itself, then the lead or the common superior."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain.consent import Answer, NoCommonSuperior, common_superior
from services.regions.plans.domain import life
from services.regions.plans.domain.life import Action
from services.regions.plans.models import Plan
from services.regions.plans.use_cases.drafting import require_footing
from services.regions.plans.use_cases.record import COUNTERSIGNING, Held, lock, note, take
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import stop_clock


async def answer(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    *,
    division: str,
    agrees: bool,
    text_hash: str,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Plan:
    """A party agrees to the text it names by hash or declines it; it may think again."""
    held = await lock(session, plan_id)
    require(actor, "plan.answer", division=division)
    held.plan.require_version(expected_version)
    said = Answer.AGREED if agrees else Answer.DECLINED
    signing = held.file.countersigning.answer(division, said, text_hash=text_hash, reason=reason)
    take(held, signing, actor, now)
    held.party(division).answer_reason = reason
    told = f"{said.value}; {reason}" if reason else said.value
    await note(session, actor, held, Action.ANSWER, division=division, reason=told, now=now)
    return held.plan


async def ask_decision(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    *,
    division: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Plan:
    """A party asks the common superior to decide before time is up."""
    held = await lock(session, plan_id)
    require(actor, "plan.answer", division=division)
    held.plan.require_version(expected_version)
    take(held, held.file.countersigning.ask(division), actor, now)
    held.plan.decision_asked_at = held.plan.decision_asked_at or now
    await note(session, actor, held, Action.ASK_DECISION, division=division, reason=reason, now=now)
    return held.plan


async def issue(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Plan:
    """印发: the lead, when all agreed; ConsentMissing names who has not."""
    held = await lock(session, plan_id)
    require(actor, "plan.issue", division=held.plan.lead)
    held.plan.require_version(expected_version)
    take(held, held.file.countersigning.issue(), actor, now)
    await _issued(session, held, now=now)
    lead = held.plan.lead
    await note(session, actor, held, Action.ISSUE, division=lead, reason=reason, now=now)
    return held.plan


async def decide(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Plan:
    """The common superior's head issues the text as it stands, and says why."""
    held = await lock(session, plan_id)
    superior = common_superior(held.file.codes)
    life.step(held.plan.state, Action.DECIDE)
    if superior is None:
        raise NoCommonSuperior
    require(actor, "plan.decide", division=superior)
    held.plan.require_version(expected_version)
    take(held, held.file.countersigning.decide(now), actor, now)
    held.plan.decision_reason, held.plan.decided_by = reason, superior
    await _issued(session, held, now=now)
    await note(session, actor, held, Action.DECIDE, division=superior, reason=reason, now=now)
    return held.plan


async def _issued(session: AsyncSession, held: Held, *, now: datetime) -> None:
    await require_footing(session, held.plan)
    held.plan.issued_at = now
    await stop_clock(session, subject_id=held.plan.id, kind=COUNTERSIGNING, at=now)

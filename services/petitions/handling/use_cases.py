"""From the city's desk to the county's answer: each function is one step of the law's procedure."""

from datetime import date, datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.domain import (
    NothingToExtend,
    ObjectionTooLate,
    ObjectionUsed,
    Outcome,
    OutsideUnit,
    RefusalReason,
    StillReachable,
    require_handler,
    require_report_ahead,
)
from services.petitions.intake import queries
from services.petitions.intake.domain import Step, step as leads_to
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import begin, check_divisions, decider, take
from services.petitions.profiles import domain as profiles
from services.petitions.profiles.domain import ClockKind
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import ClockState, change_clock, drop_clocks, is_running, stop_clock
from shared.clocks import acts
from shared.clocks.days import legal_day

# What acceptance, or refusal, with notice to the petitioner fulfils.
UNTIL_ACCEPTANCE: Final = (ClockKind.ROUTING, ClockKind.NOTICE, ClockKind.ACCEPTANCE)


async def _begin_step(
    session: AsyncSession, actor: Actor, petition_id: UUID, version: int, step: Step
) -> Petition:
    """The petition, locked, as the caller saw it, with the right to take the step."""
    petition = await queries.lock_petition(session, petition_id)
    petition.require_version(version)
    require(actor, f"petition.{step}", division=decider(petition, step))
    leads_to(petition.state, step)
    return petition


async def _stop(session: AsyncSession, petition: Petition, kind: ClockKind, now: datetime) -> None:
    """End a clock whose act was done, if it runs at all."""
    if await is_running(session, subject_id=petition.id, kind=kind):
        await stop_clock(session, subject_id=petition.id, kind=kind, at=now)


async def route(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    step: Step,
    unit: str,
    report_due_on: date | None,
    reason: str | None,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """Transfer to the competent unit, or assign with a closing report due (art. 22).

    Starts the unit's time to tell the petitioner (P4) and to object (P5).
    """
    petition = await _begin_step(session, actor, petition_id, version, step)
    await check_divisions(session, [unit], now=now)
    if not divisions.covers(divisions.scope(petition.holder), unit):
        raise OutsideUnit(reason="unit", pointer="/unit", unit=unit, holder=petition.holder)
    require_report_ahead(report_due_on, today=legal_day(now))
    petition.holder = unit
    petition.report_due_on = report_due_on
    facts = {"unit": unit, "report_due_on": report_due_on and report_due_on.isoformat()}
    await take(session, petition, step, actor=actor, reason=reason, keys=keys, now=now, facts=facts)
    for kind in (ClockKind.ROUTING, ClockKind.NOTICE):
        await _stop(session, petition, kind, now)
    await begin(session, petition, ClockKind.NOTICE, profiles.NOTICE, at=now)
    await begin(session, petition, ClockKind.OBJECTION, profiles.OBJECTION, at=now)
    return petition


async def object_to(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The unit says it is not competent, once and within five working days (art. 23)."""
    petition = await _begin_step(session, actor, petition_id, version, Step.OBJECT)
    if not await is_running(session, subject_id=petition.id, kind=ClockKind.OBJECTION):
        raise ObjectionUsed
    ended = await stop_clock(session, subject_id=petition.id, kind=ClockKind.OBJECTION, at=now)
    if ended is not ClockState.MET:
        raise ObjectionTooLate
    await take(session, petition, Step.OBJECT, actor=actor, reason=reason, keys=keys, now=now)
    return petition


async def answer_objection(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    step: Step,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The sender agrees, and the papers go back to it to be routed again, or insists (art. 23)."""
    petition = await _begin_step(session, actor, petition_id, version, step)
    if step is Step.ACCEPT_OBJECTION:
        petition.holder = petition.office
        petition.route_count += 1
    await take(session, petition, step, actor=actor, reason=reason, keys=keys, now=now)
    if step is Step.ACCEPT_OBJECTION:
        await begin(session, petition, ClockKind.ROUTING, profiles.ROUTING, at=now)
    return petition


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
    petition = await _begin_step(session, actor, petition_id, version, Step.ACCEPT)
    petition.accepted_at = now
    await take(session, petition, Step.ACCEPT, actor=actor, reason=notice, keys=keys, now=now)
    for kind in UNTIL_ACCEPTANCE:
        await _stop(session, petition, kind, now)
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
    petition = await _begin_step(session, actor, petition_id, version, Step.REFUSE)
    petition.closed_at = now
    facts = {"ground": ground.value}
    await take(
        session, petition, Step.REFUSE, actor=actor, reason=notice, keys=keys, now=now, facts=facts
    )
    for kind in UNTIL_ACCEPTANCE:
        await _stop(session, petition, kind, now)
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
    petition = await _begin_step(session, actor, petition_id, version, Step.START)
    petition.handler_id, petition.handler_name = actor.id, actor.name
    await take(session, petition, Step.START, actor=actor, reason=reason, keys=keys, now=now)
    return petition


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
    petition = await _begin_step(session, actor, petition_id, version, Step.EXTEND)
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


async def reply(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    outcome: Outcome,
    opinion: str,
    legal_basis: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The written answer: opinion with its legal basis (art. 32); a call-back follows."""
    petition = await _begin_step(session, actor, petition_id, version, Step.REPLY)
    require_handler(petition.handler_id, actor.id)
    petition.outcome, petition.reply = outcome.value, opinion
    petition.replied_at = now
    facts = {"outcome": outcome.value, "legal_basis": legal_basis}
    await take(
        session, petition, Step.REPLY, actor=actor, reason=opinion, keys=keys, now=now, facts=facts
    )
    await _stop(session, petition, ClockKind.CLOSING, now)
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
    """Close what nobody can be called back about: an anonymous petition (DOMAIN 2.7)."""
    petition = await _begin_step(session, actor, petition_id, version, Step.FILE)
    if not petition.anonymous:
        raise StillReachable
    petition.closed_at = now
    await take(session, petition, Step.FILE, actor=actor, reason=reason, keys=keys, now=now)
    return petition

"""Routing: transfer and assignment, the unit's objection, and the answer to it (art. 22-23)."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling.domain.routing import (
    ObjectionTooLate,
    ObjectionUsed,
    OutsideUnit,
    require_report_ahead,
)
from services.petitions.handling.use_cases.begin import begin_step, stop
from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import begin, check_divisions, take
from services.petitions.profiles import domain as profiles
from services.petitions.profiles.domain import ClockKind
from services.petitions.vault.use_cases import VaultKeys
from shared import divisions
from shared.auth.actor import Actor
from shared.clock_rows.rows import ClockState, is_running, stop_clock
from shared.clocks.days import legal_day


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
    petition = await begin_step(session, actor, petition_id, version, step)
    await check_divisions(session, [unit], now=now)
    if not divisions.covers(divisions.scope(petition.holder), unit):
        raise OutsideUnit(reason="unit", pointer="/unit", unit=unit, holder=petition.holder)
    require_report_ahead(report_due_on, today=legal_day(now))
    petition.holder = unit
    petition.report_due_on = report_due_on
    facts = {"unit": unit, "report_due_on": report_due_on and report_due_on.isoformat()}
    await take(session, petition, step, actor=actor, reason=reason, keys=keys, now=now, facts=facts)
    for kind in (ClockKind.ROUTING, ClockKind.NOTICE):
        await stop(session, petition, kind, now)
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
    petition = await begin_step(session, actor, petition_id, version, Step.OBJECT)
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
    petition = await begin_step(session, actor, petition_id, version, step)
    if step is Step.ACCEPT_OBJECTION:
        petition.holder = petition.office
        petition.route_count += 1
    await take(session, petition, step, actor=actor, reason=reason, keys=keys, now=now)
    if step is Step.ACCEPT_OBJECTION:
        await begin(session, petition, ClockKind.ROUTING, profiles.ROUTING, at=now)
    return petition

"""Routing: transfer and assignment, the unit's objection, and the answer to it (art. 22-23)."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling import queries
from services.petitions.handling.domain.routing import (
    OBJECTING,
    ObjectionTooLate,
    ObjectionUsed,
    report_term,
    require_below,
    require_contestable,
    returned_to,
)
from services.petitions.handling.use_cases.begin import begin_step, stop
from services.petitions.intake.domain import Settled, Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import begin, check_divisions, take
from services.petitions.profiles import domain as profiles
from services.petitions.profiles.domain import ClockKind
from services.petitions.vault.use_cases import VaultKeys
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.clock_rows.rows import ClockState, drop_clocks, is_running, stop_clock
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings

# What of a unit falls away when the papers go back.
OF_THE_UNIT: Final = frozenset({ClockKind.OBJECTION, ClockKind.NOTICE, ClockKind.REPORT})
BATCH: Final = 100


def settle(petition: Petition, by: Settled | None) -> None:
    """Whether, and why, the unit may no longer say that it is not competent."""
    petition.competence_settled, petition.settled_by = by is not None, by


async def _limit(session: AsyncSession, petition: Petition, now: datetime) -> int:
    """How many returns bring the petition to the organ above the office."""
    settings = await rule_settings(session, division=petition.office, on_day=legal_day(now))
    limit: int = settings["handling.returns_before_superior"]
    return limit


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

    Starts the unit's time to tell the petitioner (P4) and to object (P5); whom a superior
    designates after so many returns cannot object.
    """
    petition = await begin_step(session, actor, petition_id, version, step)
    await check_divisions(session, [unit], now=now)
    require_below(unit, holder=petition.holder, track=petition.track)
    report = report_due_on and report_term(report_due_on, today=legal_day(now))
    designated = petition.route_count >= await _limit(session, petition, now)
    settle(petition, Settled.DESIGNATED if designated else None)
    petition.holder = unit
    petition.report_due_on = report_due_on
    facts = {
        "unit": unit,
        "report_due_on": report_due_on and report_due_on.isoformat(),
        "designated": designated,
    }
    await take(session, petition, step, actor=actor, reason=reason, keys=keys, now=now, facts=facts)
    await with_unit(session, petition, now=now)
    if not designated:
        await begin(session, petition, ClockKind.OBJECTION, profiles.OBJECTION, at=now)
    if report:
        await begin(session, petition, ClockKind.REPORT, report, at=now)
    return petition


async def with_unit(session: AsyncSession, petition: Petition, *, now: datetime) -> None:
    """The papers are with a unit: routing is done, its time to tell the petitioner begins (P4)."""
    for kind in (ClockKind.ROUTING, ClockKind.NOTICE):
        await stop(session, petition, kind, now)
    if petition.petitioner_id is not None:
        await begin(session, petition, ClockKind.NOTICE, profiles.NOTICE, at=now)


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
    require_contestable(petition.settled_by, OBJECTING)
    if not await is_running(session, subject_id=petition.id, kind=ClockKind.OBJECTION):
        raise ObjectionUsed
    ended = await stop_clock(session, subject_id=petition.id, kind=ClockKind.OBJECTION, at=now)
    if ended is not ClockState.MET:
        raise ObjectionTooLate
    await take(session, petition, Step.OBJECT, actor=actor, reason=reason, keys=keys, now=now)
    return petition


async def accept_objection(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The sender agrees: the papers go back to be routed again (art. 23).

    From the third return on ([DD]) they go to the organ above the office by themselves.
    """
    petition = await begin_step(session, actor, petition_id, version, Step.ACCEPT_OBJECTION)
    petition.route_count += 1
    limit = await _limit(session, petition, now)
    petition.holder = returned_to(petition.office, returns=petition.route_count, limit=limit)
    petition.report_due_on = None
    facts: dict[str, Any] = {"returns": petition.route_count, "to": petition.holder}
    await take(
        session,
        petition,
        Step.ACCEPT_OBJECTION,
        actor=actor,
        reason=reason,
        keys=keys,
        now=now,
        facts=facts,
    )
    await drop_clocks(session, subject_id=petition.id, at=now, kinds=OF_THE_UNIT)
    await begin(session, petition, ClockKind.ROUTING, profiles.ROUTING, at=now)
    return petition


async def reject_objection(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Petition:
    """The sender insists; the unit's time to tell the petitioner keeps its first start (P4)."""
    petition = await begin_step(session, actor, petition_id, version, Step.REJECT_OBJECTION)
    settle(petition, Settled.INSISTED)
    await take(
        session, petition, Step.REJECT_OBJECTION, actor=actor, reason=reason, keys=keys, now=now
    )
    return petition


async def deem_competent(session: AsyncSession, now: datetime) -> int:
    """Whoever did not object in time counts as competent; the duty to tell goes on (art. 23)."""
    found = await queries.uncontested(session, now, limit=BATCH)
    for petition in found:
        settle(petition, Settled.DEEMED)
        await take(
            session,
            petition,
            Step.DEEM_COMPETENT,
            actor=SYSTEM_ACTOR,
            reason=None,
            keys=None,
            now=now,
        )
        await drop_clocks(session, subject_id=petition.id, at=now, kinds={ClockKind.OBJECTION})
    return len(found)

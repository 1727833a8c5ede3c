"""Planning an audit: draft, proposal of auditors, naming them, ordering, calling off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus import queries as bureaus
from services.regions.bureaus.domain import BureauClosed
from services.regions.officers import queries as officers
from services.regions.officers.domain import Need, Period
from services.regions.officers.use_cases import sending
from services.regions.officers.use_cases.judging import judgement
from services.regions.unit_audits import queries
from services.regions.unit_audits.domain import conduct, drawing, life
from services.regions.unit_audits.domain.drawing import Candidate, TooFewAuditors
from services.regions.unit_audits.domain.life import Action, State
from services.regions.unit_audits.models import UnitAudit, UnitAuditor
from services.regions.unit_audits.queries import AuditFile
from services.regions.unit_audits.use_cases.record import begin, note, show
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.ids import uuid7
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class Plan:
    """Who audits which unit, on what topics, when, and whether it is told before."""

    orderer: str
    bureau_id: UUID
    title: str
    topics: tuple[str, ...]
    announced: bool
    planned_from: datetime
    planned_to: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """Every candidate, and whom the rules would send."""

    candidates: tuple[Candidate, ...]
    proposed: tuple[UUID, ...]


async def draft(session: AsyncSession, actor: Actor, plan: Plan, *, now: datetime) -> UnitAudit:
    """Plan an audit; an unannounced one is known to who drafts it and to the corps' head alone."""
    require(actor, "unit_audit.draft", division=plan.orderer)
    unit = await bureaus.bureau(session, plan.bureau_id)
    life.require_unit(plan.orderer, unit.division)
    if unit.active_to is not None and unit.active_to < legal_day(now):
        raise BureauClosed
    conduct.require_period(plan.planned_from, plan.planned_to, now=now)
    figures = await rule_settings(session, division=plan.orderer, on_day=legal_day(now))
    conduct.items_of(figures["unit_audit.topics"], plan.topics)
    row = UnitAudit(
        id=uuid7(),
        title=plan.title,
        orderer=plan.orderer,
        audited=unit.division,
        bureau_id=unit.id,
        topics=list(dict.fromkeys(plan.topics)),
        announced=plan.announced,
        planned_from=plan.planned_from,
        planned_to=plan.planned_to,
        state=State.DRAFT,
        drafted_at=now,
        drafted_by=actor.id,
        changed_at=now,
        visible_to=[],
        work_to=[],
    )
    show(AuditFile(row, [], [], [], []))
    session.add(row)
    await session.flush()
    await note(session, actor, row, "draft", now=now)
    return row


async def proposal(
    session: AsyncSession, actor: Actor, unit_audit_id: UUID, *, number: int, now: datetime
) -> Proposal:
    """Who could go and whom the rules would send; a person decides."""
    row = await queries.audit(session, unit_audit_id)
    require(actor, "unit_audit.draft", division=row.orderer)
    candidates = await _candidates(session, row, now=now)
    return Proposal(candidates, drawing.propose(candidates, number=number))


async def _candidates(
    session: AsyncSession, row: UnitAudit, *, now: datetime
) -> tuple[Candidate, ...]:
    """The officers of the other counties below the corps, judged. For who may plan audits there."""
    figures = await rule_settings(session, division=row.orderer, on_day=legal_day(now))
    need = await _need(session, row)
    codes = await queries.counties_below(session, row.orderer, on_day=legal_day(now))
    async with beyond_scope(session):
        people = await officers.officers_of(
            session, [each for each in codes if each != row.audited]
        )
        files = await officers.files(session, people, since=need.period.starts_at)
        year = legal_day(row.planned_from).year
        loads = await queries.loads(session, [each.id for each in people], year, besides=row.id)
        lately = await queries.lately_there(
            session, row.bureau_id, number=figures["unit_audit.not_again_within"]
        )
    judged = [judgement(each, need, besides=frozenset({row.id})) for each in files]
    return tuple(
        Candidate(
            officer_id=each.file.officer.id,
            name=each.file.officer.name,
            division=each.file.officer.division,
            reasons=each.reasons,
            load=loads.get(each.file.officer.id, 0),
            lately=each.file.officer.id in lately,
        )
        for each in judged
    )


async def _need(session: AsyncSession, row: UnitAudit) -> Need:
    """When they are to go; who declared an interest in the unit recuses."""
    unit = await bureaus.bureau(session, row.bureau_id)
    period = Period(row.planned_from, row.planned_to)
    return Need(period, object_name=unit.name, other_area_than=row.audited)


async def name_auditors(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    *,
    officer_ids: Sequence[UUID],
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """A person decides who goes, in place of those named before."""
    file = await begin(
        session, actor, unit_audit_id, Action.NAME_AUDITORS, expected_version=expected_version
    )
    row = file.audit
    figures = await rule_settings(session, division=row.orderer, on_day=legal_day(now))
    going = drawing.require_auditors(
        officer_ids,
        await _candidates(session, row, now=now),
        least=figures["unit_audit.min_auditors"],
    )
    for each in file.auditors:
        await session.delete(each)
    await session.flush()
    async with beyond_scope(session):
        people = await officers.officers_by_id(session, [each.officer_id for each in going])
    session.add_all(
        UnitAuditor(
            unit_audit_id=row.id,
            officer_id=each.officer_id,
            division=each.division,
            name=each.name,
            account_id=people[each.officer_id].account_id,
            named_at=now,
        )
        for each in going
    )
    told = "、".join(each.name for each in going)
    await note(session, actor, row, Action.NAME_AUDITORS, reason=told, now=now)
    return row


async def order(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """下达: the auditors are held for the time, so that nobody sends them elsewhere.

    NotEligible names who was sent elsewhere, fell ill or declared an interest since named.
    """
    file = await begin(
        session, actor, unit_audit_id, Action.ORDER, expected_version=expected_version
    )
    row = file.audit
    figures = await rule_settings(session, division=row.orderer, on_day=legal_day(now))
    if len(file.auditors) < figures["unit_audit.min_auditors"]:
        raise TooFewAuditors(least=figures["unit_audit.min_auditors"])
    conduct.require_period(row.planned_from, row.planned_to, now=now)
    await sending.book(
        session,
        actor,
        task_id=row.id,
        officer_ids=[each.officer_id for each in file.auditors],
        need=await _need(session, row),
        now=now,
    )
    row.ordered_at = now
    show(file)
    await note(session, actor, row, Action.ORDER, now=now)
    return row


async def call_off(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """Before it starts. Who was not told of it does not learn of it by its end."""
    file = await begin(
        session, actor, unit_audit_id, Action.CALL_OFF, expected_version=expected_version
    )
    file.audit.call_off_reason = reason
    async with beyond_scope(session):
        await sending.release(session, file.audit.id, now=now)
    await note(session, actor, file.audit, Action.CALL_OFF, reason=reason, now=now)
    return file.audit

"""The visit ledger: a visit is planned under the cap, approved, made or called off; or reported."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain import visits as domain
from services.tasks.enterprises.domain.registry import MAIN_SITE, STANDING
from services.tasks.enterprises.domain.visits import (
    AgencyKind,
    Earlier,
    EnterpriseNotStanding,
    OwnApproval,
    Rules,
    VisitAction,
    VisitState,
    Wanted,
)
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.models.visits import EnterpriseVisit
from services.tasks.enterprises.queries import (
    positive_lists as list_queries,
    registry,
    visits as queries,
)
from services.tasks.enterprises.use_cases.grading import contacted
from services.tasks.enterprises.use_cases.record import code_of
from services.tasks.enterprises.use_cases.visit_record import divisions_of, keep, rules_for, take
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.errors import AlreadyExists

BATCH: Final = 100


class AlreadyReported(AlreadyExists):
    """Every visit is in the ledger once, however many agencies tell of it."""

    code = "already_reported"
    zh = "该行政行为码的检查已登记。"
    en = "The visit with this administrative act code is recorded already."


@dataclass(frozen=True, slots=True)
class Named:
    """The object of a visit: by key for who sees it, by code for any agency that visits it."""

    enterprise_id: UUID | None = None
    code: str | None = None
    site_number: int = MAIN_SITE


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a visit that was made came to."""

    made_on: date
    officers: int | None = None
    result: str | None = None
    act_code: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerState:
    """What everybody who may plan a visit is shown: counts, days and agencies, no contents."""

    code: str
    division: str
    year: int
    cap: int
    taken: int
    over_cap: int
    quiet_days: int
    quiet_until: date | None
    visits: tuple[Earlier, ...]

    @property
    def left(self) -> int:
        return max(0, self.cap - self.taken)


async def plan(
    session: AsyncSession, actor: Actor, named: Named, wanted: Wanted, *, now: datetime
) -> EnterpriseVisit:
    """Reserve the visit: the object is locked, so of two agencies one gets the last place."""
    require(actor, "visit.plan", division=wanted.agency.division)
    domain.require_basis(wanted)
    domain.require_plannable(wanted.day, today=legal_day(now))
    enterprise, rules, ledger = await _lock_with_ledger(session, named, wanted)
    if enterprise.status not in STANDING:
        raise EnterpriseNotStanding
    domain.require_competent(wanted, enterprise.division)
    async with beyond_scope(session):
        listed = await list_queries.standings(session, [enterprise.id], on_day=wanted.day)
    given = domain.place(wanted, ledger, rules, listed=listed.get(enterprise.id))
    visit = _entry(actor, enterprise, wanted, state=given.state, slot=given.slot, now=now)
    visit.lapses_on = wanted.day + timedelta(days=rules.lapse_days)
    await keep(session, actor, visit, "plan", reason=wanted.reason, now=now)
    return visit


async def report(
    session: AsyncSession,
    actor: Actor,
    named: Named,
    wanted: Wanted,
    outcome: Outcome,
    *,
    now: datetime,
) -> EnterpriseVisit:
    """Record a visit that was made without a plan here; a fact is never refused for the cap."""
    require(actor, "visit.report", division=wanted.agency.division)
    domain.require_basis(wanted)
    domain.require_made(outcome.made_on, today=legal_day(now))
    enterprise, rules, ledger = await _lock_with_ledger(session, named, wanted)
    await _require_new(session, outcome.act_code)
    slot = domain.reported_slot(wanted, ledger, rules)
    visit = _entry(actor, enterprise, wanted, state=VisitState.MADE, slot=slot, now=now)
    visit.over_cap = wanted.counts and slot is None
    await _made(session, visit, outcome, now=now)
    await keep(session, actor, visit, "report", reason=wanted.reason, now=now)
    return visit


async def approve(
    session: AsyncSession, actor: Actor, visit_id: UUID, *, expected_version: int, now: datetime
) -> EnterpriseVisit:
    """The head of the agency lets a visit beyond the cap go ahead, for its lawful ground."""
    visit = await _lock(
        session, actor, visit_id, VisitAction.APPROVE, expected_version=expected_version
    )
    if visit.planned_by == actor.id:
        raise OwnApproval
    visit.approved_by, visit.approved_at = actor.id, now
    await take(session, actor, visit, VisitAction.APPROVE, now=now)
    return visit


async def make(
    session: AsyncSession,
    actor: Actor,
    visit_id: UUID,
    outcome: Outcome,
    *,
    expected_version: int,
    now: datetime,
) -> EnterpriseVisit:
    """The planned visit was made; it keeps its place of the year."""
    found = await queries.visit(session, visit_id)
    # The object before its visits, as who closes it or merges it into another does.
    async with beyond_scope(session):
        await registry.lock_enterprise(session, found.enterprise_id)
    visit = await _lock(
        session, actor, visit_id, VisitAction.MAKE, expected_version=expected_version
    )
    domain.require_made(outcome.made_on, today=legal_day(now), planned_on=visit.day)
    await _require_new(session, outcome.act_code)
    before = visit.state
    visit.state = domain.step(before, VisitAction.MAKE)
    await _made(session, visit, outcome, now=now)
    await keep(session, actor, visit, VisitAction.MAKE, before=before, now=now)
    return visit


async def call_off(
    session: AsyncSession,
    actor: Actor,
    visit_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> EnterpriseVisit:
    """The visit is not made; its place is free again."""
    visit = await _lock(
        session, actor, visit_id, VisitAction.CALL_OFF, expected_version=expected_version
    )
    visit.slot = None
    await take(session, actor, visit, VisitAction.CALL_OFF, reason=reason, now=now)
    return visit


async def lapse(session: AsyncSession, now: datetime) -> int:
    """A plan that came to nothing gives its place back after some days. For the system."""
    overdue = await queries.overdue(session, legal_day(now), limit=BATCH)
    for visit in overdue:
        visit.slot = None
        await take(session, SYSTEM_ACTOR, visit, VisitAction.LAPSE, now=now)
    return len(overdue)


async def ledger_state(
    session: AsyncSession, actor: Actor, named: Named, *, year: int | None, now: datetime
) -> LedgerState:
    """How many routine visits an object has left, for whoever may plan one, wherever it lies."""
    require(actor, "visit.plan")
    today = legal_day(now)
    enterprise = await _object(session, named)
    year = year or today.year
    async with beyond_scope(session):
        rules = await rules_for(session, enterprise.division, on_day=today)
        around = await queries.ledger(
            session, enterprise.id, year=year, around=today, days=rules.quiet_days
        )
        over_cap = await queries.over_cap(session, enterprise.id, year=year)
    close = [each.day for each in domain.near(around, today, days=rules.quiet_days)]
    of_year = tuple(each for each in around if each.day.year == year)
    return LedgerState(
        code=code_of(enterprise),
        division=enterprise.division,
        year=year,
        cap=rules.cap,
        taken=sum(each.slot is not None for each in of_year),
        over_cap=over_cap,
        quiet_days=rules.quiet_days,
        quiet_until=max(close) + timedelta(days=rules.quiet_days - 1) if close else None,
        visits=of_year,
    )


async def _object(session: AsyncSession, named: Named) -> Enterprise:
    """NotFound by key for who does not see it; by its public code for everybody."""
    if named.enterprise_id is not None:
        return await registry.enterprise(session, named.enterprise_id)
    async with beyond_scope(session):
        return await registry.by_code(session, named.code or "", site_number=named.site_number)


async def _lock_with_ledger(
    session: AsyncSession, named: Named, wanted: Wanted
) -> tuple[Enterprise, Rules, list[Earlier]]:
    found = await _object(session, named)
    async with beyond_scope(session):
        enterprise = await registry.lock_enterprise(session, found.id)
        rules = await rules_for(session, enterprise.division, on_day=wanted.day)
        ledger = await queries.ledger(
            session,
            enterprise.id,
            year=wanted.day.year,
            around=wanted.day,
            days=rules.quiet_days,
        )
    return enterprise, rules, ledger


async def _lock(
    session: AsyncSession,
    actor: Actor,
    visit_id: UUID,
    action: VisitAction,
    *,
    expected_version: int,
) -> EnterpriseVisit:
    visit = await queries.lock_visit(session, visit_id)
    right = "visit.approve" if action is VisitAction.APPROVE else "visit.plan"
    require(actor, right, division=visit.agency_division, participants=divisions_of(visit))
    visit.require_version(expected_version)
    domain.step(visit.state, action)
    return visit


async def _require_new(session: AsyncSession, act_code: str | None) -> None:
    if act_code is None:
        return
    async with beyond_scope(session):
        known = await queries.of_act(session, act_code)
    if known is not None:
        raise AlreadyReported


async def _made(
    session: AsyncSession, visit: EnterpriseVisit, outcome: Outcome, *, now: datetime
) -> None:
    """Only the environment's own visits and checks are contacts of its grades."""
    visit.day, visit.made_at = outcome.made_on, now
    visit.officers, visit.result, visit.act_code = (
        outcome.officers,
        outcome.result,
        outcome.act_code,
    )
    if visit.agency_kind is AgencyKind.ECOLOGY_ENVIRONMENT:
        async with beyond_scope(session):
            enterprise = await registry.lock_enterprise(session, visit.enterprise_id)
            await contacted(session, enterprise, outcome.made_on, now=now)


def _entry(
    actor: Actor,
    enterprise: Enterprise,
    wanted: Wanted,
    *,
    state: VisitState,
    slot: int | None,
    now: datetime,
) -> EnterpriseVisit:
    agencies = [wanted.agency, *wanted.joint_with]
    return EnterpriseVisit(
        enterprise_id=enterprise.id,
        object_name=enterprise.name,
        object_code=code_of(enterprise),
        place=enterprise.division,
        agency_kind=wanted.agency.kind,
        agency_name=wanted.agency.name,
        agency_division=wanted.agency.division,
        joint_with=[asdict(each) for each in wanted.joint_with],
        legal_kind=wanted.kind,
        mode=wanted.mode,
        methods=[*dict.fromkeys(wanted.methods)],
        ground=wanted.ground,
        document=wanted.document,
        reason=wanted.reason,
        state=state,
        day=wanted.day,
        cap_year=wanted.day.year,
        slot=slot,
        planned_by=actor.id,
        changed_at=now,
        visible_to=divisions.visibility(each.division for each in agencies),
    )

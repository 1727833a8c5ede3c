"""How a row ends: closed with or without a successor, reopened, or merged as a double."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain import registry as domain
from services.tasks.enterprises.domain.positive_lists import RemovalGround
from services.tasks.enterprises.domain.registry import (
    STANDING,
    Act,
    ClosingGround,
    SameObject,
    require_effective,
    require_successor,
)
from services.tasks.enterprises.domain.visits import VisitAction, free_slot
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.queries import (
    positive_lists as list_queries,
    registry as queries,
    visits as visit_queries,
)
from services.tasks.enterprises.use_cases.positive_lists import take_off
from services.tasks.enterprises.use_cases.record import keep, lock_for
from services.tasks.enterprises.use_cases.visit_record import rules_for, take
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope


@dataclass(frozen=True, slots=True)
class Closing:
    """Why and from when; with whom it goes on after a restructuring."""

    ground: ClosingGround
    reason: str
    effective_on: date | None = None
    successor_id: UUID | None = None


async def close(
    session: AsyncSession,
    actor: Actor,
    enterprise_id: UUID,
    closing: Closing,
    *,
    expected_version: int,
    now: datetime,
) -> Enterprise:
    """关停: nobody visits it as a routine any more; planned visits are called off, lists left."""
    enterprise = await lock_for(
        session, actor, enterprise_id, Act.CLOSE, expected_version=expected_version
    )
    today = legal_day(now)
    day = closing.effective_on or today
    require_effective(day, last=enterprise.facts_since, today=today)
    require_successor(closing.ground, named=closing.successor_id is not None)
    if closing.successor_id is not None:
        await _another(session, enterprise, closing.successor_id, pointer="/successor_id")
    before = enterprise.model_dump(mode="json")
    enterprise.status = domain.step(enterprise.status, Act.CLOSE)
    enterprise.closed_on, enterprise.closing_ground = day, closing.ground
    enterprise.successor_id = closing.successor_id
    await keep(
        session,
        actor,
        enterprise,
        Act.CLOSE,
        valid_from=day,
        reason=closing.reason,
        before=before,
        now=now,
    )
    await _let_go(session, actor, enterprise, reason=closing.reason, now=now)
    return enterprise


async def reopen(
    session: AsyncSession,
    actor: Actor,
    enterprise_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Enterprise:
    """A closed object works again."""
    enterprise = await lock_for(
        session, actor, enterprise_id, Act.REOPEN, expected_version=expected_version
    )
    before = enterprise.model_dump(mode="json")
    enterprise.status = domain.step(enterprise.status, Act.REOPEN)
    enterprise.closed_on = enterprise.closing_ground = enterprise.successor_id = None
    await keep(
        session,
        actor,
        enterprise,
        Act.REOPEN,
        valid_from=legal_day(now),
        reason=reason,
        before=before,
        now=now,
    )
    return enterprise


async def merge(
    session: AsyncSession,
    actor: Actor,
    enterprise_id: UUID,
    *,
    into_id: UUID,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Enterprise:
    """The row is a double of another: its visits count for that one from now on."""
    # Two merges that cross wait for one another in the same order.
    for each in sorted({enterprise_id, into_id}):
        await queries.lock_enterprise(session, each)
    double = await lock_for(
        session, actor, enterprise_id, Act.MERGE, expected_version=expected_version
    )
    kept = await _another(session, double, into_id, pointer="/into_id")
    require(actor, "enterprise.decide", division=kept.division)
    before = double.model_dump(mode="json")
    double.status = domain.step(double.status, Act.MERGE)
    double.closed_on = double.closing_ground = double.successor_id = None
    double.merged_into_id = kept.id
    await keep(
        session,
        actor,
        double,
        Act.MERGE,
        valid_from=legal_day(now),
        reason=reason,
        before=before,
        now=now,
    )
    async with beyond_scope(session):
        await _hand_over_visits(session, double, kept, now=now)
        for listing in await list_queries.standing_of(session, double.id):
            if await list_queries.lock_listing(session, listing.list_id, kept.id) is None:
                listing.enterprise_id = kept.id
            else:
                take_off(
                    listing,
                    actor,
                    RemovalGround.DISQUALIFIED,
                    reason,
                    day=max(legal_day(now), listing.listed_on),
                )
    return double


async def _another(
    session: AsyncSession, enterprise: Enterprise, other_id: UUID, *, pointer: str
) -> Enterprise:
    other = await queries.enterprise(session, other_id)
    if other.id == enterprise.id or other.status not in STANDING:
        raise SameObject(reason="object", pointer=pointer)
    return other


async def _let_go(
    session: AsyncSession, actor: Actor, enterprise: Enterprise, *, reason: str, now: datetime
) -> None:
    async with beyond_scope(session):
        for visit in await visit_queries.open_of(session, enterprise.id):
            visit.slot = None
            await take(session, actor, visit, VisitAction.CALL_OFF, reason=reason, now=now)
        for listing in await list_queries.standing_of(session, enterprise.id):
            day = max(legal_day(now), listing.listed_on)
            take_off(listing, actor, RemovalGround.CLOSED, reason, day=day)


async def _hand_over_visits(
    session: AsyncSession, double: Enterprise, kept: Enterprise, *, now: datetime
) -> None:
    """Each visit gets a place of the year among the kept object's; beyond the cap it is marked."""
    for visit in await visit_queries.lock_of(session, double.id):
        if visit.slot is not None:
            ledger = await visit_queries.ledger(session, kept.id, year=visit.cap_year)
            rules = await rules_for(session, kept.division, on_day=visit.day)
            visit.slot = free_slot({each.slot for each in ledger if each.slot}, rules.cap)
            if visit.slot is None:
                visit.over_cap, visit.reason = True, visit.reason or f"{double.name} → {kept.name}"
        visit.enterprise_id, visit.changed_at = kept.id, now
        await session.flush()
    dates = [each for each in (double.last_contact_on, kept.last_contact_on) if each]
    kept.last_contact_on = max(dates, default=None)
    kept.changed_at = now

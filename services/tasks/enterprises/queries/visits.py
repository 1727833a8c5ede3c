"""Every SELECT on the visit ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.visits import Earlier, Mode, VisitState
from services.tasks.enterprises.models.visits import EnterpriseVisit, EnterpriseVisitStep
from shared import divisions
from shared.db.session import driver
from shared.errors import NotFound

BY_YEAR: Final = """
SELECT e.id AS enterprise_id, e.name, e.division,
       count(*) FILTER (WHERE v.slot IS NOT NULL AND v.state = 'made') AS counted,
       count(*) FILTER (WHERE v.slot IS NOT NULL AND v.state = 'planned') AS planned,
       count(*) FILTER (WHERE v.over_cap) AS over_cap,
       count(*) FILTER (WHERE v.legal_kind = 'special' AND v.mode = 'on_site'
                          AND v.state = 'made') AS special,
       count(*) FILTER (WHERE v.legal_kind = 'individual' AND v.mode = 'on_site'
                          AND v.state = 'made') AS individual,
       count(*) FILTER (WHERE v.mode = 'off_site' AND v.state = 'made') AS off_site
  FROM enterprise_visit v JOIN enterprise e ON e.id = v.enterprise_id
 WHERE v.cap_year = $1 AND ($2::text IS NULL OR e.visible_to @> ARRAY[$2::text])
   AND ($3::uuid IS NULL OR e.id > $3)
 GROUP BY e.id, e.name, e.division ORDER BY e.id LIMIT $4
"""
OPEN: Final = (VisitState.PLANNED, VisitState.AWAITING_APPROVAL)


@dataclass(frozen=True, slots=True)
class Wanted:
    enterprise_id: UUID | None = None
    agency_division: str | None = None
    state: VisitState | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class YearOfVisits:
    """What one object was visited in a year; only `counted` is measured against the cap."""

    enterprise_id: UUID
    name: str
    division: str
    counted: int
    planned: int
    over_cap: int
    special: int
    individual: int
    off_site: int


def _found(visit: EnterpriseVisit | None) -> EnterpriseVisit:
    if visit is None:
        raise NotFound(what="visit")
    return visit


async def visit(session: AsyncSession, visit_id: UUID) -> EnterpriseVisit:
    statement = select(EnterpriseVisit).where(EnterpriseVisit.id == visit_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_visit(session: AsyncSession, visit_id: UUID) -> EnterpriseVisit:
    """The entry, locked until the transaction ends. For every step."""
    statement = (
        select(EnterpriseVisit)
        .where(EnterpriseVisit.id == visit_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _found((await session.exec(statement)).one_or_none())


async def of_act(session: AsyncSession, act_code: str) -> EnterpriseVisit | None:
    """The visit that has the code of an administrative act."""
    statement = select(EnterpriseVisit).where(EnterpriseVisit.act_code == act_code)
    return (await session.exec(statement)).one_or_none()


async def visits(
    session: AsyncSession, wanted: Wanted, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[EnterpriseVisit]:
    """Visits, the latest day first."""
    order = tuple_(col(EnterpriseVisit.day), col(EnterpriseVisit.id))
    statement = select(EnterpriseVisit).where(*_conditions(wanted))
    if after is not None:
        statement = statement.where(order < after)
    ordered = statement.order_by(col(EnterpriseVisit.day).desc(), col(EnterpriseVisit.id).desc())
    return (await session.exec(ordered.limit(limit))).all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = []
    for column, value in (
        (EnterpriseVisit.enterprise_id, wanted.enterprise_id),
        (EnterpriseVisit.agency_division, wanted.agency_division),
        (EnterpriseVisit.state, wanted.state),
        (EnterpriseVisit.cap_year, wanted.year),
    ):
        if value is not None:
            conditions.append(col(column) == value)
    return conditions


async def ledger(
    session: AsyncSession,
    enterprise_id: UUID,
    *,
    year: int,
    around: date | None = None,
    days: int = 0,
) -> list[Earlier]:
    """Visits of a year, and those around a day, planned or made: days and agencies, no contents."""
    visit = EnterpriseVisit
    within = col(visit.cap_year) == year
    if around is not None:
        span = timedelta(days=days)
        within = or_(within, col(visit.day).between(around - span, around + span))
    statement = (
        select(visit)
        .where(
            visit.enterprise_id == enterprise_id,
            col(visit.state).in_([VisitState.PLANNED, VisitState.MADE]),
            within,
        )
        .order_by(col(visit.day), col(visit.id))
    )
    return [
        Earlier(each.day, each.agency_name, each.mode is Mode.ON_SITE, each.slot)
        for each in (await session.exec(statement)).all()
    ]


async def steps(session: AsyncSession, visit_id: UUID) -> Sequence[EnterpriseVisitStep]:
    """What became of an entry, oldest first."""
    statement = select(EnterpriseVisitStep).where(EnterpriseVisitStep.visit_id == visit_id)
    return (await session.exec(statement.order_by(col(EnterpriseVisitStep.id)))).all()


async def overdue(session: AsyncSession, day: date, *, limit: int) -> Sequence[EnterpriseVisit]:
    """Locked plans that lapse on the day."""
    statement = (
        select(EnterpriseVisit)
        .where(col(EnterpriseVisit.state).in_(OPEN), col(EnterpriseVisit.lapses_on) <= day)
        .order_by(col(EnterpriseVisit.lapses_on), col(EnterpriseVisit.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def open_of(session: AsyncSession, enterprise_id: UUID) -> Sequence[EnterpriseVisit]:
    """Locked plans for an object that stand."""
    statement = select(EnterpriseVisit).where(
        EnterpriseVisit.enterprise_id == enterprise_id, col(EnterpriseVisit.state).in_(OPEN)
    )
    return (await session.exec(statement.order_by(col(EnterpriseVisit.id)).with_for_update())).all()


async def lock_of(session: AsyncSession, enterprise_id: UUID) -> Sequence[EnterpriseVisit]:
    """All visits of an object, locked, by their day."""
    statement = select(EnterpriseVisit).where(EnterpriseVisit.enterprise_id == enterprise_id)
    ordered = statement.order_by(col(EnterpriseVisit.day), col(EnterpriseVisit.id))
    return (await session.exec(ordered.with_for_update())).all()


async def over_cap(session: AsyncSession, enterprise_id: UUID, *, year: int) -> int:
    """How many visits of a year lie above the cap."""
    statement = select(func.count()).where(
        col(EnterpriseVisit.enterprise_id) == enterprise_id,
        col(EnterpriseVisit.cap_year) == year,
        col(EnterpriseVisit.over_cap),
    )
    return int((await session.exec(statement)).one())


async def by_year(
    session: AsyncSession, *, year: int, division: str | None, after: UUID | None, limit: int
) -> list[YearOfVisits]:
    """Each visited object's year, in the order objects were registered."""
    scope = divisions.scope(division) if division else None
    rows = await (await driver(session)).fetch(BY_YEAR, year, scope, after, limit)
    return [YearOfVisits(**row) for row in rows]

"""Every SELECT on grid plans."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.grid.domain.partition import PlanState
from services.regions.grid.models.territory import GridPlan
from shared import divisions
from shared.errors import NotFound


async def plan(session: AsyncSession, plan_id: UUID) -> GridPlan:
    found = await session.get(GridPlan, plan_id)
    if found is None:
        raise NotFound(what="grid plan")
    return found


async def lock_plan(session: AsyncSession, plan_id: UUID) -> GridPlan:
    statement = (
        select(GridPlan)
        .where(GridPlan.id == plan_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="grid plan")
    return found


async def hold_county(session: AsyncSession, county: str) -> None:
    """Let nobody else draw the county's grid or change its list until the transaction ends."""
    key = func.hashtextextended(f"grid of {county}", 0)
    await session.exec(select(func.pg_advisory_xact_lock(key)))


async def next_number(session: AsyncSession, county: str) -> int:
    """The number of the county's next plan; only under `hold_county`."""
    statement = select(func.coalesce(func.max(GridPlan.number), 0)).where(
        GridPlan.division == county
    )
    return (await session.exec(statement)).one() + 1


async def plans(
    session: AsyncSession,
    *,
    division: str | None,
    state: PlanState | None,
    after: UUID | None,
    limit: int,
) -> Sequence[GridPlan]:
    """Plans from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(GridPlan).order_by(col(GridPlan.id).desc())
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(GridPlan.visible_to).contains([scope]))
    if state is not None:
        statement = statement.where(GridPlan.state == state)
    if after is not None:
        statement = statement.where(col(GridPlan.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def in_force(session: AsyncSession, division: str, at: datetime) -> Sequence[GridPlan]:
    """Plans of a division's counties in force at an instant, by county."""
    statement = (
        select(GridPlan)
        .where(
            col(GridPlan.visible_to).contains([divisions.scope(division)]),
            col(GridPlan.valid_from) <= at,
            or_(col(GridPlan.valid_to).is_(None), col(GridPlan.valid_to) > at),
        )
        .order_by(col(GridPlan.division), col(GridPlan.id))
    )
    return (await session.exec(statement)).all()


async def running(session: AsyncSession, county: str) -> Sequence[GridPlan]:
    """What a new plan of the county takes over from: published, and nothing follows it yet.

    More than one only where counties were merged, each with its own. It stays so only under
    `hold_county`.
    """
    statement = (
        select(GridPlan)
        .where(
            GridPlan.division == county,
            GridPlan.state == PlanState.PUBLISHED,
            col(GridPlan.valid_to).is_(None),
        )
        .order_by(col(GridPlan.id))
    )
    return (await session.exec(statement)).all()

"""Every SELECT on items, grounds and plans."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.draws.models.library import DrawGround, DrawItem, DrawPlan
from shared.errors import NotFound


async def items(
    session: AsyncSession, *, division: str | None, after: UUID | None, limit: int
) -> Sequence[DrawItem]:
    """Items, newest first."""
    statement = select(DrawItem).order_by(col(DrawItem.id).desc())
    if division is not None:
        statement = statement.where(DrawItem.division == division)
    if after is not None:
        statement = statement.where(col(DrawItem.id) < after)
    return (await session.exec(statement.limit(limit))).all()


async def standing_items(session: AsyncSession, ids: Iterable[UUID]) -> Sequence[DrawItem]:
    """Those of the items that stand, by code."""
    statement = select(DrawItem).where(
        col(DrawItem.id).in_([*ids]), col(DrawItem.withdrawn_at).is_(None)
    )
    return (await session.exec(statement.order_by(col(DrawItem.code)))).all()


async def item(session: AsyncSession, item_id: UUID) -> DrawItem:
    statement = select(DrawItem).where(DrawItem.id == item_id)
    return _item((await session.exec(statement)).one_or_none())


async def lock_item(session: AsyncSession, item_id: UUID) -> DrawItem:
    """The item, locked until the transaction ends."""
    statement = (
        select(DrawItem)
        .where(DrawItem.id == item_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _item((await session.exec(statement)).one_or_none())


def _item(found: DrawItem | None) -> DrawItem:
    if found is None:
        raise NotFound(what="draw item")
    return found


async def grounds(
    session: AsyncSession,
    *,
    enterprise_id: UUID | None,
    on_day: date | None,
    after: UUID | None,
    limit: int,
) -> Sequence[DrawGround]:
    """Grounds, newest first; with a day those that hold on it."""
    statement = select(DrawGround).order_by(col(DrawGround.id).desc())
    if enterprise_id is not None:
        statement = statement.where(DrawGround.enterprise_id == enterprise_id)
    if on_day is not None:
        until = col(DrawGround.valid_to)
        statement = statement.where(
            col(DrawGround.ended_at).is_(None),
            col(DrawGround.valid_from) <= on_day,
            or_(until.is_(None), until >= on_day),
        )
    if after is not None:
        statement = statement.where(col(DrawGround.id) < after)
    return (await session.exec(statement.limit(limit))).all()


async def ground(session: AsyncSession, ground_id: UUID) -> DrawGround:
    statement = select(DrawGround).where(DrawGround.id == ground_id)
    return _ground((await session.exec(statement)).one_or_none())


async def lock_ground(session: AsyncSession, ground_id: UUID) -> DrawGround:
    """The ground, locked until the transaction ends."""
    statement = (
        select(DrawGround)
        .where(DrawGround.id == ground_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _ground((await session.exec(statement)).one_or_none())


def _ground(found: DrawGround | None) -> DrawGround:
    if found is None:
        raise NotFound(what="draw ground")
    return found


async def plans(
    session: AsyncSession, *, division: str | None, after: UUID | None, limit: int
) -> Sequence[DrawPlan]:
    """Plans, newest first."""
    statement = select(DrawPlan).order_by(col(DrawPlan.id).desc())
    if division is not None:
        statement = statement.where(DrawPlan.division == division)
    if after is not None:
        statement = statement.where(col(DrawPlan.id) < after)
    return (await session.exec(statement.limit(limit))).all()


async def plan(session: AsyncSession, plan_id: UUID) -> DrawPlan:
    statement = select(DrawPlan).where(DrawPlan.id == plan_id)
    return _plan((await session.exec(statement)).one_or_none())


async def lock_plan(session: AsyncSession, plan_id: UUID) -> DrawPlan:
    """The plan, locked until the transaction ends: one draw of it is begun at a time."""
    statement = (
        select(DrawPlan)
        .where(DrawPlan.id == plan_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _plan((await session.exec(statement)).one_or_none())


def _plan(found: DrawPlan | None) -> DrawPlan:
    if found is None:
        raise NotFound(what="draw plan")
    return found

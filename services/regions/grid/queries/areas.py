"""Every SELECT on areas and on what is visited in them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.grid.domain.practice import ObjectKind
from services.regions.grid.models.practice import GridObject
from services.regions.grid.models.territory import GridArea
from shared import divisions
from shared.errors import NotFound


async def listed(
    session: AsyncSession, division: str, *, after: str | None, limit: int
) -> Sequence[GridArea]:
    """Areas in the lists of a division's counties by code, one more than `limit`."""
    statement = (
        select(GridArea)
        .where(
            col(GridArea.visible_to).contains([divisions.scope(division)]),
            col(GridArea.retired_at).is_(None),
        )
        .order_by(col(GridArea.code))
    )
    if after is not None:
        statement = statement.where(col(GridArea.code) > after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def all_of(session: AsyncSession, county: str) -> dict[str, GridArea]:
    """Every area a county's lists ever named, by code."""
    statement = select(GridArea).where(GridArea.division == county).order_by(col(GridArea.code))
    return {each.code: each for each in (await session.exec(statement)).all()}


async def atoms_of(session: AsyncSession, county: str) -> dict[str, GridArea]:
    """What cells of the county are made of now, by code."""
    found = await all_of(session, county)
    return {code: each for code, each in found.items() if each.is_atom and not each.retired_at}


async def by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, GridArea]:
    statement = select(GridArea).where(col(GridArea.id).in_({*ids}))
    return {each.id: each for each in (await session.exec(statement)).all()}


async def by_code(session: AsyncSession, code: str) -> GridArea:
    """NotFound for what no list within sight names."""
    statement = select(GridArea).where(GridArea.code == code)
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="grid area")
    return found


async def lock_object(session: AsyncSession, object_id: UUID) -> GridObject:
    statement = (
        select(GridObject)
        .where(GridObject.id == object_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="grid object")
    return found


async def object_(session: AsyncSession, object_id: UUID) -> GridObject:
    found = await session.get(GridObject, object_id)
    if found is None:
        raise NotFound(what="grid object")
    return found


async def objects(
    session: AsyncSession,
    division: str,
    *,
    kind: ObjectKind | None,
    area: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[GridObject]:
    """Objects listed in a division's counties in the order they came, one more than `limit`."""
    statement = (
        select(GridObject)
        .where(
            col(GridObject.visible_to).contains([divisions.scope(division)]),
            col(GridObject.ended_at).is_(None),
        )
        .order_by(col(GridObject.id))
    )
    if kind is not None:
        statement = statement.where(GridObject.kind == kind)
    if area is not None:
        statement = statement.where(GridObject.area_id == area)
    if after is not None:
        statement = statement.where(col(GridObject.id) > after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def objects_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, GridObject]:
    statement = select(GridObject).where(col(GridObject.id).in_({*ids}))
    return {each.id: each for each in (await session.exec(statement)).all()}

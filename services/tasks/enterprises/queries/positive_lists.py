"""Every SELECT on positive lists."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.positive_lists import EFFECTS, Category, Standing
from services.tasks.enterprises.models.positive_lists import PositiveList, PositiveListing
from shared.errors import NotFound


def in_force(day: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions of a listing that has effect on a day."""
    removed, ends = col(PositiveListing.removed_on), col(PositiveList.valid_to)
    withdrawn = col(PositiveList.withdrawn_on)
    return (
        col(PositiveListing.list_id) == col(PositiveList.id),
        col(PositiveListing.listed_on) <= day,
        or_(removed.is_(None), removed > day),
        col(PositiveList.valid_from) <= day,
        or_(ends.is_(None), ends >= day),
        or_(withdrawn.is_(None), withdrawn > day),
    )


def _found(row: PositiveList | None) -> PositiveList:
    if row is None:
        raise NotFound(what="positive list")
    return row


async def positive_list(session: AsyncSession, list_id: UUID) -> PositiveList:
    statement = select(PositiveList).where(PositiveList.id == list_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_list(session: AsyncSession, list_id: UUID) -> PositiveList:
    """The list, locked until the transaction ends. For every change."""
    statement = (
        select(PositiveList)
        .where(PositiveList.id == list_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _found((await session.exec(statement)).one_or_none())


async def lists(
    session: AsyncSession, *, division: str | None, after: UUID | None, limit: int
) -> Sequence[PositiveList]:
    """Lists, newest first."""
    statement = select(PositiveList).order_by(col(PositiveList.id).desc())
    if division is not None:
        statement = statement.where(PositiveList.division == division)
    if after is not None:
        statement = statement.where(col(PositiveList.id) < after)
    return (await session.exec(statement.limit(limit))).all()


async def listings(
    session: AsyncSession,
    list_id: UUID,
    *,
    category: Category | None,
    after: UUID | None,
    limit: int,
) -> Sequence[PositiveListing]:
    """Who is or was on the list, in the order of entry."""
    statement = select(PositiveListing).where(PositiveListing.list_id == list_id)
    if category is not None:
        statement = statement.where(PositiveListing.category == category)
    if after is not None:
        statement = statement.where(col(PositiveListing.id) > after)
    return (await session.exec(statement.order_by(col(PositiveListing.id)).limit(limit))).all()


async def lock_listing(
    session: AsyncSession, list_id: UUID, enterprise_id: UUID
) -> PositiveListing | None:
    """The standing entry of an object, locked; None if it is not on the list."""
    statement = (
        select(PositiveListing)
        .where(
            PositiveListing.list_id == list_id,
            PositiveListing.enterprise_id == enterprise_id,
            col(PositiveListing.removed_on).is_(None),
        )
        .with_for_update()
    )
    return (await session.exec(statement)).one_or_none()


async def standing_of(session: AsyncSession, enterprise_id: UUID) -> Sequence[PositiveListing]:
    """The standing entries of an object on all lists, locked."""
    statement = select(PositiveListing).where(
        PositiveListing.enterprise_id == enterprise_id, col(PositiveListing.removed_on).is_(None)
    )
    ordered = statement.order_by(col(PositiveListing.id)).with_for_update()
    return (await session.exec(ordered)).all()


async def numbers(session: AsyncSession, list_id: UUID) -> dict[Category, int]:
    """How many stand on the list by category; categories nobody is in are left out."""
    statement = (
        select(PositiveListing.category, func.count())
        .where(PositiveListing.list_id == list_id, col(PositiveListing.removed_on).is_(None))
        .group_by(col(PositiveListing.category))
    )
    return {Category(category): count for category, count in (await session.exec(statement)).all()}


async def standings(
    session: AsyncSession, enterprise_ids: Iterable[UUID], *, on_day: date
) -> Mapping[UUID, Standing]:
    """The category of each listed object on a day, by the list published last."""
    statement = (
        select(PositiveListing.enterprise_id, PositiveListing.category, PositiveList.document)
        .where(col(PositiveListing.enterprise_id).in_([*enterprise_ids]), *in_force(on_day))
        .order_by(col(PositiveList.published_on), col(PositiveList.id))
    )
    return {
        enterprise_id: Standing(Category(category), document, EFFECTS[Category(category)])
        for enterprise_id, category, document in (await session.exec(statement)).all()
    }

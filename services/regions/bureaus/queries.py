"""Every SELECT on bureaus."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus.domain import MOST_SUPERIORS, BureauKind
from services.regions.bureaus.models import Bureau
from shared import divisions
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class BureauFilter:
    """Which bureaus are wanted; a division has its subtree's, `active_on` those open on a day."""

    division: str | None = None
    kind: BureauKind | None = None
    name: str | None = None
    superior_id: UUID | None = None
    active_on: date | None = None


async def bureau(session: AsyncSession, bureau_id: UUID) -> Bureau:
    found = await session.get(Bureau, bureau_id)
    if found is None:
        raise NotFound(what="bureau")
    return found


async def lock_bureau(session: AsyncSession, bureau_id: UUID, *, shared: bool = False) -> Bureau:
    """The bureau, locked until the transaction ends. For every change.

    `shared` is for those who add to it: they wait for who closes it, not for each other. Its key
    stays free, so that two that refer to each other do not wait in a ring.
    """
    statement = (
        select(Bureau)
        .where(Bureau.id == bureau_id)
        .with_for_update(read=shared, key_share=not shared)
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="bureau")
    return found


async def bureaus_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Bureau]:
    statement = select(Bureau).where(col(Bureau.id).in_(list(ids)))
    return {each.id: each for each in (await session.exec(statement)).all()}


async def exists(
    session: AsyncSession, *, division: str, name: str, besides: UUID | None = None
) -> bool:
    statement = select(Bureau.id).where(Bureau.division == division, Bureau.name == name)
    return any(each != besides for each in (await session.exec(statement)).all())


async def superiors(session: AsyncSession, bureau: Bureau) -> list[Bureau]:
    """The bureaus above, the next one first; at most `MOST_SUPERIORS`."""
    found: list[Bureau] = []
    above = bureau.superior_id
    while above is not None and len(found) < MOST_SUPERIORS:
        found.append(await session.get_one(Bureau, above))
        above = found[-1].superior_id
    return found


async def hold_order(session: AsyncSession) -> None:
    """Let nobody else say who stands above whom until the transaction ends.

    Two that do so at once could close a ring, of which each sees one half.
    """
    key = func.hashtextextended("order of bureaus", 0)
    await session.exec(select(func.pg_advisory_xact_lock(key)))


async def has_open_below(session: AsyncSession, bureau_id: UUID) -> bool:
    statement = select(Bureau.id).where(
        Bureau.superior_id == bureau_id, col(Bureau.active_to).is_(None)
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def bureaus(
    session: AsyncSession, wanted: BureauFilter, *, after: UUID | None, limit: int
) -> Sequence[Bureau]:
    """Bureaus in the order they were added, one more than `limit`."""
    statement = select(Bureau).where(*_conditions(wanted)).order_by(col(Bureau.id))
    if after is not None:
        statement = statement.where(col(Bureau.id) > after)
    return (await session.exec(statement.limit(limit + 1))).all()


def _conditions(wanted: BureauFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.division is not None:
        yield col(Bureau.visible_to).contains([divisions.scope(wanted.division)])
    if wanted.kind is not None:
        yield col(Bureau.kind) == wanted.kind
    if wanted.name is not None:
        yield col(Bureau.name).contains(wanted.name, autoescape=True)
    if wanted.superior_id is not None:
        yield col(Bureau.superior_id) == wanted.superior_id
    if wanted.active_on is not None:
        begins, ends = col(Bureau.active_from), col(Bureau.active_to)
        yield or_(begins.is_(None), begins <= wanted.active_on)
        yield or_(ends.is_(None), ends >= wanted.active_on)

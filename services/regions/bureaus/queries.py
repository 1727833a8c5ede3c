"""Every SELECT on bureaus."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus.domain import BureauKind
from services.regions.bureaus.models import Bureau
from shared import divisions
from shared.errors import NotFound


async def bureau(session: AsyncSession, bureau_id: UUID) -> Bureau:
    found = await session.get(Bureau, bureau_id)
    if found is None:
        raise NotFound(what="bureau")
    return found


async def exists(session: AsyncSession, *, division: str, name: str) -> bool:
    statement = select(Bureau.id).where(Bureau.division == division, Bureau.name == name)
    return (await session.exec(statement)).first() is not None


async def bureaus(
    session: AsyncSession,
    *,
    division: str | None,
    kind: BureauKind | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Bureau]:
    """Bureaus in the order they were added, one more than `limit`; a division has its subtree's."""
    statement = select(Bureau).order_by(col(Bureau.id))
    if division is not None:
        statement = statement.where(col(Bureau.visible_to).contains([divisions.scope(division)]))
    if kind is not None:
        statement = statement.where(Bureau.kind == kind)
    if after is not None:
        statement = statement.where(col(Bureau.id) > after)
    return (await session.exec(statement.limit(limit + 1))).all()

"""Reading repeats and their candidates."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.models import Petition
from services.petitions.repeats.models import RepeatLink


async def by_same_person(
    session: AsyncSession, petition: Petition, *, window: timedelta
) -> Sequence[Petition]:
    """Earlier petitions of the same petitioner within the window, newest first."""
    since: datetime = petition.received_at - window
    statement = (
        select(Petition)
        .where(
            col(Petition.petitioner_tokens).op("&&")(petition.petitioner_tokens),
            Petition.id != petition.id,
            col(Petition.received_at) >= since,
            col(Petition.received_at) <= petition.received_at,
        )
        .order_by(col(Petition.received_at).desc())
        .limit(50)
    )
    return (await session.exec(statement)).all()


async def link(session: AsyncSession, petition_id: UUID) -> RepeatLink | None:
    """The link of a petition that is a repeat."""
    statement = select(RepeatLink).where(RepeatLink.petition_id == petition_id)
    return (await session.exec(statement)).one_or_none()


async def root_of(session: AsyncSession, petition_id: UUID) -> UUID:
    """The first petition of the matter: the petition itself unless it is a repeat."""
    found = await link(session, petition_id)
    return found.root_id if found else petition_id


async def repeats_of(session: AsyncSession, root_id: UUID) -> Sequence[RepeatLink]:
    """The repeats of a matter in their order."""
    statement = (
        select(RepeatLink).where(RepeatLink.root_id == root_id).order_by(col(RepeatLink.position))
    )
    return (await session.exec(statement)).all()


async def last_position(session: AsyncSession, root_id: UUID) -> int:
    """How often the matter was raised so far; the root is the first time."""
    statement = select(func.max(RepeatLink.position)).where(RepeatLink.root_id == root_id)
    return (await session.exec(statement)).one() or 1


async def matter(session: AsyncSession, root_id: UUID) -> Sequence[Petition]:
    """The root and its repeats in the order they were raised."""
    links = await repeats_of(session, root_id)
    ids = [root_id, *(each.petition_id for each in links)]
    rows = (await session.exec(select(Petition).where(col(Petition.id).in_(ids)))).all()
    return sorted(rows, key=lambda each: ids.index(each.id))

"""What an export says of a page of petitions beside their own rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.models import Petition
from shared.db.session import driver

# Last words and calls, and the first item a repeat is of, as far as the reader may know of it.
REPLIES: Final = """
SELECT DISTINCT ON (petition_id) petition_id, reason FROM petition_step
 WHERE petition_id = ANY($1) AND step = 'reply' ORDER BY petition_id, at DESC, id DESC
"""
CALLS: Final = """
SELECT DISTINCT ON (petition_id) petition_id, at, result, solved FROM callback
 WHERE petition_id = ANY($1) ORDER BY petition_id, at DESC, id DESC
"""
FIRST_ITEMS: Final = """
SELECT l.petition_id, f.number FROM repeat_link l LEFT JOIN petition f ON f.id = l.root_id
 WHERE l.petition_id = ANY($1)
"""


@dataclass(frozen=True, slots=True)
class Around:
    """By petition: the last reply as the history keeps it, the last call, the first item."""

    replies: Mapping[UUID, Mapping[str, Any]]
    calls: Mapping[UUID, Mapping[str, Any]]
    first_items: Mapping[UUID, Mapping[str, Any]]


async def petitions(session: AsyncSession, ids: Sequence[UUID]) -> list[Petition]:
    """The petitions in the order of the ids."""
    found = (await session.exec(select(Petition).where(col(Petition.id).in_(ids)))).all()
    by_id = {petition.id: petition for petition in found}
    return [by_id[each] for each in ids if each in by_id]


async def around(session: AsyncSession, ids: Sequence[UUID]) -> Around:
    connection = await driver(session)
    replies, calls, first_items = [
        {UUID(str(row["petition_id"])): row for row in await connection.fetch(statement, ids)}
        for statement in (REPLIES, CALLS, FIRST_ITEMS)
    ]
    return Around(replies, calls, first_items)

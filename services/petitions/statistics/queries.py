"""Counting petitions and call-backs of a period, grouped by how they share out."""

from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks.domain import VALID, Result
from services.petitions.statistics.domain import Group
from shared.db.session import driver

RECEIVED: Final = """
SELECT p.shares, l.petition_id IS NOT NULL AS counts, count(*) AS items
  FROM petition p LEFT JOIN repeat_link l ON l.petition_id = p.id
 WHERE p.received_at >= $1 AND p.received_at < $2 AND p.visible_to @> ARRAY[$3::text]
 GROUP BY 1, 2
"""
LAST_CALLS: Final = """
SELECT p.shares, c.result = $5 AS counts, count(*) AS items
  FROM (SELECT DISTINCT ON (petition_id) petition_id, result
          FROM callback WHERE at >= $1 AND at < $2 AND result = ANY($4)
         ORDER BY petition_id, at DESC, id DESC) c
  JOIN petition p ON p.id = c.petition_id
 WHERE p.visible_to @> ARRAY[$3::text]
 GROUP BY 1, 2
"""
CLOSED: Final = """
SELECT p.shares, false AS counts, count(*) AS items
  FROM petition p
 WHERE p.closed_at >= $1 AND p.closed_at < $2 AND p.visible_to @> ARRAY[$3::text]
 GROUP BY 1, 2
"""


async def received(
    session: AsyncSession, *, scope: str, start: datetime, end: datetime
) -> list[Group]:
    """Items received in [start, end); those confirmed as repeats count."""
    return await _groups(session, RECEIVED, start, end, scope)


async def last_calls(
    session: AsyncSession, *, scope: str, start: datetime, end: datetime
) -> list[Group]:
    """Items with a valid call-back in [start, end); those last dissatisfied count."""
    valid = [each.value for each in VALID]
    return await _groups(session, LAST_CALLS, start, end, scope, valid, Result.DISSATISFIED.value)


async def closed(
    session: AsyncSession, *, scope: str, start: datetime, end: datetime
) -> list[Group]:
    """Items closed in [start, end)."""
    return await _groups(session, CLOSED, start, end, scope)


async def _groups(session: AsyncSession, statement: str, *values: object) -> list[Group]:
    rows = await (await driver(session)).fetch(statement, *values)
    return [Group(row["shares"], row["counts"], row["items"]) for row in rows]

"""Counts of problems and the live lists, for a division with all below, as the caller sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.problems.domain.life import ListLevel
from shared import divisions
from shared.db.session import driver

# Traceable, proven and owned are asked of what is closed, and shown of all.
FIGURES: Final = """
SELECT count(*) AS found,
       count(*) FILTER (WHERE state = 'closed') AS closed,
       count(*) FILTER (WHERE state = 'closed' AND traceable_source <> '') AS closed_traceable,
       count(*) FILTER (WHERE state = 'closed' AND cardinality(proof) > 0) AS closed_proven,
       count(*) FILTER (WHERE state = 'closed' AND responsible_person <> '') AS closed_owned,
       count(*) FILTER (WHERE is_key) AS key_problems,
       count(*) FILTER (WHERE due_at < $4
         AND state IN ('found', 'assigned', 'rectifying', 'reopened')) AS overdue,
       count(*) FILTER (WHERE raised_at IS NOT NULL) AS raised,
       coalesce(sum(reject_count), 0) AS rejections,
       coalesce(sum(reopen_count), 0) AS relapses,
       count(*) FILTER (WHERE punishment IS NOT NULL) AS punished
  FROM problem
 WHERE starts_with(division, $1) AND ($2::timestamptz IS NULL OR found_at >= $2)
   AND ($3::timestamptz IS NULL OR found_at < $3)
"""
# A problem stands on several lists; each is a count of its own, never added to another.
BY: Final = """
SELECT severity AS name, 'severity' AS kind, count(*) AS found,
       count(*) FILTER (WHERE state = 'closed') AS closed
  FROM problem
 WHERE starts_with(division, $1) AND ($2::timestamptz IS NULL OR found_at >= $2)
   AND ($3::timestamptz IS NULL OR found_at < $3)
 GROUP BY severity
UNION ALL
SELECT l.level, 'list', count(*), count(*) FILTER (WHERE p.state = 'closed')
  FROM problem_listing l JOIN problem p ON p.id = l.problem_id
 WHERE starts_with(p.division, $1) AND ($2::timestamptz IS NULL OR p.found_at >= $2)
   AND ($3::timestamptz IS NULL OR p.found_at < $3)
 GROUP BY l.level
ORDER BY kind, name
"""
ON_LIST: Final = """
SELECT l.id, l.problem_id, l.level, l.state AS list_state, l.reference, l.entered_at,
       l.filing_ref, p.division, p.category, p.severity, p.state, p.measures, p.due_at,
       p.long_term, p.responsible_unit, p.responsible_person, p.description,
       coalesce(e.name, t.object_name, t.site) AS object_name
  FROM problem_listing l JOIN problem p ON p.id = l.problem_id JOIN task t ON t.id = p.task_id
  LEFT JOIN enterprise e ON e.id = t.enterprise_id
 WHERE l.division = $1 AND ($2::text IS NULL OR l.level = $2)
   AND ($3::text IS NULL OR (p.state = 'closed') = ($3 = 'closed'))
   AND ($4::timestamptz IS NULL OR (l.entered_at, l.id) > ($4, $5))
 ORDER BY l.entered_at, l.id LIMIT $6
"""


class Standing(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Period:
    """From the first instant on, before the second; either may be open."""

    begins: datetime | None
    ends: datetime | None


async def figures(
    session: AsyncSession, division: str, period: Period, *, now: datetime
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """The counts, and found and closed by severity and by list."""
    connection = await driver(session)
    bounds = (divisions.scope(division), period.begins, period.ends)
    counts = await connection.fetchrow(FIGURES, *bounds, now)
    lines = await connection.fetch(BY, *bounds)
    return dict(counts or {}), [dict(each) for each in lines]


async def on_list(
    session: AsyncSession,
    division: str,
    *,
    level: ListLevel | None,
    standing: Standing | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[dict[str, Any]]:
    """The list that a division keeps, live, in the order of entry."""
    rows = await (await driver(session)).fetch(
        ON_LIST, division, level, standing, *(after or (None, None)), limit
    )
    return [dict(row) for row in rows]

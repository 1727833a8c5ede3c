"""What the service keeps of one object, by time. What the caller may not see is absent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.models.registry import Enterprise
from shared import divisions
from shared.db.session import driver

# A legal day begins in Shanghai. A task is about the object it names or a double of it; without
# one, by its code about that of the place it names.
ENTRIES: Final = """
WITH RECURSIVE object (id) AS (
  SELECT $1::uuid
  UNION
  SELECT double.id FROM enterprise double JOIN object ON double.merged_into_id = object.id
), own_task AS (
  SELECT t.* FROM task t JOIN object ON t.enterprise_id = object.id
  UNION ALL
  SELECT t.* FROM task t
   WHERE t.enterprise_id IS NULL AND t.object_code = $2 AND t.place = ANY ($3)
), entry AS (
  SELECT 'visit' AS kind, v.id, v.day::timestamp AT TIME ZONE 'Asia/Shanghai' AS at,
         v.state, v.agency_name AS title, v.agency_division AS division
    FROM enterprise_visit v WHERE v.enterprise_id = $1
  UNION ALL
  SELECT 'task', t.id, t.requested_at, t.state, t.title, t.division FROM own_task t
  UNION ALL
  SELECT 'inspection', i.id, i.started_at, i.state, i.legal_kind, i.division
    FROM inspection i JOIN own_task t ON i.task_id = t.id
  UNION ALL
  SELECT 'problem', p.id, p.found_at, p.state, left(p.description, 200), p.division
    FROM problem p JOIN own_task t ON p.task_id = t.id
)
SELECT kind, id, at, state, title, division FROM entry
 WHERE $4::timestamptz IS NULL OR (at, id) < ($4, $5)
 ORDER BY at DESC, id DESC LIMIT $6
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is kept of an object: what it is, when it was, what is to be said first."""

    kind: str
    id: UUID
    at: datetime
    state: str
    title: str
    division: str


async def entries(
    session: AsyncSession,
    enterprise: Enterprise,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Entry]:
    """Visits, tasks, inspections and problems of the object, newest first."""
    places = [divisions.division_of(each) for each in divisions.lineage(enterprise.division)]
    rows = await (await driver(session)).fetch(
        ENTRIES, enterprise.id, enterprise.credit_code, places, *(after or (None, None)), limit
    )
    return [Entry(**row) for row in rows]

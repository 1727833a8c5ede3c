"""What is open in a cell: visits overdue and findings without an answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.grid.models.practice import GridFinding
from services.regions.grid.models.territory import GridCell
from services.regions.grid.queries import practice


async def open_matters(
    session: AsyncSession,
    cells: Sequence[GridCell],
    findings: Sequence[GridFinding],
    *,
    now: datetime,
) -> dict[UUID, list[dict[str, Any]]]:
    """The open matters of each cell as a hand-over lists them."""
    found: dict[UUID, list[dict[str, Any]]] = {each.id: [] for each in cells}
    for each in await practice.owed(session, cells, before=now, ended_after=now):
        if each.due_at <= now:
            matter: dict[str, Any] = {
                "kind": "visit",
                "id": str(each.thing.id),
                "title": each.thing.name,
                "due_at": each.due_at.isoformat(),
            }
            found[each.cell.id].append(matter)
    for one in findings:
        matter = {
            "kind": "finding",
            "id": str(one.id),
            "title": one.text[:200],
            "due_at": None,
        }
        found[one.cell_id].append(matter)
    return found

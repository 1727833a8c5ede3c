"""Writing down what was done to a plan, a cell, an object or a finding."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.grid.models.people import GridHandover
from services.regions.grid.models.practice import GridFinding, GridObject, GridStep
from services.regions.grid.models.territory import GridCell, GridPlan
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.ids import uuid7

Subject = GridPlan | GridCell | GridFinding | GridHandover | GridObject
KINDS: Final = {
    GridPlan: "grid_plan",
    GridCell: "grid_cell",
    GridFinding: "grid_finding",
    GridHandover: "grid_handover",
    GridObject: "grid_object",
}


async def note(
    session: AsyncSession,
    actor: Actor,
    row: Subject,
    action: str,
    *,
    now: datetime,
    content: Mapping[str, Any] | None = None,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    """Every act is a new version, a line of history and a line in the trace."""
    kind = KINDS[type(row)]
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    session.add(
        GridStep(
            id=uuid7(),
            subject_kind=kind,
            subject_id=row.id,
            action=action,
            content=dict(content or {}),
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
            visible_to=row.visible_to,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"{kind}.{action}",
        object_kind=kind,
        object_id=row.id,
        now=now,
        seen_by=row.visible_to,
        reason=reason,
        before=before,
        after={**row.model_dump(mode="json"), "content": dict(content or {})},
    )

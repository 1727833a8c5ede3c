"""Every SELECT on inspections. What the caller may not see is absent by policy."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.inspections.domain import InspectionState
from services.tasks.inspections.models import Inspection, InspectionOfficer, InspectionStep
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Tally:
    """How many inspections a task has, and how many of them are not finished."""

    inspections: int
    open: int


def _found(inspection: Inspection | None) -> Inspection:
    if inspection is None:
        raise NotFound(what="inspection")
    return inspection


async def inspection(session: AsyncSession, inspection_id: UUID) -> Inspection:
    statement = select(Inspection).where(Inspection.id == inspection_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_inspection(session: AsyncSession, inspection_id: UUID) -> Inspection:
    """The inspection, locked until the transaction ends. For every change."""
    statement = (
        select(Inspection)
        .where(Inspection.id == inspection_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none())


async def inspections(
    session: AsyncSession,
    *,
    task_id: UUID | None,
    state: InspectionState | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Inspection]:
    """Inspections in the order they were entered."""
    statement = select(Inspection)
    if task_id is not None:
        statement = statement.where(Inspection.task_id == task_id)
    if state is not None:
        statement = statement.where(Inspection.state == state)
    if after is not None:
        statement = statement.where(col(Inspection.id) > after)
    return (await session.exec(statement.order_by(col(Inspection.id)).limit(limit))).all()


async def officers(
    session: AsyncSession, inspection_ids: Iterable[UUID]
) -> dict[UUID, Sequence[InspectionOfficer]]:
    """Who was present at each inspection."""
    present = defaultdict[UUID, list[InspectionOfficer]](list)
    statement = (
        select(InspectionOfficer)
        .where(col(InspectionOfficer.inspection_id).in_([*inspection_ids]))
        .order_by(col(InspectionOfficer.id))
    )
    for officer in (await session.exec(statement)).all():
        present[officer.inspection_id].append(officer)
    return dict(present)


async def steps(session: AsyncSession, inspection_id: UUID) -> Sequence[InspectionStep]:
    """What was done, oldest first."""
    statement = (
        select(InspectionStep)
        .where(InspectionStep.inspection_id == inspection_id)
        .order_by(col(InspectionStep.id))
    )
    return (await session.exec(statement)).all()


async def tally(session: AsyncSession, task_id: UUID) -> Tally:
    still_open = func.count().filter(col(Inspection.state) != InspectionState.FINISHED)
    statement = select(func.count(), still_open).where(Inspection.task_id == task_id)
    total, unfinished = (await session.exec(statement)).one()
    return Tally(total, unfinished)

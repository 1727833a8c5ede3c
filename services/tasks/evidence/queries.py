"""Every SELECT on evidence. What the caller may not see is absent by policy."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.evidence.models import Custody, Evidence
from shared.errors import NotFound


async def evidence(session: AsyncSession, evidence_id: UUID) -> Evidence:
    found = (await session.exec(select(Evidence).where(Evidence.id == evidence_id))).one_or_none()
    if found is None:
        raise NotFound(what="evidence")
    return found


async def evidence_among(session: AsyncSession, ids: Iterable[UUID]) -> Sequence[Evidence]:
    """Those of the ids that exist for the caller."""
    return (await session.exec(select(Evidence).where(col(Evidence.id).in_([*ids])))).all()


async def last_link(session: AsyncSession, task_id: UUID) -> Evidence | None:
    """The end of the task's chain; the caller holds the task's lock."""
    statement = (
        select(Evidence)
        .where(Evidence.task_id == task_id)
        .order_by(col(Evidence.number).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def evidence_of_task(
    session: AsyncSession, task_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Evidence]:
    """Evidence in the order it was received."""
    statement = select(Evidence).where(Evidence.task_id == task_id)
    if after is not None:
        statement = statement.where(col(Evidence.id) > after)
    return (await session.exec(statement.order_by(col(Evidence.id)).limit(limit))).all()


async def custody(session: AsyncSession, evidence_id: UUID) -> Sequence[Custody]:
    """Who had it in hand, oldest first."""
    statement = select(Custody).where(Custody.evidence_id == evidence_id).order_by(col(Custody.id))
    return (await session.exec(statement)).all()

"""Whether a completed task takes evidence again: one of its problems has come back."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import queries


async def take_proof(session: AsyncSession, task_id: UUID, *, open_: bool) -> None:
    """Let evidence be added to a task that is done, or end that."""
    task = await queries.lock_task(session, task_id)
    task.takes_proof = open_
    await session.flush()

"""The end of a task over HTTP."""

from uuid import UUID

from fastapi import APIRouter

from services.tasks.dispatch.endpoints import AskedDep
from services.tasks.dispatch.schemas import TaskOut
from services.tasks.problems.schemas.problems import CompletionIn
from services.tasks.problems.use_cases import completion
from shared.http.access import policy
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route

router = APIRouter(prefix="/tasks", tags=["tasks"], route_class=Route)


@router.post("/{task_id}/complete", dependencies=[policy("task.complete")])
async def complete_task(
    task_id: UUID, body: CompletionIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TaskOut:
    """A member of the team reports the task done; all inspections ended, all problems closed."""
    task = await completion.complete(
        asked.session,
        asked.actor,
        task_id,
        summary=body.summary,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(task)

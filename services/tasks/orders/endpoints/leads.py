"""Lead → task over HTTP."""

from uuid import UUID

from fastapi import APIRouter, status as http

from services.tasks.dispatch.endpoints.asked import AskedDep
from services.tasks.dispatch.schemas import TaskOut
from services.tasks.orders.schemas import LeadTaskIn
from services.tasks.orders.use_cases import of_leads
from shared.http.access import policy
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route

router = APIRouter(prefix="/leads", tags=["orders"], route_class=Route)


@router.post(
    "/{lead_id}/task",
    status_code=http.HTTP_201_CREATED,
    dependencies=[policy("lead.hand_on")],
)
async def make_task_of_lead(
    lead_id: UUID, body: LeadTaskIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TaskOut:
    """Let an accepted lead become a task; what the lead says is what the task is about."""
    task = await of_leads.make_of_lead(
        asked.session,
        asked.actor,
        lead_id,
        body.asked(),
        expected_version=expected_version,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/tasks/{task.id}"
    return await asked.answer(task)

"""Lead → task over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Response, status as http

from services.tasks.dispatch.schemas.tasks import TaskFacts
from services.tasks.orders.schemas import LeadTaskIn
from services.tasks.orders.use_cases import of_leads
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/leads", tags=["orders"], route_class=Route)


@router.post(
    "/{lead_id}/task",
    status_code=http.HTTP_201_CREATED,
    dependencies=[policy("lead.hand_on")],
)
async def make_task_of_lead(
    lead_id: UUID,
    body: LeadTaskIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> TaskFacts:
    """Let an accepted lead become a task; what the lead says is what the task is about."""
    task = await of_leads.make_of_lead(
        session, actor, lead_id, body.asked(), expected_version=expected_version, now=now
    )
    response.headers["Location"] = f"/api/v1/tasks/{task.id}"
    response.headers["ETag"] = etag(task.version)
    return TaskFacts.model_validate(task)

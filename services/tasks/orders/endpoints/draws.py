"""Draw → tasks over HTTP."""

from uuid import UUID

from fastapi import APIRouter, status as http

from services.tasks.draws.queries import draws
from services.tasks.orders import queries
from services.tasks.orders.schemas import DrawTaskOut, DrawTasksIn, DrawTasksOut
from services.tasks.orders.use_cases import of_draws
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/draws", tags=["orders"], route_class=Route)


@router.post(
    "/{draw_id}/tasks",
    status_code=http.HTTP_202_ACCEPTED,
    dependencies=[policy("task_order.send")],
)
async def want_tasks_of_draw(
    draw_id: UUID,
    body: DrawTasksIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    expected_version: ExpectedVersion,
) -> DrawTasksOut:
    """Let each drawn object become a task on its day; asked again, what was refused is retried."""
    order = await of_draws.want_tasks(
        session, actor, draw_id, body.asked(), expected_version=expected_version, now=now
    )
    return DrawTasksOut.model_validate(order)


@router.get("/{draw_id}/tasks", dependencies=[policy("task_order.read")])
async def list_tasks_of_draw(
    draw_id: UUID, session: SessionDep, page: PageDep
) -> Page[DrawTaskOut]:
    """What became of each drawn object the caller may know of: its task, or why there is none."""
    draw = await draws.draw(session, draw_id)
    last = (draw.id, page.after[0]) if page.after else None
    found = await draws.drawn_objects(
        session,
        draw_id=draw.id,
        mine=None,
        open_problems=False,
        after=last,
        limit=page.limit + 1,
    )
    rows = page.cut(found, key=lambda each: (each.number,))
    ids = [each.id for each in rows]
    tasks = await queries.tasks_of(session, ids)
    refused = await queries.refusals_of(session, ids)
    items = [DrawTaskOut.of(each, tasks.get(each.id), refused.get(each.id)) for each in rows]
    return Page(items=items, next=page.next)

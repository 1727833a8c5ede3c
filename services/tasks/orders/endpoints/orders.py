"""Orders over HTTP: one call, a task for each of many."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status as http

from services.tasks.orders import queries
from services.tasks.orders.domain import ItemResult, OrderState
from services.tasks.orders.models import TaskOrder
from services.tasks.orders.queries import Wanted
from services.tasks.orders.schemas import (
    OrderIn,
    OrderItemOut,
    OrderOut,
    ResendIn,
    StopIn,
    kept,
)
from services.tasks.orders.use_cases import sending
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/task-orders", tags=["orders"], route_class=Route)
READ = [policy("task_order.read")]
SEND = [policy("task_order.send")]


class Asked:
    """Who asks about an order, when, and where the answer goes."""

    def __init__(self, actor: ActorDep, session: SessionDep, now: Now, response: Response) -> None:
        self.actor, self.session, self.now, self.response = actor, session, now, response

    async def answer(self, order: TaskOrder) -> OrderOut:
        """The order with how far it is, and its version as ETag."""
        self.response.headers["ETag"] = etag(order.version)
        [shown] = await self.answers([order])
        return shown

    async def answers(self, orders: Sequence[TaskOrder]) -> list[OrderOut]:
        results = await queries.results(self.session, [each.id for each in orders])
        return [OrderOut.of(each, self.actor, results[each.id]) for each in orders]


AskedDep = Annotated[Asked, Depends()]


async def _wanted(
    division: Division | None = None,
    campaign_id: UUID | None = None,
    state: OrderState | None = None,
) -> Wanted:
    return Wanted(division, campaign_id, state)


@router.get("", dependencies=READ)
async def list_task_orders(
    asked: AskedDep, page: PageDep, wanted: Annotated[Wanted, Depends(_wanted)]
) -> Page[OrderOut]:
    """Orders of the caller's divisions, newest first."""
    last = UUID(page.after[0]) if page.after else None
    found = await queries.orders(asked.session, wanted, after=last, limit=page.limit + 1)
    rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=await asked.answers(rows), next=page.next)


@router.post("", status_code=http.HTTP_202_ACCEPTED, dependencies=SEND)
async def send_task_order(body: OrderIn, asked: AskedDep) -> OrderOut:
    """Order tasks of up to 2,000 divisions or enterprises; they are made one by one afterwards.

    Each item has its own result. The same key with the same content answers the order it was.
    """
    order = await sending.send(
        asked.session, asked.actor, body.sent(), kept(body.items), now=asked.now
    )
    asked.response.headers["Location"] = f"/api/v1/task-orders/{order.id}"
    return await asked.answer(order)


@router.get("/{task_order_id}", dependencies=READ)
async def read_task_order(task_order_id: UUID, asked: AskedDep) -> OrderOut:
    """How far an order is."""
    return await asked.answer(await queries.order(asked.session, task_order_id))


@router.get("/{task_order_id}/items", dependencies=READ)
async def list_order_items(
    task_order_id: UUID, session: SessionDep, page: PageDep, result: ItemResult | None = None
) -> Page[OrderItemOut]:
    """What became of each item, in the order they were sent."""
    order = await queries.order(session, task_order_id)
    last = int(page.after[0]) if page.after else None
    found = await queries.items(session, order.id, result=result, after=last, limit=page.limit + 1)
    rows = page.cut(found, key=lambda each: (each.number,))
    tasks = [each.task_id for each in rows if each.task_id is not None]
    hidden = await queries.hidden(session, tasks)
    items = [OrderItemOut.of(each, hidden=each.task_id in hidden) for each in rows]
    return Page(items=items, next=page.next)


@router.post("/{task_order_id}/resend", dependencies=SEND)
async def resend_items(
    task_order_id: UUID, body: ResendIn, asked: AskedDep, expected_version: ExpectedVersion
) -> OrderOut:
    """Send items that were refused again, corrected."""
    order = await sending.resend(
        asked.session,
        asked.actor,
        task_order_id,
        kept(body.items),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(order)


@router.post("/{task_order_id}/stop", dependencies=[policy("task_order.stop")])
async def stop_task_order(
    task_order_id: UUID, body: StopIn, asked: AskedDep, expected_version: ExpectedVersion
) -> OrderOut:
    """Make no more tasks of this order; what was made stays."""
    order = await sending.stop(
        asked.session,
        asked.actor,
        task_order_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(order)

"""Supervision orders over HTTP (督办, 催办)."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.endpoints import Keys
from services.petitions.intake.schemas import ClockOut
from services.petitions.oversight import queries
from services.petitions.oversight.domain import OrderKind, OrderState, OrderStep
from services.petitions.oversight.models import SupervisionOrder
from services.petitions.oversight.queries import OrderFilter
from services.petitions.oversight.schemas import (
    AnswerIn,
    CloseIn,
    OrderIn,
    OrderOut,
    OrderRow,
    OrderStepOut,
    ReturnIn,
    WithdrawIn,
)
from services.petitions.oversight.use_cases import orders
from shared import divisions, reference
from shared.auth.actor import Actor
from shared.clock_rows.rows import clocks_of
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

given: Final = APIRouter(prefix="/petitions", tags=["oversight"], route_class=Route)
router: Final = APIRouter(prefix="/supervision-orders", tags=["oversight"], route_class=Route)


@given.post("/{petition_id}/orders", status_code=201, dependencies=[policy("order.issue")])
async def issue_order(
    petition_id: UUID,
    body: OrderIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> OrderOut:
    """Order the unit that has the petition to see to it, or to get on with it."""
    order = await orders.issue(
        session,
        actor,
        petition_id,
        kind=body.kind,
        demand=body.demand,
        days=body.days,
        keys=keys,
        version=version,
        now=now,
    )
    response.headers["Location"] = f"/api/v1/supervision-orders/{order.id}"
    return await _shown(session, actor, order, now=now, response=response)


@router.get("", dependencies=[policy("petition.read")])
async def supervision_orders(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    kind: OrderKind | None = None,
    state: OrderState | None = None,
    division: Annotated[Division | None, Query(description="Issued by this division")] = None,
    petition_id: UUID | None = None,
    own: Annotated[bool, Query(description="Only what the caller's unit has to answer")] = False,  # noqa: FBT002 -- a query's
) -> Page[OrderRow]:
    """Orders, latest first."""
    after = page.after and (datetime.fromisoformat(page.after[0]), UUID(page.after[1]))
    wanted = OrderFilter(
        kind=kind,
        state=state,
        division=division,
        units=[divisions.division_of(each) for each in actor.scopes] if own else None,
        petition_id=petition_id,
    )
    rows = await queries.orders(session, wanted, after=after, limit=page.limit + 1)
    items = page.cut(rows, key=lambda each: (each.issued_at, str(each.id)))
    return Page(items=[OrderRow.model_validate(each) for each in items], next=page.next)


@router.get("/{order_id}", dependencies=[policy("petition.read")])
async def read_order(
    order_id: UUID, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> OrderOut:
    """One order with its deadline, its history and the caller's next steps."""
    order = await queries.order(session, order_id)
    return await _shown(session, actor, order, now=now, response=response)


@router.post("/{order_id}/answer", dependencies=[policy("order.answer")])
async def answer_order(
    order_id: UUID,
    body: AnswerIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> OrderOut:
    """The unit says what it did."""
    order = await orders.answer(
        session, actor, order_id, answer=body.answer, keys=keys, version=version, now=now
    )
    return await _shown(session, actor, order, now=now, response=response)


@router.post("/{order_id}/return", dependencies=[policy("order.close")])
async def return_order(
    order_id: UUID,
    body: ReturnIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> OrderOut:
    """The answer does not do: the order is open again, with its time from the start."""
    order = await orders.end(
        session,
        actor,
        order_id,
        step=OrderStep.RETURN,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await _shown(session, actor, order, now=now, response=response)


@router.post("/{order_id}/close", dependencies=[policy("order.close")])
async def close_order(
    order_id: UUID,
    body: CloseIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> OrderOut:
    """The answer does: the order is closed."""
    order = await orders.end(
        session,
        actor,
        order_id,
        step=OrderStep.CLOSE,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await _shown(session, actor, order, now=now, response=response)


@router.post("/{order_id}/withdraw", dependencies=[policy("order.close")])
async def withdraw_order(
    order_id: UUID,
    body: WithdrawIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> OrderOut:
    """The order is no longer wanted."""
    order = await orders.end(
        session,
        actor,
        order_id,
        step=OrderStep.WITHDRAW,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await _shown(session, actor, order, now=now, response=response)


async def _shown(
    session: AsyncSession,
    actor: Actor,
    order: SupervisionOrder,
    *,
    now: datetime,
    response: Response,
) -> OrderOut:
    calendar = await reference.calendar(session)
    response.headers["ETag"] = etag(order.version)
    return OrderOut.model_validate(
        {
            **order.model_dump(),
            "clocks": [
                ClockOut.of(clock, calendar, now) for clock in await clocks_of(session, [order.id])
            ],
            "history": [
                OrderStepOut.model_validate(line)
                for line in await queries.order_history(session, order.id)
            ],
            "actions": orders.actions(actor, order),
        }
    )

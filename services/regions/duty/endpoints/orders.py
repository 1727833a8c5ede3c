"""Dispatch orders over HTTP: given by the centre, answered by the division that was ordered."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.regions.duty.domain.incidents import OrderState, OrderStep
from services.regions.duty.endpoints.asked import AskedDep
from services.regions.duty.queries import incidents as queries
from services.regions.duty.schemas.figures import ResponseTimesOut
from services.regions.duty.schemas.incidents import (
    IncidentOut,
    LinkIn,
    OrderIn,
    OrderOut,
    ReasonIn,
    RefusalIn,
    ReportIn,
)
from services.regions.duty.use_cases import measuring, orders
from services.regions.duty.use_cases.incidents import order_actions
from services.regions.duty.use_cases.orders import Answer
from shared.http.access import ActorDep, policy
from shared.http.body import Division, Instant
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/incidents", tags=["incidents"], route_class=Route)


@router.get("/orders", dependencies=[policy("incident.read")])
async def list_orders(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    now: Now,
    division: Annotated[Division | None, Query(description="who was ordered")] = None,
    state: OrderState | None = None,
    overdue: Annotated[bool | None, Query(description="past its time")] = None,
) -> Page[OrderOut]:
    """Orders by who was ordered; `overdue`: not acknowledged, or not reported on, in time."""
    [after] = page.after or (None,)
    rows = await queries.orders(
        session,
        division=division,
        state=state,
        overdue=overdue,
        now=now,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    owners = await queries.divisions_of(session, {row.incident_id for row in cut})
    items = [
        OrderOut.of(row, order_actions(actor, row, centre=owners[row.incident_id]), now=now)
        for row in cut
    ]
    return Page(items=items, next=page.next)


@router.get("/response-times", dependencies=[policy("incident.read")])
async def read_response_times(
    session: SessionDep, division: Division, starts_at: Instant, ends_at: Instant
) -> ResponseTimesOut:
    """How fast incidents were judged and ordered and orders acknowledged, arrived on, reported."""
    found = await measuring.response_times(session, division, starts_at, ends_at)
    return ResponseTimesOut.of(found, division=division, starts_at=starts_at, ends_at=ends_at)


@router.post("/{incident_id}/dispatch", dependencies=[policy("incident.dispatch")])
async def dispatch_order(
    incident_id: UUID, body: OrderIn, asked: AskedDep, expected_version: ExpectedVersion
) -> IncidentOut:
    """统一指挥调度: an order to a desk, a bureau, officers or a grid lead of the area."""
    row = await orders.dispatch(
        asked.session,
        asked.actor,
        incident_id,
        body.value(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(
    "/{incident_id}/orders/{dispatch_order_id}/acknowledge",
    dependencies=[policy("dispatch_order.answer")],
)
async def acknowledge_order(
    incident_id: UUID,
    dispatch_order_id: UUID,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> IncidentOut:
    """签收: the division that was ordered has taken notice."""
    row = await orders.answer(
        asked.session,
        asked.actor,
        incident_id,
        dispatch_order_id,
        Answer(OrderStep.ACKNOWLEDGE),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(
    "/{incident_id}/orders/{dispatch_order_id}/set-out",
    dependencies=[policy("dispatch_order.answer")],
)
async def set_out_on_order(
    incident_id: UUID,
    dispatch_order_id: UUID,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> IncidentOut:
    """出发: somebody is under way."""
    row = await orders.answer(
        asked.session,
        asked.actor,
        incident_id,
        dispatch_order_id,
        Answer(OrderStep.SET_OUT),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(
    "/{incident_id}/orders/{dispatch_order_id}/arrive",
    dependencies=[policy("dispatch_order.answer")],
)
async def arrive_on_order(
    incident_id: UUID,
    dispatch_order_id: UUID,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> IncidentOut:
    """到场: somebody is on the scene."""
    row = await orders.answer(
        asked.session,
        asked.actor,
        incident_id,
        dispatch_order_id,
        Answer(OrderStep.ARRIVE),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(
    "/{incident_id}/orders/{dispatch_order_id}/report",
    dependencies=[policy("dispatch_order.answer")],
)
async def report_on_order(
    incident_id: UUID,
    dispatch_order_id: UUID,
    body: ReportIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> IncidentOut:
    """反馈: what was found and done."""
    row = await orders.answer(
        asked.session,
        asked.actor,
        incident_id,
        dispatch_order_id,
        Answer(OrderStep.REPORT, body.report),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(
    "/{incident_id}/orders/{dispatch_order_id}/refuse",
    dependencies=[policy("dispatch_order.answer")],
)
async def refuse_order(
    incident_id: UUID,
    dispatch_order_id: UUID,
    body: ReasonIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> IncidentOut:
    """退回: the division says why it cannot."""
    row = await orders.answer(
        asked.session,
        asked.actor,
        incident_id,
        dispatch_order_id,
        Answer(OrderStep.REFUSE, body.reason),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(
    "/{incident_id}/orders/{dispatch_order_id}/judge-refusal",
    dependencies=[policy("incident.dispatch")],
)
async def judge_refusal(
    incident_id: UUID,
    dispatch_order_id: UUID,
    body: RefusalIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> IncidentOut:
    """The centre says whether the reason holds."""
    row = await orders.judge_refusal(
        asked.session,
        asked.actor,
        incident_id,
        dispatch_order_id,
        accepts=body.accepts,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(
    "/{incident_id}/orders/{dispatch_order_id}/recall",
    dependencies=[policy("incident.dispatch")],
)
async def recall_order(
    incident_id: UUID,
    dispatch_order_id: UUID,
    body: ReasonIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> IncidentOut:
    """The centre takes back an order that nobody has arrived on."""
    row = await orders.recall(
        asked.session,
        asked.actor,
        incident_id,
        dispatch_order_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(
    "/{incident_id}/orders/{dispatch_order_id}/link",
    dependencies=[policy("incident.dispatch")],
)
async def link_order(
    incident_id: UUID,
    dispatch_order_id: UUID,
    body: LinkIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> IncidentOut:
    """What the order led to: an activation, a hand-over, a task and the like."""
    row = await orders.link(
        asked.session,
        asked.actor,
        incident_id,
        dispatch_order_id,
        kind=body.kind,
        linked_id=body.id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)

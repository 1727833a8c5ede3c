"""统一指挥调度: ordering who goes, what they answer, and what time does to silence."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.activations.queries import activation
from services.regions.assistance.models import AssistanceRequest, Handover
from services.regions.assistance.queries import letter
from services.regions.bureaus import queries as bureaus
from services.regions.divisions.use_cases import require_known
from services.regions.duty.domain import incidents as domain
from services.regions.duty.domain.incidents import (
    LateReport,
    LinkKind,
    OrderState,
    OrderStep,
    Receiver,
    Step,
    Urgency,
)
from services.regions.duty.models.incidents import DispatchOrder, Incident
from services.regions.duty.queries import incidents as queries
from services.regions.duty.queries.incidents import IncidentFile
from services.regions.duty.use_cases.incidents import ANSWER, DISPATCH, begin, note
from services.regions.notices.queries import notice
from services.regions.officers.domain import Need, NotEligible, Period
from services.regions.officers.queries import people as officers
from services.regions.officers.use_cases import sending
from services.regions.officers.use_cases.judging import judgement
from services.regions.operations.queries import require_known_operation
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.errors import IllegalStep, NotFound, ReasonMissing
from shared.ids import uuid7
from shared.rule_settings import rule_settings

BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Order:
    """Whom the centre orders, what, until when, and whether the officers are held for it."""

    receiver: Receiver
    division: str
    bureau_id: UUID | None
    officer_ids: tuple[UUID, ...]
    grid_lead: str | None
    text: str
    urgency: Urgency
    due_at: datetime
    book: bool


async def dispatch(
    session: AsyncSession,
    actor: Actor,
    incident_id: UUID,
    order: Order,
    *,
    expected_version: int,
    now: datetime,
) -> Incident:
    """An order of the centre within its own area; from now on its division sees the incident.

    NotEligible if an officer cannot go. With `book` they are held for it until it is due.
    """
    file = await begin(session, actor, incident_id, Step.DISPATCH, expected_version)
    row = file.incident
    if order.due_at <= now:
        raise LateReport
    today = legal_day(now)
    await require_known(session, [order.division], on_day=today, pointer="/division")
    bureau = None if order.bureau_id is None else await bureaus.bureau(session, order.bureau_id)
    domain.require_receiver(
        centre=row.division,
        division=order.division,
        receiver=order.receiver,
        bureau_division=None if bureau is None else bureau.division,
        officer_ids=order.officer_ids,
        grid_lead=order.grid_lead,
    )
    figures = await rule_settings(session, division=row.division, on_day=today)
    order_id = uuid7()
    if order.officer_ids:
        await _hold(session, actor, order, order_id, now=now)
    row.state = domain.step(row.state, Step.DISPATCH)
    row.dispatched_at = row.dispatched_at or now
    row.visible_to = sorted({*row.visible_to, *divisions.visibility([order.division])})
    session.add(
        DispatchOrder(
            id=order_id,
            incident_id=row.id,
            number=len(file.orders) + 1,
            receiver=order.receiver,
            division=order.division,
            bureau_id=order.bureau_id,
            officer_ids=list(map(str, order.officer_ids)),
            grid_lead=order.grid_lead,
            booked=order.book and bool(order.officer_ids),
            text=order.text,
            urgency=order.urgency,
            state=OrderState.ISSUED,
            issued_at=now,
            issued_by=actor.id,
            issued_name=actor.name,
            acknowledge_due_at=now
            + domain.term(figures["incident.acknowledge_minutes"], order.urgency),
            due_at=order.due_at,
            links=[],
            visible_to=divisions.visibility([row.division, order.division]),
        )
    )
    await note(
        session,
        actor,
        row,
        Step.DISPATCH,
        told=order.text,
        order_id=order_id,
        division=order.division,
        now=now,
    )
    return row


async def _hold(
    session: AsyncSession, actor: Actor, order: Order, order_id: UUID, *, now: datetime
) -> None:
    """The officers can go, and are held if that is wanted."""
    need = Need(Period(now, order.due_at))
    found = await officers.lock_officers(session, order.officer_ids)
    if len(found) < len(set(order.officer_ids)):
        raise NotFound(what="officer")
    if any(each.division != order.division for each in found):
        raise domain.BadReceiver(reason="an officer of another division", pointer="/officer_ids")
    files = await officers.files(session, found, since=now)
    judged = [judgement(each, need, besides=frozenset()) for each in files]
    barred = [each for each in judged if each.reasons]
    if barred:
        raise NotEligible(
            reasons="; ".join(
                f"{each.file.officer.name}: {', '.join(each.reasons)}" for each in barred
            )
        )
    if order.book:
        await sending.book(
            session,
            actor,
            task_id=order_id,
            officer_ids=order.officer_ids,
            need=need,
            now=now,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What who was ordered does next; a report or a reason where the step asks for one."""

    step: OrderStep
    text: str | None = None


async def answer(
    session: AsyncSession,
    actor: Actor,
    incident_id: UUID,
    order_id: UUID,
    said: Answer,
    *,
    expected_version: int,
    now: datetime,
) -> Incident:
    """签收、出发、到场、反馈、退回, in the name of the division that was ordered."""
    file, order = await _order(session, incident_id, order_id)
    require(actor, ANSWER, division=order.division)
    file.incident.require_version(expected_version)
    order.state = domain.order_step(order.state, said.step)
    match said.step:
        case OrderStep.ACKNOWLEDGE:
            order.acknowledged_at = now
        case OrderStep.SET_OUT:
            order.set_out_at = now
        case OrderStep.ARRIVE:
            order.arrived_at = now
        case OrderStep.REPORT:
            order.reported_at, order.report = now, _required(said.text, "/report")
        case OrderStep.REFUSE:
            order.refused_at, order.refusal = now, _required(said.text, "/reason")
        case _:
            raise IllegalStep(state=order.state.value, action=said.step.value, allowed=[])
    if order.state in (OrderState.REPORTED, OrderState.REFUSED):
        await _release(session, order, now=now)
    await _note_order(session, actor, file, order, said.step, told=said.text, now=now)
    return file.incident


async def judge_refusal(
    session: AsyncSession,
    actor: Actor,
    incident_id: UUID,
    order_id: UUID,
    *,
    accepts: bool,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Incident:
    """The centre says whether the reason holds; what does not counts against the division."""
    file, order = await _order(session, incident_id, order_id)
    require(actor, DISPATCH, division=file.incident.division)
    file.incident.require_version(expected_version)
    order.state = domain.order_step(order.state, OrderStep.JUDGE_REFUSAL)
    order.refusal_accepted = accepts
    told = f"{'accepted' if accepts else 'not accepted'}; {reason}"
    await _note_order(session, actor, file, order, OrderStep.JUDGE_REFUSAL, told=told, now=now)
    return file.incident


async def recall(
    session: AsyncSession,
    actor: Actor,
    incident_id: UUID,
    order_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Incident:
    """The centre takes an order back that nobody has arrived on."""
    file, order = await _order(session, incident_id, order_id)
    require(actor, DISPATCH, division=file.incident.division)
    file.incident.require_version(expected_version)
    order.state = domain.order_step(order.state, OrderStep.RECALL)
    await _release(session, order, now=now)
    await _note_order(session, actor, file, order, OrderStep.RECALL, told=reason, now=now)
    return file.incident


async def link(
    session: AsyncSession,
    actor: Actor,
    incident_id: UUID,
    order_id: UUID,
    *,
    kind: LinkKind,
    linked_id: UUID,
    expected_version: int,
    now: datetime,
) -> Incident:
    """What the order led to. A row of this service must be one the caller sees; else 404."""
    file, order = await _order(session, incident_id, order_id)
    require(actor, DISPATCH, division=file.incident.division)
    file.incident.require_version(expected_version)
    file.incident.state = domain.step(file.incident.state, Step.LINK)
    if kind in _KNOWN:
        await _KNOWN[kind](session, linked_id)
    made = {"kind": kind.value, "id": str(linked_id)}
    if made not in order.links:
        order.links = [*order.links, made]
    await note(
        session,
        actor,
        file.incident,
        Step.LINK,
        content=made,
        order_id=order.id,
        division=order.division,
        now=now,
    )
    return file.incident


async def _request(session: AsyncSession, linked_id: UUID) -> object:
    return await letter(session, AssistanceRequest, linked_id)


async def _handover(session: AsyncSession, linked_id: UUID) -> object:
    return await letter(session, Handover, linked_id)


# How to know that a linked row is there for the caller; a task is another service's.
_KNOWN: Final[Mapping[LinkKind, Callable[[AsyncSession, UUID], Awaitable[object]]]] = {
    LinkKind.ACTIVATION: activation,
    LinkKind.ASSISTANCE_REQUEST: _request,
    LinkKind.HANDOVER: _handover,
    LinkKind.OPERATION: require_known_operation,
    LinkKind.BORDER_NOTICE: notice,
}


async def escalate(session: AsyncSession, now: datetime) -> int:
    """Job: who did not acknowledge in time is told of to the next level."""
    silent = await queries.unacknowledged(session, now, limit=BATCH)
    for row, order in silent:
        order.escalated_at = now
        order.escalated_to = domain.next_level(order.division, centre=row.division)
        told = f"#{order.number}: not acknowledged by {order.acknowledge_due_at.isoformat()}"
        await note(
            session,
            SYSTEM_ACTOR,
            row,
            "escalate",
            told=told,
            content={"told": order.escalated_to},
            order_id=order.id,
            division=order.division,
            now=now,
        )
    return len(silent)


async def _order(
    session: AsyncSession, incident_id: UUID, order_id: UUID
) -> tuple[IncidentFile, DispatchOrder]:
    file = await queries.lock_incident(session, incident_id)
    return file, file.order(order_id)


async def _release(session: AsyncSession, order: DispatchOrder, *, now: datetime) -> None:
    """Who was held for the order can be sent elsewhere."""
    if order.booked:
        async with beyond_scope(session):
            await sending.release(session, order.id, now=now)


async def _note_order(
    session: AsyncSession,
    actor: Actor,
    file: IncidentFile,
    order: DispatchOrder,
    step: OrderStep,
    *,
    told: str | None,
    now: datetime,
) -> None:
    await note(
        session,
        actor,
        file.incident,
        f"order_{step.value}",
        told=told,
        order_id=order.id,
        division=order.division,
        now=now,
    )


def _required(text: str | None, pointer: str) -> str:
    if text is None:
        raise ReasonMissing(reason="text", pointer=pointer)
    return text

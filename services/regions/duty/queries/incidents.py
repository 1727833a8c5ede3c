"""Every SELECT on incidents and dispatch orders."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.duty.domain.incidents import (
    OrderState,
    Source,
    State,
    Urgency,
)
from services.regions.duty.models.incidents import DispatchOrder, Incident, IncidentStep
from shared import divisions
from shared.errors import NotFound

OPEN_STATES = (State.RECEIVED, State.JUDGED, State.DISPATCHED)


@dataclass(frozen=True, slots=True)
class IncidentFile:
    """An incident with its orders, its history, and what was merged into it."""

    incident: Incident
    orders: list[DispatchOrder]
    steps: list[IncidentStep]
    duplicates: list[UUID]

    def order(self, order_id: UUID) -> DispatchOrder:
        for each in self.orders:
            if each.id == order_id:
                return each
        raise NotFound(what="dispatch order")


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents are wanted; a division has those it can see of its subtree."""

    division: str | None = None
    place: str | None = None
    state: State | None = None
    is_open: bool | None = None
    urgency: Urgency | None = None
    source: Source | None = None


async def incident(session: AsyncSession, incident_id: UUID) -> Incident:
    found = await session.get(Incident, incident_id)
    if found is None:
        raise NotFound(what="incident")
    return found


async def hold_incidents(session: AsyncSession, ids: Iterable[UUID]) -> None:
    """Lock what there is of these, in one order, before any of it is read."""
    statement = (
        select(Incident.id).where(col(Incident.id).in_(list(ids))).order_by(col(Incident.id))
    )
    await session.exec(statement.with_for_update())


async def lock_incident(session: AsyncSession, incident_id: UUID) -> IncidentFile:
    """The incident with all that hangs on it, locked until the transaction ends."""
    statement = (
        select(Incident)
        .where(Incident.id == incident_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="incident")
    return await file(session, found)


async def file(session: AsyncSession, row: Incident) -> IncidentFile:
    """Everything that hangs on the incident."""
    orders = (
        select(DispatchOrder)
        .where(DispatchOrder.incident_id == row.id)
        .order_by(col(DispatchOrder.number))
        .execution_options(populate_existing=True)
    )
    steps = (
        select(IncidentStep)
        .where(IncidentStep.incident_id == row.id)
        .order_by(col(IncidentStep.id))
    )
    merged = select(Incident.id).where(Incident.merged_into == row.id).order_by(col(Incident.id))
    return IncidentFile(
        row,
        list((await session.exec(orders)).all()),
        list((await session.exec(steps)).all()),
        list((await session.exec(merged)).all()),
    )


async def incidents(
    session: AsyncSession, wanted: IncidentFilter, *, after: UUID | None, limit: int
) -> Sequence[Incident]:
    """Incidents from the newest on, one more than `limit`."""
    statement = select(Incident).order_by(col(Incident.id).desc())
    if wanted.division is not None:
        scope = divisions.scope(wanted.division)
        statement = statement.where(col(Incident.visible_to).contains([scope]))
    if wanted.place is not None:
        statement = statement.where(
            col(Incident.place_division).startswith(divisions.scope(wanted.place))
        )
    if wanted.state is not None:
        statement = statement.where(Incident.state == wanted.state)
    if wanted.is_open is not None:
        state = col(Incident.state)
        statement = statement.where(
            state.in_(OPEN_STATES) if wanted.is_open else state.not_in(OPEN_STATES)
        )
    if wanted.urgency is not None:
        statement = statement.where(Incident.urgency == wanted.urgency)
    if wanted.source is not None:
        statement = statement.where(Incident.source == wanted.source)
    if after is not None:
        statement = statement.where(col(Incident.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def open_at_desk(session: AsyncSession, bureau_id: UUID) -> Sequence[Incident]:
    """What a desk has not closed yet, the oldest first."""
    statement = (
        select(Incident)
        .where(Incident.bureau_id == bureau_id, col(Incident.state).in_(OPEN_STATES))
        .order_by(col(Incident.id))
    )
    return (await session.exec(statement)).all()


async def orders(
    session: AsyncSession,
    *,
    division: str | None,
    state: OrderState | None,
    overdue: bool | None,
    now: datetime,
    after: UUID | None,
    limit: int,
) -> Sequence[DispatchOrder]:
    """Orders from the newest on, one more than `limit`.

    `overdue` are those not acknowledged, or not reported on, by their time.
    """
    statement = select(DispatchOrder).order_by(col(DispatchOrder.id).desc())
    if division is not None:
        statement = statement.where(
            col(DispatchOrder.division).startswith(divisions.scope(division))
        )
    if state is not None:
        statement = statement.where(DispatchOrder.state == state)
    if overdue is not None:
        issued = col(DispatchOrder.state) == OrderState.ISSUED
        waiting = col(DispatchOrder.state).in_(
            [OrderState.ACKNOWLEDGED, OrderState.UNDER_WAY, OrderState.ARRIVED]
        )
        late = (issued & (col(DispatchOrder.acknowledge_due_at) <= now)) | (
            waiting & (col(DispatchOrder.due_at) <= now)
        )
        statement = statement.where(late if overdue else ~late)
    if after is not None:
        statement = statement.where(col(DispatchOrder.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def unacknowledged(
    session: AsyncSession, now: datetime, *, limit: int
) -> Sequence[tuple[Incident, DispatchOrder]]:
    """Orders that nobody acknowledged in time, locked with their incidents."""
    statement = (
        select(Incident, DispatchOrder)
        .join(DispatchOrder, col(DispatchOrder.incident_id) == col(Incident.id))
        .where(
            DispatchOrder.state == OrderState.ISSUED,
            col(DispatchOrder.escalated_at).is_(None),
            col(DispatchOrder.acknowledge_due_at) < now,
        )
        .order_by(col(DispatchOrder.acknowledge_due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def escalated(session: AsyncSession) -> Sequence[tuple[Incident, DispatchOrder]]:
    """Orders the next level was told of and that still nobody has acknowledged."""
    statement = (
        select(Incident, DispatchOrder)
        .join(DispatchOrder, col(DispatchOrder.incident_id) == col(Incident.id))
        .where(
            DispatchOrder.state == OrderState.ISSUED, col(DispatchOrder.escalated_at).is_not(None)
        )
        .order_by(col(DispatchOrder.id))
    )
    return (await session.exec(statement)).all()


async def divisions_of(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Whose centre each of the incidents is at."""
    statement = select(Incident.id, Incident.division).where(col(Incident.id).in_(list(ids)))
    return dict((await session.exec(statement)).all())

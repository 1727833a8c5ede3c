"""Reading orders, spot checks and samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.domain import ORGANS_ABOVE, State, Step
from services.petitions.intake.models import Petition, PetitionStep
from services.petitions.oversight.domain import CheckResult, OrderKind, OrderState
from services.petitions.oversight.models import (
    SpotCheck,
    SpotCheckSample,
    SupervisionOrder,
    SupervisionOrderStep,
)
from shared import divisions
from shared.clocks.days import DAY, end_of_day
from shared.db.session import driver
from shared.errors import NotFound

After = tuple[datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders a list shows; `None` is any."""

    kind: OrderKind | None = None
    state: OrderState | None = None
    division: str | None = None
    units: Sequence[str] | None = None
    petition_id: UUID | None = None


async def order(session: AsyncSession, order_id: UUID) -> SupervisionOrder:
    """The order, if the caller may know of it."""
    statement = select(SupervisionOrder).where(SupervisionOrder.id == order_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_order(session: AsyncSession, order_id: UUID) -> SupervisionOrder:
    """The order, locked until the transaction ends. For every change."""
    statement = (
        select(SupervisionOrder)
        .where(SupervisionOrder.id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none())


async def orders(
    session: AsyncSession, wanted: OrderFilter, *, after: After, limit: int
) -> Sequence[SupervisionOrder]:
    """Orders the caller may know of, latest first."""
    statement = select(SupervisionOrder)
    for column, value in (
        (SupervisionOrder.kind, wanted.kind),
        (SupervisionOrder.state, wanted.state),
        (SupervisionOrder.division, wanted.division),
        (SupervisionOrder.petition_id, wanted.petition_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.units is not None:
        statement = statement.where(col(SupervisionOrder.unit).in_(wanted.units))
    place = tuple_(col(SupervisionOrder.issued_at), col(SupervisionOrder.id))
    if after:
        statement = statement.where(place < after)
    statement = statement.order_by(
        col(SupervisionOrder.issued_at).desc(), col(SupervisionOrder.id).desc()
    )
    return (await session.exec(statement.limit(limit))).all()


async def order_history(session: AsyncSession, order_id: UUID) -> Sequence[SupervisionOrderStep]:
    """Everything that was done with the order, oldest first."""
    statement = (
        select(SupervisionOrderStep)
        .where(SupervisionOrderStep.order_id == order_id)
        .order_by(col(SupervisionOrderStep.at), col(SupervisionOrderStep.id))
    )
    return (await session.exec(statement)).all()


async def lost_orders(
    session: AsyncSession, *, limit: int
) -> Sequence[tuple[SupervisionOrder, Petition]]:
    """Open orders to a unit that has the petition no more, locked.

    While a petition is reviewed an order stays with whom it was given to.
    """
    statement = (
        select(SupervisionOrder, Petition)
        .join(Petition, col(Petition.id) == col(SupervisionOrder.petition_id))
        .where(
            SupervisionOrder.state == OrderState.OPEN,
            SupervisionOrder.unit != Petition.holder,
            col(Petition.state).not_in(tuple(ORGANS_ABOVE)),
        )
        .limit(limit)
        .with_for_update(of=SupervisionOrder, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def show_to(session: AsyncSession, order: SupervisionOrder) -> None:
    """Let what hangs on an order follow it to the unit that gets it."""
    connection = await driver(session)
    for table, key in (("supervision_order_step", "order_id"), ("clock", "subject_id")):
        await connection.execute(
            f"UPDATE {table} SET visible_to = $2 WHERE {key} = $1", order.id, order.visible_to
        )


async def workers(session: AsyncSession, petition_id: UUID) -> set[UUID]:
    """Everybody who handled or answered the matter."""
    statement = select(PetitionStep.actor_id).where(
        PetitionStep.petition_id == petition_id,
        col(PetitionStep.step).in_((Step.START, Step.REPLY)),
    )
    return set((await session.exec(statement)).all())


async def closed_below(
    session: AsyncSession, division: str, *, first_day: date, last_day: date, limit: int
) -> list[UUID]:
    """Petitions the units below a division closed on these legal days; not its own."""
    statement = (
        select(Petition.id)
        .where(
            Petition.state == State.CLOSED,
            col(Petition.holder).startswith(divisions.scope(division)),
            Petition.holder != division,
            col(Petition.closed_at) >= end_of_day(first_day - DAY),
            col(Petition.closed_at) < end_of_day(last_day),
        )
        .order_by(col(Petition.id))
        .limit(limit)
    )
    return list((await session.exec(statement)).all())


async def sample(session: AsyncSession, sample_id: UUID) -> SpotCheckSample:
    """The sample, if the caller may know of it."""
    statement = select(SpotCheckSample).where(SpotCheckSample.id == sample_id)
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="spot check")
    return found


async def petitions_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Petition]:
    """The petitions among these that the caller may know of."""
    rows = (await session.exec(select(Petition).where(col(Petition.id).in_(ids)))).all()
    return {each.id: each for each in rows}


async def checks_since(
    session: AsyncSession, ids: Sequence[UUID], *, since: datetime
) -> dict[UUID, SpotCheck]:
    """The latest check of each of these petitions since an instant."""
    statement = (
        select(SpotCheck)
        .where(col(SpotCheck.petition_id).in_(ids), SpotCheck.at >= since)
        .order_by(col(SpotCheck.at), col(SpotCheck.id))
    )
    return {each.petition_id: each for each in (await session.exec(statement)).all()}


async def checks(
    session: AsyncSession,
    *,
    petition_id: UUID | None,
    division: str | None,
    result: CheckResult | None,
    after: After,
    limit: int,
) -> Sequence[SpotCheck]:
    """Spot checks the caller may know of, latest first."""
    statement = select(SpotCheck)
    for column, value in (
        (SpotCheck.petition_id, petition_id),
        (SpotCheck.division, division),
        (SpotCheck.result, result),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if after:
        statement = statement.where(tuple_(col(SpotCheck.at), col(SpotCheck.id)) < after)
    statement = statement.order_by(col(SpotCheck.at).desc(), col(SpotCheck.id).desc())
    return (await session.exec(statement.limit(limit))).all()


def _found(order: SupervisionOrder | None) -> SupervisionOrder:
    if order is None:
        raise NotFound(what="order")
    return order

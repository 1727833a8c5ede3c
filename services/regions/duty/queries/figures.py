"""Figures of dispatch for a division and a time: what the yearly assessment counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.duty.domain.incidents import Grade, OrderState
from services.regions.duty.models.incidents import DispatchOrder, Incident
from shared import divisions
from shared.db.session import driver

ORDER_COUNTS: Final = """
SELECT division, count(*) AS received,
       count(*) FILTER (WHERE acknowledged_at <= acknowledge_due_at) AS acknowledged_in_time,
       count(*) FILTER (WHERE arrived_at IS NOT NULL) AS arrived,
       count(*) FILTER (WHERE reported_at <= due_at) AS reported_in_time,
       count(*) FILTER (WHERE refused_at IS NOT NULL AND refusal_accepted IS NOT TRUE) AS refused,
       count(*) FILTER (WHERE result = 'good') AS good,
       count(*) FILTER (WHERE result = 'adequate') AS adequate,
       count(*) FILTER (WHERE result = 'poor') AS poor
  FROM dispatch_order
 WHERE starts_with(division, $1) AND issued_at >= $2 AND issued_at < $3 AND state <> 'recalled'
 GROUP BY division ORDER BY division
"""


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """Orders a division received in a time, and what became of them.

    `refused` are those whose reason the centre did not accept, or has not judged yet; recalled
    orders do not count.
    """

    division: str
    received: int
    acknowledged_in_time: int
    arrived: int
    reported_in_time: int
    refused: int
    good: int
    adequate: int
    poor: int


async def order_counts(
    session: AsyncSession, division: str, since: datetime, until: datetime
) -> list[OrderCounts]:
    """By division that was ordered, of the subtree, for orders issued from `since` to `until`."""
    scope = divisions.scope(division)
    rows = await (await driver(session)).fetch(ORDER_COUNTS, scope, since, until)
    return [OrderCounts(**row) for row in rows]


async def incidents_by_grade(
    session: AsyncSession, division: str, since: datetime, until: datetime
) -> dict[Grade | None, int]:
    """How many incidents of each grade were received in a subtree; none is not judged yet.

    Counted where the incident was, without what was merged into another.
    """
    statement = (
        select(col(Incident.grade), func.count())
        .where(
            col(Incident.place_division).startswith(divisions.scope(division)),
            col(Incident.received_at) >= since,
            col(Incident.received_at) < until,
            col(Incident.merged_into).is_(None),
        )
        .group_by(col(Incident.grade))
    )
    return dict((await session.exec(statement)).all())


async def measured_incidents(
    session: AsyncSession, division: str, since: datetime, until: datetime
) -> Sequence[Incident]:
    """Incidents of the desks of a subtree, received in the time, without merged ones."""
    statement = (
        select(Incident)
        .where(
            col(Incident.division).startswith(divisions.scope(division)),
            col(Incident.received_at) >= since,
            col(Incident.received_at) < until,
            col(Incident.merged_into).is_(None),
        )
        .order_by(col(Incident.id))
    )
    return (await session.exec(statement)).all()


async def measured_orders(
    session: AsyncSession, division: str, since: datetime, until: datetime
) -> Sequence[DispatchOrder]:
    """Orders to divisions of a subtree, issued in the time, without recalled ones."""
    statement = (
        select(DispatchOrder)
        .where(
            col(DispatchOrder.division).startswith(divisions.scope(division)),
            col(DispatchOrder.issued_at) >= since,
            col(DispatchOrder.issued_at) < until,
            DispatchOrder.state != OrderState.RECALLED,
        )
        .order_by(col(DispatchOrder.id))
    )
    return (await session.exec(statement)).all()

"""How fast incidents are judged and ordered, and orders acknowledged, arrived on and closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.duty.domain.figures import Spread, require_a_year, spread
from services.regions.duty.domain.incidents import Grade, term
from services.regions.duty.models.incidents import DispatchOrder, Incident
from services.regions.duty.queries import figures as queries
from services.regions.duty.queries.figures import OrderCounts
from services.regions.officers.domain import Period
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings

Measured = Iterable[tuple[timedelta, timedelta | None]]


@dataclass(frozen=True, slots=True)
class Answered:
    """How fast the orders to one division were answered."""

    counts: OrderCounts
    acknowledged: Spread
    arrived: Spread
    reported: Spread


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """What was measured of the desks of a subtree, and of each division that was ordered."""

    judged: Spread
    dispatched: Spread
    closed: Spread
    divisions: list[Answered]
    by_grade: dict[Grade | None, int]


async def response_times(
    session: AsyncSession, division: str, since: datetime, until: datetime
) -> ResponseTimes:
    """Figures of what was received, or ordered, from `since` up to `until`, a year at most."""
    require_a_year(Period(since, until))
    rows = await queries.measured_incidents(session, division, since, until)
    orders = await queries.measured_orders(session, division, since, until)
    settings = await rule_settings(session, division=division, on_day=legal_day(since))
    arrive = settings["incident.arrive_minutes"]
    counts = await queries.order_counts(session, division, since, until)
    return ResponseTimes(
        judged=spread(_judged(rows)),
        dispatched=spread(
            (each.dispatched_at - each.judged_at, None)
            for each in rows
            if each.dispatched_at is not None and each.judged_at is not None
        ),
        closed=spread(
            (each.closed_at - each.received_at, None) for each in rows if each.closed_at is not None
        ),
        divisions=[
            _answered(one, [each for each in orders if each.division == one.division], arrive)
            for one in counts
        ],
        by_grade=await queries.incidents_by_grade(session, division, since, until),
    )


def _judged(rows: Iterable[Incident]) -> Measured:
    for each in rows:
        if each.judged_at is not None:
            yield each.judged_at - each.received_at, each.judge_due_at - each.received_at


def _answered(counts: OrderCounts, orders: list[DispatchOrder], arrive: dict[str, int]) -> Answered:
    return Answered(
        counts=counts,
        acknowledged=spread(
            (each.acknowledged_at - each.issued_at, each.acknowledge_due_at - each.issued_at)
            for each in orders
            if each.acknowledged_at is not None
        ),
        arrived=spread(
            (each.arrived_at - each.issued_at, term(arrive, each.urgency))
            for each in orders
            if each.arrived_at is not None
        ),
        reported=spread(
            (each.reported_at - each.issued_at, each.due_at - each.issued_at)
            for each in orders
            if each.reported_at is not None
        ),
    )

"""Putting figures together from the counts of several subjects."""

from datetime import date, timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance.queries import ResponseTime, response_times
from services.regions.exchanges.domain.days import counted
from services.regions.exchanges.queries.staff import presences
from services.regions.overview import queries
from services.regions.overview.domain import Balance, Flow, FlowKind, balances
from services.regions.overview.queries import Coming, Counts, PairRow
from shared import divisions, reference
from shared.clocks.days import DAY, end_of_day

HOUR: Final = timedelta(hours=1)


async def map_pairs(
    session: AsyncSession, division: str, *, since: date, until: date
) -> list[tuple[PairRow, Counts]]:
    """Every pair that touches, faces each other or met, with its meetings by kind, in order."""
    near = {(each.a, each.b): each for each in await queries.pairs(session, division)}
    met = await queries.meetings(session, division, since=since, until=until)
    return [
        (near.get(pair, PairRow(*pair, km=None, sea_km=None)), met.get(pair, {}))
        for pair in sorted({*near, *met})
    ]


async def answers(
    session: AsyncSession, division: str, *, since: date, until: date
) -> list[ResponseTime]:
    """Hours to the reply to letters, to the word that one comes, and to orders, by pair."""
    first, last = end_of_day(since - DAY), end_of_day(until)
    letters = await response_times(session, divisions.scope(division), first, last)
    calls = await queries.coming(session, division, since=since, until=until)
    orders = await queries.ordered(session, division, since=since, until=until)
    return [
        *letters,
        *(_hours("activation", each) for each in calls),
        *(_hours("order", each) for each in orders),
    ]


def _hours(kind: str, found: Coming) -> ResponseTime:
    return ResponseTime(
        kind=kind,
        sender=found.sender,
        receiver=found.receiver,
        answered=found.answered,
        median_hours=found.median / HOUR,
        p90_hours=found.p90 / HOUR,
    )


async def person_days(
    session: AsyncSession, division: str, *, since: date, until: date, today: date
) -> tuple[Balance, ...]:
    """Person-days given and received, by kind, as far as the asker sees them.

    Those of which one side lies in the division; nothing to come is counted.
    """
    last = min(until, today)
    flows = await queries.elsewhere(session, division, since=since, until=until, today=today)
    calendar = await reference.calendar(session)
    for stay in await presences(session, division, first=since, last=last, today=today):
        days = counted(stay, since, last, calendar).calendar_days
        flows.append(Flow(FlowKind.EXCHANGE, stay.home, stay.host, days))
    return balances(flows)


def same_city(a: str, b: str) -> bool:
    return divisions.city_of(a) == divisions.city_of(b)

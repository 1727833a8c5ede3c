"""Putting figures together from the counts of several subjects."""

from datetime import date, timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance.queries import ResponseTime, response_times
from services.regions.overview import queries
from services.regions.overview.queries import Counts, PairRow
from shared import divisions
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
    """Hours to the reply to letters, and to the word that one comes, by pair."""
    first, last = end_of_day(since - DAY), end_of_day(until)
    letters = await response_times(session, divisions.scope(division), first, last)
    calls = await queries.coming(session, division, since=since, until=until)
    return [
        *letters,
        *(
            ResponseTime(
                kind="activation",
                sender=each.sender,
                receiver=each.receiver,
                answered=each.answered,
                median_hours=each.median / HOUR,
                p90_hours=each.p90 / HOUR,
            )
            for each in calls
        ),
    ]


def same_city(a: str, b: str) -> bool:
    return divisions.city_of(a) == divisions.city_of(b)

"""Putting figures together from the counts of several subjects."""

from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.overview import queries
from services.regions.overview.queries import Counts
from shared import divisions


async def map_pairs(
    session: AsyncSession, division: str, *, since: date, until: date
) -> list[tuple[str, str, float | None, Counts]]:
    """Every pair that touches or met: (a, b, km of border, meetings by kind), in order."""
    touching = {(each.a, each.b): each.km for each in await queries.pairs(session, division)}
    met = await queries.meetings(session, division, since=since, until=until)
    return [(*pair, touching.get(pair), met.get(pair, {})) for pair in sorted({*touching, *met})]


def same_city(a: str, b: str) -> bool:
    return divisions.city_of(a) == divisions.city_of(b)

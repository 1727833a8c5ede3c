"""Figures over HTTP: what is owed, what is late, how fast, and where."""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query

from services.regions.overview import queries, use_cases
from services.regions.overview.schemas import LoadOut, MapOut, MapPairOut
from shared.clocks.days import legal_day
from shared.http.access import policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/cooperation-figures", tags=["cooperation figures"], route_class=Route)

YEAR: Final = timedelta(days=365)
DivisionAsked = Annotated[
    Division, Query(description="a county, or a city or province with all its counties")
]
Since = Annotated[date | None, Query(description="first day; a year before the last if absent")]
Until = Annotated[date | None, Query(description="last day; today if absent")]


@router.get("/map", dependencies=[policy("cooperation.read")])
async def read_map(
    session: SessionDep,
    now: Now,
    division: DivisionAsked,
    since: Since = None,
    until: Until = None,
) -> MapOut:
    """Pairs that touch or act together, and the load of each division, keyed by its code.

    Counts what the asker may see, and nothing else.
    """
    last = until or legal_day(now)
    first = since or last - YEAR
    loads = await queries.loads(session, division)
    pairs = await use_cases.map_pairs(session, division, since=first, until=last)
    codes = sorted({*loads, *(code for a, b, _, _ in pairs for code in (a, b))})
    names = await queries.names(session, codes, on_day=legal_day(now))
    return MapOut(
        division=division,
        since=first,
        until=last,
        divisions={code: LoadOut(name=names.get(code), **loads.get(code, {})) for code in codes},
        pairs=[
            MapPairOut(a=a, b=b, km=km, same_city=use_cases.same_city(a, b), **met)
            for a, b, km, met in pairs
        ],
    )

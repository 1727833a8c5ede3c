"""What the grid is asked, over HTTP: coverage, work done, who answered for a place."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from services.regions.grid.domain.practice import require_period
from services.regions.grid.schemas.areas import AreaCode
from services.regions.grid.schemas.people import CoverageOut, LiabilityOut
from services.regions.grid.schemas.practice import PerformanceOut
from services.regions.grid.use_cases import views
from shared.clocks.days import legal_day
from shared.http.access import policy
from shared.http.body import Division, Instant
from shared.http.now import Now
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/grid-plans", tags=["grid"], route_class=Route)
At = Annotated[Instant | None, Query(description="now without one")]


@router.get("/coverage", dependencies=[policy("grid.read")])
async def read_grid_coverage(
    session: SessionDep, now: Now, division: Division, at: At = None
) -> CoverageOut:
    """What of a county is covered, where officers lack, who answers for how many cells."""
    instant: datetime = now if at is None else at
    return CoverageOut.of(await views.coverage(session, division, at=instant), at=instant)


@router.get("/performance", dependencies=[policy("grid.read")])
async def read_grid_performance(
    session: SessionDep,
    now: Now,
    division: Division,
    first_day: Annotated[date | None, Query(description="thirty days before the last")] = None,
    last_day: Annotated[date | None, Query(description="today without one")] = None,
) -> PerformanceOut:
    """Duties done and missed, visits, findings and night checks of each cell in a period."""
    last = legal_day(now) if last_day is None else last_day
    first = require_period(first_day, last)
    found = await views.performance(session, division, first=first, last=last, now=now)
    return PerformanceOut.of(division, found, first=first, last=last)


@router.get("/responsible", dependencies=[policy("grid.read")])
async def read_responsible(
    session: SessionDep, now: Now, area: AreaCode, at: At = None
) -> LiabilityOut:
    """Who answered for an area at an instant, on every level: exactly one each."""
    instant: datetime = now if at is None else at
    found, answerable = await views.responsible(session, area, at=instant)
    return LiabilityOut.of(found, answerable, at=instant)

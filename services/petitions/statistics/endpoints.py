"""Statistics over HTTP."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query

from services.petitions.intake.queries import scopes_asked
from services.petitions.statistics import use_cases
from services.petitions.statistics.schemas import RateOut, StatisticsOut
from shared.errors import InvalidInput, NotFound
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(
    prefix="/petition-statistics", tags=["petition-statistics"], route_class=Route
)


class PeriodBackwards(InvalidInput):
    code = "period_backwards"
    zh = "统计期的末日不能早于首日。"
    en = "The last day of the period lies before the first."


@router.get("", dependencies=[policy("statistics.read")])
async def statistics(
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    division: Division,
    first_day: Annotated[date, Query(description="First legal day counted")],
    last_day: Annotated[date, Query(description="Last legal day counted")],
) -> StatisticsOut:
    """Repeat and dissatisfaction rate with numerator, denominator and rule."""
    if last_day < first_day:
        raise PeriodBackwards(reason="period", pointer="last_day")
    # Of a division beyond the caller's, some rows at most would be counted.
    if not scopes_asked(actor.scopes, division):
        raise NotFound(what="division")
    found = await use_cases.rates(
        session, division=division, first=first_day, last=last_day, now=now
    )
    return StatisticsOut(
        division=division,
        first_day=first_day,
        last_day=last_day,
        as_of=now,
        rates=[RateOut.of(each) for each in found],
    )

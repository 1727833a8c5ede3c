"""Figures over HTTP: what is owed, what is late, how fast, and where."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query

from services.regions.assistance.queries import open_and_late
from services.regions.duty.use_cases.watching import coverage
from services.regions.officers.domain import Period
from services.regions.overview import queries, use_cases
from services.regions.overview.domain import period
from services.regions.overview.schemas import (
    BalanceOut,
    DeskCoverageOut,
    DutyCoverageOut,
    FairnessOut,
    LettersOut,
    LoadOut,
    MapOut,
    MapPairOut,
    OpenLettersOut,
    PersonDaysOut,
    ResponseOut,
    ResponseTimesOut,
    RotaFairnessOut,
)
from shared import divisions
from shared.clocks.days import DAY, end_of_day, legal_day
from shared.http.access import policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/cooperation-figures", tags=["cooperation figures"], route_class=Route)

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
    first, last = period(since, until, today=legal_day(now))
    loads = await queries.loads(session, division)
    pairs = await use_cases.map_pairs(session, division, since=first, until=last)
    codes = sorted({*loads, *(code for pair, _ in pairs for code in (pair.a, pair.b))})
    names = await queries.names(session, codes, on_day=legal_day(now))
    return MapOut(
        division=division,
        since=first,
        until=last,
        divisions={code: LoadOut(name=names.get(code), **loads.get(code, {})) for code in codes},
        pairs=[
            MapPairOut(
                a=pair.a,
                b=pair.b,
                km=pair.km,
                sea_km=pair.sea_km,
                same_city=use_cases.same_city(pair.a, pair.b),
                **met,
            )
            for pair, met in pairs
        ],
    )


@router.get("/letters", dependencies=[policy("cooperation.read")])
async def read_open_letters(
    session: SessionDep, now: Now, division: DivisionAsked
) -> OpenLettersOut:
    """Assistance requests and hand-overs that wait for an answer, and those that are late."""
    rows = await open_and_late(session, divisions.scope(division), now=now)
    return OpenLettersOut(
        division=division,
        open=sum(each.open for each in rows),
        late=sum(each.late for each in rows),
        escalated=sum(each.escalated for each in rows),
        pairs=[LettersOut.model_validate(each) for each in rows],
    )


@router.get("/response-times", dependencies=[policy("cooperation.read")])
async def read_response_times(
    session: SessionDep,
    now: Now,
    division: DivisionAsked,
    since: Since = None,
    until: Until = None,
) -> ResponseTimesOut:
    """How fast divisions answer one another: what was first answered in these days."""
    first, last = period(since, until, today=legal_day(now))
    rows = await use_cases.answers(session, division, since=first, until=last)
    return ResponseTimesOut(
        division=division,
        since=first,
        until=last,
        pairs=[ResponseOut.model_validate(each) for each in rows],
    )


@router.get("/person-days", dependencies=[policy("cooperation.read")])
async def read_person_days(
    session: SessionDep,
    now: Now,
    division: DivisionAsked,
    since: Since = None,
    until: Until = None,
) -> PersonDaysOut:
    """人天 given and received, by kind: rota, exchange, operations, audits."""
    today = legal_day(now)
    first, last = period(since, until, today=today)
    found = await use_cases.person_days(session, division, since=first, until=last, today=today)
    return PersonDaysOut(
        division=division,
        since=first,
        until=last,
        kinds=[BalanceOut.of(each) for each in found],
    )


@router.get("/fairness", dependencies=[policy("cooperation.read")])
async def read_fairness(session: SessionDep, division: DivisionAsked) -> FairnessOut:
    """The running rotas of a division and below, and how even they are; ledgers by link."""
    rotas = await queries.fairness(session, division)
    return FairnessOut(division=division, rotas=[RotaFairnessOut.of(each) for each in rotas])


@router.get("/duty-coverage", dependencies=[policy("cooperation.read")])
async def read_duty_coverage(
    session: SessionDep,
    now: Now,
    division: DivisionAsked,
    since: Since = None,
    until: Until = None,
) -> DutyCoverageOut:
    """How the duty desks of a division and below were kept; minute by minute by link."""
    first, last = period(since, until, today=legal_day(now))
    begins, ends = end_of_day(first - DAY), end_of_day(last)
    desks = await coverage(session, division, Period(begins, ends), now=now)
    asked = urlencode(
        {"division": division, "starts_at": begins.isoformat(), "ends_at": ends.isoformat()}
    )
    return DutyCoverageOut(
        division=division,
        since=first,
        until=last,
        desks=[DeskCoverageOut.of(each) for each in desks],
        coverage=f"/api/v1/duty-rosters/coverage?{asked}",
    )

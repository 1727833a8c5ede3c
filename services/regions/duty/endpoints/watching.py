"""What is watched over: who is on duty now, threatened shifts, hand-overs, alerts, coverage."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.regions.duty.queries import desks, rosters as queries
from services.regions.duty.schemas.watching import (
    AlertOut,
    CoverageListOut,
    DeskCoverageOut,
    OnDutyOut,
    ShiftHandoverOut,
    ThreatOut,
)
from services.regions.duty.use_cases import watching
from services.regions.officers.domain import Period
from shared.auth.policy import may
from shared.http.access import ActorDep, policy
from shared.http.body import Division, Instant
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/duty-rosters", tags=["duty rosters"], route_class=Route)
Since = Annotated[Instant, Query(description="the first instant of the time asked about")]
Until = Annotated[Instant, Query(description="the first instant after it")]


@router.get("/on-duty", dependencies=[policy("duty_roster.ask")])
async def read_on_duty(
    actor: ActorDep, session: SessionDep, now: Now, division: Division
) -> list[OnDutyOut]:
    """Who answers at the desks of a division now: asked by any office, for its neighbours too.

    Office and phone are shown to all; names are masked beyond the asker's own area.
    """
    found = await watching.on_duty(session, actor, division, now=now)
    masks = not may(actor, "duty_roster.read_names", division=division)
    return [OnDutyOut.of(each, masks=masks) for each in found]


@router.get("/threatened", dependencies=[policy("duty_roster.read")])
async def list_threatened(
    session: SessionDep, now: Now, division: Division | None = None
) -> list[ThreatOut]:
    """Published shifts ahead for which somebody is away, gone or without a certificate."""
    return list(map(ThreatOut.of, await watching.threats(session, division, now=now)))


@router.get("/alerts", dependencies=[policy("duty_roster.read")])
async def list_alerts(
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    standing: Annotated[bool | None, Query(description="nobody has seen to it yet")] = None,
) -> Page[AlertOut]:
    """What threatened duty at the desks: raised when it was seen, cleared when it was seen to."""
    [after] = page.after or (None,)
    rows = await desks.alerts(
        session,
        division=division,
        standing=standing,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[AlertOut.model_validate(row) for row in cut], next=page.next)


@router.get("/coverage", dependencies=[policy("duty_roster.read")])
async def read_coverage(
    session: SessionDep, now: Now, division: Division, starts_at: Since, ends_at: Until
) -> CoverageListOut:
    """Minutes owed and kept at the desks of a division and below, and who had how much duty."""
    period = Period(starts_at, ends_at)
    found = await watching.coverage(session, division, period, now=now)
    return CoverageListOut(
        division=division,
        starts_at=starts_at,
        ends_at=ends_at,
        desks=list(map(DeskCoverageOut.of, found)),
    )


@router.get("/handovers", dependencies=[policy("duty_roster.read")])
async def list_handovers(
    session: SessionDep,
    page: PageDep,
    now: Now,
    division: Division | None = None,
    untaken: Annotated[bool | None, Query(description="nobody has taken over")] = None,
) -> Page[ShiftHandoverOut]:
    """Shifts that have ended with their hand-over, the latest first; `untaken`: nobody took it."""
    after = page.after or None
    rows = await queries.shifts(
        session,
        division=division,
        untaken=untaken,
        until=now,
        after=(datetime.fromisoformat(after[0]), UUID(after[1])) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (row.shift.ends_at.isoformat(), str(row.shift.id)))
    shown = []
    for each in cut:
        minutes = await watching.handover_minutes(session, each.roster.division, now=now)
        shown.append(ShiftHandoverOut.of(each, minutes=minutes, now=now))
    return Page(items=shown, next=page.next)

"""Watching over desks: threatened shifts, late hand-overs, rosters that run out, coverage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus import queries as bureaus
from services.regions.bureaus.models import Bureau
from services.regions.duty.domain.changes import RosterStep, roster_step
from services.regions.duty.domain.figures import require_a_year
from services.regions.duty.domain.handing import is_late
from services.regions.duty.domain.holes import (
    MINUTE,
    THREATS,
    Fault,
    Plan,
    faults,
    merged,
    understaffed,
)
from services.regions.duty.domain.shifts import DutyPerson
from services.regions.duty.domain.turn import Weight
from services.regions.duty.domain.watch import AlertKind
from services.regions.duty.models.rosters import DutyAlert, DutyHandover
from services.regions.duty.queries import desks as kept, incidents, rosters as queries
from services.regions.duty.queries.desks import Desk, Span
from services.regions.duty.queries.rosters import ShiftFile, shift_of, stint_of
from services.regions.duty.use_cases.drafting import weighed
from services.regions.duty.use_cases.record import lapse, note
from services.regions.officers.domain import Period
from services.regions.officers.models import Officer
from services.regions.officers.queries import people as officers
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import DAY, legal_day
from shared.db.session import beyond_scope
from shared.ids import uuid7
from shared.rule_settings import rule_settings

BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Threat:
    """A published shift that may not be kept as planned, and why."""

    bureau: Bureau
    fault: Fault
    roster_id: UUID


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a desk had to keep in a time and what of it was, or will be, kept."""

    bureau: Bureau
    required_minutes: int
    covered_minutes: int
    holes: list[Period]
    threats: list[Fault]
    handovers: int
    handovers_late: int
    people: Mapping[UUID, Weight]


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who answers at a desk at an instant; nobody where no roster is published."""

    bureau: Bureau
    shift: ShiftFile | None
    people: Mapping[UUID, Officer]
    at: datetime


async def threats(session: AsyncSession, division: str | None, *, now: datetime) -> list[Threat]:
    """Shifts from now on, as far as the setting looks ahead, for which somebody is not there.

    Read from absences, certificates and leavings as they are now: gone once somebody stands in.
    """
    ahead = Period(now, now + await _horizon(session, division, now))
    return await _threats(session, await kept.spans(session, division), ahead, now=now)


async def _threats(
    session: AsyncSession, spans: Iterable[Span], ahead: Period, *, now: datetime
) -> list[Threat]:
    """Only the desks at which there is reason to look are read."""
    doubtful = await kept.doubtful(session, ahead)
    desks = await kept.desks(session, ahead, [each for each in spans if each.bureau_id in doubtful])
    people = await queries.people(
        session, {one.officer_id for each in desks for one in each.stints}
    )
    return [
        Threat(desk.bureau, fault, roster_id)
        for desk in desks
        for fault, roster_id in _threatened(desk, people, now)
    ]


async def _horizon(session: AsyncSession, division: str | None, now: datetime) -> timedelta:
    where = division or divisions.division_of(divisions.NATION)
    figures = await rule_settings(session, division=where, on_day=legal_day(now))
    days: int = figures["duty.watch_days"]
    return timedelta(days=days)


def _threatened(
    desk: Desk, people: Mapping[UUID, DutyPerson], now: datetime
) -> list[tuple[Fault, UUID]]:
    """The desk's threatened shifts that have not ended."""
    found = []
    for roster in desk.rosters:
        shifts = [
            shift_of(each)
            for each in desk.shifts
            if each.roster_id == roster.id and each.ends_at > now
        ]
        if not shifts:
            continue
        ids = {each.id for each in shifts}
        plan = Plan(
            period=Period(shifts[0].period.starts_at, shifts[-1].period.ends_at),
            seats=roster.seats,
            shifts=shifts,
            stints=[stint_of(each) for each in desk.stints if each.shift_id in ids],
        )
        found += [
            (each, roster.id)
            for each in faults(plan, people)
            if each.kind in THREATS and each.period.ends_at > now
        ]
    return found


async def coverage(
    session: AsyncSession, division: str, period: Period, *, now: datetime
) -> list[Coverage]:
    """How the desks of a subtree were kept, minute by minute, and how evenly.

    A desk has to be kept from its first published roster on; time after the last one counts as
    soon as it has come, and what was published afterwards kept nothing before.
    """
    require_a_year(period)
    found = []
    desks = await kept.desks(session, period, await kept.spans(session, division))
    people = await queries.people(
        session, {one.officer_id for each in desks for one in each.stints}
    )
    notes = await kept.handovers_of(session, [one.id for each in desks for one in each.shifts])
    for desk in desks:
        begins = max(period.starts_at, desk.span.begins)
        last = desk.span.ends
        ends = min(period.ends_at, max(last, now))
        if begins >= ends:
            continue
        owed = Period(begins, ends)
        stints = [stint_of(each) for each in desk.stints]
        lacking: list[Period] = []
        for roster in desk.rosters:
            if roster.starts_at < ends and roster.ends_at > begins:
                part = Period(max(roster.starts_at, begins), min(roster.ends_at, ends))
                lacking += understaffed(part, roster.seats, stints, people)
                if roster.published_at is not None and roster.published_at > part.starts_at:
                    lacking.append(Period(part.starts_at, min(roster.published_at, part.ends_at)))
        if last < ends:
            lacking.append(Period(max(last, begins), ends))
        holes = merged(lacking)
        minutes = sum((each.ends_at - each.starts_at) // MINUTE for each in holes)
        required = (owed.ends_at - owed.starts_at) // MINUTE
        late, counted = await _handovers(session, desk, notes, owed, now=now)
        shifts = {each.id: each for each in desk.shifts if begins <= each.starts_at < ends}
        found.append(
            Coverage(
                bureau=desk.bureau,
                required_minutes=required,
                covered_minutes=required - minutes,
                holes=holes,
                threats=[each for each, _ in _threatened(desk, people, now)],
                handovers=counted,
                handovers_late=late,
                people=await weighed(
                    session,
                    (
                        (each, shifts[each.shift_id])
                        for each in desk.stints
                        if each.shift_id in shifts
                    ),
                    division=desk.bureau.division,
                    since=begins,
                ),
            )
        )
    return found


async def _handovers(
    session: AsyncSession,
    desk: Desk,
    notes: Mapping[UUID, DutyHandover],
    owed: Period,
    *,
    now: datetime,
) -> tuple[int, int]:
    """How many hand-overs were late or are, of how many that were due."""
    minutes = await handover_minutes(session, desk.bureau.division, now=now)
    ended = [
        each for each in desk.shifts if owed.starts_at < each.ends_at <= min(owed.ends_at, now)
    ]
    late = 0
    for each in ended:
        taken = notes[each.id].taken_at if each.id in notes else None
        late += is_late(each.ends_at, taken_at=taken, minutes=minutes, now=now)
    return late, len(ended)


async def handover_minutes(session: AsyncSession, division: str, *, now: datetime) -> int:
    """How long a hand-over may take, at a desk of the division."""
    figures = await rule_settings(session, division=division, on_day=legal_day(now))
    minutes: int = figures["duty.handover_minutes"]
    return minutes


async def on_duty(
    session: AsyncSession, actor: Actor, division: str, *, now: datetime
) -> list[OnDuty]:
    """Who answers at the desks of a division now: asked by any office, also across a border."""
    require(actor, "duty_roster.ask", division=division)
    found = []
    async with beyond_scope(session):
        for bureau in await kept.desks_of(session, division):
            shift = await queries.shift_at(session, bureau.id, now)
            ids = [] if shift is None else [each.officer_id for each in shift.stints]
            people = await officers.officers_by_id(session, ids)
            found.append(OnDuty(bureau, shift, people, now))
    return found


async def end_rosters(session: AsyncSession, now: datetime) -> int:
    """Job: a roster whose time is over has been carried out; swaps asked for in it are over."""
    over = await queries.over(session, now, limit=BATCH)
    lapse(await queries.swaps_of(session, [each.id for each in over]), (), by=SYSTEM_ACTOR, now=now)
    for row in over:
        row.state = roster_step(row.state, RosterStep.END)
        await note(session, SYSTEM_ACTOR, row, RosterStep.END, now=now)
    return len(over)


async def watch(session: AsyncSession, now: datetime) -> int:
    """Job: raise an alert for what threatens duty, and clear those that were seen to.

    One at a time looks, so that two do not raise the same.
    """
    await kept.hold_alerts(session)
    wanted = await _wanted(session, now)
    standing = {(each.kind, each.subject_id): each for each in await kept.standing_alerts(session)}
    for subject, alert in standing.items():
        if subject not in wanted:
            # A clock that was set back must not stop the watch.
            alert.cleared_at = max(now, alert.raised_at)
    new = [each for subject, each in wanted.items() if subject not in standing]
    await session.flush()
    session.add_all(new)
    return len(new) + len(standing.keys() - wanted.keys())


async def _wanted(session: AsyncSession, now: datetime) -> dict[tuple[AlertKind, UUID], DutyAlert]:
    found: dict[tuple[AlertKind, UUID], DutyAlert] = {}

    def want(kind: AlertKind, subject: UUID, bureau: Bureau, detail: str, *told: str) -> None:
        found.setdefault(
            (kind, subject),
            DutyAlert(
                id=uuid7(),
                bureau_id=bureau.id,
                kind=kind,
                subject_id=subject,
                detail=detail,
                raised_at=now,
                visible_to=divisions.visibility([bureau.division, *told]),
            ),
        )

    ahead = Period(now, now + await _horizon(session, None, now))
    spans = await kept.spans(session)
    for threat in await _threats(session, spans, ahead, now=now):
        subject = threat.fault.shift_id or threat.bureau.id
        want(AlertKind.THREATENED_SHIFT, subject, threat.bureau, threat.fault.told())
    # Also once it is over: nobody is there until the next one is published.
    running_out = [each for each in spans if each.ends <= ahead.ends_at]
    offices = await bureaus.bureaus_by_id(session, [each.bureau_id for each in running_out])
    for span in running_out:
        bureau = offices[span.bureau_id]
        if bureau.active_to is None:
            want(AlertKind.ROSTER_RUNS_OUT, span.last_id, bureau, span.ends.isoformat())
    for shift, bureau in await kept.untaken(session, since=now - DAY, until=now):
        minutes = await handover_minutes(session, bureau.division, now=now)
        if is_late(shift.ends_at, taken_at=None, minutes=minutes, now=now):
            want(AlertKind.LATE_HANDOVER, shift.id, bureau, shift.ends_at.isoformat())
    orders = await incidents.escalated(session)
    centres = await bureaus.bureaus_by_id(session, {row.bureau_id for row, _ in orders})
    for row, order in orders:
        told = [] if order.escalated_to is None else [order.escalated_to]
        detail = f"{row.title} #{order.number} {order.division}"
        want(AlertKind.ORDER_UNACKNOWLEDGED, order.id, centres[row.bureau_id], detail, *told)
    return found

"""Making a roster: whose turn it is for a period, by hand where wanted, and publishing it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus import queries as bureaus
from services.regions.bureaus.domain import BureauKind
from services.regions.bureaus.models import Bureau
from services.regions.calendars.queries import work_calendar
from services.regions.duty.domain import changes, turn as turns
from services.regions.duty.domain.changes import (
    BegunAlready,
    NoChangeOver,
    NotAtADesk,
    NotNextInLine,
    NotOfTheDesk,
    RosterState,
    RosterStep,
    TooFewSeats,
)
from services.regions.duty.domain.holes import require_sound
from services.regions.duty.domain.shifts import LEADER_SEAT, Shift, shifts_of
from services.regions.duty.domain.turn import Turn, Weight
from services.regions.duty.models.rosters import DutyRoster, DutyShift, DutyStint
from services.regions.duty.queries import rosters as queries
from services.regions.duty.queries.rosters import RosterFile, shift_of
from services.regions.duty.use_cases.record import KEEP, judged, lapse, note
from services.regions.officers.domain import Period
from services.regions.officers.queries import people as officers
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import SHANGHAI, legal_day
from shared.errors import NotFound
from shared.ids import uuid7
from shared.rule_settings import rule_settings

DESKS: Final = frozenset({BureauKind.COMMAND_CENTER, BureauKind.ENFORCEMENT_CORPS})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A roster to be: the desk, the period, the change-overs, how many, and whose turn it is."""

    bureau_id: UUID
    title: str
    period: Period
    changes_at: tuple[time, ...]
    seats: int
    leaders: tuple[UUID, ...]
    officers: tuple[UUID, ...]


def require_desk(bureau: Bureau) -> None:
    """NotAtADesk unless the bureau keeps duty: of such a kind, and not closed."""
    if bureau.kind not in DESKS or bureau.active_to is not None:
        raise NotAtADesk(reason=bureau.kind.value, pointer="/bureau_id")


async def draft(
    session: AsyncSession, actor: Actor, wanted: Wanted, *, now: datetime
) -> DutyRoster:
    """A draft with everybody's turn; where nobody can sit there is a hole, named in its faults."""
    bureau = await bureaus.lock_bureau(session, wanted.bureau_id, shared=True)
    require(actor, KEEP, division=bureau.division)
    require_desk(bureau)
    day = legal_day(wanted.period.starts_at)
    figures = await rule_settings(session, division=bureau.division, on_day=day)
    least: int = figures["duty.minimum_on_duty"]
    if wanted.seats < least:
        raise TooFewSeats(reason="seats", least=least, pointer="/seats")
    row = DutyRoster(
        id=uuid7(),
        bureau_id=bureau.id,
        division=bureau.division,
        title=wanted.title,
        starts_at=wanted.period.starts_at,
        ends_at=wanted.period.ends_at,
        changes_at=[f"{each:%H:%M}" for each in wanted.changes_at],
        seats=wanted.seats,
        leaders=list(map(str, wanted.leaders)),
        officers=list(map(str, wanted.officers)),
        state=RosterState.DRAFT,
        created_at=now,
        changed_at=now,
        visible_to=divisions.visibility([bureau.division]),
    )
    session.add(row)
    await session.flush()
    for each in shifts_of(wanted.period, wanted.changes_at, seats=wanted.seats):
        session.add(
            DutyShift(
                id=uuid7(),
                roster_id=row.id,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                visible_to=row.visible_to,
            )
        )
    await session.flush()
    await _fill(session, await queries.file(session, row))
    await note(session, actor, row, "draft", now=now)
    return row


async def generate(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    *,
    leaders: Sequence[UUID],
    officers: Sequence[UUID],
    expected_version: int,
    now: datetime,
) -> DutyRoster:
    """The draft's turns anew, with these people in this order."""
    file = await _begin(session, actor, roster_id, RosterStep.GENERATE, expected_version)
    row = file.roster
    row.leaders, row.officers = list(map(str, leaders)), list(map(str, officers))
    for each in file.stints:
        await session.delete(each)
    await session.flush()
    await _fill(session, await queries.file(session, row))
    await note(session, actor, row, RosterStep.GENERATE, now=now)
    return row


async def _fill(session: AsyncSession, file: RosterFile) -> None:
    """Everybody's turn: the same people, calendar and former duties give the same roster."""
    row = file.roster
    pools = tuple(map(UUID, row.leaders)), tuple(map(UUID, row.officers))
    everybody = [each for pool in pools for each in pool]
    people = await queries.people(session, everybody)
    await _require_of_desk(session, row, pools[0], pointer="/leaders")
    await _require_of_desk(session, row, pools[1], pointer="/officers")
    figures = await rule_settings(session, division=row.division, on_day=legal_day(row.starts_at))
    rest = timedelta(hours=figures["duty.rest_hours"])
    around = Period(row.starts_at - rest, row.ends_at + rest)
    engaged = await queries.engaged(session, everybody, around)
    for each in await queries.stints_of(session, everybody, around, besides=row.id):
        # Duty on a neighbouring roster, with the rest it asks for.
        busy = Period(each.starts_at - rest, each.ends_at + rest)
        engaged.setdefault(each.officer_id, []).append(busy)
    free = {
        key: replace(each, away=(*each.away, *engaged.get(key, ()))) for key, each in people.items()
    }
    had = await weights(session, row.bureau_id, _year_of(row.starts_at))
    turn = Turn(
        leaders=pools[0],
        officers=pools[1],
        seats=row.seats,
        rest=rest,
        night_hour=figures["duty.night_hour"],
        carried={
            **turns.carried_over(had, pools[0]),
            **turns.carried_over(had, pools[1]),
        },
    )
    shifts: list[Shift] = [shift_of(each) for each in file.shifts]
    taken = turns.take_turns(shifts, turn, free, await work_calendar(session))
    periods = {each.id: each.period for each in shifts}
    for (shift_id, seat), officer_id in sorted(taken.items()):
        session.add(_stint(row, shift_id, seat, officer_id, periods[shift_id]))
    await session.flush()


def _stint(
    row: DutyRoster, shift_id: UUID, seat: int, officer_id: UUID, period: Period
) -> DutyStint:
    return DutyStint(
        id=uuid7(),
        roster_id=row.id,
        shift_id=shift_id,
        seat=seat,
        officer_id=officer_id,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        visible_to=row.visible_to,
    )


async def weights(session: AsyncSession, bureau_id: UUID, period: Period) -> dict[UUID, Weight]:
    """What everybody's published duties at a desk count for in a time, by its working calendar."""
    rows = await queries.duties_since(session, bureau_id, period.starts_at, period.ends_at)
    if not rows:
        return {}
    bureau = await bureaus.bureau(session, bureau_id)
    return await weighed(session, rows, division=bureau.division, since=period.starts_at)


async def weighed(
    session: AsyncSession,
    duties: Iterable[tuple[DutyStint, DutyShift]],
    *,
    division: str,
    since: datetime,
) -> dict[UUID, Weight]:
    """What these duties at a desk of the division count for, each person once a shift."""
    calendar = await work_calendar(session)
    figures = await rule_settings(session, division=division, on_day=legal_day(since))
    found: dict[UUID, Weight] = {}
    counted: set[tuple[UUID, UUID]] = set()
    for stint, shift in duties:
        if (stint.officer_id, shift.id) in counted:
            continue
        counted.add((stint.officer_id, shift.id))
        whole = Period(shift.starts_at, shift.ends_at)
        weight = turns.weight_of(whole, calendar, night_hour=figures["duty.night_hour"])
        found[stint.officer_id] = found.get(stint.officer_id, turns.NOTHING) + weight
    return found


def _year_of(instant: datetime) -> Period:
    """The legal year up to an instant's end: what was had before counts within it."""
    year = legal_day(instant).year
    return Period(datetime(year, 1, 1, tzinfo=SHANGHAI), datetime(year + 1, 1, 1, tzinfo=SHANGHAI))


async def _require_of_desk(
    session: AsyncSession, row: DutyRoster, officer_ids: Sequence[UUID], *, pointer: str
) -> None:
    known = await officers.officers_by_id(session, officer_ids)
    for each in officer_ids:
        officer = known.get(each)
        if officer is None:
            raise NotFound(what="officer")
        if officer.division != row.division or officer.left_at is not None:
            raise NotOfTheDesk(reason=str(each), pointer=pointer)


async def assign(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    *,
    shift_id: UUID,
    seat: int,
    officer_id: UUID | None,
    expected_version: int,
    now: datetime,
) -> DutyRoster:
    """Put somebody on a seat of the draft, or nobody."""
    file = await _begin(session, actor, roster_id, RosterStep.ASSIGN, expected_version)
    row = file.roster
    shift = next((each for each in file.shifts if each.id == shift_id), None)
    if shift is None or not LEADER_SEAT <= seat < row.seats:
        raise NotFound(what="shift")
    if officer_id is not None:
        await _require_of_desk(session, row, [officer_id], pointer="/officer_id")
    for each in file.stints:
        if (each.shift_id, each.seat) == (shift_id, seat):
            await session.delete(each)
    await session.flush()
    if officer_id is not None:
        period = Period(shift.starts_at, shift.ends_at)
        session.add(_stint(row, shift_id, seat, officer_id, period))
    told = {"shift_id": str(shift_id), "seat": seat, "officer_id": str(officer_id)}
    await note(session, actor, row, RosterStep.ASSIGN, content=told, now=now)
    return row


async def publish(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> DutyRoster:
    """The roster holds from now on; RosterFaulty names every hole and overlap of one that does not.

    It begins where the published time of the desk ended, NotNextInLine otherwise.
    """
    file = await _begin(session, actor, roster_id, RosterStep.PUBLISH, expected_version)
    row = file.roster
    # Two that publish for one desk at once would each see the end before the other's.
    require_desk(await bureaus.lock_bureau(session, row.bureau_id))
    last = await queries.last_end(session, row.bureau_id)
    if last is not None and last != row.starts_at:
        raise NotNextInLine(ends_at=last.astimezone(SHANGHAI).isoformat())
    if row.ends_at <= now:
        raise BegunAlready
    require_sound(await judged(session, file))
    row.state = changes.roster_step(row.state, RosterStep.PUBLISH)
    row.published_at, row.published_by = now, actor.id
    for each in file.stints:
        each.published = True
    await note(session, actor, row, RosterStep.PUBLISH, now=now)
    return row


async def withdraw(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> DutyRoster:
    """The draft is thrown away."""
    file = await _begin(session, actor, roster_id, RosterStep.WITHDRAW, expected_version)
    row = file.roster
    row.state = changes.roster_step(row.state, RosterStep.WITHDRAW)
    await note(session, actor, row, RosterStep.WITHDRAW, reason=reason, now=now)
    return row


async def cut(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    *,
    ends_at: datetime,
    reason: str,
    expected_version: int,
    now: datetime,
) -> DutyRoster:
    """The roster ends early, at a change-over ahead; the next one then begins there.

    NotNextInLine if the next one is published already: it would no longer follow on this one.
    """
    file = await _begin(session, actor, roster_id, RosterStep.CUT, expected_version)
    row = file.roster
    kept = [each for each in file.shifts if each.ends_at <= ends_at]
    if ends_at <= now or not kept or kept[-1].ends_at != ends_at or ends_at >= row.ends_at:
        raise NoChangeOver(reason="ends_at", pointer="/ends_at")
    await bureaus.lock_bureau(session, row.bureau_id)
    if await queries.has_roster_from(session, row.bureau_id, row.ends_at):
        raise NotNextInLine(ends_at=row.ends_at.astimezone(SHANGHAI).isoformat())
    standing = {each.id for each in kept}
    for shift in file.shifts:
        shift.standing = shift.id in standing
    for stint in file.stints:
        stint.standing = stint.shift_id in standing
    lapse(file.swaps, {each.id for each in file.stints if each.standing}, by=actor, now=now)
    told = {"ended_at": row.ends_at.isoformat(), "ends_at": ends_at.isoformat()}
    row.ends_at = ends_at
    await note(session, actor, row, RosterStep.CUT, reason=reason, content=told, now=now)
    return row


async def _begin(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    step: RosterStep,
    expected_version: int,
) -> RosterFile:
    """The roster locked, for a step of who keeps it."""
    file = await queries.lock_roster(session, roster_id)
    require(actor, KEEP, division=file.roster.division)
    file.roster.require_version(expected_version)
    changes.roster_step(file.roster.state, step)
    return file

"""Every SELECT on rosters, shifts, hand-overs and alerts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.duty.domain.changes import RosterState
from services.regions.duty.domain.shifts import DutyPerson, Shift, Stint
from services.regions.duty.models.rosters import (
    DutyHandover,
    DutyRoster,
    DutyShift,
    DutyStep,
    DutyStint,
    DutySwap,
)
from services.regions.officers.domain import Period
from services.regions.officers.queries import people as officers
from shared import divisions
from shared.db.session import beyond_scope
from shared.errors import NotFound

KEPT_STATES = (RosterState.PUBLISHED, RosterState.ENDED)


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A roster with what stands on it, its swaps and its history."""

    roster: DutyRoster
    shifts: list[DutyShift]
    stints: list[DutyStint]
    swaps: list[DutySwap]
    steps: list[DutyStep]

    @property
    def period(self) -> Period:
        return Period(self.roster.starts_at, self.roster.ends_at)

    def stint(self, stint_id: UUID) -> DutyStint:
        """A duty that stands; NotFound otherwise."""
        for each in self.stints:
            if each.id == stint_id:
                return each
        raise NotFound(what="duty")

    def swap(self, swap_id: UUID) -> DutySwap:
        for each in self.swaps:
            if each.id == swap_id:
                return each
        raise NotFound(what="swap of duties")


@dataclass(frozen=True, slots=True)
class ShiftFile:
    """A shift with its roster, who sits on it, and its hand-over once there is one."""

    shift: DutyShift
    roster: DutyRoster
    stints: list[DutyStint]
    handover: DutyHandover | None


def shift_of(row: DutyShift) -> Shift:
    return Shift(row.id, Period(row.starts_at, row.ends_at))


def stint_of(row: DutyStint) -> Stint:
    period = Period(row.starts_at, row.ends_at)
    return Stint(row.id, row.shift_id, row.seat, row.officer_id, period)


async def roster(session: AsyncSession, roster_id: UUID) -> DutyRoster:
    found = await session.get(DutyRoster, roster_id)
    if found is None:
        raise NotFound(what="duty roster")
    return found


async def lock_roster(session: AsyncSession, roster_id: UUID) -> RosterFile:
    """The roster with all that hangs on it, locked until the transaction ends."""
    statement = (
        select(DutyRoster)
        .where(DutyRoster.id == roster_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="duty roster")
    return await file(session, found)


async def file(session: AsyncSession, row: DutyRoster) -> RosterFile:
    """Everything that hangs on the roster."""
    fresh = {"populate_existing": True}
    shifts = (
        select(DutyShift)
        .where(DutyShift.roster_id == row.id, col(DutyShift.standing))
        .order_by(col(DutyShift.starts_at))
        .execution_options(**fresh)
    )
    stints = (
        select(DutyStint)
        .where(DutyStint.roster_id == row.id, col(DutyStint.standing))
        .order_by(col(DutyStint.starts_at), col(DutyStint.seat))
        .execution_options(**fresh)
    )
    swaps = (
        select(DutySwap)
        .where(DutySwap.roster_id == row.id)
        .order_by(col(DutySwap.id))
        .execution_options(**fresh)
    )
    steps = select(DutyStep).where(DutyStep.roster_id == row.id).order_by(col(DutyStep.id))
    return RosterFile(
        row,
        list((await session.exec(shifts)).all()),
        list((await session.exec(stints)).all()),
        list((await session.exec(swaps)).all()),
        list((await session.exec(steps)).all()),
    )


async def rosters(
    session: AsyncSession,
    *,
    division: str | None,
    bureau_id: UUID | None,
    state: RosterState | None,
    after: UUID | None,
    limit: int,
) -> Sequence[DutyRoster]:
    """Rosters from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(DutyRoster).order_by(col(DutyRoster.id).desc())
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(DutyRoster.visible_to).contains([scope]))
    if bureau_id is not None:
        statement = statement.where(DutyRoster.bureau_id == bureau_id)
    if state is not None:
        statement = statement.where(DutyRoster.state == state)
    if after is not None:
        statement = statement.where(col(DutyRoster.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def last_end(session: AsyncSession, bureau_id: UUID) -> datetime | None:
    """Where the published time of a desk ends; nothing if none was ever published."""
    statement = select(func.max(DutyRoster.ends_at)).where(
        DutyRoster.bureau_id == bureau_id, col(DutyRoster.state).in_(KEPT_STATES)
    )
    return (await session.exec(statement)).one()


async def has_roster_from(session: AsyncSession, bureau_id: UUID, begins: datetime) -> bool:
    """Whether a published roster of the desk begins at this instant."""
    statement = select(DutyRoster.id).where(
        DutyRoster.bureau_id == bureau_id,
        DutyRoster.starts_at == begins,
        col(DutyRoster.state).in_(KEPT_STATES),
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def stints_of(
    session: AsyncSession, officer_ids: Collection[UUID], period: Period, *, besides: UUID
) -> list[DutyStint]:
    """Published duties of these people around a time, on other rosters than this one."""
    statement = select(DutyStint).where(
        col(DutyStint.officer_id).in_(list(officer_ids)),
        col(DutyStint.standing),
        col(DutyStint.published),
        DutyStint.roster_id != besides,
        col(DutyStint.starts_at) < period.ends_at,
        col(DutyStint.ends_at) > period.starts_at,
    )
    return list((await session.exec(statement)).all())


async def duties_since(
    session: AsyncSession, bureau_id: UUID, since: datetime, until: datetime
) -> Sequence[tuple[DutyStint, DutyShift]]:
    """Published duties of a desk whose shift begins in the time, with their shifts."""
    statement = (
        select(DutyStint, DutyShift)
        .join(DutyShift, col(DutyShift.id) == col(DutyStint.shift_id))
        .join(DutyRoster, col(DutyRoster.id) == col(DutyStint.roster_id))
        .where(
            DutyRoster.bureau_id == bureau_id,
            col(DutyRoster.state).in_(KEPT_STATES),
            col(DutyStint.standing),
            col(DutyShift.standing),
            col(DutyShift.starts_at) >= since,
            col(DutyShift.starts_at) < until,
        )
        .order_by(col(DutyStint.id))
    )
    return (await session.exec(statement)).all()


async def people(session: AsyncSession, officer_ids: Iterable[UUID]) -> dict[UUID, DutyPerson]:
    """What decides about each: absences, certificates, leaving.

    Past the asker's own rows: whether a desk is kept is the same whoever may ask.
    """
    async with beyond_scope(session):
        known = await officers.officers_by_id(session, officer_ids)
        files = await officers.files(session, list(known.values()))
    return {each.officer.id: _person(each) for each in files}


def _person(file: officers.OfficerFile) -> DutyPerson:
    absences = (
        (each.starts_at, min(each.ends_at, each.withdrawn_at or each.ends_at))
        for each in file.absences
    )
    return DutyPerson(
        file.officer.id,
        away=tuple(Period(begins, ends) for begins, ends in absences if begins < ends),
        left_at=file.officer.left_at,
        certificates=tuple(map(officers.certificate, file.certificates)),
    )


async def engaged(
    session: AsyncSession, officer_ids: Iterable[UUID], period: Period
) -> dict[UUID, list[Period]]:
    """When these people are sent out, as far as that is booked."""
    known = await officers.officers_by_id(session, officer_ids)
    files = await officers.files(session, list(known.values()), since=period.starts_at)
    return {
        each.officer.id: [Period(one.starts_at, one.ends_at) for one in each.bookings]
        for each in files
    }


async def shift_file(session: AsyncSession, roster_id: UUID, shift_id: UUID) -> ShiftFile:
    """A standing shift of a published roster; NotFound otherwise."""
    statement = (
        select(DutyShift, DutyRoster)
        .join(DutyRoster, col(DutyRoster.id) == col(DutyShift.roster_id))
        .where(
            DutyShift.id == shift_id,
            DutyShift.roster_id == roster_id,
            col(DutyShift.standing),
            col(DutyRoster.state).in_(KEPT_STATES),
        )
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="shift")
    [file] = await _shift_files(session, [found])
    return file


async def next_shift(session: AsyncSession, file: ShiftFile) -> ShiftFile | None:
    """The shift that takes over from this one at the same desk."""
    statement = (
        select(DutyShift, DutyRoster)
        .join(DutyRoster, col(DutyRoster.id) == col(DutyShift.roster_id))
        .where(
            DutyRoster.bureau_id == file.roster.bureau_id,
            col(DutyRoster.state).in_(KEPT_STATES),
            col(DutyShift.standing),
            DutyShift.starts_at == file.shift.ends_at,
        )
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        return None
    [following] = await _shift_files(session, [found])
    return following


async def _shift_files(
    session: AsyncSession, rows: Sequence[tuple[DutyShift, DutyRoster]]
) -> list[ShiftFile]:
    ids = [shift.id for shift, _ in rows]
    held = select(DutyStint).where(col(DutyStint.shift_id).in_(ids), col(DutyStint.standing))
    stints: dict[UUID, list[DutyStint]] = defaultdict(list)
    for each in (await session.exec(held.order_by(col(DutyStint.seat)))).all():
        stints[each.shift_id].append(each)
    notes = (
        select(DutyHandover)
        .where(col(DutyHandover.shift_id).in_(ids))
        .execution_options(populate_existing=True)
    )
    written = {each.shift_id: each for each in (await session.exec(notes)).all()}
    return [
        ShiftFile(shift, roster, stints[shift.id], written.get(shift.id)) for shift, roster in rows
    ]


async def shifts(
    session: AsyncSession,
    *,
    division: str | None,
    untaken: bool | None,
    until: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[ShiftFile]:
    """Shifts that ended by `until`, the latest first, one more than `limit`.

    `untaken` are those whose hand-over nobody took.
    """
    statement = (
        select(DutyShift, DutyRoster)
        .join(DutyRoster, col(DutyRoster.id) == col(DutyShift.roster_id))
        .outerjoin(DutyHandover, col(DutyHandover.shift_id) == col(DutyShift.id))
        .where(
            col(DutyRoster.state).in_(KEPT_STATES),
            col(DutyShift.standing),
            col(DutyShift.ends_at) <= until,
        )
        .order_by(col(DutyShift.ends_at).desc(), col(DutyShift.id).desc())
    )
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(DutyRoster.visible_to).contains([scope]))
    if untaken is not None:
        taken_at = col(DutyHandover.taken_at)
        statement = statement.where(taken_at.is_(None) if untaken else taken_at.is_not(None))
    if after is not None:
        ended, key = after
        statement = statement.where(
            or_(
                col(DutyShift.ends_at) < ended,
                (col(DutyShift.ends_at) == ended) & (col(DutyShift.id) < key),
            )
        )
    return await _shift_files(session, (await session.exec(statement.limit(limit + 1))).all())


async def shift_at(session: AsyncSession, bureau_id: UUID, instant: datetime) -> ShiftFile | None:
    """The shift that is on duty at a desk at an instant."""
    statement = (
        select(DutyShift, DutyRoster)
        .join(DutyRoster, col(DutyRoster.id) == col(DutyShift.roster_id))
        .where(
            DutyRoster.bureau_id == bureau_id,
            col(DutyRoster.state).in_(KEPT_STATES),
            col(DutyShift.standing),
            col(DutyShift.starts_at) <= instant,
            col(DutyShift.ends_at) > instant,
        )
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        return None
    [file] = await _shift_files(session, [found])
    return file


async def swaps_of(session: AsyncSession, roster_ids: Iterable[UUID]) -> Sequence[DutySwap]:
    statement = select(DutySwap).where(col(DutySwap.roster_id).in_(list(roster_ids)))
    return (await session.exec(statement)).all()


async def over(session: AsyncSession, now: datetime, *, limit: int) -> Sequence[DutyRoster]:
    """Published rosters whose time is over, locked; others' are skipped."""
    statement = (
        select(DutyRoster)
        .where(DutyRoster.state == RosterState.PUBLISHED, col(DutyRoster.ends_at) <= now)
        .order_by(col(DutyRoster.ends_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()

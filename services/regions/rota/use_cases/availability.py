"""Who can go on some days: what bars each of the staff, and who counts as an officer then."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers import queries as officers
from services.regions.officers.domain import (
    Need,
    Period,
    Reason,
    certificate_lack,
    reasons_against,
)
from services.regions.officers.models import Booking
from services.regions.rota.domain.life import Barred
from services.regions.rota.models import RotaRound, RotaStaff
from services.regions.rota.queries import people, rounds
from shared.clocks.days import SHANGHAI, end_of_day
from shared.ids import uuid7

# A missing certificate bars nobody: who has none joins without counting (行政处罚法 art. 42).
BARRING: Final = {
    Reason.INACTIVE: Barred.ABSENT,
    Reason.ABSENT: Barred.ABSENT,
    Reason.BOOKED: Barred.BOOKED,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What bars whom, and who holds a certificate that is valid on all of the days."""

    barred: Mapping[UUID, Barred]
    certificated: Collection[UUID]


def period_of(first: date, last: date) -> Period:
    """From the beginning of the first legal day to the end of the last."""
    return Period(datetime.combine(first, time.min, SHANGHAI), end_of_day(last))


async def standing(
    session: AsyncSession,
    staff: Sequence[RotaStaff],
    first: date,
    last: date,
    *,
    round_id: UUID,
    locks: bool,
) -> Standing:
    """How everybody stands for the days; what the round itself booked does not count.

    `locks` holds the officers until the transaction ends, so that nobody sends them elsewhere.
    """
    ids = [each.id for each in staff]
    barred: dict[UUID, Barred] = {}
    certificated = set()
    by_officer = {each.officer_id: each.id for each in staff if each.officer_id is not None}
    period = period_of(first, last)
    if locks:
        known = await officers.lock_officers(session, by_officer)
    else:
        known = list((await officers.officers_by_id(session, by_officer)).values())
    for file in await officers.files(session, known, since=period.starts_at):
        candidate = file.candidate(period, besides={round_id})
        own = by_officer[file.officer.id]
        if certificate_lack(candidate.certificates, period) is None:
            certificated.add(own)
        for reason in reasons_against(candidate, Need(period)):
            if reason in BARRING:
                barred.setdefault(own, BARRING[reason])
    for each in await rounds.engaged(session, ids, first, last, besides=round_id):
        barred[each] = Barred.DRAWN
    for excused in await people.excuses(session, ids, first, last):
        barred[excused.staff_id] = Barred(excused.kind.value)
    return Standing(barred, certificated)


async def hold(
    session: AsyncSession,
    row: RotaRound,
    staff: Sequence[RotaStaff],
    *,
    by: UUID,
    now: datetime,
) -> None:
    """Book the officers among them for the round: nothing else sends them at that time."""
    period = period_of(row.starts_on, row.ends_on)
    for each in staff:
        if each.officer_id is not None:
            booking = Booking(
                id=uuid7(),
                officer_id=each.officer_id,
                task_id=row.id,
                starts_at=period.starts_at,
                ends_at=period.ends_at,
                booked_at=now,
                booked_by=by,
                visible_to=each.visible_to,
            )
            session.add(booking)
    await session.flush()


async def let_go(
    session: AsyncSession, row: RotaRound, officer_id: UUID | None = None, *, now: datetime
) -> None:
    """The round holds this officer no more, or nobody."""
    for each in await officers.open_bookings(session, row.id):
        if officer_id is None or each.officer_id == officer_id:
            each.released_at = now
    await session.flush()

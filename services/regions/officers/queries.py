"""Every SELECT on officers and what hangs on them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers.domain import Candidate, Certificate, Interest, Period
from services.regions.officers.models import (
    Booking,
    Officer,
    OfficerAbsence,
    OfficerCertificate,
    OfficerInterest,
)
from shared import divisions
from shared.errors import NotFound

Line = TypeVar("Line", Booking, OfficerAbsence, OfficerCertificate, OfficerInterest)
Lines = dict[UUID, list[Line]]


@dataclass(frozen=True, slots=True)
class OfficerFile:
    """An officer with everything recorded about him or her."""

    officer: Officer
    certificates: list[OfficerCertificate]
    absences: list[OfficerAbsence]
    interests: list[OfficerInterest]
    bookings: list[Booking]

    def candidate(self, *, besides: UUID | None) -> Candidate:
        """What decides on eligibility; bookings of the task `besides` do not stand in its way."""
        return Candidate(
            active=self.officer.left_at is None,
            certificates=tuple(map(certificate, self.certificates)),
            absences=tuple(Period(each.starts_at, each.ends_at) for each in self.absences),
            interests=tuple(
                Interest(each.object_name, each.object_code) for each in self.interests
            ),
            bookings=tuple(
                Period(each.starts_at, each.ends_at)
                for each in self.bookings
                if each.task_id != besides
            ),
        )


def certificate(row: OfficerCertificate) -> Certificate:
    return Certificate(row.number, row.valid_from, row.valid_to)


async def officer(session: AsyncSession, officer_id: UUID) -> Officer:
    found = await session.get(Officer, officer_id)
    if found is None:
        raise NotFound(what="officer")
    return found


async def lock_officer(session: AsyncSession, officer_id: UUID) -> Officer:
    """The officer, locked until the transaction ends. For every change."""
    rows = await lock_officers(session, [officer_id])
    if not rows:
        raise NotFound(what="officer")
    return rows[0]


async def lock_officers(session: AsyncSession, officer_ids: Iterable[UUID]) -> Sequence[Officer]:
    """Those of the officers that can be seen, locked in one order so that no two wait in a ring."""
    statement = (
        select(Officer)
        .where(col(Officer.id).in_(list(officer_ids)))
        .order_by(col(Officer.id))
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return (await session.exec(statement)).all()


async def officers(
    session: AsyncSession,
    *,
    division: str | None,
    bureau_id: UUID | None,
    name: str | None,
    active: bool | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Officer]:
    """Officers in the order they were added, one more than `limit`."""
    statement = select(Officer).order_by(col(Officer.id))
    if division is not None:
        statement = statement.where(col(Officer.visible_to).contains([divisions.scope(division)]))
    if bureau_id is not None:
        statement = statement.where(Officer.bureau_id == bureau_id)
    if name is not None:
        statement = statement.where(col(Officer.name).contains(name, autoescape=True))
    if active is not None:
        left = col(Officer.left_at)
        statement = statement.where(left.is_(None) if active else left.is_not(None))
    if after is not None:
        statement = statement.where(col(Officer.id) > after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def officers_of(session: AsyncSession, codes: Iterable[str]) -> Sequence[Officer]:
    """The active officers of exactly these divisions, by division and name."""
    statement = (
        select(Officer)
        .where(col(Officer.division).in_(list(codes)), col(Officer.left_at).is_(None))
        .order_by(col(Officer.division), col(Officer.name), col(Officer.id))
    )
    return (await session.exec(statement)).all()


async def files(
    session: AsyncSession, officers: Sequence[Officer], *, since: datetime | None = None
) -> list[OfficerFile]:
    """The officers' files; with `since`, without absences and bookings that ended by then."""
    ids = [each.id for each in officers]
    ended_later: list[ColumnElement[bool]] = []
    still_booked: list[ColumnElement[bool]] = [col(Booking.released_at).is_(None)]
    if since is not None:
        ended_later.append(col(OfficerAbsence.ends_at) > since)
        still_booked.append(col(Booking.ends_at) > since)
    certificates = await _lines(session, OfficerCertificate, ids)
    absences = await _lines(session, OfficerAbsence, ids, *ended_later)
    interests = await _lines(session, OfficerInterest, ids)
    bookings = await _lines(session, Booking, ids, *still_booked)
    return [
        OfficerFile(
            officer,
            certificates[officer.id],
            absences[officer.id],
            interests[officer.id],
            bookings[officer.id],
        )
        for officer in officers
    ]


async def _lines(
    session: AsyncSession, table: type[Line], ids: list[UUID], *conditions: ColumnElement[bool]
) -> Lines[Line]:
    statement = (
        select(table).where(col(table.officer_id).in_(ids), *conditions).order_by(col(table.id))
    )
    lines: Lines[Line] = defaultdict(list)
    for row in (await session.exec(statement)).all():
        lines[row.officer_id].append(row)
    return lines


async def number_taken(session: AsyncSession, number: str, *, by_other_than: UUID) -> bool:
    statement = select(OfficerCertificate.id).where(
        OfficerCertificate.number == number, OfficerCertificate.officer_id != by_other_than
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def account_taken(session: AsyncSession, account_id: UUID) -> bool:
    statement = select(Officer.id).where(Officer.account_id == account_id)
    return (await session.exec(statement)).first() is not None


async def open_bookings(session: AsyncSession, task_id: UUID) -> Sequence[Booking]:
    """What a task still holds, locked until the transaction ends."""
    statement = (
        select(Booking)
        .where(Booking.task_id == task_id, col(Booking.released_at).is_(None))
        .order_by(col(Booking.id))
        .with_for_update()
    )
    return (await session.exec(statement)).all()

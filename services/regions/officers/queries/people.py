"""Every SELECT on officers and what hangs on them."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions.models import Border
from services.regions.officers.domain import (
    Candidate,
    Certificate,
    Interest,
    Period,
    StandIn,
    TeamMember,
    certificate_lack,
)
from services.regions.officers.models import (
    Booking,
    Officer,
    OfficerAbsence,
    OfficerCertificate,
    OfficerInterest,
    OfficerPost,
    OfficerSubstitute,
)
from shared import divisions
from shared.errors import NotFound

Line = TypeVar(
    "Line",
    Booking,
    OfficerAbsence,
    OfficerCertificate,
    OfficerInterest,
    OfficerPost,
    OfficerSubstitute,
)
Lines = dict[UUID, list[Line]]


@dataclass(frozen=True, slots=True)
class OfficerFilter:
    """Which officers are wanted; a division has its subtree's.

    `certificate_expires_before` are those whose last certificate ends before the day.
    """

    division: str | None = None
    bureau_id: UUID | None = None
    name: str | None = None
    active: bool | None = None
    skill: str | None = None
    certificate_expires_before: date | None = None


@dataclass(frozen=True, slots=True)
class OfficerFile:
    """An officer with everything recorded about him or her."""

    officer: Officer
    certificates: list[OfficerCertificate]
    absences: list[OfficerAbsence]
    interests: list[OfficerInterest]
    bookings: list[Booking]
    posts: list[OfficerPost]
    substitutes: list[OfficerSubstitute]

    def candidate(self, period: Period, *, besides: Container[UUID]) -> Candidate:
        """What decides on eligibility for the period; bookings of `besides` do not count."""
        return Candidate(
            active=self.officer.left_at is None,
            certificates=tuple(map(certificate, self.certificates)),
            absences=tuple(filter(None, map(_away, self.absences))),
            interests=tuple(
                Interest(each.object_name, each.object_code)
                for each in self.interests
                if each.ended_at is None or each.ended_at > period.starts_at
            ),
            bookings=tuple(
                Period(each.starts_at, each.ends_at)
                for each in self.bookings
                if each.task_id not in besides
            ),
            division=self.officer.division,
            skills=frozenset(self.officer.skills),
        )

    def team_member(self, period: Period) -> TeamMember:
        """The officer as one of a team that acts in the period."""
        held = map(certificate, self.certificates)
        lack = certificate_lack(held, period)
        return TeamMember(self.officer.id, self.officer.division, certificated=lack is None)


def certificate(row: OfficerCertificate) -> Certificate:
    return Certificate(row.number, row.valid_from, row.valid_to)


def _away(row: OfficerAbsence) -> Period | None:
    """When the officer is or was away by this line; one who came back early was until then."""
    until = min(row.ends_at, row.withdrawn_at or row.ends_at)
    return Period(row.starts_at, until) if row.starts_at < until else None


def stand_in(row: OfficerSubstitute) -> StandIn:
    return StandIn(row.officer_id, row.substitute_id, row.starts_at, row.ends_at)


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
    session: AsyncSession, wanted: OfficerFilter, *, after: UUID | None, limit: int
) -> Sequence[Officer]:
    """Officers in the order they were added, one more than `limit`."""
    statement = select(Officer).where(*_conditions(wanted)).order_by(col(Officer.id))
    if after is not None:
        statement = statement.where(col(Officer.id) > after)
    return (await session.exec(statement.limit(limit + 1))).all()


def _conditions(wanted: OfficerFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.division is not None:
        yield col(Officer.visible_to).contains([divisions.scope(wanted.division)])
    if wanted.bureau_id is not None:
        yield col(Officer.bureau_id) == wanted.bureau_id
    if wanted.name is not None:
        yield col(Officer.name).contains(wanted.name, autoescape=True)
    if wanted.active is not None:
        left = col(Officer.left_at)
        yield left.is_(None) if wanted.active else left.is_not(None)
    if wanted.skill is not None:
        yield col(Officer.skills).contains([wanted.skill])
    if wanted.certificate_expires_before is not None:
        last = (
            select(func.max(OfficerCertificate.valid_to))
            .where(col(OfficerCertificate.officer_id) == col(Officer.id))
            .scalar_subquery()
        )
        yield last < wanted.certificate_expires_before


async def has_active(session: AsyncSession, bureau_id: UUID) -> bool:
    """Whether somebody of the bureau has not left."""
    statement = select(Officer.id).where(
        Officer.bureau_id == bureau_id, col(Officer.left_at).is_(None)
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def officers_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Officer]:
    statement = select(Officer).where(col(Officer.id).in_(list(ids)))
    return {each.id: each for each in (await session.exec(statement)).all()}


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
    posts = await _lines(session, OfficerPost, ids)
    substitutes = await _lines(session, OfficerSubstitute, ids)
    return [
        OfficerFile(
            officer,
            certificates[officer.id],
            absences[officer.id],
            interests[officer.id],
            bookings[officer.id],
            posts[officer.id],
            substitutes[officer.id],
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


async def hold_substitutes(session: AsyncSession) -> None:
    """Let nobody else name a substitute until the transaction ends.

    Two that do so at once could close a ring, of which each sees one half.
    """
    key = func.hashtextextended("officers' substitutes", 0)
    await session.exec(select(func.pg_advisory_xact_lock(key)))


async def substitutes_around(
    session: AsyncSession, ids: Iterable[UUID], period: Period, *, steps: int
) -> list[OfficerSubstitute]:
    """Who stands in for these officers in the period and for whom they do, and so on."""
    found: dict[UUID, OfficerSubstitute] = {}
    asked: set[UUID] = set()
    new = set(ids)
    for _ in range(steps):
        statement = select(OfficerSubstitute).where(
            or_(
                col(OfficerSubstitute.officer_id).in_(new),
                col(OfficerSubstitute.substitute_id).in_(new),
            ),
            col(OfficerSubstitute.starts_at) < period.ends_at,
            col(OfficerSubstitute.ends_at) > period.starts_at,
            col(OfficerSubstitute.ended_at).is_(None),
        )
        rows = (await session.exec(statement)).all()
        found |= {row.id: row for row in rows}
        asked |= new
        new = {each for row in rows for each in (row.officer_id, row.substitute_id)} - asked
        if not new:
            break
    return sorted(found.values(), key=lambda row: (row.starts_at, row.id))


async def neighbours(session: AsyncSession, county: str) -> frozenset[str]:
    """The counties that border on this one."""
    statement = select(Border.a, Border.b).where(or_(Border.a == county, Border.b == county))
    pairs = (await session.exec(statement)).all()
    return frozenset(each for pair in pairs for each in pair) - {county}


async def loads(
    session: AsyncSession, ids: Iterable[UUID], year: Period, *, besides: Iterable[UUID]
) -> dict[UUID, int]:
    """How often each officer was booked for a time that begins in the year.

    Not for what was called off before it began, nor for what another task took over.
    """
    statement = (
        select(Booking.officer_id, func.count())
        .where(
            col(Booking.officer_id).in_(list(ids)),
            col(Booking.task_id).not_in(list(besides)),
            col(Booking.starts_at) >= year.starts_at,
            col(Booking.starts_at) < year.ends_at,
            col(Booking.taken_over_by).is_(None),
            or_(
                col(Booking.released_at).is_(None),
                col(Booking.released_at) > col(Booking.starts_at),
            ),
        )
        .group_by(col(Booking.officer_id))
    )
    return dict((await session.exec(statement)).all())


async def divisions_held(session: AsyncSession, task_id: UUID) -> list[str]:
    """The divisions of the officers whom a task or an operation holds."""
    statement = (
        select(Officer.division)
        .join(Booking, col(Booking.officer_id) == col(Officer.id))
        .where(Booking.task_id == task_id, col(Booking.released_at).is_(None))
        .distinct()
        .order_by(col(Officer.division))
    )
    return list((await session.exec(statement)).all())


async def open_bookings(session: AsyncSession, task_id: UUID) -> Sequence[Booking]:
    """What a task still holds, locked until the transaction ends."""
    statement = (
        select(Booking)
        .where(Booking.task_id == task_id, col(Booking.released_at).is_(None))
        .order_by(col(Booking.id))
        .with_for_update()
    )
    return (await session.exec(statement)).all()

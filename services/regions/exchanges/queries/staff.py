"""Every SELECT on staff exchanges. Row-level security hides what is not the caller's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import and_, col, exists, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.exchanges.domain.days import Presence, span
from services.regions.exchanges.domain.staff import HERE, WAS_HERE, ExchangeState, Stay
from services.regions.exchanges.models import (
    ExchangeGuest,
    ExchangeParty,
    ExchangeStep,
    StaffExchange,
)
from services.regions.officers.models import Officer
from services.regions.plans.models import PlanItem
from shared import divisions
from shared.errors import NotFound

Line = TypeVar("Line", ExchangeParty, ExchangeGuest, ExchangeStep)


@dataclass(frozen=True, slots=True)
class ExchangeFile:
    """An exchange with each side's word, everybody who goes, and what was done."""

    exchange: StaffExchange
    parties: list[ExchangeParty]
    guests: list[ExchangeGuest]
    steps: list[ExchangeStep]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(each.division for each in self.parties)

    @property
    def here(self) -> list[ExchangeGuest]:
        """Who is still to come or there."""
        return [each for each in self.guests if each.stay in HERE]

    @property
    def owed(self) -> list[ExchangeGuest]:
        """Whose stay lacks a report, or the remark of a host that can give one."""
        return [
            each
            for each in self.guests
            if each.stay in WAS_HERE
            and (each.report is None or (each.host is not None and each.remark is None))
        ]

    def party(self, division: str) -> ExchangeParty | None:
        return next((each for each in self.parties if each.division == division), None)

    def guest(self, guest_id: UUID) -> ExchangeGuest:
        found = next((each for each in self.guests if each.id == guest_id), None)
        if found is None:
            raise NotFound(what="guest")
        return found


def presence(guest: ExchangeGuest, *, today: date) -> Presence | None:
    """Where the guest was up to today; None if not yet or never."""
    found = span(
        guest.stay, from_on=guest.from_on, to_on=guest.to_on, last_on=guest.last_on, today=today
    )
    host = guest.host or guest.host_body
    if found is None or host is None:
        return None
    return Presence(guest.home, host, guest.purpose, *found)


def promised(guest: ExchangeGuest) -> Presence:
    """Where the guest is to be by what was agreed."""
    host = guest.host or guest.host_body or ""
    return Presence(guest.home, host, guest.purpose, guest.from_on, guest.to_on)


async def exchange(session: AsyncSession, exchange_id: UUID) -> StaffExchange:
    found = await session.get(StaffExchange, exchange_id)
    if found is None:
        raise NotFound(what="staff exchange")
    return found


async def lock_exchange(session: AsyncSession, exchange_id: UUID) -> ExchangeFile:
    """The exchange with all that hangs on it, locked until the transaction ends."""
    statement = (
        select(StaffExchange)
        .where(StaffExchange.id == exchange_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="staff exchange")
    return await file(session, found)


async def file(session: AsyncSession, row: StaffExchange) -> ExchangeFile:
    return ExchangeFile(
        row,
        await _lines(session, ExchangeParty, row.id, order="division"),
        await _lines(session, ExchangeGuest, row.id, order="id"),
        await _lines(session, ExchangeStep, row.id, order="id"),
    )


async def _lines(
    session: AsyncSession, table: type[Line], exchange_id: UUID, *, order: str
) -> list[Line]:
    statement = select(table).where(table.exchange_id == exchange_id).order_by(order)
    return list((await session.exec(statement)).all())


async def exchanges(
    session: AsyncSession,
    *,
    state: ExchangeState | None,
    division: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[StaffExchange]:
    """Exchanges from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(StaffExchange).order_by(col(StaffExchange.id).desc())
    if state is not None:
        statement = statement.where(StaffExchange.state == state)
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(StaffExchange.visible_to).contains([scope]))
    if after is not None:
        statement = statement.where(col(StaffExchange.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def moved_by_time(
    session: AsyncSession, today: date, *, limit: int
) -> Sequence[StaffExchange]:
    """Exchanges in which somebody comes, goes, or has left the service; locked, none twice."""
    guest_moves = exists().where(
        col(ExchangeGuest.exchange_id) == col(StaffExchange.id),
        col(ExchangeGuest.officer_id) == col(Officer.id),
        or_(
            and_(col(ExchangeGuest.stay) == Stay.NAMED, col(ExchangeGuest.from_on) <= today),
            and_(col(ExchangeGuest.stay) == Stay.PRESENT, col(ExchangeGuest.to_on) < today),
            and_(col(ExchangeGuest.stay).in_(list(HERE)), col(Officer.left_at).is_not(None)),
        ),
    )
    statement = (
        select(StaffExchange)
        .where(
            or_(
                and_(
                    StaffExchange.state == ExchangeState.AGREED, col(StaffExchange.from_on) <= today
                ),
                and_(StaffExchange.state == ExchangeState.RUNNING, guest_moves),
            )
        )
        .order_by(col(StaffExchange.from_on), col(StaffExchange.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return (await session.exec(statement)).all()


async def never_agreed(
    session: AsyncSession, today: date, *, limit: int
) -> Sequence[StaffExchange]:
    """Proposals whose first day went by; locked, none twice."""
    statement = (
        select(StaffExchange)
        .where(StaffExchange.state == ExchangeState.PROPOSED, col(StaffExchange.from_on) < today)
        .order_by(col(StaffExchange.from_on), col(StaffExchange.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return (await session.exec(statement)).all()


async def forget_guests(session: AsyncSession, guest_ids: Iterable[UUID]) -> None:
    """Who is no longer named; what was named before is in the history."""
    await session.exec(delete(ExchangeGuest).where(col(ExchangeGuest.id).in_(list(guest_ids))))


async def plan_of_item(session: AsyncSession, item_id: UUID) -> UUID:
    found = await session.get(PlanItem, item_id)
    if found is None:
        raise NotFound(what="plan item")
    return found.plan_id


async def presences(
    session: AsyncSession, division: str, *, first: date, last: date, today: date
) -> list[Presence]:
    """Every stay up to today given or received by the division or what lies below it.

    Those that touch the days from `first` to `last`.
    """
    scope = divisions.scope(division)
    statement = select(ExchangeGuest).where(
        or_(
            col(ExchangeGuest.home).startswith(scope),
            col(ExchangeGuest.host).startswith(scope),
        ),
        col(ExchangeGuest.stay).in_([Stay.PRESENT, *WAS_HERE]),
        col(ExchangeGuest.from_on) <= last,
        col(ExchangeGuest.to_on) >= first,
    )
    rows = (await session.exec(statement)).all()
    return [found for each in rows if (found := presence(each, today=today)) is not None]


async def was_guest(session: AsyncSession, exchange_id: UUID, officer_id: UUID) -> bool:
    """Whether the officer was there, or is."""
    statement = select(ExchangeGuest.id).where(
        ExchangeGuest.exchange_id == exchange_id,
        ExchangeGuest.officer_id == officer_id,
        col(ExchangeGuest.stay).in_([Stay.PRESENT, *WAS_HERE]),
    )
    return (await session.exec(statement)).first() is not None

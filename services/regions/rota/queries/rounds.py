"""Every SELECT on rounds, draws and swaps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers.models import Officer
from services.regions.rota.domain.life import STANDING, DrawState, RoundState, SwapState
from services.regions.rota.models import (
    RotaDraw,
    RotaRound,
    RotaSwap,
)
from shared import divisions
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """Which rounds are wanted; `serves` is the division that receives the people."""

    state: RoundState | None = None
    serves: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class DrawFilter:
    """Which draws are wanted; `account_id` is the login of the officer drawn."""

    state: DrawState | None = None
    division: str | None = None
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RoundFile:
    """A round with everybody drawn and what swaps were asked for."""

    round: RotaRound
    draws: list[RotaDraw]
    swaps: list[RotaSwap]


async def round_of(session: AsyncSession, rota_id: UUID, round_id: UUID) -> RotaRound:
    found = await session.get(RotaRound, round_id)
    if found is None or found.rota_id != rota_id:
        raise NotFound(what="rota round")
    return found


async def lock_round(session: AsyncSession, rota_id: UUID, round_id: UUID) -> RotaRound:
    """The round, locked until the transaction ends; its rota is locked before."""
    statement = (
        select(RotaRound)
        .where(RotaRound.id == round_id, RotaRound.rota_id == rota_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="rota round")
    return found


async def next_number(session: AsyncSession, rota_id: UUID) -> int:
    statement = select(func.max(RotaRound.number)).where(RotaRound.rota_id == rota_id)
    return ((await session.exec(statement)).one() or 0) + 1


async def last_sequence(session: AsyncSession, rota_id: UUID) -> int:
    """The place of the round published last that was not called off; 0 if there is none."""
    statement = select(func.max(RotaRound.sequence)).where(
        RotaRound.rota_id == rota_id, RotaRound.state != RoundState.CALLED_OFF
    )
    return (await session.exec(statement)).one() or 0


async def has_open(session: AsyncSession, rota_id: UUID) -> bool:
    statement = select(RotaRound.id).where(
        RotaRound.rota_id == rota_id, RotaRound.state == RoundState.PUBLISHED
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def rounds(
    session: AsyncSession, rota_id: UUID, wanted: RoundFilter, *, after: UUID | None, limit: int
) -> Sequence[RotaRound]:
    """Rounds from the newest on, one more than `limit`."""
    statement = (
        select(RotaRound).where(*_conditions(rota_id, wanted)).order_by(col(RotaRound.id).desc())
    )
    if after is not None:
        statement = statement.where(col(RotaRound.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


def _conditions(rota_id: UUID, wanted: RoundFilter) -> Iterable[ColumnElement[bool]]:
    yield col(RotaRound.rota_id) == rota_id
    if wanted.state is not None:
        yield col(RotaRound.state) == wanted.state
    if wanted.serves is not None:
        yield col(RotaRound.place) == wanted.serves
    if wanted.since is not None:
        yield col(RotaRound.ends_on) >= wanted.since
    if wanted.until is not None:
        yield col(RotaRound.starts_on) <= wanted.until


async def file(session: AsyncSession, row: RotaRound) -> RoundFile:
    """Everything that hangs on the round."""
    drawn = (
        select(RotaDraw)
        .where(RotaDraw.round_id == row.id)
        .order_by(col(RotaDraw.unit), col(RotaDraw.told_at), col(RotaDraw.place))
    )
    swapped = (
        select(RotaSwap)
        .join(RotaDraw, col(RotaDraw.id) == RotaSwap.draw_id)
        .where(RotaDraw.round_id == row.id)
        .order_by(col(RotaSwap.id))
    )
    return RoundFile(
        row,
        list((await session.exec(drawn)).all()),
        list((await session.exec(swapped)).all()),
    )


async def draw(session: AsyncSession, round_id: UUID, draw_id: UUID) -> RotaDraw:
    found = await session.get(RotaDraw, draw_id, populate_existing=True)
    if found is None or found.round_id != round_id:
        raise NotFound(what="rota draw")
    return found


async def draws(
    session: AsyncSession, wanted: DrawFilter, *, after: UUID | None, limit: int
) -> Sequence[tuple[RotaDraw, RotaRound]]:
    """Draws from the newest on, one more than `limit`, each with its round."""
    statement = (
        select(RotaDraw, RotaRound)
        .join(RotaRound, col(RotaRound.id) == RotaDraw.round_id)
        .order_by(col(RotaDraw.id).desc())
    )
    if wanted.state is not None:
        statement = statement.where(RotaDraw.state == wanted.state)
    if wanted.division is not None:
        scope = divisions.scope(wanted.division)
        statement = statement.where(col(RotaDraw.visible_to).contains([scope]))
    if wanted.account_id is not None:
        statement = statement.join(Officer, col(Officer.id) == RotaDraw.officer_id).where(
            Officer.account_id == wanted.account_id
        )
    if after is not None:
        statement = statement.where(col(RotaDraw.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def swap(session: AsyncSession, draw_id: UUID, swap_id: UUID) -> RotaSwap:
    found = await session.get(RotaSwap, swap_id, populate_existing=True)
    if found is None or found.draw_id != draw_id:
        raise NotFound(what="rota swap")
    return found


async def has_pending_swap(session: AsyncSession, draw_id: UUID) -> bool:
    statement = select(RotaSwap.id).where(
        RotaSwap.draw_id == draw_id,
        col(RotaSwap.state).in_([SwapState.ASKED, SwapState.AGREED]),
    )
    return (await session.exec(statement)).first() is not None


async def engaged(
    session: AsyncSession, staff_ids: Iterable[UUID], first: date, last: date, *, besides: UUID
) -> set[UUID]:
    """Who of these has a turn in another round on some of the days."""
    statement = select(RotaDraw.staff_id).where(
        col(RotaDraw.staff_id).in_(list(staff_ids)),
        RotaDraw.round_id != besides,
        col(RotaDraw.state).in_(STANDING),
        col(RotaDraw.starts_on) <= last,
        col(RotaDraw.ends_on) >= first,
    )
    return set((await session.exec(statement)).all())

"""Figures of rotas: who gave how much to whom, and how often was drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import Date, column
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.rota.domain.life import STANDING, DrawState, RoundState
from services.regions.rota.domain.pace import Quarter
from services.regions.rota.models import RotaDraw, RotaRound, RotaStaff, RotaSwap, RotaUnit


@dataclass(frozen=True, slots=True)
class PersonDays:
    """人天 served in a period by a unit of `division`'s rota, in the division `to`."""

    unit: RotaUnit
    division: str
    to: str
    days: int


@dataclass(frozen=True, slots=True)
class Turns:
    """What one person was asked for and did."""

    drawn: int = 0
    served: int = 0
    days: int = 0
    excused: int = 0
    swapped: int = 0


async def person_days(
    session: AsyncSession, since: date, until: date, *, rota_id: UUID | None = None
) -> Sequence[PersonDays]:
    """Person-days from the first to the last day, both included, by unit and place served.

    Of what the session sees. `to` received what the unit, and with it its division, gave.
    """
    days = func.unnest(RotaDraw.served_on).table_valued(column("day", Date)).render_derived()
    statement = (
        select(RotaUnit, RotaRound.division, RotaRound.place, func.count())
        .select_from(RotaDraw)
        .join(RotaRound, col(RotaRound.id) == RotaDraw.round_id)
        .join(RotaUnit, col(RotaUnit.id) == RotaDraw.unit_id)
        .join(days, col(RotaDraw.state) == DrawState.SERVED)
        .where(days.c.day.between(since, until))
        .group_by(col(RotaUnit.id), col(RotaRound.division), col(RotaRound.place))
        .order_by(col(RotaRound.division), col(RotaUnit.code), col(RotaRound.place))
    )
    if rota_id is not None:
        statement = statement.where(RotaRound.rota_id == rota_id)
    return [PersonDays(*row) for row in (await session.exec(statement)).all()]


async def person_times(session: AsyncSession, rota_id: UUID) -> int:
    """人次: turns that stand, from the first round on."""
    statement = (
        select(func.count())
        .select_from(RotaDraw)
        .join(RotaRound, col(RotaRound.id) == RotaDraw.round_id)
        .where(RotaRound.rota_id == rota_id, col(RotaDraw.state).in_(STANDING))
    )
    return (await session.exec(statement)).one()


async def rounds_in(session: AsyncSession, rota_id: UUID, quarter: Quarter) -> int:
    """Rounds of the quarter, by their first day, that were published and not called off."""
    statement = select(func.count()).where(
        RotaRound.rota_id == rota_id,
        col(RotaRound.state).in_([RoundState.PUBLISHED, RoundState.SERVED, RoundState.CLOSED]),
        col(RotaRound.starts_on).between(quarter.first, quarter.last),
    )
    return (await session.exec(statement)).one()


async def turns(session: AsyncSession, rota_id: UUID) -> dict[UUID, Turns]:
    """What everybody of the rota was asked for and did, by key of the staff line."""
    days = func.coalesce(func.sum(func.cardinality(RotaDraw.served_on)), 0)
    statement = (
        select(RotaDraw.staff_id, RotaDraw.state, func.count(), days)
        .join(RotaRound, col(RotaRound.id) == RotaDraw.round_id)
        .where(RotaRound.rota_id == rota_id)
        .group_by(col(RotaDraw.staff_id), col(RotaDraw.state))
    )
    found: dict[UUID, Turns] = {}
    for staff_id, state, number, served in (await session.exec(statement)).all():
        so_far = found.get(staff_id, Turns())
        found[staff_id] = replace(
            so_far,
            drawn=so_far.drawn + number * (state in STANDING),
            served=so_far.served + number * (state is DrawState.SERVED),
            days=so_far.days + served,
            excused=so_far.excused + number * (state is DrawState.EXCUSED),
            swapped=so_far.swapped + number * (state is DrawState.SWAPPED),
        )
    return found


async def swaps(session: AsyncSession, rota_id: UUID) -> Sequence[tuple[RotaSwap, RotaStaff]]:
    """Every swap asked for, with who takes the turn."""
    statement = (
        select(RotaSwap, RotaStaff)
        .join(RotaStaff, col(RotaStaff.id) == RotaSwap.staff_id)
        .join(RotaUnit, col(RotaUnit.id) == RotaStaff.unit_id)
        .where(RotaUnit.rota_id == rota_id)
        .order_by(col(RotaSwap.id))
    )
    return (await session.exec(statement)).all()

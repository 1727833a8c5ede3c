"""Every SELECT on what environmental supervisors take part in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.helpers.domain.taking_part import ActivityKind
from services.regions.helpers.models.engaged import EnvironmentalSupervisor
from services.regions.helpers.models.taking_part import (
    ExchangeDay,
    ExchangePromise,
    SupervisorActivity,
)
from shared import divisions
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class DayFile:
    """An exchange day with what was promised on it."""

    day: ExchangeDay
    promises: list[ExchangePromise]


@dataclass(frozen=True, slots=True)
class Count:
    """What one supervisor took part in, in a year."""

    supervisor_id: UUID
    division: str
    object_name: str
    visits: int
    exchange_days: int
    petitions: int


async def supervisors_by_id(
    session: AsyncSession, ids: Iterable[UUID]
) -> dict[UUID, EnvironmentalSupervisor]:
    table = EnvironmentalSupervisor
    statement = select(table).where(col(table.id).in_(list(ids)))
    return {each.id: each for each in (await session.exec(statement)).all()}


async def activities(
    session: AsyncSession, supervisor_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[SupervisorActivity]:
    """A supervisor's record from the newest line on, one more than `limit`."""
    statement = (
        select(SupervisorActivity)
        .where(SupervisorActivity.supervisor_id == supervisor_id)
        .order_by(col(SupervisorActivity.id).desc())
    )
    if after is not None:
        statement = statement.where(col(SupervisorActivity.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def is_kept(session: AsyncSession, supervisor_id: UUID, reference: UUID) -> bool:
    statement = select(SupervisorActivity.id).where(
        SupervisorActivity.supervisor_id == supervisor_id,
        SupervisorActivity.reference == reference,
    )
    return (await session.exec(statement)).first() is not None


async def counts(
    session: AsyncSession, *, division: str, year: int, after: UUID | None, limit: int
) -> list[Count]:
    """Of every supervisor of the division and below, in the order they were named."""
    table, line = EnvironmentalSupervisor, SupervisorActivity
    named = (
        select(table)
        .where(col(table.visible_to).contains([divisions.scope(division)]))
        .order_by(col(table.id))
    )
    if after is not None:
        named = named.where(col(table.id) > after)
    supervisors = (await session.exec(named.limit(limit + 1))).all()
    counted = (
        select(line.supervisor_id, line.kind, func.count())
        .where(
            col(line.supervisor_id).in_([each.id for each in supervisors]),
            col(line.on_day).between(date(year, 1, 1), date(year, 12, 31)),
        )
        .group_by(col(line.supervisor_id), col(line.kind))
    )
    found = {(key, kind): number for key, kind, number in (await session.exec(counted)).all()}
    return [
        Count(
            each.id,
            each.division,
            each.object_name,
            visits=found.get((each.id, ActivityKind.VISIT), 0),
            exchange_days=found.get((each.id, ActivityKind.EXCHANGE_DAY), 0),
            petitions=found.get((each.id, ActivityKind.PETITION), 0),
        )
        for each in supervisors
    ]


async def exchange_day(session: AsyncSession, exchange_day_id: UUID) -> DayFile:
    found = await session.get(ExchangeDay, exchange_day_id)
    if found is None:
        raise NotFound(what="exchange day")
    return await _file(session, found)


async def lock_exchange_day(session: AsyncSession, exchange_day_id: UUID) -> DayFile:
    """The day with its promises, locked until the transaction ends."""
    statement = (
        select(ExchangeDay)
        .where(ExchangeDay.id == exchange_day_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="exchange day")
    return await _file(session, found)


async def _file(session: AsyncSession, row: ExchangeDay) -> DayFile:
    statement = (
        select(ExchangePromise)
        .where(ExchangePromise.exchange_day_id == row.id)
        .order_by(col(ExchangePromise.id))
    )
    return DayFile(row, list((await session.exec(statement)).all()))


async def exchange_days(
    session: AsyncSession, *, division: str | None, after: UUID | None, limit: int
) -> Sequence[ExchangeDay]:
    """Exchange days from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(ExchangeDay).order_by(col(ExchangeDay.id).desc())
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(ExchangeDay.visible_to).contains([scope]))
    if after is not None:
        statement = statement.where(col(ExchangeDay.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()

"""Every SELECT on those who help."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.helpers.domain.engaged import HelpDuty, SupervisorKind
from services.regions.helpers.models.engaged import EnvironmentalSupervisor, Expert, HelpTeam
from shared import divisions
from shared.errors import NotFound

Helper = TypeVar("Helper", Expert, HelpTeam, EnvironmentalSupervisor)
NAMES = {
    Expert: "expert",
    HelpTeam: "help team",
    EnvironmentalSupervisor: "environmental supervisor",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What all three are asked by: a division has its subtree's, `on_day` who is engaged then."""

    division: str | None = None
    on_day: date | None = None


async def one(session: AsyncSession, table: type[Helper], key: UUID) -> Helper:
    found = await session.get(table, key)
    if found is None:
        raise NotFound(what=NAMES[table])
    return found


async def lock(session: AsyncSession, table: type[Helper], key: UUID) -> Helper:
    """The row, locked until the transaction ends. For every change."""
    statement = (
        select(table)
        .where(col(table.id) == key)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what=NAMES[table])
    return found


async def experts(
    session: AsyncSession, wanted: Wanted, *, field: str | None, after: UUID | None, limit: int
) -> Sequence[Expert]:
    """Experts in the order they were added, one more than `limit`."""
    conditions = [] if field is None else [col(Expert.fields).contains([field])]
    return await _listed(session, Expert, wanted, conditions, after=after, limit=limit)


async def teams(
    session: AsyncSession,
    wanted: Wanted,
    *,
    duty: HelpDuty | None,
    serves: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[HelpTeam]:
    """Help teams in the order they were added, one more than `limit`.

    `serves` is a division the team's area covers.
    """
    conditions = [] if duty is None else [col(HelpTeam.duties).contains([duty])]
    if serves is not None:
        covering = [divisions.division_of(each) for each in divisions.lineage(serves)]
        conditions.append(or_(*(col(HelpTeam.service_area).contains([each]) for each in covering)))
    return await _listed(session, HelpTeam, wanted, conditions, after=after, limit=limit)


async def supervisors(
    session: AsyncSession,
    wanted: Wanted,
    *,
    kind: SupervisorKind | None,
    credit_code: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[EnvironmentalSupervisor]:
    """Environmental supervisors in the order they were added, one more than `limit`."""
    table = EnvironmentalSupervisor
    conditions = [] if kind is None else [col(table.kind) == kind]
    if credit_code is not None:
        conditions.append(col(table.credit_code) == credit_code)
    return await _listed(session, table, wanted, conditions, after=after, limit=limit)


async def _listed(
    session: AsyncSession,
    table: type[Helper],
    wanted: Wanted,
    conditions: Iterable[ColumnElement[bool]],
    *,
    after: UUID | None,
    limit: int,
) -> Sequence[Helper]:
    statement = select(table).where(*conditions).order_by(col(table.id))
    if wanted.division is not None:
        scope = divisions.scope(wanted.division)
        statement = statement.where(col(table.visible_to).contains([scope]))
    if wanted.on_day is not None:
        last = col(table.valid_to)
        statement = statement.where(
            col(table.valid_from) <= wanted.on_day, or_(last.is_(None), last >= wanted.on_day)
        )
    if after is not None:
        statement = statement.where(col(table.id) > after)
    return (await session.exec(statement.limit(limit + 1))).all()

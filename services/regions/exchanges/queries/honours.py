"""Every SELECT on honours. Row-level security hides what is not the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.exchanges.domain.honours import HonourState, IssuerLevel, Reference
from services.regions.exchanges.models import Honour
from services.regions.operations.models import OperationOfficer
from services.regions.rota.domain.life import DrawState
from services.regions.rota.models import RotaDraw
from shared import divisions
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class HonourCount:
    """How many confirmed honours, and how many people, of a division and a level."""

    division: str
    issuer_level: IssuerLevel
    honours: int
    people: int


async def honour(session: AsyncSession, honour_id: UUID) -> Honour:
    found = await session.get(Honour, honour_id)
    if found is None:
        raise NotFound(what="honour")
    return found


async def lock_honour(session: AsyncSession, honour_id: UUID) -> Honour:
    """The honour, locked until the transaction ends. For every change."""
    statement = (
        select(Honour)
        .where(Honour.id == honour_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="honour")
    return found


async def honours(
    session: AsyncSession,
    *,
    division: str | None,
    officer: UUID | None,
    state: HonourState | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Honour]:
    """Honours from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(Honour).order_by(col(Honour.id).desc())
    if division is not None:
        statement = statement.where(col(Honour.visible_to).contains([divisions.scope(division)]))
    if officer is not None:
        statement = statement.where(Honour.officer_id == officer)
    if state is not None:
        statement = statement.where(Honour.state == state)
    if after is not None:
        statement = statement.where(col(Honour.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def counts(
    session: AsyncSession,
    division: str,
    *,
    first: date,
    last: date,
    reference: Reference | None = None,
) -> list[HonourCount]:
    """Confirmed and not revoked, dated from `first` to `last`, by division and issuer."""
    statement = (
        select(
            Honour.division,
            Honour.issuer_level,
            func.count(),
            func.count(col(Honour.officer_id).distinct()),
        )
        .where(
            col(Honour.division).startswith(divisions.scope(division)),
            Honour.state == HonourState.CONFIRMED,
            col(Honour.awarded_on).between(first, last),
        )
        .group_by(col(Honour.division), col(Honour.issuer_level))
        .order_by(col(Honour.division), col(Honour.issuer_level))
    )
    if reference is not None:
        statement = statement.where(Honour.reference == reference)
    rows = (await session.exec(statement)).all()
    return [
        HonourCount(code, IssuerLevel(level), honours, people)
        for code, level, honours, people in rows
    ]


async def went_on_operation(session: AsyncSession, operation_id: UUID, officer_id: UUID) -> bool:
    statement = select(OperationOfficer.officer_id).where(
        OperationOfficer.operation_id == operation_id, OperationOfficer.officer_id == officer_id
    )
    return (await session.exec(statement)).first() is not None


async def served_in_round(session: AsyncSession, round_id: UUID, officer_id: UUID) -> bool:
    statement = select(RotaDraw.id).where(
        RotaDraw.round_id == round_id,
        RotaDraw.officer_id == officer_id,
        RotaDraw.state == DrawState.SERVED,
    )
    return (await session.exec(statement.limit(1))).first() is not None

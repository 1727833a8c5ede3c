"""Every SELECT on trainings. Row-level security hides what is not the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.exchanges.domain.trainings import TrainingKind, TrainingState
from services.regions.exchanges.models import Training, TrainingParty, TrainingStep
from shared import divisions
from shared.db.session import driver
from shared.errors import NotFound

HOURS: Final = """
SELECT p.division, t.kind, count(*) AS trainings, sum(p.attended) AS attended, sum(p.hours) AS hours
  FROM training_party p JOIN training t ON t.id = p.training_id
 WHERE t.state IN ('held', 'closed') AND p.attended > 0 AND p.division LIKE $1 || '%'
   AND t.starts_at >= $2 AND t.starts_at < $3
 GROUP BY p.division, t.kind ORDER BY p.division, t.kind
"""

Line = TypeVar("Line", TrainingParty, TrainingStep)


@dataclass(frozen=True, slots=True)
class TrainingFile:
    """A training with those invited and what was done."""

    training: Training
    parties: list[TrainingParty]
    steps: list[TrainingStep]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(each.division for each in self.parties)

    @property
    def taken(self) -> int:
        """Places registered for."""
        return sum(each.registered or 0 for each in self.parties)

    def party(self, division: str) -> TrainingParty | None:
        return next((each for each in self.parties if each.division == division), None)


@dataclass(frozen=True, slots=True)
class HoursRow:
    """What a division had of trainings of one kind."""

    division: str
    kind: TrainingKind
    trainings: int
    attended: int
    hours: Decimal


async def training(session: AsyncSession, training_id: UUID) -> Training:
    found = await session.get(Training, training_id)
    if found is None:
        raise NotFound(what="training")
    return found


async def lock_training(session: AsyncSession, training_id: UUID) -> TrainingFile:
    """The training with all that hangs on it, locked until the transaction ends."""
    statement = (
        select(Training)
        .where(Training.id == training_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="training")
    return await file(session, found)


async def file(session: AsyncSession, row: Training) -> TrainingFile:
    return TrainingFile(
        row,
        await _lines(session, TrainingParty, row.id, order="division"),
        await _lines(session, TrainingStep, row.id, order="id"),
    )


async def _lines(
    session: AsyncSession, table: type[Line], training_id: UUID, *, order: str
) -> list[Line]:
    statement = select(table).where(table.training_id == training_id).order_by(order)
    return list((await session.exec(statement)).all())


async def trainings(
    session: AsyncSession,
    *,
    kind: TrainingKind | None,
    state: TrainingState | None,
    division: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Training]:
    """Trainings from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(Training).order_by(col(Training.id).desc())
    if kind is not None:
        statement = statement.where(Training.kind == kind)
    if state is not None:
        statement = statement.where(Training.state == state)
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(Training.visible_to).contains([scope]))
    if after is not None:
        statement = statement.where(col(Training.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def hours(
    session: AsyncSession, division: str, *, begins: datetime, ends: datetime
) -> list[HoursRow]:
    """Person-hours by division of the subtree and kind, of trainings that began in the time."""
    rows = await (await driver(session)).fetch(HOURS, divisions.scope(division), begins, ends)
    return [
        HoursRow(
            division=row["division"],
            kind=TrainingKind(row["kind"]),
            trainings=row["trainings"],
            attended=row["attended"],
            hours=row["hours"],
        )
        for row in rows
    ]

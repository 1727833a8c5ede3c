"""Every SELECT on look-backs. What the caller may not see is absent by policy."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.problems.domain.life import ProblemState
from services.tasks.problems.models.look_backs import LookBack, LookBackSample, LookBackSecret
from services.tasks.problems.models.problems import Problem
from shared import divisions
from shared.clocks.days import SHANGHAI, end_of_day
from shared.errors import NotFound


async def look_back(session: AsyncSession, look_back_id: UUID, *, lock: bool = False) -> LookBack:
    statement = select(LookBack).where(LookBack.id == look_back_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="look-back")
    return found


async def look_backs(
    session: AsyncSession, *, division: str | None, after: UUID | None, limit: int
) -> Sequence[LookBack]:
    """Draws, the latest first."""
    statement = select(LookBack).order_by(col(LookBack.id).desc()).limit(limit)
    if division is not None:
        statement = statement.where(LookBack.division == division)
    if after is not None:
        statement = statement.where(col(LookBack.id) < after)
    return (await session.exec(statement)).all()


async def drawn_before(
    session: AsyncSession, division: str, closed_from: date, closed_to: date
) -> bool:
    """Whether some of these days were drawn from already; one draw of a division at a time."""
    key = func.hashtextextended(f"look-back {division}", 0)
    await session.exec(select(func.pg_advisory_xact_lock(key)))
    statement = select(LookBack.id).where(
        LookBack.division == division,
        col(LookBack.closed_from) <= closed_to,
        col(LookBack.closed_to) >= closed_from,
    )
    return (await session.exec(statement)).first() is not None


async def secret(session: AsyncSession, look_back_id: UUID) -> LookBackSecret:
    statement = select(LookBackSecret).where(LookBackSecret.look_back_id == look_back_id)
    return (await session.exec(statement)).one()


async def pool(
    session: AsyncSession, division: str, closed_from: date, closed_to: date
) -> Sequence[str]:
    """Problems of the division and below that were closed on these days, and still are."""
    begins: datetime = datetime.combine(closed_from, time.min, SHANGHAI)
    statement = (
        select(Problem.id)
        .where(
            col(Problem.division).startswith(divisions.scope(division)),
            Problem.state == ProblemState.CLOSED,
            col(Problem.closed_at) >= begins,
            col(Problem.closed_at) < end_of_day(closed_to),
        )
        .order_by(col(Problem.id))
    )
    return [str(each) for each in (await session.exec(statement)).all()]


async def samples(session: AsyncSession, look_back_id: UUID) -> Sequence[LookBackSample]:
    """The drawn problems in the order of the draw."""
    statement = (
        select(LookBackSample)
        .where(LookBackSample.look_back_id == look_back_id)
        .order_by(col(LookBackSample.place))
    )
    return (await session.exec(statement)).all()


async def samples_of(session: AsyncSession, problem_id: UUID) -> Sequence[LookBackSample]:
    """Every look-back at a problem, oldest first."""
    statement = (
        select(LookBackSample)
        .where(LookBackSample.problem_id == problem_id)
        .order_by(col(LookBackSample.id))
    )
    return (await session.exec(statement)).all()

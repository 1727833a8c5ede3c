"""Every SELECT on problems. What the caller may not see is absent by policy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.problems.domain import ProblemState, Severity
from services.tasks.problems.models import Problem, ProblemStep, ProblemVerifier
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class ProblemFilter:
    state: ProblemState | None = None
    severity: Severity | None = None
    division: str | None = None
    task_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many problems a task found, and how many of them are closed."""

    found: int
    closed: int


def _found(problem: Problem | None) -> Problem:
    if problem is None:
        raise NotFound(what="problem")
    return problem


async def problem(session: AsyncSession, problem_id: UUID) -> Problem:
    statement = select(Problem).where(Problem.id == problem_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_problem(session: AsyncSession, problem_id: UUID) -> Problem:
    """The problem, locked until the transaction ends. For every change."""
    statement = (
        select(Problem)
        .where(Problem.id == problem_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none())


def _conditions(wanted: ProblemFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.state is not None:
        yield col(Problem.state) == wanted.state
    if wanted.severity is not None:
        yield col(Problem.severity) == wanted.severity
    if wanted.division is not None:
        yield col(Problem.division) == wanted.division
    if wanted.task_id is not None:
        yield col(Problem.task_id) == wanted.task_id


async def worklist(
    session: AsyncSession,
    wanted: ProblemFilter,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Problem]:
    """Problems by the instant they are due."""
    statement = select(Problem).where(*_conditions(wanted)).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(col(Problem.due_at), col(Problem.id)) > after)
    return (await session.exec(statement.order_by(col(Problem.due_at), col(Problem.id)))).all()


async def verifiers(session: AsyncSession, problem_id: UUID) -> Sequence[ProblemVerifier]:
    """Everybody who went to see, oldest first."""
    statement = (
        select(ProblemVerifier)
        .where(ProblemVerifier.problem_id == problem_id)
        .order_by(col(ProblemVerifier.id))
    )
    return (await session.exec(statement)).all()


async def steps(session: AsyncSession, problem_id: UUID) -> Sequence[ProblemStep]:
    """What happened to the problem, oldest first."""
    statement = (
        select(ProblemStep)
        .where(ProblemStep.problem_id == problem_id)
        .order_by(col(ProblemStep.id))
    )
    return (await session.exec(statement)).all()


async def tally(session: AsyncSession, task_id: UUID) -> Tally:
    closed = func.count().filter(col(Problem.state) == ProblemState.CLOSED)
    statement = select(func.count(), closed).where(Problem.task_id == task_id)
    found, done = (await session.exec(statement)).one()
    return Tally(found, done)

"""Every SELECT on problems. What the caller may not see is absent by policy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.models import Task
from services.tasks.problems.domain.five_steps import UNRECTIFIED, PunishmentState
from services.tasks.problems.domain.life import ListLevel, ProblemState, Severity
from services.tasks.problems.domain.time import ExtensionState
from services.tasks.problems.models.problems import (
    Problem,
    ProblemAcceptance,
    ProblemExtension,
    ProblemListing,
    ProblemStep,
    ProblemVerifier,
)
from shared.clock_rows.rows import RUNG_NAMES
from shared.db.session import driver
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class ProblemFilter:
    state: ProblemState | None = None
    severity: Severity | None = None
    division: str | None = None
    task_id: UUID | None = None
    list_level: ListLevel | None = None
    punishment: PunishmentState | None = None
    raised_to: str | None = None


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
    if wanted.list_level is not None:
        yield col(Problem.list_level) == wanted.list_level
    if wanted.punishment is not None:
        yield col(Problem.punishment) == wanted.punishment
    if wanted.raised_to is not None:
        yield col(Problem.raised_to) == wanted.raised_to


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


async def acceptances(session: AsyncSession, problem_id: UUID) -> Sequence[ProblemAcceptance]:
    """Who signed, and how each standard was answered, oldest first."""
    statement = (
        select(ProblemAcceptance)
        .where(ProblemAcceptance.problem_id == problem_id)
        .order_by(col(ProblemAcceptance.id))
    )
    return (await session.exec(statement)).all()


async def acceptance(
    session: AsyncSession, problem_id: UUID, *, round_: int
) -> ProblemAcceptance | None:
    statement = select(ProblemAcceptance).where(
        ProblemAcceptance.problem_id == problem_id, ProblemAcceptance.round == round_
    )
    return (await session.exec(statement)).one_or_none()


async def extensions(session: AsyncSession, problem_id: UUID) -> Sequence[ProblemExtension]:
    """Every request for more time, oldest first."""
    statement = (
        select(ProblemExtension)
        .where(ProblemExtension.problem_id == problem_id)
        .order_by(col(ProblemExtension.id))
    )
    return (await session.exec(statement)).all()


async def extension(session: AsyncSession, extension_id: UUID) -> ProblemExtension:
    statement = select(ProblemExtension).where(ProblemExtension.id == extension_id)
    return (await session.exec(statement)).one()


async def extended_to(session: AsyncSession, problem_id: UUID, *, round_: int) -> date | None:
    """The day it was last extended to since it came about."""
    granted = [
        each
        for each in await extensions(session, problem_id)
        if each.round == round_ and each.state is ExtensionState.GRANTED
    ]
    return granted[-1].due_on if granted else None


async def times_extended(session: AsyncSession, problem_id: UUID, *, round_: int) -> int:
    granted = [
        each
        for each in await extensions(session, problem_id)
        if each.round == round_ and each.state is ExtensionState.GRANTED
    ]
    return len(granted)


async def listings(session: AsyncSession, problem_id: UUID) -> Sequence[ProblemListing]:
    """Its places on lists, in the order it was put on them."""
    statement = (
        select(ProblemListing)
        .where(ProblemListing.problem_id == problem_id)
        .order_by(col(ProblemListing.id))
    )
    return (await session.exec(statement)).all()


async def others_overdue(
    session: AsyncSession, problem: Problem, about: Task, *, now: datetime
) -> int:
    """Overdue problems of the same object whose closing nobody asked for (decision 47)."""
    if about.enterprise_id is not None:
        same = col(Task.enterprise_id) == about.enterprise_id
    elif about.object_code is not None:
        same = col(Task.object_code) == about.object_code
    else:
        same = col(Task.id) == about.id
    statement = (
        select(func.count())
        .select_from(Problem)
        .join(Task, col(Problem.task_id) == col(Task.id))
        .where(
            same,
            col(Problem.id) != problem.id,
            col(Problem.state).in_([*UNRECTIFIED]),
            col(Problem.due_at) < now,
        )
    )
    return (await session.exec(statement)).one()


# The last rung of a clock that still runs has fired, and nobody above was told.
UNRAISED: Final = """
SELECT p.id FROM problem p
 WHERE p.raised_at IS NULL AND p.due_at < $1
   AND p.state IN ('found', 'assigned', 'rectifying', 'reopened')
   AND EXISTS (SELECT FROM clock c JOIN clock_rung r ON r.clock_id = c.id AND r.rung = $2
                WHERE c.subject_id = p.id AND c.kind = 'rectification' AND c.state = 'running')
 ORDER BY p.due_at LIMIT $3 FOR UPDATE OF p SKIP LOCKED
"""


async def lock_unraised(session: AsyncSession, *, now: datetime, limit: int) -> Sequence[Problem]:
    """Problems to be told upwards, locked; what another worker holds is left to it."""
    rows = await (await driver(session)).fetch(UNRAISED, now, RUNG_NAMES.index("raise") + 1, limit)
    statement = select(Problem).where(col(Problem.id).in_([row["id"] for row in rows]))
    return (await session.exec(statement)).all()

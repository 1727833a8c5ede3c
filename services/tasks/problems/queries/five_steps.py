"""Every SELECT on the five steps and their lists. What the caller may not see is absent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.models import Task
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.inspections.models.inspections import Inspection
from services.tasks.problems.domain.five_steps import DemandState, PublicationKind, Step
from services.tasks.problems.models.five_steps import (
    NamedOffice,
    ProblemPublication,
    ProblemPunishment,
    ServiceDemand,
    ToldList,
)
from services.tasks.problems.models.problems import Problem
from shared.errors import NotFound

FED: Final = (PublicationKind.PENALTY, PublicationKind.CREDIT)


@dataclass(frozen=True, slots=True)
class Lists:
    """Everything the five steps left of one inspection."""

    problems: Sequence[Problem]
    told: Sequence[ToldList]
    demands: Sequence[ServiceDemand]
    offices: Sequence[NamedOffice]
    punishments: Sequence[ProblemPunishment]
    publications: Sequence[ProblemPublication]

    def recorded(self, problem: Problem | None = None) -> set[Step]:
        """The steps taken; with a problem, those that concern it."""
        told = [each for each in self.told if problem is None or problem.id in each.problem_ids]
        offices = [
            each for each in self.offices if problem is None or each.kind is problem.category
        ]
        punished = [
            each for each in self.punishments if problem is None or each.problem_id == problem.id
        ]
        found = {
            Step.CHECK: told,
            Step.SERVE: self.demands,
            Step.SUPERVISE: offices,
            Step.PUNISH: punished,
            Step.PUBLISH: self.publications,
        }
        return {step for step, rows in found.items() if rows}

    @property
    def in_charge(self) -> Sequence[NamedOffice]:
        """The latest office named for each kind."""
        return [*{each.kind: each for each in self.offices}.values()]


async def lists(session: AsyncSession, inspection_id: UUID) -> Lists:
    """What was found, told, asked for, named, punished and published of an inspection."""
    of_it = select(Problem.id).where(Problem.inspection_id == inspection_id)
    return Lists(
        problems=(
            await session.exec(
                select(Problem)
                .where(Problem.inspection_id == inspection_id)
                .order_by(col(Problem.id))
            )
        ).all(),
        told=(
            await session.exec(
                select(ToldList)
                .where(ToldList.inspection_id == inspection_id)
                .order_by(col(ToldList.id))
            )
        ).all(),
        demands=(
            await session.exec(
                select(ServiceDemand)
                .where(ServiceDemand.inspection_id == inspection_id)
                .order_by(col(ServiceDemand.id))
            )
        ).all(),
        offices=(
            await session.exec(
                select(NamedOffice)
                .where(NamedOffice.inspection_id == inspection_id)
                .order_by(col(NamedOffice.id))
            )
        ).all(),
        punishments=(
            await session.exec(
                select(ProblemPunishment)
                .where(col(ProblemPunishment.problem_id).in_(of_it))
                .order_by(col(ProblemPunishment.id))
            )
        ).all(),
        publications=(
            await session.exec(
                select(ProblemPublication)
                .where(col(ProblemPublication.problem_id).in_(of_it))
                .order_by(col(ProblemPublication.id))
            )
        ).all(),
    )


async def punishment(session: AsyncSession, problem: Problem) -> ProblemPunishment | None:
    """What was offered for punishment since the problem came about."""
    statement = select(ProblemPunishment).where(
        ProblemPunishment.problem_id == problem.id,
        ProblemPunishment.round == problem.reopen_count,
    )
    return (await session.exec(statement)).one_or_none()


async def demand(session: AsyncSession, demand_id: UUID, *, lock: bool = False) -> ServiceDemand:
    statement = select(ServiceDemand).where(ServiceDemand.id == demand_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="service demand")
    return found


async def demands(
    session: AsyncSession,
    *,
    division: str | None,
    state: DemandState | None,
    inspection_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[ServiceDemand]:
    """Demands in the order they were stated."""
    statement = select(ServiceDemand)
    if division is not None:
        statement = statement.where(ServiceDemand.division == division)
    if state is not None:
        statement = statement.where(ServiceDemand.state == state)
    if inspection_id is not None:
        statement = statement.where(ServiceDemand.inspection_id == inspection_id)
    if after is not None:
        statement = statement.where(col(ServiceDemand.id) > after)
    return (await session.exec(statement.order_by(col(ServiceDemand.id)).limit(limit))).all()


async def inspections_of(
    session: AsyncSession, enterprise_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Inspection]:
    """Inspections of an object that found something, the latest first."""
    statement = (
        select(Inspection)
        .join(Task, col(Inspection.task_id) == col(Task.id))
        .where(
            Task.enterprise_id == enterprise_id,
            select(Problem.id).where(Problem.inspection_id == Inspection.id).exists(),
        )
        .order_by(col(Inspection.id).desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(col(Inspection.id) < after)
    return (await session.exec(statement)).all()


async def credit_feed(
    session: AsyncSession, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[ProblemPublication, Problem]]:
    """What the credit platform is to hear, in the order it was recorded."""
    statement = (
        select(ProblemPublication, Problem)
        .join(Problem, col(ProblemPublication.problem_id) == col(Problem.id))
        .where(col(ProblemPublication.kind).in_(FED))
        .order_by(col(ProblemPublication.recorded_at), col(ProblemPublication.id))
        .limit(limit)
    )
    if after is not None:
        key = tuple_(col(ProblemPublication.recorded_at), col(ProblemPublication.id))
        statement = statement.where(key > after)
    return (await session.exec(statement)).all()


async def object_of(session: AsyncSession, problem: Problem) -> tuple[str, str]:
    """Name and code of what the problem was found at, as far as its task knows them."""
    about = (await session.exec(select(Task).where(Task.id == problem.task_id))).one()
    statement = select(Enterprise).where(Enterprise.id == about.enterprise_id)
    if site := (await session.exec(statement)).one_or_none():
        return site.name, site.credit_code or site.own_code or ""
    return about.object_name or about.site, about.object_code or ""

"""Every SELECT on teams, and on what they ask for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.tasks.dispatch.domain import Decision, NoExtensionAsked
from services.tasks.dispatch.models import TaskExtension, TaskRecusal, Team, TeamMember
from shared import divisions
from shared.db.session import driver
from shared.errors import NotFound

PENDING: Final = """
SELECT task_id, true AS extension FROM task_extension
 WHERE task_id = ANY($1) AND decision = 'pending'
 UNION ALL
SELECT task_id, false FROM task_recusal WHERE task_id = ANY($1) AND decision = 'pending'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFilter:
    """Teams whose period touches from–until; of an account, an officer or a division and below."""

    starts_before: datetime | None = None
    ends_after: datetime | None = None
    account_id: UUID | None = None
    officer_id: UUID | None = None
    division: str | None = None
    standing: bool | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """Tasks on which something was asked for that nobody has decided."""

    extensions: Collection[UUID] = ()
    recusals: Collection[UUID] = ()


async def standing_teams(session: AsyncSession, task_ids: Iterable[UUID]) -> dict[UUID, Team]:
    """The team of each task that has one."""
    statement = select(Team).where(
        col(Team.task_id).in_([*task_ids]), col(Team.dissolved_at).is_(None)
    )
    return {team.task_id: team for team in (await session.exec(statement)).all()}


async def members(
    session: AsyncSession, team_ids: Iterable[UUID]
) -> dict[UUID, Sequence[TeamMember]]:
    """Each team's officers, in the order they were named."""
    found = defaultdict[UUID, list[TeamMember]](list)
    statement = (
        select(TeamMember)
        .where(col(TeamMember.team_id).in_([*team_ids]))
        .order_by(col(TeamMember.id))
    )
    for member in (await session.exec(statement)).all():
        found[member.team_id].append(member)
    return dict(found)


def _team_conditions(wanted: TeamFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.starts_before is not None:
        yield col(Team.starts_at) < wanted.starts_before
    if wanted.ends_after is not None:
        yield col(Team.ends_at) > wanted.ends_after
    if wanted.standing is not None:
        yield (
            col(Team.dissolved_at).is_(None)
            if wanted.standing
            else col(Team.dissolved_at).is_not(None)
        )
    who = []
    if wanted.account_id is not None:
        who.append(col(TeamMember.account_id) == wanted.account_id)
    if wanted.officer_id is not None:
        who.append(col(TeamMember.officer_id) == wanted.officer_id)
    if who:
        yield col(Team.id).in_(select(TeamMember.team_id).where(*who))
    if wanted.division is not None:
        yield col(Team.visible_to).contains([divisions.scope(wanted.division)])


async def teams(
    session: AsyncSession,
    wanted: TeamFilter,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Team]:
    """Teams by when they set out."""
    order = tuple_(col(Team.starts_at), col(Team.id))
    statement = select(Team).where(*_team_conditions(wanted)).limit(limit)
    if after is not None:
        statement = statement.where(order > after)
    return (await session.exec(statement.order_by(col(Team.starts_at), col(Team.id)))).all()


async def busy(
    session: AsyncSession, wanted: TeamFilter, *, division: str, limit: int
) -> Sequence[tuple[TeamMember, Team]]:
    """The officers of a division and below in these teams, by name and by when they set out."""
    own = col(TeamMember.division).startswith(divisions.scope(division), autoescape=True)
    statement = (
        select(TeamMember, Team)
        .join(Team, col(Team.id) == col(TeamMember.team_id))
        .where(own, *_team_conditions(wanted))
        .order_by(col(TeamMember.name), col(TeamMember.officer_id), col(Team.starts_at))
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def extensions(session: AsyncSession, task_id: UUID) -> Sequence[TaskExtension]:
    """Everything that was asked for, oldest first."""
    statement = (
        select(TaskExtension)
        .where(TaskExtension.task_id == task_id)
        .order_by(col(TaskExtension.id))
    )
    return (await session.exec(statement)).all()


async def lock_pending_extension(session: AsyncSession, task_id: UUID) -> TaskExtension:
    """What waits to be decided, locked; NoExtensionAsked if nothing does."""
    statement = (
        select(TaskExtension)
        .where(
            TaskExtension.task_id == task_id,
            col(TaskExtension.decision) == Decision.PENDING,
        )
        .with_for_update()
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NoExtensionAsked
    return found


async def recusals(session: AsyncSession, task_id: UUID) -> Sequence[TaskRecusal]:
    """Everything that was asked for, oldest first."""
    statement = (
        select(TaskRecusal).where(TaskRecusal.task_id == task_id).order_by(col(TaskRecusal.id))
    )
    return (await session.exec(statement)).all()


def _recusal(task_id: UUID, recusal_id: UUID) -> SelectOfScalar[TaskRecusal]:
    return select(TaskRecusal).where(TaskRecusal.id == recusal_id, TaskRecusal.task_id == task_id)


def _found_recusal(found: TaskRecusal | None) -> TaskRecusal:
    if found is None:
        raise NotFound(what="recusal")
    return found


async def recusal(session: AsyncSession, task_id: UUID, recusal_id: UUID) -> TaskRecusal:
    return _found_recusal((await session.exec(_recusal(task_id, recusal_id))).one_or_none())


async def lock_recusal(session: AsyncSession, task_id: UUID, recusal_id: UUID) -> TaskRecusal:
    """The recusal, locked. Its task is locked by the caller, as in every other step."""
    statement = (
        _recusal(task_id, recusal_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found_recusal((await session.exec(statement)).one_or_none())


async def recused_of(session: AsyncSession, task_id: UUID) -> frozenset[UUID]:
    """The officers who stand aside on this task."""
    statement = select(TaskRecusal.officer_id).where(
        TaskRecusal.task_id == task_id, col(TaskRecusal.decision) == Decision.GRANTED
    )
    return frozenset((await session.exec(statement)).all())


async def pending(session: AsyncSession, task_ids: Sequence[UUID]) -> Pending:
    """On which of the tasks something waits to be decided."""
    if not task_ids:
        return Pending()
    rows = await (await driver(session)).fetch(PENDING, task_ids)
    return Pending(
        frozenset(UUID(str(row["task_id"])) for row in rows if row["extension"]),
        frozenset(UUID(str(row["task_id"])) for row in rows if not row["extension"]),
    )

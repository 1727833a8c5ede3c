"""A team that goes no more: dissolved, its officers free, what it asked for lapsed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import queries
from services.tasks.dispatch.domain import Decision
from services.tasks.dispatch.models import Task, TaskExtension, TaskRecusal, TeamMember
from services.tasks.dispatch.use_cases.crews import crew
from services.tasks.dispatch.use_cases.parties import send_home
from shared.auth.actor import Actor
from shared.contracts.tasks import OfficersReleased
from shared.messaging.outbox import announce


async def dissolve(
    session: AsyncSession, actor: Actor, task: Task, *, now: datetime
) -> Sequence[TeamMember]:
    """End the standing team, if there is one; who was in it."""
    sent = await crew(session, task.id)
    if sent is None:
        return ()
    sent.team.dissolved_at = now
    await _lapse(session, actor, task.id, now=now)
    await session.flush()
    await send_home(session, task)
    return sent.members


async def let_go(
    session: AsyncSession, task: Task, going: Collection[TeamMember], *, now: datetime
) -> None:
    """`regions` hears that these go no more on the task, which stays open."""
    if going:
        event = OfficersReleased(
            task_id=task.id,
            divisions=[*dict.fromkeys([*task.parties, *(each.division for each in going)])],
            officer_ids=[each.officer_id for each in going],
            released_at=now,
        )
        await announce(session, event, now=now)


async def _lapse(session: AsyncSession, actor: Actor, task_id: UUID, *, now: datetime) -> None:
    asked: list[TaskExtension | TaskRecusal] = [
        *await queries.extensions(session, task_id),
        *await queries.recusals(session, task_id),
    ]
    for each in asked:
        if each.decision is Decision.PENDING:
            each.decision = Decision.LAPSED
            each.decided_at, each.decided_by, each.decided_by_name = now, actor.id, actor.name

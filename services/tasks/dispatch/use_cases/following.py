"""A task follows the joint operation that asked for it: called off, or left by a party."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import domain, queries
from services.tasks.dispatch.domain import TaskAction, TaskState
from services.tasks.dispatch.models import Task, TeamMember
from services.tasks.dispatch.use_cases.carrying_out import call_off, dissolve
from services.tasks.dispatch.use_cases.crews import crew
from services.tasks.dispatch.use_cases.steps import take, trace
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.contracts.origins import Origin
from shared.contracts.tasks import OfficersReleased
from shared.messaging.outbox import announce

NOT_BEGUN = frozenset({TaskState.REQUESTED, TaskState.DISPATCHED, TaskState.ACCEPTED})


async def withdraw_for(
    session: AsyncSession, origin: Origin, *, reason: str, now: datetime
) -> None:
    """Its cause is gone: withdrawn if nobody has inspected, else left to be completed.

    A repetition does nothing. For a session of the system.
    """
    task = await queries.lock_task_of(session, origin)
    if task is not None and task.state in NOT_BEGUN:
        await call_off(session, SYSTEM_ACTOR, task, reason=reason, now=now)


async def go_on_without(
    session: AsyncSession, origin: Origin, *, division: str, now: datetime
) -> None:
    """A party left: a task not yet begun needs and shows itself to those that stay.

    Its officers are taken from the team; a team that may not go without them is dissolved, and the
    task waits for another. Who has begun to inspect brings it to its end, and keeps it in sight.
    A repetition does nothing. For a session of the system.
    """
    task = await queries.lock_task_of(session, origin)
    if task is None or task.state not in NOT_BEGUN or division not in task.parties:
        return
    staying = [each for each in task.parties if each != division]
    going = await _take_from_team(session, task, division=division, staying=staying, now=now)
    task.parties = staying
    task.visible_to = divisions.visibility([*staying, task.place])
    await session.flush()
    await trace(session, SYSTEM_ACTOR, "task.party_left", task, reason=division, now=now)
    if going:
        event = OfficersReleased(
            task_id=task.id, divisions=[*staying, division], officer_ids=going, released_at=now
        )
        await announce(session, event, now=now)


async def _take_from_team(
    session: AsyncSession, task: Task, *, division: str, staying: Sequence[str], now: datetime
) -> list[UUID]:
    """Whom of its standing team the task lets go."""
    sent = await crew(session, task.id)
    if sent is None:
        return []
    everybody = [division, *staying]
    going = [each for each in sent.members if domain.sent_by(each.division, everybody) == division]
    kept = [each for each in sent.members if each not in going]
    if not _stands(kept, task.place):
        await take(session, SYSTEM_ACTOR, task, TaskAction.RETURN, reason=division, now=now)
        await dissolve(session, task, now=now)
        return [each.officer_id for each in going]
    for each in going:
        await session.delete(each)
    seen_by = divisions.visibility([*staying, task.place])
    for row in (sent.team, *kept):
        row.visible_to = seen_by
    return [each.officer_id for each in going]


def _stands(members: Sequence[TeamMember], place: str) -> bool:
    leader = next((each.officer_id for each in members if each.is_leader), None)
    of = {each.officer_id: each.division for each in members}
    return domain.stands(of, leader=leader, place=place)

"""A task follows the joint operation that asked for it: called off, or left by a party."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import domain, queries
from services.tasks.dispatch.domain import TaskAction, TaskState
from services.tasks.dispatch.models import Task, TeamMember
from services.tasks.dispatch.use_cases.carrying_out import call_off
from services.tasks.dispatch.use_cases.clocks import drop_answer
from services.tasks.dispatch.use_cases.crews import crew
from services.tasks.dispatch.use_cases.dissolving import dissolve, let_go
from services.tasks.dispatch.use_cases.parties import take_part
from services.tasks.dispatch.use_cases.sealing import about
from services.tasks.dispatch.use_cases.steps import take, trace
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.contracts.origins import Origin

NOT_BEGUN = frozenset({TaskState.REQUESTED, TaskState.DISPATCHED, TaskState.ACCEPTED})


async def withdraw_for(
    session: AsyncSession,
    origin: Origin,
    *,
    reason: str,
    now: datetime,
    withdrawn_by: Actor = SYSTEM_ACTOR,
) -> None:
    """Its cause is gone: withdrawn if nobody has inspected, else left to be completed.

    A repetition does nothing. For a session that sees the task; whoever calls asked the right.
    """
    task = await queries.lock_task_of(session, origin)
    if task is not None and task.state in NOT_BEGUN:
        await call_off(session, withdrawn_by, task, reason=reason, now=now)


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
    # Without a team nobody takes part through it.
    staying = [each for each in task.parties if each != division]
    lent_by = [each for each in task.lent_by if each != division]
    await take_part(session, task, staying, lent_by=lent_by)
    await trace(session, SYSTEM_ACTOR, "task.party_left", task, reason=division, now=now)
    await let_go(session, task, going, now=now)


async def _take_from_team(
    session: AsyncSession, task: Task, *, division: str, staying: Sequence[str], now: datetime
) -> Sequence[TeamMember]:
    """Whom of its standing team the task lets go."""
    sent = await crew(session, task.id)
    if sent is None:
        return ()
    everybody = [division, *staying]
    going = [each for each in sent.members if domain.sent_by(each.division, everybody) == division]
    kept = [each for each in sent.members if each not in going]
    if not await _stands(session, task, kept):
        await drop_answer(session, task, now=now)
        await take(session, SYSTEM_ACTOR, task, TaskAction.RETURN, reason=division, now=now)
        return await dissolve(session, SYSTEM_ACTOR, task, now=now)
    for each in going:
        await session.delete(each)
    return going


async def _stands(session: AsyncSession, task: Task, members: Sequence[TeamMember]) -> bool:
    leader = next((each.officer_id for each in members if each.is_leader), None)
    of = {each.officer_id: each.division for each in members}
    anywhere = domain.is_crossing(task.methods)
    place = None if anywhere else (await about(session, task)).place
    return domain.stands(of, leader=leader, place=place)

"""延期: more time for a task, asked for by its team, decided by whoever sends it or above.

Asking does not stop the clock. A clock that ran out is not healed (`term_expired`).
"""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import domain, queries
from services.tasks.dispatch.domain import Decision, ExtensionPending, TaskAction, TaskClock
from services.tasks.dispatch.models import Task, TaskExtension
from services.tasks.dispatch.use_cases.clocks import allowance, start_due
from services.tasks.dispatch.use_cases.steps import lock_for, take
from shared.auth.actor import Actor
from shared.clock_rows.rows import change_clock
from shared.clocks import acts
from shared.clocks.acts import SelfApproval


async def ask(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    days: int,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Task:
    """The team asks for so many days more; what could never be granted is refused at once."""
    action = TaskAction.ASK_EXTENSION
    task = await lock_for(session, actor, task_id, action, expected_version=expected_version)
    known = await queries.extensions(session, task_id)
    if any(each.decision is Decision.PENDING for each in known):
        raise ExtensionPending
    granted = sum(each.decision is Decision.GRANTED for each in known)
    figures = await allowance(session, task.division, now)
    domain.check_extension(days, granted=granted, allowed=figures)
    session.add(
        TaskExtension(
            task_id=task.id,
            days=days,
            reason=reason,
            asked_at=now,
            asked_by=actor.id,
            asked_by_name=actor.name,
            due_before=task.due_on,
        )
    )
    await take(session, actor, task, action, reason=reason, now=now)
    return task


async def decide(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    granted: bool,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Task:
    """Grant or refuse what the team asked for; granted, the due day and its clock move."""
    action = TaskAction.DECIDE_EXTENSION
    task = await lock_for(session, actor, task_id, action, expected_version=expected_version)
    asked = await queries.lock_pending_extension(session, task_id)
    if asked.asked_by == actor.id:
        raise SelfApproval
    if granted:
        await _grant(session, actor, task, asked, now=now)
    asked.decision = Decision.GRANTED if granted else Decision.REFUSED
    asked.decided_at, asked.decided_by, asked.decided_by_name = now, actor.id, actor.name
    asked.decision_reason = reason
    await take(session, actor, task, action, reason=reason, now=now)
    return task


async def _grant(
    session: AsyncSession, actor: Actor, task: Task, asked: TaskExtension, *, now: datetime
) -> None:
    await start_due(session, task, now=now)
    due = await change_clock(
        session,
        subject_id=task.id,
        kind=TaskClock.DUE,
        act=lambda ledger, term, calendar: acts.extend(
            ledger,
            term,
            calendar,
            amount=asked.days,
            reason=asked.reason,
            requested_by=str(asked.asked_by),
            approved_by=str(actor.id),
            at=now,
        ),
    )
    assert due.due_on is not None  # noqa: S101 -- a clock of a task is never paused
    task.due_on = asked.due_after = due.due_on

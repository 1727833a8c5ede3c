"""Completing a task: the last to know of its inspections and problems says whether it is done."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.domain import TaskAction
from services.tasks.dispatch.models import Task
from services.tasks.dispatch.use_cases.carrying_out import finish
from services.tasks.dispatch.use_cases.steps import lock_for
from services.tasks.inspections import queries as inspections
from services.tasks.leads.use_cases.verifying import settle
from services.tasks.problems.domain.completion import check_completion
from services.tasks.problems.queries import problems as queries
from shared.auth.actor import Actor
from shared.contracts.origins import Origin, OriginKind
from shared.contracts.tasks import TaskCompleted
from shared.messaging.outbox import announce


async def complete(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    summary: str,
    expected_version: int,
    now: datetime,
) -> Task:
    """Report the task done, once all its inspections are finished and all problems closed."""
    task = await lock_for(
        session, actor, task_id, TaskAction.COMPLETE, expected_version=expected_version
    )
    made = await inspections.tally(session, task.id)
    problems = await queries.tally(session, task.id)
    check_completion(
        inspections=made.inspections,
        inspections_open=made.open,
        problems_open=problems.found - problems.closed,
    )
    await finish(session, actor, task, summary=summary, now=now)
    if task.origin_kind is OriginKind.LEAD:
        await settle(session, actor, task.id, problems_found=problems.found, note=summary, now=now)
    event = TaskCompleted(
        task_id=task.id,
        origin=Origin(kind=task.origin_kind, id=task.origin_id),
        divisions=task.parties,
        inspections=made.inspections,
        problems_found=problems.found,
        problems_closed=problems.closed,
        completed_at=now,
        summary=summary,
    )
    await announce(session, event, now=now)
    return task

"""Another division takes charge of a task that nobody has been sent on yet."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.domain import LeadDecides, OutsideTerritory, TaskAction
from services.tasks.dispatch.models import Task
from services.tasks.dispatch.use_cases.parties import take_part
from services.tasks.dispatch.use_cases.steps import lock_for, right, take
from services.tasks.enterprises.use_cases.record import require_known
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.clocks.days import legal_day
from shared.contracts.origins import OriginKind
from shared.db.session import beyond_scope


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    division: str,
    stays: bool,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Task:
    """`division` is in charge from now on; who was before takes part further only if it `stays`.

    It goes to another party, or wherever the caller commands both. Who leads a joint operation
    was agreed in `regions` and does not change here.
    """
    action = TaskAction.HAND_OVER
    task = await lock_for(session, actor, task_id, action, expected_version=expected_version)
    if task.origin_kind is OriginKind.OPERATION:
        raise LeadDecides
    if division not in task.parties and not may(actor, right(action), division=division):
        raise OutsideTerritory(divisions=division)
    await require_known(session, division, on_day=legal_day(now), pointer="/division")
    others = [each for each in task.parties if stays or each != task.division]
    # The caller may go out of sight of the task by it.
    async with beyond_scope(session):
        task.division = division
        if task.sealed:
            task.place = division
        await take_part(session, task, [division, *others], lent_by=())
        await take(session, actor, task, action, reason=reason, now=now)
    return task

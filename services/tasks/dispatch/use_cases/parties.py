"""Who takes part in a task, and so who sees it, its team and its clocks."""

from collections.abc import Iterable
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.models import Task
from shared import divisions
from shared.db.session import beyond_scope, driver

SHOW_TO: Final = """
WITH standing AS (
  UPDATE team SET visible_to = $2 WHERE task_id = $1 AND dissolved_at IS NULL RETURNING id
), sent AS (
  UPDATE team_member m SET visible_to = $2 FROM standing WHERE m.team_id = standing.id
)
UPDATE clock SET visible_to = $2
 WHERE subject_id = $1 AND state IN ('running', 'paused')
"""


async def take_part(
    session: AsyncSession, task: Task, parties: Iterable[str], *, lent_by: Iterable[str]
) -> None:
    """These take part from now on, `lent_by` through the standing team alone.

    Who acts may go out of sight of the task by it: the right was asked before.
    """
    task.parties = list(dict.fromkeys(parties))
    task.lent_by = list(lent_by)
    task.visible_to = divisions.visibility([*task.parties, task.place])
    async with beyond_scope(session):
        await session.flush()
        await (await driver(session)).execute(SHOW_TO, task.id, task.visible_to)


async def send_home(session: AsyncSession, task: Task) -> None:
    """The team is gone, and with it who took part through it alone."""
    if task.lent_by:
        staying = [each for each in task.parties if each not in task.lent_by]
        await take_part(session, task, staying, lent_by=())

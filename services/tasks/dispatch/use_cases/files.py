"""A task with all that its reader is shown of it, and what this reader may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import domain, queries
from services.tasks.dispatch.domain import OF_THE_TEAM, TaskAction
from services.tasks.dispatch.models import Task, TaskEnvelope
from services.tasks.dispatch.use_cases.crews import Crew, crews
from services.tasks.dispatch.use_cases.steps import right
from shared.auth.actor import Actor
from shared.auth.policy import may


@dataclass(frozen=True, slots=True)
class TaskFile:
    """`envelope` is there for its maker alone, as long as it is closed."""

    task: Task
    crew: Crew | None
    envelope: TaskEnvelope | None
    extension_pending: bool
    recusal_pending: bool

    def next_steps(self, actor: Actor) -> list[TaskAction]:
        """What this caller may do now: the transition table, the table of rights, the team."""
        task = self.task
        return [
            action
            for action in domain.TRANSITIONS[task.state]
            if action is not TaskAction.RAISE
            and may(actor, right(action), division=task.division, participants=task.parties)
            and (action not in OF_THE_TEAM or (self.crew is not None and self.crew.has(actor.id)))
            and self._is_time_for(action, actor)
        ]

    def _is_time_for(self, action: TaskAction, actor: Actor) -> bool:
        sealed, crew = self.task.sealed, self.crew
        barred = {
            TaskAction.SEAL: sealed,
            TaskAction.OPEN: not sealed or crew is None or not crew.is_led_by(actor.id),
            TaskAction.INSPECT: sealed,
            TaskAction.ASK_EXTENSION: self.extension_pending,
            TaskAction.DECIDE_EXTENSION: not self.extension_pending,
            TaskAction.DECIDE_RECUSAL: not self.recusal_pending,
        }
        return not barred.get(action, False)


async def task_files(session: AsyncSession, tasks: Sequence[Task]) -> list[TaskFile]:
    """Each of the tasks with its team, and with its envelope for whoever sealed it."""
    ids = [task.id for task in tasks]
    sent = await crews(session, ids)
    sealed = [task.id for task in tasks if task.sealed]
    envelopes = await queries.envelopes(session, sealed) if sealed else {}
    pending = await queries.pending(session, [task.id for task in tasks if task.id in sent])
    return [
        TaskFile(
            task=task,
            crew=sent.get(task.id),
            envelope=envelopes.get(task.id),
            extension_pending=task.id in pending.extensions,
            recusal_pending=task.id in pending.recusals,
        )
        for task in tasks
    ]

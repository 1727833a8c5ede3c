"""What every route of tasks shares: who asks, when, with whose rights, and the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from services.tasks.dispatch import domain
from services.tasks.dispatch.models import Task
from services.tasks.dispatch.schemas import TaskOut
from services.tasks.dispatch.use_cases.files import task_files
from services.tasks.dispatch.use_cases.roster import Roster
from shared import reference
from shared.http.access import BEARER, ActorDep
from shared.http.now import Now
from shared.http.preconditions import etag
from shared.http.routing import SessionDep


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, task: Task) -> TaskOut:
        """The task as this caller sees it, with its version as ETag."""
        self.response.headers["ETag"] = etag(task.version)
        [shown] = await self.answers([task])
        return shown

    async def answers(self, tasks: Sequence[Task]) -> list[TaskOut]:
        calendar = await reference.calendar(self.session)
        return [
            TaskOut.of(
                file,
                self.actor,
                domain.remaining(file.task.due_on, now=self.now, calendar=calendar),
            )
            for file in await task_files(self.session, tasks)
        ]


AskedDep = Annotated[Asked, Depends()]


async def _roster(request: Request) -> Roster:
    """Asks with the rights of whoever asks us."""
    token = request.headers["authorization"][len(BEARER) :]
    return Roster(request.state.peers["regions"], token)


RosterDep = Annotated[Roster, Depends(_roster)]

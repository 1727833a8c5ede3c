"""Tasks over HTTP: the worklist, sending a team, and what the team answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.tasks.dispatch import queries
from services.tasks.dispatch.domain import Candidate, TaskState
from services.tasks.dispatch.models import Task, TaskStep
from services.tasks.dispatch.queries import TaskFilter
from services.tasks.dispatch.schemas import (
    CandidateOut,
    DispatchIn,
    NameObjectIn,
    ReasonIn,
    TaskOut,
    TaskStepOut,
)
from services.tasks.dispatch.use_cases import carrying_out, sending
from services.tasks.dispatch.use_cases.crews import crews
from services.tasks.dispatch.use_cases.roster import Roster
from shared.http.access import BEARER, ActorDep, policy
from shared.http.body import Division, Instant
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/tasks", tags=["tasks"], route_class=Route)


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
        sent = await crews(self.session, [task.id for task in tasks])
        return [TaskOut.of(task, sent.get(task.id), self.actor) for task in tasks]


AskedDep = Annotated[Asked, Depends()]


async def _roster(request: Request) -> Roster:
    """Asks with the rights of whoever asks us."""
    token = request.headers["authorization"][len(BEARER) :]
    return Roster(request.state.peers["regions"], token)


RosterDep = Annotated[Roster, Depends(_roster)]


async def _wanted(
    actor: ActorDep,
    state: TaskState | None = None,
    division: Division | None = None,
    mine: bool = False,  # noqa: FBT001, FBT002 -- FastAPI calls by keyword
) -> TaskFilter:
    return TaskFilter(state, division, actor.id if mine else None)


@router.get("", dependencies=[policy("task.read")])
async def list_tasks(
    asked: AskedDep, page: PageDep, wanted: Annotated[TaskFilter, Depends(_wanted)]
) -> Page[TaskOut]:
    """The worklist by due day; `mine` are the tasks of teams the caller is in."""
    found = await queries.worklist(
        asked.session, wanted, after=_after(page.after), limit=page.limit + 1
    )
    tasks = page.cut(found, key=lambda task: (task.due_on.isoformat(), str(task.id)))
    return Page(items=await asked.answers(tasks), next=page.next)


@router.get("/{task_id}", dependencies=[policy("task.read")])
async def read_task(task_id: UUID, asked: AskedDep) -> TaskOut:
    """One task with its team."""
    return await asked.answer(await queries.task(asked.session, task_id))


@router.get(
    "/{task_id}/steps", dependencies=[policy("task.read")], response_model=list[TaskStepOut]
)
async def read_steps(task_id: UUID, session: SessionDep) -> Sequence[TaskStep]:
    """What happened to the task, oldest first."""
    task = await queries.task(session, task_id)
    return await queries.steps(session, task.id)


@router.get(
    "/{task_id}/candidates",
    dependencies=[policy("task.dispatch")],
    response_model=list[CandidateOut],
)
async def list_candidates(
    task_id: UUID,
    asked: AskedDep,
    roster: RosterDep,
    starts_at: Annotated[Instant, Query()],
    ends_at: Annotated[Instant, Query()],
) -> list[Candidate]:
    """The officers who could be sent in this period, and what bars the others."""
    return await sending.candidates(
        asked.session, asked.actor, task_id, roster=roster, starts_at=starts_at, ends_at=ends_at
    )


@router.post("/{task_id}/dispatch", dependencies=[policy("task.dispatch")])
async def dispatch_task(
    task_id: UUID,
    body: DispatchIn,
    asked: AskedDep,
    roster: RosterDep,
    expected_version: ExpectedVersion,
) -> TaskOut:
    """Name the team and the period; needs officers of every party and of the place."""
    task = await sending.dispatch(
        asked.session,
        asked.actor,
        task_id,
        body.order(),
        roster=roster,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(task)


@router.post("/{task_id}/accept", dependencies=[policy("task.accept")])
async def accept_task(task_id: UUID, asked: AskedDep, expected_version: ExpectedVersion) -> TaskOut:
    """A member of the team takes the task up."""
    task = await carrying_out.accept(
        asked.session, asked.actor, task_id, expected_version=expected_version, now=asked.now
    )
    return await asked.answer(task)


@router.post("/{task_id}/return", dependencies=[policy("task.return")])
async def return_task(
    task_id: UUID, body: ReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TaskOut:
    """A member of the team gives the task back; the team is dissolved."""
    task = await carrying_out.give_back(
        asked.session,
        asked.actor,
        task_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(task)


@router.post("/{task_id}/withdraw", dependencies=[policy("task.withdraw")])
async def withdraw_task(
    task_id: UUID, body: ReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TaskOut:
    """Call the task off before anybody has inspected."""
    task = await carrying_out.withdraw(
        asked.session,
        asked.actor,
        task_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(task)


@router.post("/{task_id}/name-object", dependencies=[policy("task.name_object")])
async def name_object(
    task_id: UUID, body: NameObjectIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TaskOut:
    """Say which object on the register the task is about; its file shows the task from then on."""
    task = await carrying_out.name_object(
        asked.session,
        asked.actor,
        task_id,
        enterprise_id=body.enterprise_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(task)


def _after(values: tuple[Any, ...] | None) -> tuple[date, UUID] | None:
    return None if values is None else (date.fromisoformat(values[0]), UUID(values[1]))

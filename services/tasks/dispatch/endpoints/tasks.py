"""Tasks over HTTP: the worklist, sending a team, and what the team answers."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.tasks.dispatch import queries
from services.tasks.dispatch.domain import Candidate, TaskState
from services.tasks.dispatch.endpoints.asked import AskedDep, RosterDep
from services.tasks.dispatch.models import TaskStep
from services.tasks.dispatch.queries import TaskFilter
from services.tasks.dispatch.schemas import (
    CandidateOut,
    DispatchIn,
    HandOverIn,
    NameObjectIn,
    ReasonIn,
    ReassignIn,
    ReturnIn,
    TaskClockOut,
    TaskOut,
    TaskStepOut,
)
from services.tasks.dispatch.use_cases import carrying_out, handing_over, sealing, sending
from shared import reference
from shared.auth.policy import RIGHTS, require
from shared.clock_rows.rows import clocks_of
from shared.clocks.days import legal_day
from shared.contracts.origins import OriginKind
from shared.http.access import ActorDep, policy
from shared.http.body import Division, Instant
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.problems import language_of
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/tasks", tags=["tasks"], route_class=Route)


async def _wanted(
    actor: ActorDep,
    now: Now,
    state: TaskState | None = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    division: Division | None = None,
    campaign_id: UUID | None = None,
    due_before: date | None = None,
    raised_to: Division | None = None,
    origin_kind: OriginKind | None = None,
    *,
    mine: bool = False,
    overdue: bool = False,
) -> TaskFilter:
    """Asking by origin is for those who may know of it, and only where they may."""
    scopes: list[str] = []
    if origin_kind is not None:
        require(actor, "task.read_origin")
        knowing = RIGHTS["task.read_origin"].roles
        scopes = [each.scope for each in actor.grants if each.role in knowing]
    return TaskFilter(
        state=state,
        open=is_open,
        division=division,
        mine=actor.id if mine else None,
        campaign_id=campaign_id,
        due_before=due_before,
        overdue_on=legal_day(now) if overdue else None,
        raised_to=raised_to,
        origin_kind=origin_kind,
        origin_scopes=scopes,
    )


@router.get("", dependencies=[policy("task.read")], response_model=Page[TaskOut])
async def list_tasks(
    asked: AskedDep, page: PageDep, wanted: Annotated[TaskFilter, Depends(_wanted)]
) -> Response:
    """The worklist by the working time left; `mine` are the tasks of teams the caller is in.

    `division` is meant with all below it. `overdue` are open tasks whose due day has passed,
    `raised_to` those whose lateness that division was told of.
    """
    found = await queries.worklist(
        asked.session, wanted, after=_after(page.after), limit=page.limit + 1
    )
    tasks = page.cut(found, key=lambda task: (task.due_on.isoformat(), str(task.id)))
    lines = Page[TaskOut](items=await asked.answers(tasks), next=page.next)
    # Serialised in one go: fifty tasks with their teams are half of the page's time otherwise.
    return page.answer(lines.model_dump_json().encode())


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


@router.get("/{task_id}/clocks", dependencies=[policy("task.read")])
async def read_clocks(task_id: UUID, session: SessionDep, request: Request) -> list[TaskClockOut]:
    """The time the team has to answer and the time until the due day, and how they came about."""
    task = await queries.task(session, task_id)
    calendar, language = await reference.calendar(session), language_of(request.headers)
    return [
        TaskClockOut.of(each, calendar, language) for each in await clocks_of(session, [task.id])
    ]


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
    from_divisions: Annotated[list[Division], Query(max_length=20)] = [],  # noqa: B006 -- FastAPI copies it
) -> list[Candidate]:
    """The officers who could be sent in this period, and what bars the others."""
    return await sending.candidates(
        asked.session,
        asked.actor,
        task_id,
        roster=roster,
        starts_at=starts_at,
        ends_at=ends_at,
        from_divisions=from_divisions,
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


@router.post("/{task_id}/reassign", dependencies=[policy("task.reassign")])
async def reassign_task(
    task_id: UUID,
    body: ReassignIn,
    asked: AskedDep,
    roster: RosterDep,
    expected_version: ExpectedVersion,
) -> TaskOut:
    """Send another team instead of the standing one, in one act; it answers anew."""
    task = await sending.reassign(
        asked.session,
        asked.actor,
        task_id,
        body.order(),
        reason=body.reason,
        roster=roster,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(task)


@router.post("/{task_id}/hand-over", dependencies=[policy("task.hand_over")])
async def hand_over_task(
    task_id: UUID, body: HandOverIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TaskOut:
    """Put another division in charge of a task that nobody has been sent on yet."""
    task = await handing_over.hand_over(
        asked.session,
        asked.actor,
        task_id,
        division=body.division,
        stays=body.stays,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(task)


@router.post("/{task_id}/seal", dependencies=[policy("task.seal")])
async def seal_task(task_id: UUID, asked: AskedDep, expected_version: ExpectedVersion) -> TaskOut:
    """Hide what the task is about from everybody else until its team sets out."""
    task = await sealing.seal(
        asked.session, asked.actor, task_id, expected_version=expected_version, now=asked.now
    )
    return await asked.answer(task)


@router.post("/{task_id}/open", dependencies=[policy("task.open")])
async def open_task(task_id: UUID, asked: AskedDep, expected_version: ExpectedVersion) -> TaskOut:
    """The team's leader opens the envelope on departure."""
    task = await sealing.open_envelope(
        asked.session, asked.actor, task_id, expected_version=expected_version, now=asked.now
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
    task_id: UUID, body: ReturnIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TaskOut:
    """A member of the team gives the task back; the team is dissolved."""
    task = await carrying_out.give_back(
        asked.session,
        asked.actor,
        task_id,
        code=body.code,
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

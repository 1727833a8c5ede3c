"""What a team asks for over HTTP: more time, and that one of it stands aside."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter

from services.tasks.dispatch import queries
from services.tasks.dispatch.endpoints.asked import AskedDep, RosterDep
from services.tasks.dispatch.models import TaskExtension, TaskRecusal
from services.tasks.dispatch.schemas import (
    DecisionIn,
    ExtensionIn,
    ExtensionOut,
    RecusalIn,
    RecusalOut,
    RulingIn,
    TaskOut,
)
from services.tasks.dispatch.use_cases import extending, recusing
from shared.http.access import policy
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/tasks/{task_id}", tags=["tasks"], route_class=Route)


@router.get("/extensions", dependencies=[policy("task.read")], response_model=list[ExtensionOut])
async def list_extensions(task_id: UUID, session: SessionDep) -> Sequence[TaskExtension]:
    """Every extension that was asked for, oldest first, and what became of it."""
    task = await queries.task(session, task_id)
    return await queries.extensions(session, task.id)


@router.post("/ask-extension", dependencies=[policy("task.ask_extension")])
async def ask_extension(
    task_id: UUID, body: ExtensionIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TaskOut:
    """The team asks for more time; the clock runs on meanwhile."""
    task = await extending.ask(
        asked.session,
        asked.actor,
        task_id,
        days=body.days,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(task)


@router.post("/decide-extension", dependencies=[policy("task.decide_extension")])
async def decide_extension(
    task_id: UUID, body: DecisionIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TaskOut:
    """Grant or refuse the extension that waits; granted, the due day and its clock move."""
    task = await extending.decide(
        asked.session,
        asked.actor,
        task_id,
        granted=body.granted,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(task)


@router.get("/recusals", dependencies=[policy("task.read")], response_model=list[RecusalOut])
async def list_recusals(task_id: UUID, session: SessionDep) -> Sequence[TaskRecusal]:
    """Every recusal that was asked for, oldest first, and what the head decided."""
    task = await queries.task(session, task_id)
    return await queries.recusals(session, task.id)


@router.post("/ask-recusal", dependencies=[policy("task.ask_recusal")])
async def ask_recusal(
    task_id: UUID, body: RecusalIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TaskOut:
    """An officer who was sent is to stand aside; the work goes on until it is decided."""
    task = await recusing.ask(
        asked.session,
        asked.actor,
        task_id,
        body.application(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(task)


@router.post("/decide-recusal", dependencies=[policy("task.decide_recusal")])
async def decide_recusal(
    task_id: UUID,
    body: RulingIn,
    asked: AskedDep,
    roster: RosterDep,
    expected_version: ExpectedVersion,
) -> TaskOut:
    """The head of the organ decides; granted, another goes in the officer's place."""
    task = await recusing.decide(
        asked.session,
        asked.actor,
        task_id,
        body.ruling(),
        roster=roster,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(task)

"""A task from its cause to its end, apart from sending the team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import queries
from services.tasks.dispatch.domain import TaskAction
from services.tasks.dispatch.models import Task
from services.tasks.dispatch.use_cases.crews import Crew, crew, require_member
from services.tasks.dispatch.use_cases.steps import lock_for, take, trace
from services.tasks.enterprises.domain.visits import LegalKind, Method, Mode
from services.tasks.enterprises.queries.registry import enterprise, site_of
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.contracts.origins import Matter, Origin
from shared.contracts.tasks import TaskWithdrawn
from shared.messaging.outbox import announce


@dataclass(frozen=True, slots=True)
class Wanted:
    """What whoever asks for a task knows of it beyond the matter."""

    enterprise_id: UUID | None = None
    campaign_id: UUID | None = None
    round_id: UUID | None = None
    campaign_team_id: UUID | None = None
    legal_kind: LegalKind | None = None
    mode: Mode | None = None
    methods: Sequence[Method] = ()


ANY_INSPECTION: Final = Wanted()


async def ask_for(
    session: AsyncSession,
    *,
    origin: Origin,
    parties: Sequence[str],
    matter: Matter,
    due_on: date,
    now: datetime,
    wanted: Wanted = ANY_INSPECTION,
    asked_by: Actor = SYSTEM_ACTOR,
) -> UUID:
    """The task of a cause; its first party is in charge. A repetition makes no second one."""
    if (known := await queries.asked_for(session, origin)) is not None:
        return known
    parties = list(dict.fromkeys(parties))
    code, place = matter.object_code, matter.division
    task = Task(
        origin_kind=origin.kind,
        origin_id=origin.id,
        division=parties[0],
        parties=parties,
        place=matter.division,
        title=matter.title,
        media=matter.media,
        site=matter.place,
        facts=matter.facts,
        object_name=matter.object_name,
        object_code=code,
        enterprise_id=wanted.enterprise_id
        or (await site_of(session, code, place=place) if code else None),
        at_night=matter.at_night,
        legal_kind=wanted.legal_kind,
        mode=wanted.mode,
        methods=[*wanted.methods],
        campaign_id=wanted.campaign_id,
        round_id=wanted.round_id,
        campaign_team_id=wanted.campaign_team_id,
        due_on=due_on,
        requested_at=now,
        visible_to=divisions.visibility([*parties, matter.division]),
    )
    session.add(task)
    await session.flush()
    await trace(session, asked_by, "task.request", task, now=now)
    return task.id


async def name_object(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    enterprise_id: UUID,
    expected_version: int,
    now: datetime,
) -> Task:
    """Say which object on the register the task is about, where its code does not tell."""
    task = await queries.lock_task(session, task_id)
    require(actor, "task.name_object", division=task.division, participants=task.parties)
    task.require_version(expected_version)
    before = {"enterprise_id": str(task.enterprise_id)}
    task.enterprise_id = (await enterprise(session, enterprise_id)).id
    await session.flush()
    await trace(session, actor, "task.name_object", task, before=before, now=now)
    return task


async def accept(
    session: AsyncSession, actor: Actor, task_id: UUID, *, expected_version: int, now: datetime
) -> Task:
    """The team takes the task up."""
    task = await lock_for(
        session, actor, task_id, TaskAction.ACCEPT, expected_version=expected_version
    )
    await take(session, actor, task, TaskAction.ACCEPT, now=now)
    return task


async def give_back(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Task:
    """The team returns the task with a reason; it waits for another dispatch."""
    task = await lock_for(
        session, actor, task_id, TaskAction.RETURN, expected_version=expected_version
    )
    await take(session, actor, task, TaskAction.RETURN, reason=reason, now=now)
    await dissolve(session, task, now=now)
    return task


async def withdraw(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Task:
    """Call the task off before anybody has inspected; `regions` hears who is free again."""
    task = await lock_for(
        session, actor, task_id, TaskAction.WITHDRAW, expected_version=expected_version
    )
    await call_off(session, actor, task, reason=reason, now=now)
    return task


async def call_off(
    session: AsyncSession, actor: Actor, task: Task, *, reason: str, now: datetime
) -> None:
    """End a locked task that nobody has inspected."""
    await take(session, actor, task, TaskAction.WITHDRAW, reason=reason, now=now)
    await dissolve(session, task, now=now)
    event = TaskWithdrawn(
        task_id=task.id,
        origin=Origin(kind=task.origin_kind, id=task.origin_id),
        divisions=task.parties,
        withdrawn_at=now,
    )
    await announce(session, event, now=now)


async def begin_inspection(
    session: AsyncSession, actor: Actor, task_id: UUID, *, now: datetime
) -> tuple[Task, Crew]:
    """The task under way and its team, for an inspection that a member starts."""
    task = await lock_for(session, actor, task_id, TaskAction.INSPECT)
    sent = await require_member(session, actor, task_id, action=TaskAction.INSPECT)
    await take(session, actor, task, TaskAction.INSPECT, now=now)
    return task, sent


async def finish(
    session: AsyncSession, actor: Actor, task: Task, *, summary: str, now: datetime
) -> None:
    """Close the task; whoever calls has seen that nothing of it is open."""
    task.summary = summary
    task.completed_at = now
    await take(session, actor, task, TaskAction.COMPLETE, reason=summary, now=now)


async def dissolve(session: AsyncSession, task: Task, *, now: datetime) -> None:
    sent = await crew(session, task.id)
    if sent is not None:
        sent.team.dissolved_at = now
        await session.flush()

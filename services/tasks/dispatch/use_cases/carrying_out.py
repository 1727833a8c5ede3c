"""A task from its cause to its end, apart from sending the team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import queries
from services.tasks.dispatch.domain import EnvelopeSealed, ReturnCode, TaskAction
from services.tasks.dispatch.models import Task
from services.tasks.dispatch.use_cases.clocks import end_clocks, start_due, stop_answer
from services.tasks.dispatch.use_cases.crews import Crew, require_member
from services.tasks.dispatch.use_cases.dissolving import dissolve, let_go
from services.tasks.dispatch.use_cases.sealing import sealed_up
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
    # What it is about is for whoever asks alone, until the team sets out.
    sealed: bool = False


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
    envelope = None
    if wanted.sealed:
        envelope = sealed_up(
            task, matter, enterprise_id=task.enterprise_id, maker=asked_by, now=now
        )
        task.visible_to = divisions.visibility(parties)
    session.add(task)
    await session.flush()
    if envelope is not None:
        session.add(envelope)
    await start_due(session, task, now=now)
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
    if task.sealed:
        raise EnvelopeSealed
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
    await stop_answer(session, task, now=now)
    await take(session, actor, task, TaskAction.ACCEPT, now=now)
    return task


async def give_back(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    code: ReturnCode = ReturnCode.OTHER,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Task:
    """The team returns the task with a reason; it waits for another dispatch.

    `regions` hears who is free again.
    """
    task = await lock_for(
        session, actor, task_id, TaskAction.RETURN, expected_version=expected_version
    )
    await stop_answer(session, task, now=now)
    await take(session, actor, task, TaskAction.RETURN, reason=reason, return_code=code, now=now)
    going = await dissolve(session, actor, task, now=now)
    await let_go(session, task, going, now=now)
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
    await end_clocks(session, task, done=False, now=now)
    await take(session, actor, task, TaskAction.WITHDRAW, reason=reason, now=now)
    # Who takes part through the team alone is to hear of it too.
    concerned = task.parties
    await dissolve(session, actor, task, now=now)
    event = TaskWithdrawn(
        task_id=task.id,
        origin=Origin(kind=task.origin_kind, id=task.origin_id),
        divisions=concerned,
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
    await end_clocks(session, task, done=True, now=now)
    await take(session, actor, task, TaskAction.COMPLETE, reason=summary, now=now)

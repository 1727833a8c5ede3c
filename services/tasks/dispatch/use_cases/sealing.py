"""密封清单: a task whose object nobody knows but who made it, until its team sets out (S79)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import domain, queries
from services.tasks.dispatch.domain import (
    HIDDEN,
    SEALED_TITLE,
    AlreadySealed,
    LeaderOpens,
    NothingSealed,
    TaskAction,
)
from services.tasks.dispatch.models import Task, TaskEnvelope
from services.tasks.dispatch.use_cases.crews import require_member
from services.tasks.dispatch.use_cases.parties import take_part
from services.tasks.dispatch.use_cases.steps import lock_for, take
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter
from shared.db.session import beyond_scope
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class About:
    """What an officer is judged by: where the object is and which it is."""

    place: str
    object_name: str | None
    object_code: str | None


async def about(session: AsyncSession, task: Task) -> About:
    """What the task is about, sealed or not: for judging officers, never for showing.

    Whoever calls has asked the right to send officers on the task.
    """
    if not task.sealed:
        return About(task.place, task.object_name, task.object_code)
    async with beyond_scope(session):
        envelope = await queries.envelope_of(session, task.id)
    matter = Matter.model_validate(envelope.matter)
    return About(matter.division, matter.object_name, matter.object_code)


def sealed_up(
    task: Task, matter: Matter, *, enterprise_id: UUID | None, maker: Actor, now: datetime
) -> TaskEnvelope:
    """Take out of the task what it is about, and put it into an envelope of its maker's."""
    task.sealed = True
    task.title, task.site, task.facts = SEALED_TITLE, HIDDEN, HIDDEN
    task.object_name = task.object_code = task.enterprise_id = None
    task.place = task.division
    return TaskEnvelope(
        task_id=task.id,
        principal=str(maker.id),
        sealed_at=now,
        matter=matter.model_dump(mode="json"),
        enterprise_id=enterprise_id,
    )


async def seal(
    session: AsyncSession, actor: Actor, task_id: UUID, *, expected_version: int, now: datetime
) -> Task:
    """Hide what the task is about from everybody but the caller, before a team is named."""
    task = await lock_for(
        session, actor, task_id, TaskAction.SEAL, expected_version=expected_version
    )
    if task.sealed:
        raise AlreadySealed
    matter = Matter(
        title=task.title,
        division=task.place,
        media=task.media,
        place=task.site,
        facts=task.facts,
        object_name=task.object_name,
        object_code=task.object_code,
        at_night=task.at_night,
    )
    # Where the object is no longer sees a task that it has no part in.
    async with beyond_scope(session):
        envelope = sealed_up(task, matter, enterprise_id=task.enterprise_id, maker=actor, now=now)
        session.add(envelope)
        await take_part(session, task, task.parties, lent_by=task.lent_by)
        await take(session, actor, task, TaskAction.SEAL, now=now)
    return task


async def open_envelope(
    session: AsyncSession, actor: Actor, task_id: UUID, *, expected_version: int, now: datetime
) -> Task:
    """The team's leader opens the envelope on departure; from then on the task says all."""
    task = await lock_for(
        session, actor, task_id, TaskAction.OPEN, expected_version=expected_version
    )
    sent = await require_member(session, actor, task_id, action=TaskAction.OPEN)
    if not task.sealed:
        raise NothingSealed
    if not sent.is_led_by(actor.id):
        raise LeaderOpens
    rules = await rule_settings(session, division=task.division, on_day=legal_day(now))
    domain.check_opening(
        starts_at=sent.team.starts_at,
        minutes_before=rules["dispatch.envelope_opens_minutes_before"],
        now=now,
    )
    async with beyond_scope(session):
        envelope = await queries.envelope_of(session, task.id)
        envelope.opened_at, envelope.opened_by = now, actor.id
        _unseal(task, envelope, now=now)
        await take_part(session, task, task.parties, lent_by=task.lent_by)
        await take(session, actor, task, TaskAction.OPEN, now=now)
    return task


def _unseal(task: Task, envelope: TaskEnvelope, *, now: datetime) -> None:
    matter = Matter.model_validate(envelope.matter)
    task.sealed, task.opened_at = False, now
    task.title, task.site, task.facts = matter.title, matter.place, matter.facts
    task.object_name, task.object_code = matter.object_name, matter.object_code
    task.enterprise_id, task.place = envelope.enterprise_id, matter.division

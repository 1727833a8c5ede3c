"""What is told of a matter while its state stays: progress, results, a task called off."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.through_train import domain, queries
from services.petitions.through_train.domain import NoteKind
from services.petitions.through_train.models import Escalation, EscalationNote
from services.petitions.through_train.use_cases.escalation import KIND, PROGRESS
from services.petitions.through_train.use_cases.matters import without_petitioners
from services.petitions.vault.use_cases import VaultKeys
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.auth.policy import require

# Characters the column holds; a text may grow by being redacted.
NOTE_LENGTH: Final = 500


async def tell_progress(
    session: AsyncSession,
    actor: Actor,
    escalation_id: UUID,
    *,
    text: str,
    keys: VaultKeys,
    now: datetime,
) -> EscalationNote:
    """Who works on the matter says how far it is; several may at once, and nothing is undone."""
    escalation = await queries.escalation(session, escalation_id)
    require(
        actor,
        PROGRESS,
        division=escalation.city,
        participants=escalation.divisions,
    )
    domain.require_under_way(escalation.state)
    redacted = await without_petitioners(session, escalation, text, keys=keys)
    return await note(session, escalation, NoteKind.PROGRESS, redacted, actor=actor, now=now)


async def keep_result(
    session: AsyncSession, *, escalation_id: UUID, result: dict[str, Any], now: datetime
) -> None:
    """What the inspection or the operation achieved; a second result replaces the first."""
    escalation = await queries.lock_escalation(session, escalation_id)
    escalation.result, escalation.result_at = result, now
    escalation.task_withdrawn_at = None
    await session.flush()
    await record(
        session,
        SYSTEM_ACTOR,
        "escalation.result",
        object_kind=KIND,
        object_id=escalation.id,
        now=now,
        seen_by=escalation.divisions,
        after=result,
    )


async def task_withdrawn(
    session: AsyncSession, *, escalation_id: UUID, at: datetime, now: datetime
) -> None:
    """The inspection was called off: its county must see that nobody is on the matter."""
    escalation = await queries.lock_escalation(session, escalation_id)
    escalation.task_withdrawn_at = at
    await note(
        session,
        escalation,
        NoteKind.TASK_WITHDRAWN,
        "联合检查任务已撤回,目前无人检查。",
        actor=SYSTEM_ACTOR,
        now=now,
    )


async def operation_dropped(session: AsyncSession, *, escalation_id: UUID, now: datetime) -> None:
    """The operation the matter was to be solved by brings no result; its state stays.

    An inspection of `tasks` for it may go on beside. The reason is the other service's text.
    """
    escalation = await queries.lock_escalation(session, escalation_id)
    await note(
        session,
        escalation,
        NoteKind.PROGRESS,
        "为本事项拟定的联动行动已取消,请另行安排办理。",
        actor=SYSTEM_ACTOR,
        now=now,
    )


async def note(
    session: AsyncSession,
    escalation: Escalation,
    kind: NoteKind,
    text: str,
    *,
    actor: Actor,
    now: datetime,
) -> EscalationNote:
    """One line beside the steps, with its trace."""
    line = EscalationNote(
        escalation_id=escalation.id,
        kind=kind,
        note=text[:NOTE_LENGTH],
        actor_id=actor.id,
        actor_name=actor.name,
        at=now,
        visible_to=escalation.visible_to,
    )
    session.add(line)
    await session.flush()
    await record(
        session,
        actor,
        f"escalation.{kind}",
        object_kind=KIND,
        object_id=escalation.id,
        now=now,
        seen_by=escalation.divisions,
        reason=line.note,
    )
    return line

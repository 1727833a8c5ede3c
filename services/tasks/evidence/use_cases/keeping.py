"""Receiving evidence, and handing it out again."""

import asyncio
import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import queries as tasks
from services.tasks.dispatch.domain import TaskState
from services.tasks.dispatch.models import Task
from services.tasks.evidence import domain, queries
from services.tasks.evidence.domain import CustodyAct, Entry, EvidenceKind
from services.tasks.evidence.models import Custody, Evidence
from services.tasks.evidence.use_cases.store import EvidenceStore
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.errors import IllegalStep
from shared.ids import uuid7

log = logging.getLogger(__name__)

# While officers are out on a task, or its problems are being put right.
OPEN = frozenset({TaskState.ACCEPTED, TaskState.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Description:
    """What the officer says of a piece of evidence."""

    kind: EvidenceKind
    is_original: bool
    taken_at: datetime
    place_text: str
    purpose: str
    longitude: float | None
    latitude: float | None
    device: str | None
    officers: tuple[UUID, ...] = ()
    document_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the store that is to be evidence."""

    id: UUID
    task_id: UUID
    media_type: str
    sha256: str
    size: int


async def receive(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    description: Description,
    *,
    media_type: str,
    content: bytes,
    store: EvidenceStore,
    now: datetime,
) -> Evidence:
    """Take evidence into the task's chain; the file is stored before the row says so."""
    await open_task(session, actor, task_id)
    domain.check_file(media_type, content)
    domain.check_taken(description.taken_at, now=now)
    sha256 = domain.digest(content)
    await asyncio.to_thread(store.keep, sha256, content)
    return await enter(
        session,
        actor,
        Kept(uuid7(), task_id, media_type, sha256, len(content)),
        description,
        now=now,
    )


async def enter(
    session: AsyncSession, actor: Actor, kept: Kept, description: Description, *, now: datetime
) -> Evidence:
    """Put a file that lies in the store at the end of its task's chain."""
    task = await tasks.lock_task(session, kept.task_id)  # one link after the other
    entry = Entry(kept.id, task.id, kept.sha256, description.taken_at, now, actor.id)
    last = await queries.last_link(session, task.id)
    previous = last.entry_hash if last else None
    evidence = Evidence(
        **asdict(entry) | asdict(description) | {"officers": [*description.officers]},
        number=last.number + 1 if last else 1,
        media_type=kept.media_type,
        size=kept.size,
        received_from=actor.name,
        previous_hash=previous,
        entry_hash=domain.link(entry, previous),
        visible_to=task.visible_to,
    )
    session.add(evidence)
    await session.flush()
    await _hand(session, actor, evidence, CustodyAct.RECEIVED, now=now)
    await _trace(session, actor, "evidence.add", evidence, task, now=now)
    return evidence


async def hand_out(
    session: AsyncSession,
    actor: Actor,
    evidence_id: UUID,
    *,
    store: EvidenceStore,
    now: datetime,
) -> tuple[Evidence, BinaryIO | None]:
    """The evidence and its file, hashed just now; None if it is not what was received."""
    evidence, task = await seen(session, actor, evidence_id)
    file = await asyncio.to_thread(store.opened, evidence.sha256)
    if file is None:
        log.critical("evidence damaged", extra={"evidence_id": str(evidence.id)})
        await _hand(session, actor, evidence, CustodyAct.FOUND_DAMAGED, now=now)
        await _trace(session, actor, "evidence.damaged", evidence, task, now=now)
        return evidence, None
    await _hand(session, actor, evidence, CustodyAct.READ, now=now)
    await _trace(session, actor, "evidence.read", evidence, task, now=now)
    return evidence, file


async def seen(session: AsyncSession, actor: Actor, evidence_id: UUID) -> tuple[Evidence, Task]:
    """The evidence and its task, for a reader of one of the task's parties."""
    evidence = await queries.evidence(session, evidence_id)
    task = await tasks.task(session, evidence.task_id)
    require(actor, "evidence.read", division=task.division, participants=task.parties)
    return evidence, task


async def open_task(session: AsyncSession, actor: Actor, task_id: UUID) -> Task:
    """The task, if this caller may add evidence to it now."""
    task = await tasks.task(session, task_id)
    require(actor, "evidence.add", division=task.division, participants=task.parties)
    if task.state not in OPEN and not task.takes_proof:
        raise IllegalStep(state=task.state, action="evidence", allowed=[])
    return task


async def _hand(
    session: AsyncSession, actor: Actor, evidence: Evidence, act: CustodyAct, *, now: datetime
) -> None:
    session.add(
        Custody(
            evidence_id=evidence.id,
            act=act,
            actor_id=actor.id,
            actor_name=actor.name,
            at=now,
            visible_to=evidence.visible_to,
        )
    )
    await session.flush()


async def _trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    evidence: Evidence,
    task: Task,
    *,
    now: datetime,
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="evidence",
        object_id=evidence.id,
        now=now,
        seen_by=[*task.parties, task.place],
        after={"entry_hash": evidence.entry_hash},
    )

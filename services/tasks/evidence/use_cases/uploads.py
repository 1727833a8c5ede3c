"""A file in pieces: declared, sent piece by piece in any number of tries, finished, or given up.

How far it came is what the row says; a piece is on disk before the row says so, and what a crash
left behind that point is written over.
"""

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.evidence import domain, queries
from services.tasks.evidence.domain import (
    DeclaredOtherwise,
    EvidenceKind,
    HashMismatch,
    Piece,
    PieceChanged,
    UploadIncomplete,
    UploadState,
)
from services.tasks.evidence.models import Evidence, EvidenceUpload
from services.tasks.evidence.use_cases.keeping import Description, Kept, enter, open_task
from services.tasks.evidence.use_cases.store import EvidenceStore, hash_of
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.errors import IllegalStep
from shared.rule_settings import rule_settings

BATCH: Final = 100
HEAD: Final = 16


async def declare(
    session: AsyncSession, actor: Actor, kept: Kept, description: Description, *, now: datetime
) -> EvidenceUpload:
    """Say what will come. Said again it is the same upload; a file the task has is kept at once."""
    task = await open_task(session, actor, kept.task_id)
    domain.check_client_id(kept.id)
    domain.check_type(kept.media_type)
    domain.check_taken(description.taken_at, now=now)
    rules = await rule_settings(session, division=task.division, on_day=legal_day(now))
    domain.check_size(kept.size, limit=rules["evidence.largest_mib"] * domain.MIB)
    known = await queries.declared_upload(session, kept.id)
    if known is not None:
        return _the_same(known, actor, kept)
    same = await queries.same_file(session, task.id, kept.sha256)
    upload = EvidenceUpload(
        id=kept.id,
        task_id=task.id,
        account_id=actor.id,
        media_type=kept.media_type,
        sha256=kept.sha256,
        size=kept.size,
        received=kept.size if same else 0,
        description=_dumped(description),
        state=UploadState.KEPT if same else UploadState.ARRIVING,
        evidence_id=same.id if same else None,
        declared_at=now,
        expires_at=now + timedelta(days=rules["evidence.upload_days"]),
        visible_to=task.visible_to,
    )
    session.add(upload)
    await session.flush()
    await _trace(session, actor, "evidence.declare", upload, now=now)
    return upload


async def append(
    session: AsyncSession,
    actor: Actor,
    upload_id: UUID,
    piece: BinaryIO,
    *,
    offset: int,
    length: int,
    store: EvidenceStore,
) -> EvidenceUpload:
    """Take the next piece; one that came before changes nothing."""
    upload = await queries.lock_upload(session, upload_id, of=actor.id)
    await open_task(session, actor, upload.task_id)
    _require_arriving(upload, "append")
    kind = domain.piece(offset, length, received=upload.received, size=upload.size)
    if kind is Piece.KNOWN:
        if not await asyncio.to_thread(store.repeats, upload.id, piece, at=offset):
            raise PieceChanged
        return upload
    await asyncio.to_thread(store.append, upload.id, piece, at=offset)
    upload.received += length
    await session.flush()
    return upload


async def finish(
    session: AsyncSession,
    actor: Actor,
    upload_id: UUID,
    *,
    expected_version: int,
    store: EvidenceStore,
    now: datetime,
) -> EvidenceUpload | HashMismatch:
    """Make evidence of what arrived. A content that is not what was declared begins again at 0.

    The mismatch is returned, not raised: that the upload begins again must be kept.
    """
    upload = await queries.lock_upload(session, upload_id, of=actor.id)
    await open_task(session, actor, upload.task_id)
    upload.require_version(expected_version)
    _require_arriving(upload, "finish")
    if upload.received < upload.size:
        raise UploadIncomplete(offset=upload.received, size=upload.size)
    head, sha256 = await asyncio.to_thread(_read, store, upload)
    if sha256 != upload.sha256:
        await asyncio.to_thread(store.forget, upload.id)
        upload.received = 0
        await session.flush()
        return HashMismatch()
    domain.check_file(upload.media_type, head)
    await asyncio.to_thread(store.adopt, sha256, store.part(upload.id))
    evidence = await _entered(session, actor, upload, now=now)
    upload.state = UploadState.KEPT
    upload.evidence_id = evidence.id
    await session.flush()
    return upload


async def expire(session: AsyncSession, now: datetime, *, store: EvidenceStore) -> int:
    """Give up a batch of uploads whose time is over; how many."""
    overdue = await queries.lock_overdue_uploads(session, now, limit=BATCH)
    for upload in overdue:
        upload.state = UploadState.EXPIRED
        await asyncio.to_thread(store.forget, upload.id)
        await _trace(session, SYSTEM_ACTOR, "evidence.upload_expired", upload, now=now)
    await session.flush()
    return len(overdue)


def next_steps(upload: EvidenceUpload) -> list[str]:
    """What its owner may do now."""
    if upload.state is not UploadState.ARRIVING:
        return []
    return ["append" if upload.received < upload.size else "finish"]


async def _entered(
    session: AsyncSession, actor: Actor, upload: EvidenceUpload, *, now: datetime
) -> Evidence:
    """The evidence of the upload; a file the task has meanwhile got is the same item."""
    same = await queries.same_file(session, upload.task_id, upload.sha256)
    if same is not None:
        return same
    kept = Kept(upload.id, upload.task_id, upload.media_type, upload.sha256, upload.size)
    return await enter(session, actor, kept, _loaded(upload.description), now=now)


def _the_same(known: EvidenceUpload, actor: Actor, kept: Kept) -> EvidenceUpload:
    declared = (known.account_id, known.task_id, known.media_type, known.sha256, known.size)
    if declared != (actor.id, kept.task_id, kept.media_type, kept.sha256, kept.size):
        raise DeclaredOtherwise
    return known


def _require_arriving(upload: EvidenceUpload, action: str) -> None:
    if upload.state is not UploadState.ARRIVING:
        raise IllegalStep(state=upload.state, action=action, allowed=[])


def _read(store: EvidenceStore, upload: EvidenceUpload) -> tuple[bytes, str]:
    """Head and hash of what arrived; of nothing if it is lost.

    A crash after the file was stored, before the row said so, leaves it there and no part.
    """
    arrived = store.arrived(upload.id) or store.opened(upload.sha256)
    if arrived is None:
        return b"", ""
    with arrived as file:
        head = file.read(HEAD)
        return head, hash_of(file)


def _dumped(description: Description) -> dict[str, Any]:
    return asdict(description) | {
        "kind": description.kind.value,
        "taken_at": description.taken_at.isoformat(),
        "officers": [str(each) for each in description.officers],
    }


def _loaded(said: dict[str, Any]) -> Description:
    return Description(
        **said
        | {
            "kind": EvidenceKind(said["kind"]),
            "taken_at": datetime.fromisoformat(said["taken_at"]),
            "officers": tuple(UUID(each) for each in said["officers"]),
        }
    )


async def _trace(
    session: AsyncSession, actor: Actor, action: str, upload: EvidenceUpload, *, now: datetime
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="evidence_upload",
        object_id=upload.id,
        now=now,
        seen_by=upload.visible_to,
        after={"sha256": upload.sha256, "size": upload.size, "state": upload.state},
    )

"""Taking a file in, confirming that it is loaded, calling it off."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.exports.domain.cells import FileFormat
from services.petitions.imports import queries
from services.petitions.imports.domain.files import BLOCK, OLE, Unreadable, require_kind
from services.petitions.imports.domain.life import ImportStep, Mode, RowsAreWrong, step
from services.petitions.imports.domain.problems import REFUSALS
from services.petitions.imports.models import FileImport
from services.petitions.imports.use_cases.sealing import Seal
from services.petitions.imports.use_cases.steps import ordered_by, take, trace
from services.petitions.intake.use_cases.steps import check_divisions
from services.petitions.profiles.domain import Channel
from services.petitions.vault.use_cases import VaultKeys
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.errors import InvalidInput
from shared.ids import uuid7


class FileRefused(InvalidInput):
    """The file's first bytes already say that it cannot be read."""

    code = "file_refused"
    zh = "文件不能导入:{zh}"
    en = "The file cannot be imported: {en}"


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of a file that is sent."""

    office: str
    source: str
    mode: Mode
    format: FileFormat
    channel: Channel | None
    dry_run: bool


async def receive(
    session: AsyncSession,
    actor: Actor,
    described: Described,
    content: bytes,
    *,
    keys: VaultKeys,
    now: datetime,
) -> FileImport:
    """Keep the file sealed until a job takes it apart."""
    require(actor, "import.manage", division=described.office)
    await check_divisions(session, [described.office], now=now)
    try:
        require_kind(content[: len(OLE)], described.format)
    except Unreadable as refused:
        zh, en = REFUSALS[refused.code]
        raise FileRefused(reason=refused.code.value, zh=zh, en=en) from None
    batch = FileImport(
        id=uuid7(),
        office=described.office,
        source=described.source,
        mode=described.mode,
        format=described.format,
        channel=described.channel,
        dry_run=described.dry_run,
        size=len(content),
        sha256=await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest()),
        actor_id=actor.id,
        actor_kind=actor.kind.value,
        actor_name=actor.name,
        grants=[],
        created_at=now,
        visible_to=divisions.visibility([described.office]),
    )
    ordered_by(batch, actor)
    session.add(batch)
    await session.flush()
    sealed = await asyncio.to_thread(_sealed, Seal.of(keys, batch.id), content)
    await queries.keep_parts(session, batch.id, sealed)
    await trace(session, batch, "import.receive", actor=actor, now=now)
    return batch


def _sealed(seal: Seal, content: bytes) -> list[tuple[int, bytes]]:
    return [
        (position, seal.close(f"part {position}", content[at : at + BLOCK]))
        for position, at in enumerate(range(0, len(content), BLOCK))
    ]


async def load(
    session: AsyncSession,
    actor: Actor,
    import_id: UUID,
    *,
    skip_errors: bool,
    version: int,
    now: datetime,
) -> FileImport:
    """Confirm, after the dry run, that the rows are registered."""
    batch = await _to_change(session, actor, import_id, version=version)
    step(batch.state, ImportStep.LOAD)
    if batch.rows_wrong and not skip_errors:
        raise RowsAreWrong(rows=batch.rows_wrong)
    batch.skip_errors = skip_errors
    ordered_by(batch, actor)
    await begin_loading(session, batch, actor=actor, now=now)
    return batch


async def begin_loading(
    session: AsyncSession, batch: FileImport, *, actor: Actor, now: datetime
) -> None:
    """What is known already is counted anew: others may have sent the same meanwhile."""
    batch.rows_known = 0
    await take(session, batch, ImportStep.LOAD, actor=actor, now=now)


async def cancel(
    session: AsyncSession, actor: Actor, import_id: UUID, *, version: int, now: datetime
) -> FileImport:
    """Call it off. What was loaded stays; the rest of the file is forgotten."""
    batch = await _to_change(session, actor, import_id, version=version)
    await take(session, batch, ImportStep.CANCEL, actor=actor, now=now)
    return batch


async def _to_change(
    session: AsyncSession, actor: Actor, import_id: UUID, *, version: int
) -> FileImport:
    batch = await queries.lock_import(session, import_id)
    batch.require_version(version)
    require(actor, "import.manage", division=batch.office)
    return batch

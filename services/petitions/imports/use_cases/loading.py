"""Loading a chunk: what is new is registered, what is known is left as it is."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import PostgresError, UniqueViolationError
from cryptography.exceptions import InvalidTag
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.exports.domain.columns import Column
from services.petitions.imports import queries
from services.petitions.imports.domain.files import RefusalCode
from services.petitions.imports.domain.life import ImportState, ImportStep, Mode
from services.petitions.imports.domain.problems import Code, Problem
from services.petitions.imports.domain.rows import Row, read_row
from services.petitions.imports.models import FileImport
from services.petitions.imports.use_cases import archive, repeats
from services.petitions.imports.use_cases.comparing import Before, Texts, before
from services.petitions.imports.use_cases.reading import open_chunk
from services.petitions.imports.use_cases.sealing import Seal
from services.petitions.imports.use_cases.steps import orderer, take, trace
from services.petitions.intake.use_cases.register import register
from services.petitions.vault.use_cases import VaultKeys
from shared.crashpoint import crashpoint
from shared.errors import AppError

log = logging.getLogger(__name__)
MOST_TRIES: Final = 5


class CalledOff(Exception):
    """The import was cancelled while a chunk of it was being loaded."""


async def load_chunk(session: AsyncSession, *, keys: VaultKeys, now: datetime) -> int:
    """Load one chunk of rows in one transaction; two workers never have the same."""
    chunk = await queries.take_chunk(session, state=ImportState.LOADING, flag="loaded")
    if chunk is None:
        return 0
    import_id, position = UUID(str(chunk["import_id"])), chunk["position"]
    try:
        async with session.begin_nested():
            await _load_rows(session, import_id, position, chunk["sealed"], keys=keys, now=now)
    except CalledOff:
        return 1
    # What a try may fail of: a rule, the database, a seal that was broken or is under other keys.
    except (AppError, PostgresError, DBAPIError, InvalidTag):
        log.exception("chunk not loaded", extra={"job": "imports.load"})
        await _count_try(session, import_id, position, now=now)
        return 1
    crashpoint("imports.chunk")
    return 1


async def _load_rows(
    session: AsyncSession,
    import_id: UUID,
    position: int,
    sealed: bytes,
    *,
    keys: VaultKeys,
    now: datetime,
) -> None:
    batch = await queries.file_import(session, import_id)
    rows = open_chunk(Seal.of(keys, import_id), position, sealed)
    known = await before(session, batch, rows, now=now)
    fresh, was_known = await asyncio.to_thread(_sorted, rows, known)
    failed = await _load(session, batch, fresh, keys=keys, now=now)
    counts = {
        "rows_done": len(rows),
        "rows_loaded": len(fresh) - failed,
        "rows_failed": failed,
        "rows_known": was_known,
    }
    await _account(session, batch, position, counts, now=now)


async def _count_try(
    session: AsyncSession, import_id: UUID, position: int, *, now: datetime
) -> None:
    """A chunk that cannot be loaded must not stand in the way of other imports for ever."""
    if await queries.count_try(session, import_id, position) < MOST_TRIES:
        return
    batch = await queries.lock_import(session, import_id)
    if batch.state is ImportState.LOADING:
        batch.failure = RefusalCode.NOT_LOADED
        await take(session, batch, ImportStep.FAIL, actor=orderer(batch), now=now)


async def _account(
    session: AsyncSession,
    batch: FileImport,
    position: int,
    counts: Mapping[str, int],
    *,
    now: datetime,
) -> None:
    """Mark the chunk, leave its trace, and move the progress; CalledOff if it was cancelled."""
    await queries.mark_chunk(session, batch.id, position, flag="loaded")
    await trace(session, batch, "import.chunk", actor=orderer(batch), now=now, facts=counts)
    if not await queries.count_on(session, batch.id, state=ImportState.LOADING, counts=counts):
        raise CalledOff


def _sorted(rows: Sequence[Texts], known: Before) -> tuple[list[Row], int]:
    """Rows to register, and how many are known; what is wrong was told by the dry run."""
    read = [row for number, texts in rows if (row := read_row(number, texts, known.ground)[0])]
    fresh = [row for row in read if row.outside_number not in known.known]
    return fresh, len(read) - len(fresh)


async def _load(
    session: AsyncSession,
    batch: FileImport,
    rows: Sequence[Row],
    *,
    keys: VaultKeys,
    now: datetime,
) -> int:
    """Register the rows in the right of who ordered it; how many the register refused."""
    await queries.act_for(session, orderer(batch))
    if batch.mode is Mode.ARCHIVE:
        await archive.load(session, batch, rows, keys=keys, now=now)
        failed: list[Problem] = []
    else:
        failed = [
            Problem(row.number, Column.OUTSIDE_NUMBER.value, Code.NOT_REGISTERED)
            for row in rows
            if not await _register(session, batch, row, keys=keys, now=now)
        ]
    await queries.act_as_system(session)
    await queries.keep_problems(session, batch.id, failed, batch.visible_to)
    return len(failed)


async def _register(
    session: AsyncSession, batch: FileImport, row: Row, *, keys: VaultKeys, now: datetime
) -> bool:
    """By the same use case as over the counter; False if it refuses the row."""
    try:
        async with session.begin_nested():
            petition, _ = await register(
                session, orderer(batch), row.new, row.identity, keys=keys, now=now
            )
            await queries.belongs_to(session, batch.id, petition.id)
    except (AppError, UniqueViolationError, IntegrityError):
        return False
    return True


async def finish(session: AsyncSession, now: datetime) -> int:
    """Tie the repeats of an import whose rows are all loaded, and end it."""
    import_id = await queries.all_loaded(session)
    if import_id is None:
        return 0
    batch = await queries.lock_import(session, import_id)
    actor = orderer(batch)
    await repeats.tie(session, batch, actor=actor, now=now)
    await take(session, batch, ImportStep.FINISH, actor=actor, now=now)
    return 1


async def forget(session: AsyncSession, _: datetime) -> int:
    """What is still held of an import that is over goes."""
    import_id = await queries.ended_with_remains(session)
    if import_id is None:
        return 0
    await queries.forget(session, import_id)
    return 1

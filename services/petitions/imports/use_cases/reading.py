"""Taking a file apart into sealed chunks, and checking their rows: the dry run."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.exports.domain.columns import (
    BY_HEAD,
    ROWS_ABOVE_HEADS,
    Column,
    heads_of,
    plain,
)
from services.petitions.imports import queries
from services.petitions.imports.domain.files import MOST_ROWS, RefusalCode, Unreadable
from services.petitions.imports.domain.life import ImportState, ImportStep, Mode
from services.petitions.imports.domain.problems import Code, Problem
from services.petitions.imports.domain.rows import read_row
from services.petitions.imports.models import FileImport
from services.petitions.imports.use_cases import reader
from services.petitions.imports.use_cases.comparing import Before, Texts, before, difference
from services.petitions.imports.use_cases.receiving import begin_loading
from services.petitions.imports.use_cases.sealing import Seal
from services.petitions.imports.use_cases.steps import orderer, take
from services.petitions.vault.use_cases import VaultKeys

# Rows of a chunk. A live one is registered row by row and holds the office's counter meanwhile.
CHUNK_ROWS: Final = {Mode.ARCHIVE: 500, Mode.LIVE: 50}
SILENCE_SECONDS: Final = 180
LONGEST_NUMBER: Final = 64


async def begin(session: AsyncSession, now: datetime) -> int:
    """Say that a file is being read, before it is: progress is what can be seen."""
    import_id = await queries.received(session)
    if import_id is None:
        return 0
    batch = await queries.lock_import(session, import_id)
    await take(session, batch, ImportStep.READ, actor=orderer(batch), now=now)
    return 1


async def take_apart(session: AsyncSession, *, keys: VaultKeys, now: datetime) -> int:
    """Read one file whole, in a process of its own; a worker that dies has done nothing."""
    import_id = await queries.unread(session)
    if import_id is None:
        return 0
    await queries.allow_silence(session, SILENCE_SECONDS)
    batch = await queries.file_import(session, import_id)
    taker = _Taker(session, batch, Seal.of(keys, import_id))
    failure = None
    try:
        await taker.take()
    except Unreadable as refused:
        failure = refused.code
    batch = await queries.lock_import(session, import_id)
    if batch.state is not ImportState.READING or failure is not None:
        await queries.forget(session, import_id)
    if batch.state is not ImportState.READING:
        return 1  # called off meanwhile
    if failure is not None:
        await _fail(session, import_id, failure, now=now)
        return 1
    batch.rows_total, batch.split_at = taker.total, now
    await session.flush()
    await queries.forget_parts(session, import_id)
    return 1


async def _fail(
    session: AsyncSession, import_id: UUID, failure: RefusalCode, *, now: datetime
) -> None:
    batch = await queries.lock_import(session, import_id)
    if batch.state is ImportState.READING:
        batch.failure = failure
        await take(session, batch, ImportStep.FAIL, actor=orderer(batch), now=now)


class _Taker:
    """The rows of one file on their way into chunks."""

    def __init__(self, session: AsyncSession, batch: FileImport, seal: Seal) -> None:
        self._session, self._batch, self._seal = session, batch, seal
        self._columns: dict[int, Column] | None = None
        self._held: list[Texts] = []
        self._above = self._chunks = self.total = 0

    async def take(self) -> None:
        async for number, cells in reader.rows(self._parts(), self._batch.format):
            if isinstance(cells, list):
                await self._cells(number, cells)
            else:
                await self._keep(number, cells and _by_column(cells))
        if self._held:
            await self._close_chunk()
        if self.total == 0:
            no_heads = self._above and self._columns is None
            raise Unreadable(RefusalCode.NO_HEADS if no_heads else RefusalCode.EMPTY)

    async def _parts(self) -> AsyncIterator[bytes]:
        async for position, sealed in queries.parts(self._session, self._batch.id):
            yield self._opened(position, sealed)

    def _opened(self, position: int, sealed: bytes) -> bytes:
        try:
            return self._seal.open(f"part {position}", sealed)
        except InvalidTag:
            raise Unreadable(RefusalCode.BROKEN) from None

    async def _cells(self, number: int, cells: list[str]) -> None:
        """A row of a table; the first with known heads says what its columns are."""
        if self._columns is not None:
            texts = {
                column.value: cells[place]
                for place, column in self._columns.items()
                if place < len(cells) and cells[place]
            }
            if texts:
                await self._keep(number, texts)
            return
        heads = heads_of(cells)
        if heads is None:
            self._above += 1
            if self._above > ROWS_ABOVE_HEADS:
                raise Unreadable(RefusalCode.NO_HEADS)
            return
        if heads.doubled:
            raise Unreadable(RefusalCode.DOUBLED_HEADS)
        self._columns = dict(heads.columns)
        unknown = [Problem(number, str(place), Code.UNKNOWN_COLUMN) for place in heads.unknown]
        await self._note(unknown)

    async def _keep(self, number: int, texts: dict[str, str] | None) -> None:
        self.total += 1
        if self.total > MOST_ROWS:
            raise Unreadable(RefusalCode.TOO_MANY_ROWS)
        self._held.append((number, texts))
        if len(self._held) == CHUNK_ROWS[self._batch.mode]:
            await self._close_chunk()

    async def _close_chunk(self) -> None:
        held, self._held = self._held, []
        position, self._chunks = self._chunks, self._chunks + 1
        await queries.keep_chunk(
            self._session,
            self._batch.id,
            position=position,
            rows=len(held),
            sealed=self._seal.close(f"chunk {position}", orjson.dumps(held)),
        )
        numbers = [
            (texts[Column.OUTSIDE_NUMBER], row)
            for row, texts in held
            if texts and 0 < len(texts.get(Column.OUTSIDE_NUMBER, "")) <= LONGEST_NUMBER
        ]
        await queries.keep_numbers(self._session, self._batch.id, numbers)

    async def _note(self, found: Sequence[Problem]) -> None:
        await queries.keep_problems(self._session, self._batch.id, found, self._batch.visible_to)


def _by_column(named: dict[str, str]) -> dict[str, str]:
    """A line of JSON by its columns; what is no column of ours is left out."""
    return {
        BY_HEAD[plain(name)].value: text
        for name, text in named.items()
        if text and plain(name) in BY_HEAD
    }


async def check_chunk(session: AsyncSession, *, keys: VaultKeys, now: datetime) -> int:
    """Check the rows of one chunk; the last one ends the dry run."""
    chunk = await queries.take_chunk(session, state=ImportState.READING, flag="checked")
    if chunk is None:
        return 0
    import_id, position = UUID(str(chunk["import_id"])), chunk["position"]
    batch = await queries.file_import(session, import_id)
    try:
        rows = open_chunk(Seal.of(keys, import_id), position, chunk["sealed"])
    except InvalidTag:
        await _fail(session, import_id, RefusalCode.BROKEN, now=now)
        return 1
    known = await before(session, batch, rows, now=now)
    result = await asyncio.to_thread(_check, rows, known)
    await queries.keep_problems(session, import_id, result.problems, batch.visible_to)
    await queries.mark_chunk(session, import_id, position, flag="checked")
    counts = {
        "rows_checked": len(rows),
        "rows_wrong": result.wrong,
        "rows_known": result.known,
        "rows_differing": result.differing,
    }
    if await queries.count_on(session, import_id, state=ImportState.READING, counts=counts):
        await _end_dry_run(session, import_id, now=now)
    return 1


def open_chunk(seal: Seal, position: int, sealed: bytes) -> list[Texts]:
    rows: list[Texts] = [
        (number, texts) for number, texts in orjson.loads(seal.open(f"chunk {position}", sealed))
    ]
    return rows


class _Result:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.wrong = self.known = self.differing = 0


def _check(rows: Sequence[Texts], known: Before) -> _Result:
    result = _Result()
    for number, texts in rows:
        row, problems = read_row(number, texts, known.ground)
        result.problems += problems
        if row is None:
            result.wrong += 1
        elif stored := known.known.get(row.outside_number):
            result.known += 1
            if column := difference(row, stored):
                result.differing += 1
                result.problems.append(Problem(number, column.value, Code.DIFFERS))
    return result


async def _end_dry_run(session: AsyncSession, import_id: UUID, *, now: datetime) -> None:
    """The counters are moved one transaction after the other, so that one of them is the last."""
    batch = await queries.lock_import(session, import_id)
    if batch.rows_checked < batch.rows_total:
        return
    actor = orderer(batch)
    await take(session, batch, ImportStep.CHECK, actor=actor, now=now)
    if not batch.dry_run and batch.rows_wrong == 0:
        await begin_loading(session, batch, actor=actor, now=now)

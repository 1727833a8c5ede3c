"""Every statement of the imports: what a job takes up, what it compares with, what it writes."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.imports.domain.problems import Problem
from services.petitions.imports.models import FileImport, ImportProblem
from shared.auth.actor import Actor
from shared.db.session import driver
from shared.errors import NotFound

# What a petition is compared by with a row that was sent again.
COMPARED: Final = (
    "p.id, p.outside_number, p.purpose, p.channel, p.media, p.divisions, p.shares, p.title, p.body,"
    " p.object_name, p.head_count, p.received_at, p.office, p.accepted_at, p.replied_at,"
    " p.visible_to"
)
NEXT_NUMBERS: Final = """
INSERT INTO number_counter AS counter (series, division, year, last) VALUES ($1, $2, $3, $4)
ON CONFLICT (series, division, year) DO UPDATE SET last = counter.last + $4
RETURNING last
"""
TAKE_CHUNK: Final = """
SELECT c.import_id, c.position, c.rows, c.sealed
  FROM import_chunk c JOIN file_import i ON i.id = c.import_id
 WHERE i.state = '{state}' AND i.split_at IS NOT NULL AND NOT c.{flag}
 ORDER BY c.tries, c.import_id, c.position LIMIT 1 FOR UPDATE OF c SKIP LOCKED
"""
HELD: Final = ("import_part", "import_chunk", "import_number", "import_link")


async def file_import(session: AsyncSession, import_id: UUID) -> FileImport:
    """The import, if the caller may know of it."""
    statement = select(FileImport).where(FileImport.id == import_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_import(session: AsyncSession, import_id: UUID) -> FileImport:
    """The import, locked until the transaction ends."""
    statement = (
        select(FileImport)
        .where(FileImport.id == import_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _found((await session.exec(statement)).one_or_none())


def _found(found: FileImport | None) -> FileImport:
    if found is None:
        raise NotFound(what="import")
    return found


async def imports(session: AsyncSession, *, after: UUID | None, limit: int) -> Sequence[FileImport]:
    """Newest first: the ids are made in the order of time."""
    statement = select(FileImport).order_by(col(FileImport.id).desc()).limit(limit)
    if after is not None:
        statement = statement.where(col(FileImport.id) < after)
    return (await session.exec(statement)).all()


async def problems(
    session: AsyncSession, import_id: UUID, *, after: tuple[int, int] | None, limit: int
) -> Sequence[ImportProblem]:
    """In the order of the file."""
    statement = (
        select(ImportProblem)
        .where(ImportProblem.import_id == import_id)
        .order_by(col(ImportProblem.row), col(ImportProblem.position))
        .limit(limit)
    )
    if after is not None:
        row, position = after
        later = (col(ImportProblem.row) > row) | (
            (col(ImportProblem.row) == row) & (col(ImportProblem.position) > position)
        )
        statement = statement.where(later)
    return (await session.exec(statement)).all()


async def received(session: AsyncSession) -> UUID | None:
    """An import that nobody has begun to read."""
    return await _claimed(session, "state = 'received'")


async def unread(session: AsyncSession) -> UUID | None:
    """An import that is to be taken apart, claimed for this transaction.

    By a lock beside the row, so that it can be cancelled meanwhile.
    """
    rows = await (await driver(session)).fetch(
        "SELECT id FROM file_import WHERE state = 'reading' AND split_at IS NULL ORDER BY id"
    )
    for row in rows:
        if await _alone(session, row["id"]):
            return UUID(str(row["id"]))
    return None


async def all_loaded(session: AsyncSession) -> UUID | None:
    """An import of which every row was handled."""
    return await _claimed(session, "state = 'loading' AND rows_done = rows_total")


async def _claimed(session: AsyncSession, what: str) -> UUID | None:
    found = await (await driver(session)).fetchval(
        f"SELECT id FROM file_import WHERE {what} ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    return UUID(str(found)) if found else None


async def _alone(session: AsyncSession, import_id: UUID) -> bool:
    return bool(
        await (await driver(session)).fetchval(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('import ' || $1, 0))",
            str(import_id),
        )
    )


async def allow_silence(session: AsyncSession, seconds: int) -> None:
    """A transaction may wait this long for a process that reads a file."""
    await (await driver(session)).execute(
        "SELECT set_config('idle_in_transaction_session_timeout', $1, true)", f"{seconds}s"
    )


async def act_for(session: AsyncSession, actor: Actor) -> None:
    """From here on, the transaction sees and writes what the actor may, and no more."""
    await (await driver(session)).execute(
        "SELECT set_config('app.principal', $1, true), set_config('app.scopes', $2, true),"
        " set_config('app.system', 'off', true)",
        str(actor.id),
        ",".join(actor.scopes),
    )


async def act_as_system(session: AsyncSession) -> None:
    await (await driver(session)).execute("SELECT set_config('app.system', 'on', true)")


async def keep_parts(
    session: AsyncSession, import_id: UUID, parts: Iterable[tuple[int, bytes]]
) -> None:
    await (await driver(session)).executemany(
        "INSERT INTO import_part (import_id, position, sealed) VALUES ($1, $2, $3)",
        [(import_id, position, sealed) for position, sealed in parts],
    )


async def parts(session: AsyncSession, import_id: UUID) -> AsyncIterator[tuple[int, bytes]]:
    """The file piece by piece."""
    connection, position = await driver(session), 0
    while sealed := await connection.fetchval(
        "SELECT sealed FROM import_part WHERE import_id = $1 AND position = $2",
        import_id,
        position,
    ):
        yield position, sealed
        position += 1


async def keep_chunk(
    session: AsyncSession, import_id: UUID, *, position: int, rows: int, sealed: bytes
) -> None:
    await (await driver(session)).execute(
        "INSERT INTO import_chunk (import_id, position, rows, sealed, checked, loaded, tries)"
        " VALUES ($1, $2, $3, $4, false, false, 0)",
        import_id,
        position,
        rows,
        sealed,
    )


async def keep_numbers(
    session: AsyncSession, import_id: UUID, numbers: Sequence[tuple[str, int]]
) -> None:
    """A number belongs to the row where it stands first."""
    await (await driver(session)).execute(
        "INSERT INTO import_number (import_id, outside_number, row)"
        " SELECT $1, n, r FROM unnest($2::text[], $3::int[]) AS t(n, r)"
        " ON CONFLICT DO NOTHING",
        import_id,
        [number for number, _ in numbers],
        [row for _, row in numbers],
    )


async def take_chunk(session: AsyncSession, *, state: str, flag: str) -> Mapping[str, Any] | None:
    """The next chunk that is not checked or not loaded yet and that no other worker has."""
    statement = TAKE_CHUNK.format(state=state, flag=flag)
    row: Mapping[str, Any] | None = await (await driver(session)).fetchrow(statement)
    return row


async def mark_chunk(session: AsyncSession, import_id: UUID, position: int, *, flag: str) -> None:
    await (await driver(session)).execute(
        f"UPDATE import_chunk SET {flag} = true WHERE import_id = $1 AND position = $2",
        import_id,
        position,
    )


async def count_try(session: AsyncSession, import_id: UUID, position: int) -> int:
    """How often the loading of a chunk has failed now."""
    tries: int = await (await driver(session)).fetchval(
        "UPDATE import_chunk SET tries = tries + 1 WHERE import_id = $1 AND position = $2"
        " RETURNING tries",
        import_id,
        position,
    )
    return tries


async def count_on(
    session: AsyncSession, import_id: UUID, *, state: str, counts: Mapping[str, int]
) -> bool:
    """Move the progress with the transaction; False if the import is no longer in that state."""
    sets = ", ".join(f"{name} = {name} + ${at}" for at, name in enumerate(counts, start=3))
    status = await (await driver(session)).execute(
        f"UPDATE file_import SET {sets} WHERE id = $1 AND state = $2",
        import_id,
        state,
        *counts.values(),
    )
    return bool(status == "UPDATE 1")


async def first_rows(
    session: AsyncSession, import_id: UUID, numbers: Sequence[str]
) -> dict[str, int]:
    """Where these numbers stand first in the file."""
    rows = await (await driver(session)).fetch(
        "SELECT outside_number, row FROM import_number"
        " WHERE import_id = $1 AND outside_number = ANY($2)",
        import_id,
        numbers,
    )
    return {row["outside_number"]: row["row"] for row in rows}


async def sent_before(
    session: AsyncSession, source: str, numbers: Sequence[str]
) -> dict[str, Mapping[str, Any]]:
    """Petitions that the source has sent before, by its number."""
    rows = await (await driver(session)).fetch(
        f"SELECT {COMPARED} FROM petition p WHERE p.source = $1 AND p.outside_number = ANY($2)",
        source,
        numbers,
    )
    return {row["outside_number"]: row for row in rows}


async def divisions_on(session: AsyncSession, day: date) -> dict[str, str]:
    """Every division valid on the day, with its name."""
    rows = await (await driver(session)).fetch(
        "SELECT code, name FROM reference_division"
        " WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to >= $1)",
        day,
    )
    return {row["code"]: row["name"] for row in rows}


async def keep_problems(
    session: AsyncSession, import_id: UUID, found: Sequence[Problem], visible_to: Sequence[str]
) -> None:
    """Behind what was found at the same rows before."""
    await (await driver(session)).executemany(
        "INSERT INTO import_problem (import_id, row, position, place, code, visible_to)"
        " SELECT $1, $2, coalesce(max(position), 0) + 1, $3, $4, $5 FROM import_problem"
        " WHERE import_id = $1 AND row = $2",
        [(import_id, each.row, each.column[:32], each.code.value, visible_to) for each in found],
    )


async def forget(session: AsyncSession, import_id: UUID) -> None:
    """Drop whatever of the file is still held."""
    connection = await driver(session)
    for table in HELD:
        await connection.execute(f"DELETE FROM {table} WHERE import_id = $1", import_id)


async def next_numbers(
    session: AsyncSession, series: str, division: str, year: int, count: int
) -> range:
    """The next `count` numbers of a series; a rolled-back transaction leaves no gap."""
    last: int = await (await driver(session)).fetchval(NEXT_NUMBERS, series, division, year, count)
    return range(last - count + 1, last + 1)


async def insert_many(session: AsyncSession, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of one shape by one prepared statement."""
    if not rows:
        return
    columns = list(rows[0])
    places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    await (await driver(session)).executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})",
        [[_plain(row[name]) for name in columns] for row in rows],
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 -- any column
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


async def belongs_to(session: AsyncSession, import_id: UUID, petition_id: UUID) -> None:
    await (await driver(session)).execute(
        "UPDATE petition SET import_id = $2 WHERE id = $1", petition_id, import_id
    )


async def links(session: AsyncSession, import_id: UUID, source: str) -> list[Mapping[str, Any]]:
    """Loaded repeats with the petition each names as its first, in the order they were received."""
    rows = await (await driver(session)).fetch(
        "SELECT l.petition_id, p.received_at, p.visible_to, f.id AS first_id,"
        "       f.received_at AS first_received_at, r.root_id"
        "  FROM import_link l JOIN petition p ON p.id = l.petition_id"
        "  JOIN petition f ON f.source = $2 AND f.outside_number = l.first_number"
        "  LEFT JOIN repeat_link r ON r.petition_id = f.id"
        " WHERE l.import_id = $1 ORDER BY p.received_at, p.id",
        import_id,
        source,
    )
    return list(rows)


async def last_positions(session: AsyncSession, roots: Sequence[UUID]) -> dict[UUID, int]:
    """How often each matter was raised so far, with its first item locked against others."""
    connection = await driver(session)
    await connection.execute(
        "SELECT FROM petition WHERE id = ANY($1) ORDER BY id FOR UPDATE", roots
    )
    rows = await connection.fetch(
        "SELECT root_id, max(position) AS last FROM repeat_link WHERE root_id = ANY($1)"
        " GROUP BY root_id",
        roots,
    )
    return {UUID(str(row["root_id"])): row["last"] for row in rows}


async def forget_parts(session: AsyncSession, import_id: UUID) -> None:
    """The file as it was sent, once its rows are in chunks."""
    await (await driver(session)).execute("DELETE FROM import_part WHERE import_id = $1", import_id)


async def ended_with_remains(session: AsyncSession) -> UUID | None:
    """An import that is over and of which something is still held."""
    held = " OR ".join(f"EXISTS (SELECT FROM {t} h WHERE h.import_id = i.id)" for t in HELD)
    found = await (await driver(session)).fetchval(
        "SELECT id FROM file_import i WHERE state IN ('done', 'failed', 'cancelled')"
        f" AND ({held}) ORDER BY id DESC LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    return UUID(str(found)) if found else None

"""Open work follows a division to its successor: a job of each service, batch by batch.

The pass keeps its place in the succession's own row, in the transaction of the batch, so that it
goes on after a crash where it stood. What arrives late under the old code, in an event or by
reopening, is found by the next pass.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import orjson
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR, Result, record
from shared.clocks.days import legal_day
from shared.crashpoint import crashpoint
from shared.db.session import driver
from shared.jobs import Job
from shared.succession.lineage import Succession
from shared.succession.open_work import OpenWork, Row, dependants
from shared.succession.rewriting import named_in, renamed, seen_by
from shared.succession.rows import FIELDS, succession_of

BATCH: Final = 200
# Until a pass is made again for what came in under the old code since.
AGAIN: Final = timedelta(hours=1)

# Of two workers, the second takes another succession or none.
NEXT: Final = f"""
SELECT {FIELDS}, pass_kind, pass_after, moved_at FROM division_succession
 WHERE effective_on <= $1 AND (moved_at IS NULL OR moved_at <= $2)
 ORDER BY moved_at IS NOT NULL, effective_on, position
 LIMIT 1 FOR UPDATE SKIP LOCKED
"""  # noqa: S608 -- our own constant
GO_ON: Final = """
UPDATE division_succession SET pass_kind = $3, pass_after = $4
 WHERE predecessor = $1 AND effective_on = $2
"""
END: Final = """
UPDATE division_succession SET pass_kind = 0, pass_after = NULL, moved_at = $3
 WHERE predecessor = $1 AND effective_on = $2
"""
# Each scope that saw the row brings in the one that takes its place; nobody is shut out of the
# past they saw.
SHOW: Final = """
UPDATE {table} SET visible_to = ARRAY(
         SELECT DISTINCT scope FROM unnest(visible_to || ARRAY(
           SELECT new FROM unnest($2::text[], $3::text[]) AS pair(old, new)
            WHERE old = ANY (visible_to))) AS scope ORDER BY scope)
 WHERE {condition} AND visible_to && $2::text[]
"""


def moving(open_work: Sequence[OpenWork]) -> Job:
    """The job that moves this service's open work."""

    async def run(session: AsyncSession, now: datetime) -> int:
        return await move_batch(session, open_work, now=now)

    return Job("succession.move", run)


async def move_batch(session: AsyncSession, open_work: Sequence[OpenWork], *, now: datetime) -> int:
    """Move up to `BATCH` rows of one succession in effect; 0 if there is nothing to pass over."""
    connection = await driver(session)
    found = await connection.fetchrow(NEXT, legal_day(now), now - AGAIN)
    if found is None:
        return 0
    succession, kind, after = succession_of(found), found["pass_kind"], found["pass_after"]
    left = BATCH
    while kind < len(open_work) and left > 0:
        rows = await _rows(connection, open_work[kind], succession, after=after, limit=left)
        await _move(
            session, open_work[kind], succession, rows, first=found["moved_at"] is None, now=now
        )
        crashpoint("succession.moved")
        left -= len(rows)
        kind, after = (kind, rows[-1]["row_key"]) if left == 0 and rows else (kind + 1, None)
    place = (succession.predecessor, succession.effective_on)
    if kind < len(open_work):
        await connection.execute(GO_ON, *place, kind, after)
    else:
        await connection.execute(END, *place, now)
    return 1 + BATCH - left


async def _rows(
    connection: "asyncpg.Connection[Any]",
    work: OpenWork,
    succession: Succession,
    *,
    after: str | None,
    limit: int,
) -> list[Row]:
    """Open rows that name the predecessor, locked, from a key on."""
    # Of a division that goes on, only what was assigned to another leaves.
    assigned = None if succession.ends else [*succession.assignments.get(work.kind, {})]
    rows = await connection.fetch(
        f"SELECT t.*, {work.key} AS row_key FROM {work.table.name} t"  # noqa: S608 -- our own names
        f" WHERE {work.names} AND ({work.is_open})"
        f" AND ($2::text IS NULL OR {work.key} > $2)"
        f" AND ($3::text[] IS NULL OR {work.key} = ANY ($3))"
        f" ORDER BY {work.key} LIMIT $4 FOR UPDATE OF t",
        work.value_of(succession.predecessor),
        after,
        assigned,
        limit,
    )
    return [dict(row) for row in rows]


async def _move(
    session: AsyncSession,
    work: OpenWork,
    succession: Succession,
    rows: Sequence[Row],
    *,
    first: bool,
    now: datetime,
) -> None:
    """Each row by itself: one that its table's rules hold back keeps the old code, and is named.

    The main successor's people hold its division too, so that it can be worked on all the same.
    """
    connection = await driver(session)
    moved = defaultdict[str, list[Row]](list)
    for row in rows:
        heir = succession.heir_of(work.kind, row["row_key"])
        if heir == succession.predecessor:
            continue
        try:
            async with connection.transaction():
                if await (work.move or _rewriter(work))(session, row, succession, heir, now):
                    moved[heir].append(row)
                    await _trace(session, work, succession, row, Result.DONE, now=now)
        except asyncpg.IntegrityConstraintViolationError:
            if first:
                await _trace(session, work, succession, row, Result.REFUSED, now=now)
    if work.move is None and len(work.table.primary_key) == 1:
        for heir, those in moved.items():
            await _show_dependants(connection, work, succession.predecessor, heir, those)


def _rewriter(work: OpenWork) -> Any:  # noqa: ANN401 -- a Move
    async def rewrite(
        session: AsyncSession, row: Row, succession: Succession, heir: str, _: datetime
    ) -> bool:
        old = work.value_of(succession.predecessor)
        values = {name: renamed(row[name], old, work.value_of(heir)) for name in work.columns}
        values |= {city: divisions.city_of(values[of]) for city, of in work.cities.items()}
        if "visible_to" in row:
            named = [code for name in work.columns for code in named_in(values[name])]
            values["visible_to"] = seen_by(
                row["visible_to"], named, old=succession.predecessor, new=heir
            )
        await _update(await driver(session), work, row, values)
        if work.after is not None:
            await work.after(session, {**row, **values})
        return True

    return rewrite


async def _update(
    connection: "asyncpg.Connection[Any]", work: OpenWork, row: Row, values: Row
) -> None:
    """Write the new values as a new version, so that whoever read the old one is told."""
    keys = [column.name for column in work.table.primary_key]
    parameters = [*(_plain(work, name, value) for name, value in values.items())]
    changes = [f"{name} = ${at}" for at, name in enumerate(values, 1)]
    changes += ["version = version + 1"] if "version" in work.table.c else []
    found = [f"{name} = ${at}" for at, name in enumerate(keys, len(values) + 1)]
    await connection.execute(
        f"UPDATE {work.table.name} SET {', '.join(changes)} WHERE {' AND '.join(found)}",  # noqa: S608
        *parameters,
        *(row[name] for name in keys),
    )


def _plain(work: OpenWork, name: str, value: Any) -> Any:  # noqa: ANN401 -- a column's value
    is_json = isinstance(work.table.c[name].type, JSONB)
    return orjson.dumps(value).decode() if is_json else value


async def _show_dependants(
    connection: "asyncpg.Connection[Any]", work: OpenWork, old: str, new: str, rows: Sequence[Row]
) -> None:
    """The successor sees the lines of what it took over."""
    [key] = work.table.primary_key
    before, after = divisions.lineage(old), divisions.lineage(new)
    pairs = [*zip(before[:-1], after, strict=False), (before[-1], after[-1])]
    for table, condition in dependants(work.table).items():
        await connection.execute(
            SHOW.format(table=table, condition=condition),
            [row[key.name] for row in rows],
            [each for each, _ in pairs],
            [each for _, each in pairs],
        )


async def _trace(
    session: AsyncSession,
    work: OpenWork,
    succession: Succession,
    row: Row,
    result: Result,
    *,
    now: datetime,
) -> None:
    heir = succession.heir_of(work.kind, row["row_key"])
    await record(
        session,
        SYSTEM_ACTOR,
        "succession.move",
        object_kind=work.kind,
        object_id=row["row_key"][:64],
        now=now,
        seen_by=[succession.predecessor, heir],
        reason=f"{succession.predecessor} → {heir}: {succession.document}",
        before={name: row[name] for name in work.columns},
        result=result,
    )

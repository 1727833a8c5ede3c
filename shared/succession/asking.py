"""What open work lies with divisions that are to end: counted, never shown.

Who draws the map sees no business data: numbers of rows, their ids and their running clocks.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from fastapi import APIRouter, Request
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.contracts.regions import DivisionWork, DivisionWorkQuery, WorkOfKind
from shared.db.session import SYSTEM, Database, driver
from shared.http.access import internal
from shared.http.routing import Route
from shared.succession.open_work import OpenWork

PATH: Final = "/internal/division-work"
SHOWN: Final = 50
RUNNING: Final = """
SELECT kind, count(*) AS running FROM clock
 WHERE state IN ('running', 'paused') AND subject_id::text IN ({ids})
 GROUP BY kind ORDER BY kind
"""


async def open_work_of(
    session: AsyncSession, open_work: Sequence[OpenWork], codes: Iterable[str]
) -> list[WorkOfKind]:
    """Open rows of each kind with each division; kinds without any are left out.

    For a session that sees all rows.
    """
    found = [
        await _of_kind(session, work, code)
        for code in [*dict.fromkeys(codes)]
        for work in open_work
    ]
    return [each for each in found if each.open]


async def _of_kind(session: AsyncSession, work: OpenWork, code: str) -> WorkOfKind:
    connection = await driver(session)
    where = f"{work.table.name} t WHERE {work.names} AND ({work.is_open})"
    value = work.value_of(code)
    total = await connection.fetchval(f"SELECT count(*) FROM {where}", value)  # noqa: S608
    rows = await connection.fetch(
        f"SELECT {work.key} AS key FROM {where} ORDER BY 1 LIMIT {SHOWN}",  # noqa: S608
        value,
    )
    ids = f"SELECT {work.key} FROM {where}"  # noqa: S608
    clocks = await connection.fetch(RUNNING.format(ids=ids), value)
    return WorkOfKind(
        division=code,
        kind=work.kind,
        open=total,
        ids=[row["key"] for row in rows],
        clocks={row["kind"]: row["running"] for row in clocks},
    )


def division_work_router(open_work: Sequence[OpenWork]) -> APIRouter:
    """The route by which `regions` asks; for services only."""
    router = APIRouter(route_class=Route)

    @router.post(PATH, dependencies=[internal()], include_in_schema=False)
    async def division_work(query: DivisionWorkQuery, request: Request) -> DivisionWork:
        database: Database = request.state.database
        async with database.transaction(SYSTEM) as session:
            return DivisionWork(work=await open_work_of(session, open_work, query.divisions))

    return router

"""Lists of objects over HTTP: the file as the body, what is said of it in the query."""

import asyncio
import hashlib
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request

from services.tasks.enterprises.domain.imports import RowResult, read
from services.tasks.enterprises.queries import imports as queries
from services.tasks.enterprises.schemas.imports import (
    ImportIn,
    ImportOut,
    ImportRowOut,
    read_rows,
)
from services.tasks.enterprises.use_cases import imports
from services.tasks.enterprises.use_cases.imports import Described, ReadRow
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/tasks-imports", tags=["imports"], route_class=Route)
TEXT: Final = {"schema": {"type": "string", "format": "binary"}}
FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": dict.fromkeys(("text/csv", "application/x-ndjson"), TEXT),
    }
}


@router.post("", status_code=202, dependencies=[policy("enterprise.import")], openapi_extra=FILE)
async def receive_import(
    described: Annotated[ImportIn, Query()],
    request: Request,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
) -> ImportOut:
    """Take a list of objects in, at most 4 MiB and 5,000 rows of CSV or JSON lines in UTF-8.

    Rows are loaded one by one afterwards; the same file again answers the import it was before.
    """
    content = await request.body()
    rows, sha256 = await asyncio.to_thread(_read, content, described)
    batch = await imports.receive(
        session,
        actor,
        Described(described.division, described.format, sha256, described.positive_list_id),
        rows,
        now=now,
    )
    return ImportOut.of(batch, await queries.results(session, batch.id))


def _read(content: bytes, described: ImportIn) -> tuple[list[ReadRow], str]:
    rows = read_rows(read(content, described.format))
    return rows, hashlib.sha256(content).hexdigest()


@router.get("", dependencies=[policy("enterprise.import")])
async def list_imports(session: SessionDep, page: PageDep) -> Page[ImportOut]:
    """The imports of the caller's divisions, newest first."""
    last = UUID(page.after[0]) if page.after else None
    found = await queries.imports(session, after=last, limit=page.limit + 1)
    rows = page.cut(found, key=lambda each: (str(each.id),))
    items = [ImportOut.of(each, await queries.results(session, each.id)) for each in rows]
    return Page(items=items, next=page.next)


@router.get("/{import_id}", dependencies=[policy("enterprise.import")])
async def read_import(import_id: UUID, session: SessionDep) -> ImportOut:
    """How far an import is."""
    batch = await queries.file_import(session, import_id)
    return ImportOut.of(batch, await queries.results(session, batch.id))


@router.get("/{import_id}/rows", dependencies=[policy("enterprise.import")])
async def list_rows(
    import_id: UUID, session: SessionDep, page: PageDep, result: RowResult | None = None
) -> Page[ImportRowOut]:
    """What became of each row, in the order of the file."""
    batch = await queries.file_import(session, import_id)
    last = int(page.after[0]) if page.after else None
    found = await queries.rows(session, batch.id, result=result, after=last, limit=page.limit + 1)
    rows = page.cut(found, key=lambda each: (each.number,))
    return Page(items=[ImportRowOut.model_validate(each) for each in rows], next=page.next)

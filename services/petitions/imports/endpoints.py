"""Imports over HTTP: the file as the body, what is said of it in the query."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.petitions.exports.domain.cells import FileFormat
from services.petitions.exports.domain.columns import template
from services.petitions.exports.use_cases.tables import MEDIA_TYPES, whole_table
from services.petitions.imports import queries
from services.petitions.imports.schemas import (
    CancelIn,
    ImportIn,
    ImportOut,
    LoadIn,
    ProblemOut,
)
from services.petitions.imports.use_cases import receiving
from services.petitions.intake.endpoints import Keys
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions-imports", tags=["imports"], route_class=Route)

BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": dict.fromkeys((*MEDIA_TYPES.values(), "application/octet-stream"), BINARY),
    }
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and with what."""

    actor: ActorDep
    session: SessionDep
    now: Now
    keys: Keys
    request: Request
    response: Response


AskedDep = Annotated[Asked, Depends()]


@router.post("", status_code=202, dependencies=[policy("import.manage")], openapi_extra=FILE)
async def receive(described: Annotated[ImportIn, Query()], asked: AskedDep) -> ImportOut:
    """Take a file of petitions in, at most 64 MiB and 100,000 rows; jobs read and check it."""
    batch = await receiving.receive(
        asked.session,
        asked.actor,
        described.described(),
        await asked.request.body(),
        keys=asked.keys,
        now=asked.now,
    )
    asked.response.headers["ETag"] = etag(batch.version)
    asked.response.headers["Location"] = f"/api/v1/petitions-imports/{batch.id}"
    return ImportOut.of(batch)


@router.get("", dependencies=[policy("import.manage")])
async def list_imports(session: SessionDep, page: PageDep) -> Page[ImportOut]:
    """The imports of the caller's offices, newest first."""
    after = UUID(page.after[0]) if page.after else None
    found = await queries.imports(session, after=after, limit=page.limit + 1)
    items = page.cut(found, key=lambda batch: (str(batch.id),))
    return Page(items=[ImportOut.of(each) for each in items], next=page.next)


@router.get("/template", dependencies=[policy("import.manage")], response_class=Response)
async def read_template(
    format: Annotated[  # noqa: A002 -- the query's own word
        Literal[FileFormat.CSV, FileFormat.XLSX], Query()
    ] = FileFormat.XLSX,
) -> Response:
    """The heads of an import and a line as an example."""
    headers = {"Content-Disposition": f'attachment; filename="petitions.{format}"'}
    content = whole_table(template(), format)
    return Response(content, media_type=MEDIA_TYPES[format], headers=headers)


@router.get("/{import_id}", dependencies=[policy("import.manage")])
async def read(import_id: UUID, session: SessionDep, response: Response) -> ImportOut:
    """How far an import is."""
    batch = await queries.file_import(session, import_id)
    response.headers["ETag"] = etag(batch.version)
    return ImportOut.of(batch)


@router.get("/{import_id}/errors", dependencies=[policy("import.manage")])
async def list_errors(import_id: UUID, session: SessionDep, page: PageDep) -> Page[ProblemOut]:
    """What is wrong, by row and column, in the order of the file."""
    await queries.file_import(session, import_id)
    after = (page.after[0], page.after[1]) if page.after else None
    found = await queries.problems(session, import_id, after=after, limit=page.limit + 1)
    items = page.cut(found, key=lambda problem: (problem.row, problem.position))
    return Page(items=[ProblemOut.of(each) for each in items], next=page.next)


@router.post("/{import_id}/load", dependencies=[policy("import.manage")])
async def load(
    import_id: UUID, body: LoadIn, asked: AskedDep, version: ExpectedVersion
) -> ImportOut:
    """Register the rows that passed; those that did not bar it unless they may be skipped."""
    batch = await receiving.load(
        asked.session,
        asked.actor,
        import_id,
        skip_errors=body.skip_errors,
        version=version,
        now=asked.now,
    )
    asked.response.headers["ETag"] = etag(batch.version)
    return ImportOut.of(batch)


@router.post("/{import_id}/cancel", dependencies=[policy("import.manage")])
async def cancel(
    import_id: UUID, _: CancelIn, asked: AskedDep, version: ExpectedVersion
) -> ImportOut:
    """Call an import off: what was registered stays, the rest of the file is forgotten."""
    batch = await receiving.cancel(
        asked.session, asked.actor, import_id, version=version, now=asked.now
    )
    asked.response.headers["ETag"] = etag(batch.version)
    return ImportOut.of(batch)

"""Files in pieces over HTTP, after tus 1.0 (creation, offset, expiration) in the house's terms.

`POST` declares, `PATCH` at an `Upload-Offset` appends, `HEAD` or `GET` says how far it came,
`finish` makes evidence of it.
"""

import asyncio
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response

from services.tasks.evidence import queries
from services.tasks.evidence.domain import HashMismatch, WrongOffset
from services.tasks.evidence.endpoints.evidence import AskedDep
from services.tasks.evidence.models import EvidenceUpload
from services.tasks.evidence.schemas import UploadIn, UploadOut
from services.tasks.evidence.use_cases import uploads
from services.tasks.evidence.use_cases.keeping import Kept
from shared.http.access import policy
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.problems import problem
from shared.http.routing import Route

router = APIRouter(prefix="/evidence-uploads", tags=["evidence"], route_class=Route)

PIECE: Final = "application/offset+octet-stream"
# A piece has its place instead of a key: the same one again changes nothing.
APPENDS: Final[dict[str, Any]] = {
    "x-idempotent": True,
    "requestBody": {
        "required": True,
        "content": {PIECE: {"schema": {"type": "string", "format": "binary"}}},
    },
}
OffsetHeader = Annotated[int, Header(alias="Upload-Offset", ge=0, le=2**31 - 1)]


def _say(response: Response, upload: EvidenceUpload) -> UploadOut:
    response.headers["ETag"] = etag(upload.version)
    response.headers["Upload-Offset"] = str(upload.received)
    response.headers["Upload-Length"] = str(upload.size)
    response.headers["Cache-Control"] = "no-store"
    return UploadOut.model_validate({**upload.model_dump(), "actions": uploads.next_steps(upload)})


@router.post("", status_code=201, dependencies=[policy("evidence.add")])
async def declare_upload(body: UploadIn, asked: AskedDep) -> UploadOut:
    """Declare a file; a file the task has already is kept at once, without a byte sent."""
    upload = await uploads.declare(
        asked.session,
        asked.actor,
        Kept(body.id, body.task_id, body.media_type, body.sha256, body.size),
        body.description(),
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/evidence-uploads/{upload.id}"
    return _say(asked.response, upload)


@router.get("/{evidence_upload_id}", dependencies=[policy("evidence.add")])
async def read_upload(evidence_upload_id: UUID, asked: AskedDep) -> UploadOut:
    """How far it came."""
    upload = await queries.upload(asked.session, evidence_upload_id, of=asked.actor.id)
    return _say(asked.response, upload)


# Not in the document: what it says are the headers of the GET beside it.
@router.head(
    "/{evidence_upload_id}", dependencies=[policy("evidence.add")], include_in_schema=False
)
async def probe_upload(evidence_upload_id: UUID, asked: AskedDep) -> Response:
    """How far it came, in the headers alone."""
    upload = await queries.upload(asked.session, evidence_upload_id, of=asked.actor.id)
    response = Response()
    _say(response, upload)
    return response


@router.patch(
    "/{evidence_upload_id}",
    dependencies=[policy("evidence.add")],
    response_model=UploadOut,
    openapi_extra=APPENDS,
)
async def append_piece(
    evidence_upload_id: UUID, offset: OffsetHeader, request: Request, asked: AskedDep
) -> UploadOut | Response:
    """Append a piece of up to 8 MiB where the upload stands; one sent again changes nothing."""
    with asked.store.spool() as piece:
        length = 0
        async for part in request.stream():
            length += len(part)
            await asyncio.to_thread(piece.write, part)
        try:
            upload = await uploads.append(
                asked.session,
                asked.actor,
                evidence_upload_id,
                piece,
                offset=offset,
                length=length,
                store=asked.store,
            )
        except WrongOffset as error:
            refusal = problem(error, request.headers)
            refusal.headers["Upload-Offset"] = str(error.context["offset"])
            return refusal
    return _say(asked.response, upload)


@router.post(
    "/{evidence_upload_id}/finish", dependencies=[policy("evidence.add")], response_model=UploadOut
)
async def finish_upload(
    evidence_upload_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> UploadOut | Response:
    """Hash what arrived and make evidence of it; a mismatch begins again at 0."""
    done = await uploads.finish(
        asked.session,
        asked.actor,
        evidence_upload_id,
        expected_version=expected_version,
        store=asked.store,
        now=asked.now,
    )
    if isinstance(done, HashMismatch):
        return problem(done, asked.request.headers)
    return _say(asked.response, done)

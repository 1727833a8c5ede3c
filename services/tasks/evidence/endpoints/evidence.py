"""Evidence over HTTP: the file as the body, what is said of it in the query."""

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.tasks.evidence import queries
from services.tasks.evidence.domain import MARKS, EvidenceDamaged
from services.tasks.evidence.models import Custody, Evidence
from services.tasks.evidence.schemas import CustodyOut, EvidenceIn, EvidenceOut
from services.tasks.evidence.use_cases import keeping
from services.tasks.evidence.use_cases.store import PART, EvidenceStore
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.problems import problem
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/evidence", tags=["evidence"], route_class=Route)

BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
FILE: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": dict.fromkeys(MARKS, BINARY)}
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the files are."""

    actor: ActorDep
    session: SessionDep
    now: Now
    request: Request
    response: Response

    @property
    def store(self) -> EvidenceStore:
        store: EvidenceStore = self.request.state.evidence_store
        return store


AskedDep = Annotated[Asked, Depends()]


@router.post(
    "",
    status_code=201,
    dependencies=[policy("evidence.add")],
    response_model=EvidenceOut,
    openapi_extra=FILE,
)
async def add_evidence(described: Annotated[EvidenceIn, Query()], asked: AskedDep) -> Evidence:
    """Record a file as evidence of a task that is under way; at most 8 MiB, else by upload."""
    headers = asked.request.headers
    evidence = await keeping.receive(
        asked.session,
        asked.actor,
        described.task_id,
        described.description(),
        media_type=headers.get("content-type", "").partition(";")[0].strip().lower(),
        content=await asked.request.body(),
        store=asked.store,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/evidence/{evidence.id}"
    return evidence


@router.get("", dependencies=[policy("evidence.read")])
async def list_evidence(session: SessionDep, page: PageDep, task_id: UUID) -> Page[EvidenceOut]:
    """A task's evidence in the order it was received."""
    after = UUID(page.after[0]) if page.after else None
    found = await queries.evidence_of_task(session, task_id, after=after, limit=page.limit + 1)
    items = page.cut(found, key=lambda evidence: (str(evidence.id),))
    return Page(items=[EvidenceOut.model_validate(each) for each in items], next=page.next)


@router.get("/{evidence_id}", dependencies=[policy("evidence.read")], response_model=EvidenceOut)
async def read_evidence(evidence_id: UUID, session: SessionDep, actor: ActorDep) -> Evidence:
    """What is recorded of a piece of evidence."""
    evidence, _ = await keeping.seen(session, actor, evidence_id)
    return evidence


@router.get(
    "/{evidence_id}/custody",
    dependencies=[policy("evidence.read")],
    response_model=list[CustodyOut],
)
async def read_custody(
    evidence_id: UUID, session: SessionDep, actor: ActorDep
) -> Sequence[Custody]:
    """Who had the content in hand, oldest first."""
    evidence, _ = await keeping.seen(session, actor, evidence_id)
    return await queries.custody(session, evidence.id)


@router.get(
    "/{evidence_id}/content", dependencies=[policy("evidence.read")], response_class=Response
)
async def read_content(evidence_id: UUID, asked: AskedDep) -> Response:
    """The file, hashed again before it is handed out."""
    evidence, file = await keeping.hand_out(
        asked.session, asked.actor, evidence_id, store=asked.store, now=asked.now
    )
    if file is None:
        # Returned, not raised: the custody row that says so must be kept.
        return problem(EvidenceDamaged(), asked.request.headers)
    digest = base64.b64encode(bytes.fromhex(evidence.sha256)).decode()
    headers = {
        "Content-Disposition": f'attachment; filename="{evidence.sha256}"',
        "X-Content-Type-Options": "nosniff",
        "Repr-Digest": f"sha-256=:{digest}:",
    }
    headers["Content-Length"] = str(evidence.size)
    return StreamingResponse(_parts(file), media_type=evidence.media_type, headers=headers)


async def _parts(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while part := await asyncio.to_thread(file.read, PART):
            yield part

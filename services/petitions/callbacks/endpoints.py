"""Call-backs over HTTP."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.petitions.callbacks import queries, use_cases
from services.petitions.callbacks.models import Callback
from services.petitions.callbacks.schemas import CallbackIn, CallbackOut
from services.petitions.intake.endpoints import Keys
from services.petitions.intake.queries import petition as read_petition
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["callbacks"], route_class=Route)


@router.post(
    "/{petition_id}/callbacks",
    status_code=201,
    dependencies=[policy("petition.call_back")],
    response_model=CallbackOut,
)
async def call_back(
    petition_id: UUID,
    body: CallbackIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> Callback:
    """Record a call to the petitioner, by somebody who did not handle the matter."""
    callback = await use_cases.call_back(
        session,
        actor,
        petition_id,
        result=body.result,
        solved=body.solved,
        note=body.note,
        keys=keys,
        version=version,
        now=now,
    )
    petition = await read_petition(session, petition_id)
    response.headers["ETag"] = etag(petition.version)
    return callback


@router.get("/{petition_id}/callbacks", dependencies=[policy("petition.read")])
async def callbacks(petition_id: UUID, session: SessionDep) -> list[CallbackOut]:
    """Every call to this petitioner, oldest first."""
    petition = await read_petition(session, petition_id)
    rows = await queries.callbacks_of(session, petition.id)
    return [CallbackOut.model_validate(each) for each in rows]

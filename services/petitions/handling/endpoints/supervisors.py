"""Environmental supervisors who take part in a petition, over HTTP."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.petitions.handling import queries
from services.petitions.handling.models import SupervisorCall
from services.petitions.handling.schemas import (
    SupervisorCallIn,
    SupervisorCallOut,
    SupervisorNoteIn,
)
from services.petitions.handling.use_cases import supervisors as use_cases
from services.petitions.handling.use_cases.supervisors import Supervisors
from services.petitions.intake.endpoints import Keys
from services.petitions.intake.queries import petition as read_petition
from shared.http.access import BEARER, ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


async def _supervisors(request: Request) -> Supervisors:
    """Asks with the rights of whoever asks us."""
    token = request.headers["authorization"][len(BEARER) :]
    return Supervisors(request.state.peers["regions"], token)


@router.get("/{petition_id}/supervisors", dependencies=[policy("petition.read")])
async def supervisors_of(petition_id: UUID, session: SessionDep) -> list[SupervisorCallOut]:
    """Environmental supervisors asked to come along, whether they came and what they said."""
    petition = await read_petition(session, petition_id)
    found = await queries.supervisor_calls(session, petition.id)
    return [SupervisorCallOut.model_validate(each) for each in found]


@router.post(
    "/{petition_id}/supervisors",
    status_code=201,
    dependencies=[policy("petition.call_supervisor")],
    response_model=SupervisorCallOut,
)
async def call_supervisor(
    petition_id: UUID,
    body: SupervisorCallIn,
    asked: Annotated[Supervisors, Depends(_supervisors)],
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> SupervisorCall:
    """Ask a supervisor of the place to come along; `told` is all he may be told."""
    petition, row = await use_cases.call(
        session,
        actor,
        petition_id,
        supervisor_id=body.supervisor_id,
        supervisor=await asked.one(body.supervisor_id),
        visit_at=body.visit_at,
        keys=keys,
        version=version,
        now=now,
    )
    response.headers["ETag"] = etag(petition.version)
    return row


@router.post(
    "/{petition_id}/supervisors/{supervisor_call_id}/note",
    dependencies=[policy("petition.note_supervisor")],
    response_model=SupervisorCallOut,
)
async def note_supervisor(
    petition_id: UUID,
    supervisor_call_id: UUID,
    body: SupervisorNoteIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> SupervisorCall:
    """Note whether the supervisor came, and the remark."""
    petition, row = await use_cases.note(
        session,
        actor,
        petition_id,
        supervisor_call_id,
        came=body.came,
        remark=body.remark,
        keys=keys,
        version=version,
        now=now,
    )
    response.headers["ETag"] = etag(petition.version)
    return row

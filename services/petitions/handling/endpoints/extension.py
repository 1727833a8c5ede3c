"""More time to close, over HTTP: asked by the officer, decided by the head (art. 34)."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.petitions.handling import queries
from services.petitions.handling.schemas import (
    ExtendIn,
    ExtensionRequestOut,
    ReasonIn,
    RequestExtensionIn,
)
from services.petitions.handling.use_cases import extension as use_cases
from services.petitions.intake.endpoints import Keys, shown_to
from services.petitions.intake.queries import petition as read_petition
from services.petitions.intake.schemas import PetitionOut
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


# A petition is extended once: a few requests at most, whole.
@router.get("/{petition_id}/extensions", dependencies=[policy("petition.read")])
async def extension_requests(petition_id: UUID, session: SessionDep) -> list[ExtensionRequestOut]:
    """Every request for more time and what became of it, oldest first."""
    await read_petition(session, petition_id)
    found = await queries.extension_requests(session, petition_id)
    return [ExtensionRequestOut.model_validate(each) for each in found]


@router.post(
    "/{petition_id}/request-extension", dependencies=[policy("petition.request_extension")]
)
async def request_extension(
    petition_id: UUID,
    body: RequestExtensionIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """The handling officer asks for more time to close."""
    petition = await use_cases.request(
        session,
        actor,
        petition_id,
        days=body.days,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/extend", dependencies=[policy("petition.extend")])
async def extend(
    petition_id: UUID,
    body: ExtendIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Approve the open request: once, within the cap, the petitioner told."""
    petition = await use_cases.grant(
        session,
        actor,
        petition_id,
        notice=body.notice,
        consent=body.consent,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/refuse-extension", dependencies=[policy("petition.refuse_extension")])
async def refuse_extension(
    petition_id: UUID,
    body: ReasonIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Do not grant the open request; the term stays."""
    petition = await use_cases.refuse(
        session,
        actor,
        petition_id,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)

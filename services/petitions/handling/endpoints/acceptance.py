"""Acceptance, refusal, another track and the start, over HTTP."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.petitions.handling.schemas import (
    AcceptIn,
    ReclassifyIn,
    RefuseIn,
    StartIn,
)
from services.petitions.handling.use_cases import acceptance as use_cases, classifying
from services.petitions.intake.endpoints import Keys, shown_to
from services.petitions.intake.schemas import PetitionOut
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


@router.post("/{petition_id}/accept", dependencies=[policy("petition.accept")])
async def accept(
    petition_id: UUID,
    body: AcceptIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Accept and tell the petitioner; the time to close begins."""
    petition = await use_cases.accept(
        session,
        actor,
        petition_id,
        notice=body.notice,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/refuse", dependencies=[policy("petition.refuse")])
async def refuse(
    petition_id: UUID,
    body: RefuseIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Do not accept, on a ground the law knows."""
    petition = await use_cases.refuse(
        session,
        actor,
        petition_id,
        ground=body.ground,
        same_as_id=body.same_as_id,
        notice=body.notice,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/reclassify", dependencies=[policy("petition.reclassify")])
async def reclassify(
    petition_id: UUID,
    body: ReclassifyIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Another purpose or track, before anybody accepted; the time to accept follows."""
    petition = await classifying.reclassify(
        session,
        actor,
        petition_id,
        purpose=body.purpose,
        track=body.track,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/start", dependencies=[policy("petition.start")])
async def start(
    petition_id: UUID,
    body: StartIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Begin handling; the caller becomes the handling officer."""
    petition = await use_cases.start(
        session,
        actor,
        petition_id,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)

"""Handling petitions together and apart again, over HTTP."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.petitions.handling.schemas import LiftIn, MergeIn
from services.petitions.handling.use_cases import merging as use_cases
from services.petitions.intake.endpoints import Keys, shown_to
from services.petitions.intake.schemas import PetitionOut
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


@router.post("/{petition_id}/merge", dependencies=[policy("petition.merge")])
async def merge(
    petition_id: UUID,
    body: MergeIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Handle the petition with another one; each keeps number, clocks and state."""
    petition = await use_cases.merge(
        session,
        actor,
        petition_id,
        into_id=body.into_id,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/unmerge", dependencies=[policy("petition.merge")])
async def unmerge(
    petition_id: UUID,
    body: LiftIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Handle it by itself again; the line of the merger stays."""
    petition = await use_cases.unmerge(
        session,
        actor,
        petition_id,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)

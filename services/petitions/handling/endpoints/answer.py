"""The answer over HTTP."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.petitions.handling.schemas import (
    ReasonIn,
    ReplyIn,
)
from services.petitions.handling.use_cases import answer as use_cases
from services.petitions.intake.endpoints import Keys, shown_to
from services.petitions.intake.schemas import PetitionOut
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


@router.post("/{petition_id}/reply", dependencies=[policy("petition.reply")])
async def reply(
    petition_id: UUID,
    body: ReplyIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Give the written answer (art. 32)."""
    petition = await use_cases.reply(
        session,
        actor,
        petition_id,
        outcome=body.outcome,
        opinion=body.opinion,
        parts=body.parts,
        partial=body.partial,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/file", dependencies=[policy("petition.file")])
async def file_away(
    petition_id: UUID,
    body: ReasonIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Close an anonymous petition, which nobody can be called back about."""
    petition = await use_cases.file(
        session,
        actor,
        petition_id,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)

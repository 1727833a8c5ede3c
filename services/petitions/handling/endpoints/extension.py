"""More time to close, over HTTP."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.petitions.handling.schemas import (
    ExtendIn,
)
from services.petitions.handling.use_cases import extension as use_cases
from services.petitions.intake.endpoints import Keys, shown_to
from services.petitions.intake.schemas import PetitionOut
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


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
    """Approve more time to close: once, within the cap (art. 34)."""
    petition = await use_cases.extend(
        session,
        actor,
        petition_id,
        days=body.days,
        requested_by=body.requested_by,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)

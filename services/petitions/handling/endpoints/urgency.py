"""Major and urgent matters, over HTTP."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.petitions.handling.schemas import UrgentIn
from services.petitions.handling.use_cases import urgency as use_cases
from services.petitions.intake.endpoints import Keys, shown_to
from services.petitions.intake.schemas import PetitionOut
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


@router.post("/{petition_id}/mark-urgent", dependencies=[policy("petition.mark_urgent")])
async def mark_urgent(
    petition_id: UUID,
    body: UrgentIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Mark as major and urgent, and tell the superiors at once (art. 25)."""
    petition = await use_cases.mark_urgent(
        session,
        actor,
        petition_id,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)

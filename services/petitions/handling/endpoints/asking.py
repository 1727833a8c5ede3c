"""Asking the petitioner back, over HTTP."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.petitions.handling.schemas import QuestionIn, SupplementIn
from services.petitions.handling.use_cases import asking as use_cases
from services.petitions.intake.endpoints import Keys, shown_to
from services.petitions.intake.schemas import PetitionOut
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


@router.post("/{petition_id}/ask-back", dependencies=[policy("petition.ask_back")])
async def ask_back(
    petition_id: UUID,
    body: QuestionIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Ask the petitioner to complete what was said (补正); what may wait stops."""
    petition = await use_cases.ask_back(
        session,
        actor,
        petition_id,
        question=body.question,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/supplement", dependencies=[policy("petition.supplement")])
async def supplement(
    petition_id: UUID,
    body: SupplementIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Record what the petitioner added; the clocks go on."""
    petition = await use_cases.supplement(
        session,
        actor,
        petition_id,
        text=body.text,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)

"""Recusal and handing over, over HTTP."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.petitions.handling import queries
from services.petitions.handling.models import Recusal
from services.petitions.handling.schemas import HandOverIn, LiftIn, RecusalIn, RecusalOut
from services.petitions.handling.use_cases import hand_over as handing, recusal as use_cases
from services.petitions.intake.endpoints import Keys, shown_to
from services.petitions.intake.queries import petition as read_petition
from services.petitions.intake.schemas import PetitionOut
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


@router.post(
    "/{petition_id}/recusals",
    status_code=201,
    dependencies=[policy("recusal.declare")],
    response_model=RecusalOut,
)
async def declare(
    petition_id: UUID,
    body: RecusalIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> Recusal:
    """Declare the own interest in the matter, or order a recusal as the head (art. 28)."""
    petition, recusal = await use_cases.declare(
        session,
        actor,
        petition_id,
        account_id=body.account_id,
        account_name=body.account_name,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    response.headers["ETag"] = etag(petition.version)
    return recusal


@router.get("/{petition_id}/recusals", dependencies=[policy("recusal.read")])
async def recusals(petition_id: UUID, session: SessionDep) -> list[RecusalOut]:
    """Who was recused from the petition, oldest first, lifted ones too."""
    petition = await read_petition(session, petition_id)
    found = await queries.recusals(session, petition.id)
    return [RecusalOut.model_validate(each) for each in found]


@router.post(
    "/{petition_id}/recusals/{recusal_id}/lift",
    dependencies=[policy("recusal.lift")],
    response_model=RecusalOut,
)
async def lift(
    petition_id: UUID,
    recusal_id: UUID,
    body: LiftIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> Recusal:
    """Find that there is no interest, or none any more."""
    petition, recusal = await use_cases.lift(
        session,
        actor,
        petition_id,
        recusal_id,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    response.headers["ETag"] = etag(petition.version)
    return recusal


@router.post("/{petition_id}/hand-over", dependencies=[policy("petition.hand_over")])
async def hand_over(
    petition_id: UUID,
    body: HandOverIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Take the petition over, or name the officer who does."""
    petition = await handing.hand_over(
        session,
        actor,
        petition_id,
        account_id=body.account_id,
        account_name=body.account_name,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)

"""Repeats over HTTP."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter

from services.petitions.intake.queries import petition as read_petition
from services.petitions.repeats import queries, use_cases
from services.petitions.repeats.models import RepeatLink
from services.petitions.repeats.schemas import CandidateOut, ConfirmRepeatIn, RepeatOut
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["repeats"], route_class=Route)


@router.get("/{petition_id}/repeat-candidates", dependencies=[policy("petition.confirm_repeat")])
async def candidates(petition_id: UUID, session: SessionDep) -> list[CandidateOut]:
    """Earlier petitions this one may repeat, for a clerk to decide."""
    return [
        CandidateOut(
            petition_id=earlier.id,
            number=earlier.number,
            title=earlier.redacted_title,
            received_at=earlier.received_at,
            grounds=found,
        )
        for earlier, found in await use_cases.candidates(session, petition_id)
    ]


@router.post(
    "/{petition_id}/confirm-repeat",
    dependencies=[policy("petition.confirm_repeat")],
    response_model=RepeatOut,
)
async def confirm(
    petition_id: UUID,
    body: ConfirmRepeatIn,
    version: ExpectedVersion,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
) -> RepeatLink:
    """Confirm that the petition raises an earlier one's matter again."""
    return await use_cases.confirm(
        session,
        actor,
        petition_id,
        root_id=body.root_id,
        note=body.note,
        version=version,
        now=now,
    )


@router.get("/{petition_id}/repeats", dependencies=[policy("petition.read")])
async def repeats(petition_id: UUID, session: SessionDep) -> list[RepeatOut]:
    """Every repeat of the matter this petition belongs to."""
    petition = await read_petition(session, petition_id)
    root_id = await queries.root_of(session, petition.id)
    return [RepeatOut.model_validate(each) for each in await queries.repeats_of(session, root_id)]

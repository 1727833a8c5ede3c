"""Repeats over HTTP."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter

from services.petitions.intake.endpoints import Keys
from services.petitions.intake.queries import petition as read_petition
from services.petitions.repeats import queries
from services.petitions.repeats.models import RepeatLink
from services.petitions.repeats.schemas import (
    CandidateOut,
    ConfirmRepeatIn,
    RepeatOut,
    RevokeRepeatIn,
    TypedIn,
)
from services.petitions.repeats.use_cases import candidates as finding, links
from services.petitions.repeats.use_cases.likeness import Typed
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import COMPUTES, Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["repeats"], route_class=Route)


@router.get("/{petition_id}/repeat-candidates", dependencies=[policy("petition.confirm_repeat")])
async def candidates(petition_id: UUID, session: SessionDep, now: Now) -> list[CandidateOut]:
    """Earlier petitions this one may repeat, at most five, for a clerk to decide."""
    found = await finding.of_registered(session, petition_id, now=now)
    return [CandidateOut.of(each) for each in found]


@router.post(
    "/repeat-candidates",
    dependencies=[policy("petition.register")],
    openapi_extra=COMPUTES,
)
async def candidates_of_text(
    body: TypedIn, actor: ActorDep, session: SessionDep, now: Now
) -> list[CandidateOut]:
    """The same for a petition being typed; nothing is stored, nobody's identity compared."""
    facts: dict[str, Any] = body.model_dump()
    typed = Typed(**facts | {"received_at": body.received_at or now})
    found = await finding.of_typed_text(session, actor, typed, now=now)
    return [CandidateOut.of(each) for each in found]


@router.post(
    "/{petition_id}/confirm-repeat",
    dependencies=[policy("petition.confirm_repeat")],
    response_model=RepeatOut,
)
async def confirm(
    petition_id: UUID,
    body: ConfirmRepeatIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
) -> RepeatLink:
    """Confirm that the petition raises an earlier one's matter again."""
    return await links.confirm(
        session,
        actor,
        petition_id,
        root_id=body.root_id,
        note=body.note,
        keys=keys,
        version=version,
        now=now,
    )


@router.post(
    "/{petition_id}/revoke-repeat",
    dependencies=[policy("petition.confirm_repeat")],
    status_code=204,
)
async def revoke(
    petition_id: UUID,
    body: RevokeRepeatIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
) -> None:
    """Take a wrong confirmation back; later repeats of the matter move up."""
    await links.revoke(
        session, actor, petition_id, reason=body.reason, keys=keys, version=version, now=now
    )


@router.get("/{petition_id}/repeats", dependencies=[policy("petition.read")])
async def repeats(petition_id: UUID, session: SessionDep) -> list[RepeatOut]:
    """Every repeat of the matter this petition belongs to."""
    petition = await read_petition(session, petition_id)
    root_id = await queries.root_of(session, petition.id)
    return [RepeatOut.model_validate(each) for each in await queries.repeats_of(session, root_id)]

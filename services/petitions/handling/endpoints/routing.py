"""Routing over HTTP: transfer, assignment, objection and its answer."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.petitions.handling.schemas import (
    AssignIn,
    ReasonIn,
    TransferIn,
)
from services.petitions.handling.use_cases import routing as use_cases
from services.petitions.intake.domain import Step
from services.petitions.intake.endpoints import Keys, shown_to
from services.petitions.intake.schemas import PetitionOut
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


@router.post("/{petition_id}/transfer", dependencies=[policy("petition.transfer")])
async def transfer(
    petition_id: UUID,
    body: TransferIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Hand the petition to the competent unit (art. 22)."""
    petition = await use_cases.route(
        session,
        actor,
        petition_id,
        step=Step.TRANSFER,
        unit=body.unit,
        report_due_on=None,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/assign", dependencies=[policy("petition.assign")])
async def assign(
    petition_id: UUID,
    body: AssignIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Hand it over and ask for a closing report (art. 22)."""
    petition = await use_cases.route(
        session,
        actor,
        petition_id,
        step=Step.ASSIGN,
        unit=body.unit,
        report_due_on=body.report_due_on,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/object", dependencies=[policy("petition.object")])
async def object_to(
    petition_id: UUID,
    body: ReasonIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Say within five working days that the unit is not competent (art. 23)."""
    petition = await use_cases.object_to(
        session,
        actor,
        petition_id,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/accept-objection", dependencies=[policy("petition.accept_objection")])
async def accept_objection(
    petition_id: UUID,
    body: ReasonIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Agree with the objection; the petition comes back to be routed again."""
    petition = await use_cases.accept_objection(
        session,
        actor,
        petition_id,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/reject-objection", dependencies=[policy("petition.reject_objection")])
async def reject_objection(
    petition_id: UUID,
    body: ReasonIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Insist; the unit keeps the petition."""
    petition = await use_cases.reject_objection(
        session,
        actor,
        petition_id,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)

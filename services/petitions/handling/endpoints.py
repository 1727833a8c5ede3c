"""Handling over HTTP: one route per step of the procedure."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.petitions.handling import use_cases
from services.petitions.handling.schemas import (
    AcceptIn,
    AssignIn,
    ExtendIn,
    ReasonIn,
    RefuseIn,
    ReplyIn,
    StartIn,
    TransferIn,
)
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
    petition = await use_cases.answer_objection(
        session,
        actor,
        petition_id,
        step=Step.ACCEPT_OBJECTION,
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
    petition = await use_cases.answer_objection(
        session,
        actor,
        petition_id,
        step=Step.REJECT_OBJECTION,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


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
        notice=body.notice,
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
        legal_basis=body.legal_basis,
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

"""Asking an environmental supervisor of the place to come along, and noting whether he came."""

from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling import queries
from services.petitions.handling.domain import supervisors as rules
from services.petitions.handling.domain.supervisors import (
    AlreadyCalled,
    KeptFromPlace,
    Object,
    Supervisor,
)
from services.petitions.handling.models import SupervisorCall
from services.petitions.handling.use_cases.begin import begin_step
from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition
from services.petitions.intake.use_cases.steps import take, told_of
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.contracts.petitions import SupervisorTookPart
from shared.errors import NotFound
from shared.http.client import ServiceClient, UpstreamProblem
from shared.messaging.outbox import announce

SUPERVISOR: Final = "/api/v1/environmental-supervisors/{}"


class _Told(BaseModel):
    """What of a supervisor is read here: nothing by which one could call him."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    division: str
    object_name: str
    credit_code: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Supervisors:
    """What one caller may ask of `regions` about environmental supervisors."""

    regions: ServiceClient
    token: str

    async def one(self, supervisor_id: UUID) -> Supervisor:
        """NotFound if the caller may not know of the supervisor."""
        try:
            answer = await self.regions.get(
                SUPERVISOR.format(supervisor_id), on_behalf_of=self.token
            )
        except UpstreamProblem as problem:
            if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
                raise NotFound(what="environmental supervisor") from problem
            raise
        found = _Told.model_validate_json(answer.content)
        return Supervisor(**found.model_dump())


async def call(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    supervisor_id: UUID,
    supervisor: Supervisor,
    visit_at: datetime,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> tuple[Petition, SupervisorCall]:
    """Ask the supervisor to come: told where, when, what object and media, and nothing else."""
    petition = await begin_step(session, actor, petition_id, version, Step.CALL_SUPERVISOR)
    places = told_of(petition)
    if not places:
        raise KeptFromPlace
    rules.require_fit(
        supervisor,
        Object(petition.object_name, petition.object_code),
        places=places,
        visit_at=visit_at,
        now=now,
    )
    if await queries.is_called(session, petition.id, supervisor_id):
        raise AlreadyCalled

    async def redacted(text: str) -> str:
        return await without_petitioner(session, petition.party_ids, text, keys=keys)

    row = SupervisorCall(
        petition_id=petition.id,
        supervisor_id=supervisor_id,
        division=supervisor.division,
        supervisor_of=supervisor.object_name,
        visit_at=visit_at,
        told={
            "place": await redacted(petition.place),
            "object_name": petition.object_name and await redacted(petition.object_name),
            "media": petition.media,
            "visit_at": visit_at.isoformat(),
        },
        called_by=actor.id,
        called_by_name=actor.name,
        called_at=now,
        visible_to=petition.visible_to,
    )
    session.add(row)
    await take(
        session,
        petition,
        Step.CALL_SUPERVISOR,
        actor=actor,
        reason=None,
        keys=keys,
        now=now,
        facts={"supervisor": str(supervisor_id), "visit_at": visit_at.isoformat()},
    )
    return petition, row


async def note(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    call_id: UUID,
    *,
    came: bool,
    remark: str | None,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> tuple[Petition, SupervisorCall]:
    """Whether the supervisor came and what he said; `regions` hears that he took part."""
    petition = await begin_step(session, actor, petition_id, version, Step.NOTE_SUPERVISOR)
    row = await queries.supervisor_call(session, petition.id, call_id)
    rules.require_notable(row.visit_at, noted=row.came is not None, now=now)
    rules.require_remark(remark, came=came)
    row.came, row.noted_at = came, now
    row.noted_by, row.noted_by_name = actor.id, actor.name
    if remark is not None:
        row.remark = await without_petitioner(session, petition.party_ids, remark, keys=keys)
    await take(
        session,
        petition,
        Step.NOTE_SUPERVISOR,
        actor=actor,
        reason=row.remark,
        keys=None,
        now=now,
        facts={"supervisor": str(row.supervisor_id), "came": came},
    )
    if came:
        event = SupervisorTookPart(
            supervisor_id=row.supervisor_id,
            petition_id=petition.id,
            division=row.division,
            on_day=legal_day(row.visit_at),
        )
        await announce(session, event, now=now)
    return petition, row

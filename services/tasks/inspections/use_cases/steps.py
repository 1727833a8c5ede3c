"""What every step of an inspection shares: the lock, the right, the history line, the trace."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.use_cases.crews import Crew, require_member
from services.tasks.inspections import queries
from services.tasks.inspections.domain import life
from services.tasks.inspections.domain.guards import OfficerNotPresent, Presence
from services.tasks.inspections.domain.life import InspectionAction
from services.tasks.inspections.models.inspections import (
    Inspection,
    InspectionOfficer,
    InspectionStep,
)
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings

AGENCY_NAME: Final = "inspection.agency_name"


def right(action: InspectionAction) -> str:
    return "problem.find" if action is InspectionAction.FIND else "inspection.carry_out"


def next_steps(actor: Actor, inspection: Inspection, crew: Crew | None) -> list[InspectionAction]:
    """What this caller may do now."""
    if crew is None or not crew.has(actor.id):
        return []
    return [
        action
        for action in life.TRANSITIONS[inspection.state]
        if may(actor, right(action), division=inspection.division, participants=inspection.parties)
    ]


async def lock_for(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    action: InspectionAction,
    *,
    expected_version: int | None = None,
) -> Inspection:
    """The inspection, locked, for a step of a member of the team; a finding brings no version."""
    inspection = await queries.lock_inspection(session, inspection_id)
    require(actor, right(action), division=inspection.division, participants=inspection.parties)
    await require_member(session, actor, inspection.task_id, action=action)
    if expected_version is not None:
        inspection.require_version(expected_version)
    life.step(inspection.state, action)
    return inspection


async def present(session: AsyncSession, inspection: Inspection) -> Sequence[InspectionOfficer]:
    return (await queries.officers(session, [inspection.id])).get(inspection.id, [])


def presences(officers: Sequence[InspectionOfficer]) -> tuple[Presence, ...]:
    return tuple(
        Presence(each.officer_id, each.name, each.certificate_valid_to, each.certificate_shown)
        for each in officers
    )


def one_of(officers: Sequence[InspectionOfficer], officer_id: UUID) -> InspectionOfficer:
    """The officer among those present; OfficerNotPresent otherwise."""
    for each in officers:
        if each.officer_id == officer_id:
            return each
    raise OfficerNotPresent(officer_id=officer_id)


async def rules(session: AsyncSession, inspection: Inspection) -> Mapping[str, Any]:
    """The settings of the place on the day the inspection began."""
    return await rule_settings(
        session, division=inspection.division, on_day=legal_day(inspection.started_at)
    )


async def take(
    session: AsyncSession,
    actor: Actor,
    inspection: Inspection,
    action: InspectionAction,
    *,
    note: str | None = None,
    now: datetime,
) -> None:
    """The only place an inspection's state changes: the step, its history line and its trace."""
    before = inspection.state
    inspection.state = life.step(before, action)
    inspection.changed_at = now
    session.add(
        InspectionStep(
            inspection_id=inspection.id,
            action=action,
            actor_id=actor.id,
            actor_name=actor.name,
            note=note,
            at=now,
            visible_to=inspection.visible_to,
        )
    )
    await session.flush()
    await trace(
        session,
        actor,
        f"inspection.{action}",
        inspection,
        reason=note,
        before={"state": before},
        now=now,
    )


async def trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    inspection: Inspection,
    *,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="inspection",
        object_id=inspection.id,
        now=now,
        seen_by=[*inspection.parties, inspection.division],
        reason=reason,
        before=before,
        after=inspection.model_dump(mode="json"),
    )

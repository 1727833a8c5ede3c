"""Starting an inspection, keeping its record, and finishing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.models import TeamMember
from services.tasks.dispatch.use_cases.carrying_out import begin_inspection
from services.tasks.dispatch.use_cases.crews import Crew, require_member
from services.tasks.enterprises.domain.visits import LegalKind, Method, Mode
from services.tasks.inspections import domain, queries
from services.tasks.inspections.domain import (
    Facts,
    InspectionAction,
    OfficerNotOfTheTeam,
    Presence,
    Signature,
    StartOutOfPeriod,
)
from services.tasks.inspections.models import Inspection, InspectionOfficer, InspectionStep
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class Present:
    officer_id: UUID
    certificate_shown: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """How an inspection begins."""

    legal_kind: LegalKind
    mode: Mode
    methods: Sequence[Method]
    officers: Sequence[Present]
    started_at: datetime
    recorder_on: bool
    recorder_reason: str | None


def right(action: InspectionAction) -> str:
    return "problem.find" if action is InspectionAction.FIND else "inspection.carry_out"


def next_steps(actor: Actor, inspection: Inspection, crew: Crew | None) -> list[InspectionAction]:
    """What this caller may do now."""
    if crew is None or not crew.has(actor.id):
        return []
    return [
        action
        for action in domain.TRANSITIONS[inspection.state]
        if may(actor, right(action), division=inspection.division, participants=inspection.parties)
    ]


async def start(
    session: AsyncSession, actor: Actor, task_id: UUID, visit: Visit, *, now: datetime
) -> Inspection:
    """Begin an inspection with officers of the task's team; the task is under way from then on."""
    task, crew = await begin_inspection(session, actor, task_id, now=now)
    if visit.started_at > now or not crew.covers(visit.started_at):
        raise StartOutOfPeriod
    inspection = Inspection(
        task_id=task.id,
        division=task.place,
        parties=task.parties,
        legal_kind=visit.legal_kind,
        mode=visit.mode,
        methods=list(dict.fromkeys(visit.methods)),
        at_night=await _at_night(session, task.place, visit.started_at, visit.started_at),
        started_at=visit.started_at,
        recorder_on=visit.recorder_on,
        recorder_reason=visit.recorder_reason,
        visible_to=task.visible_to,
    )
    session.add(inspection)
    await session.flush()
    session.add_all(_present(inspection, crew, each) for each in visit.officers)
    await session.flush()
    await _trace(session, actor, "inspection.start", inspection, now=now)
    return inspection


async def keep_record(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    text: str,
    signature: Signature,
    signature_note: str | None,
    expected_version: int,
    now: datetime,
) -> Inspection:
    """Write the record of the inspection, and how the party answered it."""
    inspection = await _lock_for(
        session, actor, inspection_id, InspectionAction.RECORD, expected_version=expected_version
    )
    inspection.record_text = text
    inspection.signature = signature
    inspection.signature_note = signature_note
    inspection.recorded_at = now
    await _take(session, actor, inspection, InspectionAction.RECORD, note=signature_note, now=now)
    return inspection


async def switch_recorder(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    on: bool,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Inspection:
    """Note that the recorder was switched; a gap has a reason, which stays."""
    action = InspectionAction.SWITCH_RECORDER
    inspection = await _lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    inspection.recorder_on = on
    inspection.recorder_reason = reason or inspection.recorder_reason
    note = f"{'on' if on else 'off'}: {reason or ''}"
    await _take(session, actor, inspection, action, note=note, now=now)
    return inspection


async def hand_integrity_sheet(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> Inspection:
    """Note that the party was given the integrity feedback sheet."""
    action = InspectionAction.HAND_INTEGRITY_SHEET
    inspection = await _lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    inspection.sheet_handed_at = now
    await _take(session, actor, inspection, action, now=now)
    return inspection


async def finish(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> Inspection:
    """End the inspection, if nothing the law wants of it is missing."""
    action = InspectionAction.FINISH
    inspection = await _lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    domain.require_complete(await _facts(session, inspection))
    inspection.finished_at = now
    inspection.at_night = await _at_night(session, inspection.division, inspection.started_at, now)
    await _take(session, actor, inspection, action, now=now)
    return inspection


async def lock_for_finding(session: AsyncSession, actor: Actor, inspection_id: UUID) -> Inspection:
    """The inspection under way, locked, for a problem that a member of the team found."""
    return await _lock_for(session, actor, inspection_id, InspectionAction.FIND)


async def _lock_for(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    action: InspectionAction,
    *,
    expected_version: int | None = None,
) -> Inspection:
    inspection = await queries.lock_inspection(session, inspection_id)
    require(actor, right(action), division=inspection.division, participants=inspection.parties)
    await require_member(session, actor, inspection.task_id, action=action)
    if expected_version is not None:
        inspection.require_version(expected_version)
    domain.step(inspection.state, action)
    return inspection


def _present(inspection: Inspection, crew: Crew, present: Present) -> InspectionOfficer:
    member = _member(crew, present.officer_id)
    return InspectionOfficer(
        inspection_id=inspection.id,
        officer_id=member.officer_id,
        account_id=member.account_id,
        name=member.name,
        division=member.division,
        certificate_number=member.certificate_number,
        certificate_valid_to=member.certificate_valid_to,
        certificate_shown=present.certificate_shown,
        visible_to=inspection.visible_to,
    )


def _member(crew: Crew, officer_id: UUID) -> TeamMember:
    for member in crew.members:
        if member.officer_id == officer_id:
            return member
    raise OfficerNotOfTheTeam(officer_id=officer_id)


async def _facts(session: AsyncSession, inspection: Inspection) -> Facts:
    present = (await queries.officers(session, [inspection.id])).get(inspection.id, [])
    return Facts(
        mode=inspection.mode,
        started_at=inspection.started_at,
        present=tuple(
            Presence(each.officer_id, each.name, each.certificate_valid_to, each.certificate_shown)
            for each in present
        ),
        has_record=bool(inspection.record_text),
        recorder_on=inspection.recorder_on,
        recorder_reason=inspection.recorder_reason,
        sheet_handed=inspection.sheet_handed_at is not None,
    )


async def _at_night(
    session: AsyncSession, division: str, started_at: datetime, finished_at: datetime
) -> bool:
    rules = await rule_settings(session, division=division, on_day=legal_day(started_at))
    return domain.touches_night(
        started_at, finished_at, night_starts=rules["inspection.night_starts"]
    )


async def _take(
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
    inspection.state = domain.step(before, action)
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
    await _trace(
        session, actor, f"inspection.{action}", inspection, before={"state": before}, now=now
    )


async def _trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    inspection: Inspection,
    *,
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
        before=before,
        after=inspection.model_dump(mode="json"),
    )

"""How an inspection ends: finished, broken off, or called off; and what is added afterwards."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.visits import Method, Mode
from services.tasks.inspections import queries
from services.tasks.inspections.domain import guards, life, recorders, terms
from services.tasks.inspections.domain.guards import (
    MIN_OFFICERS,
    AbsenceCase,
    Facts,
    Signature,
    TooFewPresent,
)
from services.tasks.inspections.domain.life import AbortGround, InspectionAction
from services.tasks.inspections.models.inspections import Inspection, InspectionAddition
from services.tasks.inspections.use_cases import ledger
from services.tasks.inspections.use_cases.recording import end_recording, gaps
from services.tasks.inspections.use_cases.steps import (
    lock_for,
    one_of,
    presences,
    present,
    rules,
    take,
)
from services.tasks.inspections.use_cases.visiting import Answer
from shared.auth.actor import Actor


async def finish(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> Inspection:
    """End the inspection, if nothing the law wants is missing; the ledger says it was made."""
    action = InspectionAction.FINISH
    inspection = await lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    guards.require_complete(await _facts(session, inspection, now=now))
    inspection.finished_at = now
    in_force = await rules(session, inspection)
    inspection.at_night = terms.touches_night(
        inspection.started_at, now, night_starts=in_force[terms.NIGHT_STARTS]
    )
    inspection.methods = [
        *terms.methods_by_time(
            map(Method, inspection.methods),
            at_night=inspection.at_night,
            on_rest_day=inspection.on_rest_day,
        )
    ]
    await end_recording(session, inspection, reason=None, now=now)
    await ledger.made(session, actor, inspection, now=now)
    await take(session, actor, inspection, action, now=now)
    return inspection


async def abort(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    ground: AbortGround,
    facts: str,
    expected_version: int,
    now: datetime,
) -> Inspection:
    """It had begun and could not go on: refused entry, force majeure. The place is free again."""
    action = InspectionAction.ABORT
    inspection = await lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    there = await present(session, inspection)
    life.require_ground(ground, all_shown=all(each.certificate_shown for each in there))
    inspection.abort_ground = ground
    inspection.ended_at, inspection.end_reason = now, facts
    await end_recording(session, inspection, reason=ground, now=now)
    await ledger.release(session, actor, inspection, reason=facts, now=now)
    await take(session, actor, inspection, action, note=f"{ground}: {facts}", now=now)
    return inspection


async def call_off(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Inspection:
    """Nobody inspects anything; refused once somebody has. The place is free again."""
    action = InspectionAction.CALL_OFF
    inspection = await lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    life.require_nothing_done(await queries.done(session, inspection.id))
    inspection.ended_at, inspection.end_reason = now, reason
    await end_recording(session, inspection, reason=reason, to_be_stored=False, now=now)
    await ledger.release(session, actor, inspection, reason=reason, now=now)
    await take(session, actor, inspection, action, note=reason, now=now)
    return inspection


async def add(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    text: str,
    reason: str,
    officer_ids: Sequence[UUID],
    answer: Answer,
    expected_version: int,
    now: datetime,
) -> Inspection:
    """What was forgotten, beside the record: by two officers who were there, answered like it."""
    action = InspectionAction.ADD
    inspection = await lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    there = await present(session, inspection)
    signing = {each: one_of(there, each).name for each in officer_ids}
    if len(signing) < MIN_OFFICERS:
        raise TooFewPresent(needed=MIN_OFFICERS, present=len(signing))
    session.add(
        InspectionAddition(
            inspection_id=inspection.id,
            text=text,
            reason=reason,
            officers=[*signing.values()],
            signature=answer.signature,
            signature_note=answer.note,
            absence_case=guards.absence_case(answer.signature, answer.case),
            actor_id=actor.id,
            actor_name=actor.name,
            at=now,
        )
    )
    await take(session, actor, inspection, action, note=reason, now=now)
    return inspection


async def _facts(session: AsyncSession, inspection: Inspection, *, now: datetime) -> Facts:
    in_force = await rules(session, inspection)
    wanted = in_force[recorders.SAID]
    on_site = inspection.mode is Mode.ON_SITE
    absent = inspection.absence_case not in (None, AbsenceCase.REFUSED_TO_SIGN)
    return Facts(
        mode=inspection.mode,
        methods=tuple(map(Method, inspection.methods)),
        started_at=inspection.started_at,
        present=presences(await present(session, inspection)),
        has_record=bool(inspection.record_text),
        gaps=await gaps(session, inspection, left=now) if on_site else (),
        recorded=bool(await queries.recordings(session, inspection.id)),
        not_said=tuple(each for each in wanted if each not in inspection.said),
        sheet_handed=inspection.sheet_handed_at is not None,
        declared=inspection.breaches is not None,
        party_absent=absent and inspection.signature is Signature.ABSENT,
    )

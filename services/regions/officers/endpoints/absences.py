"""Absences and substitutes over HTTP."""

from uuid import UUID

from fastapi import APIRouter

from services.regions.officers.domain import Period
from services.regions.officers.endpoints.asked import AskedDep
from services.regions.officers.schemas.people import AbsenceIn, OfficerOut, ReasonIn, SubstituteIn
from services.regions.officers.use_cases import absences
from shared.http.access import policy
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route

router = APIRouter(prefix="/officers/{officer_id}", tags=["officers"], route_class=Route)


@router.post("/absences", dependencies=[policy("officer.manage")])
async def record_absence(
    officer_id: UUID, body: AbsenceIn, asked: AskedDep, expected_version: ExpectedVersion
) -> OfficerOut:
    """Record a time in which the officer cannot be sent."""
    officer = await absences.record_absence(
        asked.session,
        asked.actor,
        officer_id,
        period=Period(body.starts_at, body.ends_at),
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(officer)


@router.post("/absences/{absence_id}/withdraw", dependencies=[policy("officer.manage")])
async def withdraw_absence(
    officer_id: UUID,
    absence_id: UUID,
    body: ReasonIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> OfficerOut:
    """The officer is not away after all; nobody stands in any more."""
    officer = await absences.withdraw_absence(
        asked.session,
        asked.actor,
        officer_id,
        absence_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(officer)


@router.post("/absences/{absence_id}/substitutes", dependencies=[policy("officer.manage")])
async def name_substitute(
    officer_id: UUID,
    absence_id: UUID,
    body: SubstituteIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> OfficerOut:
    """Name who stands in during an absence."""
    officer = await absences.name_substitute(
        asked.session,
        asked.actor,
        officer_id,
        absence_id,
        body.named(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(officer)


@router.post("/substitutes/{substitution_id}/end", dependencies=[policy("officer.manage")])
async def end_substitute(
    officer_id: UUID,
    substitution_id: UUID,
    body: ReasonIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> OfficerOut:
    """Nobody stands in by this naming any more."""
    officer = await absences.end_substitute(
        asked.session,
        asked.actor,
        officer_id,
        substitution_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(officer)

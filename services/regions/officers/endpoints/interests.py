"""Declared interests over HTTP."""

from uuid import UUID

from fastapi import APIRouter

from services.regions.officers.endpoints.asked import AskedDep
from services.regions.officers.schemas.people import InterestIn, OfficerOut, ReasonIn
from services.regions.officers.use_cases import interests
from shared.http.access import policy
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route

router = APIRouter(prefix="/officers/{officer_id}/interests", tags=["officers"], route_class=Route)


@router.post("", dependencies=[policy("officer.declare_interest")])
async def declare_interest(
    officer_id: UUID, body: InterestIn, asked: AskedDep, expected_version: ExpectedVersion
) -> OfficerOut:
    """Declare an interest in an object: the officer recuses from it."""
    officer = await interests.declare_interest(
        asked.session,
        asked.actor,
        officer_id,
        object_name=body.object_name,
        object_code=body.object_code,
        relation=body.relation,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(officer)


@router.post("/{interest_id}/end", dependencies=[policy("officer.end_interest")])
async def end_interest(
    officer_id: UUID,
    interest_id: UUID,
    body: ReasonIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> OfficerOut:
    """The officer need not recuse from the object any more."""
    officer = await interests.end_interest(
        asked.session,
        asked.actor,
        officer_id,
        interest_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(officer)

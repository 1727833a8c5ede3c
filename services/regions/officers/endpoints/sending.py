"""Who can go and what can be taken along, and holding both."""

from fastapi import APIRouter

from services.regions.officers.endpoints.asked import AskedDep
from services.regions.officers.schemas.sending import (
    BookedOut,
    BookingIn,
    EligibleIn,
    booked,
    eligibility,
)
from services.regions.officers.use_cases import judging, sending
from shared.clocks.days import legal_day
from shared.contracts.regions import Eligibility
from shared.http.access import policy
from shared.http.routing import COMPUTES, Route

router = APIRouter(prefix="/officers", tags=["officers"], route_class=Route)


@router.post("/eligible", dependencies=[policy("officer.ask")], openapi_extra=COMPUTES)
async def eligible_officers(body: EligibleIn, asked: AskedDep) -> Eligibility:
    """Who of these divisions can go, and why the others cannot. Nothing is stored.

    The nearest to `near` and the least engaged this year come first; of each kind of equipment
    asked for, what is free in the period.
    """
    need = body.need()
    answer = await judging.judge(
        asked.session,
        asked.actor,
        codes=body.divisions,
        need=need,
        besides=body.task_id,
        operation_id=body.operation_id,
        near=body.near,
        now=asked.now,
    )
    available = await judging.availability(
        asked.session,
        asked.actor,
        codes=body.divisions,
        kinds=body.equipment,
        period=need.period,
        besides=body.task_id,
        operation_id=body.operation_id,
    )
    return eligibility(answer, available, body, day=legal_day(body.starts_at))


@router.post("/bookings", dependencies=[policy("officer.book")])
async def book_officers(body: BookingIn, asked: AskedDep) -> BookedOut:
    """Hold exactly these officers for a task or an operation; who it held besides is free again."""
    files = await sending.book(
        asked.session,
        asked.actor,
        task_id=body.task_id,
        officer_ids=body.officer_ids,
        need=body.need(),
        operation_id=body.operation_id,
        equipment_ids=body.equipment_ids,
        now=asked.now,
    )
    day = legal_day(body.starts_at)
    return BookedOut(
        task_id=body.task_id,
        officers=[booked(each, day=day) for each in files],
        equipment_ids=body.equipment_ids,
    )

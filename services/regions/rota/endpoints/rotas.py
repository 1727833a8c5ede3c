"""Rotas over HTTP: setting up, units, staff, excuses."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from services.regions.rota.endpoints.asked import AskedDep, StepDep
from services.regions.rota.queries import people
from services.regions.rota.queries.people import StaffFilter
from services.regions.rota.schemas.setup import (
    EnteredOut,
    ExcuseIn,
    HeadcountIn,
    MoveIn,
    ReasonIn,
    RotaChangeIn,
    RotaIn,
    RotaLineOut,
    RotaOut,
    StaffEnteredOut,
    StaffIn,
    StaffOut,
    UnitIn,
)
from services.regions.rota.use_cases import setup, staffing
from shared.http.access import policy
from shared.http.body import Division
from shared.http.pages import Page, PageDep
from shared.http.preconditions import etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/rotas", tags=["all-staff rota"], route_class=Route)


@router.get("", dependencies=[policy("rota.read")])
async def list_rotas(
    session: SessionDep, page: PageDep, division: Division | None = None
) -> Page[RotaLineOut]:
    """Rotas the caller may know of, the newest first; a division has its subtree's."""
    [after] = page.after or (None,)
    rows = await people.rotas(
        session, division=division, after=UUID(after) if after else None, limit=page.limit
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[RotaLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("rota.manage")])
async def create_rota(body: RotaIn, asked: AskedDep) -> RotaOut:
    """Set up the rota of a division; it has one at a time."""
    row = await setup.create(
        asked.session,
        asked.actor,
        division=body.division,
        title=body.title,
        capacity=body.capacity,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/rotas/{row.id}"
    return await asked.rota(row)


@router.get("/{rota_id}", dependencies=[policy("rota.read")])
async def read_rota(rota_id: UUID, asked: AskedDep) -> RotaOut:
    """One rota with its units, their headcounts and what they carry."""
    return await asked.rota(await people.rota(asked.session, rota_id))


@router.post("/{rota_id}/change", dependencies=[policy("rota.manage")])
async def change_rota(rota_id: UUID, body: RotaChangeIn, step: StepDep) -> RotaOut:
    """Another title or capacity for the rounds to come."""
    asked = step.asked
    row = await setup.change(
        asked.session,
        asked.actor,
        rota_id,
        title=body.title,
        capacity=body.capacity,
        **step.call,
    )
    return await asked.rota(row)


@router.post("/{rota_id}/end", dependencies=[policy("rota.manage")])
async def end_rota(rota_id: UUID, body: ReasonIn, step: StepDep) -> RotaOut:
    """Nobody is drawn by it any more."""
    asked = step.asked
    row = await setup.end(asked.session, asked.actor, rota_id, reason=body.reason, **step.call)
    return await asked.rota(row)


@router.post("/{rota_id}/units", dependencies=[policy("rota.manage")])
async def add_rota_unit(rota_id: UUID, body: UnitIn, step: StepDep) -> RotaOut:
    """A bureau or a named office of one takes part from the next round on."""
    asked = step.asked
    row = await setup.add_unit(
        asked.session, asked.actor, rota_id, **body.model_dump(), **step.call
    )
    return await asked.rota(row)


@router.post("/{rota_id}/units/{rota_unit_id}/change", dependencies=[policy("rota.manage")])
async def change_rota_unit(
    rota_id: UUID, rota_unit_id: UUID, body: HeadcountIn, step: StepDep
) -> RotaOut:
    """Another headcount; what the unit carries stays carried."""
    asked = step.asked
    row = await setup.change_unit(
        asked.session, asked.actor, rota_id, rota_unit_id, headcount=body.headcount, **step.call
    )
    return await asked.rota(row)


@router.post("/{rota_id}/units/{rota_unit_id}/remove", dependencies=[policy("rota.manage")])
async def remove_rota_unit(
    rota_id: UUID, rota_unit_id: UUID, body: ReasonIn, step: StepDep
) -> RotaOut:
    """The unit leaves with all its staff."""
    asked = step.asked
    row = await setup.remove_unit(
        asked.session, asked.actor, rota_id, rota_unit_id, reason=body.reason, **step.call
    )
    return await asked.rota(row)


@router.get("/{rota_id}/staff", dependencies=[policy("rota.read_staff")])
async def list_rota_staff(
    rota_id: UUID,
    session: SessionDep,
    page: PageDep,
    rota_unit_id: UUID | None = None,
    active: Annotated[bool | None, Query()] = None,
) -> Page[StaffOut]:
    """Who takes turns, in the order they were listed; of other divisions only those seen there."""
    await people.rota(session, rota_id)
    [after] = page.after or (None,)
    rows = await people.staff_page(
        session,
        rota_id,
        StaffFilter(rota_unit_id, active),
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row[0].id),))
    excuses = await people.excuses_of(session, [staff.id for staff, _ in cut])
    items = [
        StaffOut.of(staff, unit, [each for each in excuses if each.staff_id == staff.id])
        for staff, unit in cut
    ]
    return Page(items=items, next=page.next)


@router.post("/{rota_id}/staff", dependencies=[policy("rota.manage")])
async def enter_rota_staff(rota_id: UUID, body: StaffIn, step: StepDep) -> StaffEnteredOut:
    """List people in the order of the lines; lines that are wrong are answered and left out."""
    asked = step.asked
    row, entered = await staffing.enter(
        asked.session,
        asked.actor,
        rota_id,
        [each.value() for each in body.lines],
        **step.call,
    )
    asked.response.headers["ETag"] = etag(row.version)
    results = [EnteredOut.of(each) for each in entered]
    refused = sum(each.code is not None for each in results)
    return StaffEnteredOut(
        entered=len(results) - refused, refused=refused, results=results, version=row.version
    )


@router.post("/{rota_id}/staff/{rota_staff_id}/leave", dependencies=[policy("rota.manage")])
async def leave_rota(rota_id: UUID, rota_staff_id: UUID, body: ReasonIn, step: StepDep) -> RotaOut:
    """Somebody takes no turns any more; the others keep their places."""
    asked = step.asked
    row = await staffing.leave(
        asked.session, asked.actor, rota_id, rota_staff_id, reason=body.reason, **step.call
    )
    return await asked.rota(row)


@router.post("/{rota_id}/staff/{rota_staff_id}/move", dependencies=[policy("rota.manage")])
async def move_rota_staff(
    rota_id: UUID, rota_staff_id: UUID, body: MoveIn, step: StepDep
) -> RotaOut:
    """Somebody goes to another unit and stands at the end of its order."""
    asked = step.asked
    row = await staffing.move(
        asked.session,
        asked.actor,
        rota_id,
        rota_staff_id,
        unit_id=body.unit_id,
        reason=body.reason,
        **step.call,
    )
    return await asked.rota(row)


@router.post("/{rota_id}/staff/{rota_staff_id}/excuses", dependencies=[policy("rota.excuse")])
async def excuse_rota_staff(
    rota_id: UUID, rota_staff_id: UUID, body: ExcuseIn, step: StepDep
) -> RotaOut:
    """Leave, recusal or exemption for some days, with the reason and who allowed it."""
    asked = step.asked
    row = await staffing.excuse(
        asked.session, asked.actor, rota_id, rota_staff_id, **body.model_dump(), **step.call
    )
    return await asked.rota(row)


@router.post(
    "/{rota_id}/staff/{rota_staff_id}/excuses/{rota_excuse_id}/withdraw",
    dependencies=[policy("rota.excuse")],
)
async def withdraw_rota_excuse(
    rota_id: UUID, rota_staff_id: UUID, rota_excuse_id: UUID, body: ReasonIn, step: StepDep
) -> RotaOut:
    """The excuse does not hold any more."""
    asked = step.asked
    row = await staffing.withdraw_excuse(
        asked.session,
        asked.actor,
        rota_id,
        rota_staff_id,
        rota_excuse_id,
        reason=body.reason,
        **step.call,
    )
    return await asked.rota(row)

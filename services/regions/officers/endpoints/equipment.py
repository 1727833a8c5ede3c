"""Equipment over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from services.regions.officers import queries
from services.regions.officers.domain import EquipmentKind, EquipmentStatus
from services.regions.officers.queries.equipment import EquipmentFilter
from services.regions.officers.schemas.equipment import (
    EquipmentAmendIn,
    EquipmentIn,
    EquipmentOut,
)
from services.regions.officers.use_cases import inventory
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/equipment", tags=["equipment"], route_class=Route)


async def _wanted(
    division: Division | None = None,
    bureau_id: UUID | None = None,
    kind: EquipmentKind | None = None,
    status: EquipmentStatus | None = None,
    calibration_expires_before: Annotated[
        date | None, Query(description="whose calibration ends before this day")
    ] = None,
) -> EquipmentFilter:
    return EquipmentFilter(division, bureau_id, kind, status, calibration_expires_before)


@router.get("", dependencies=[policy("equipment.read")])
async def list_equipment(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    wanted: Annotated[EquipmentFilter, Depends(_wanted)],
) -> Page[EquipmentOut]:
    """Equipment of the bureaus the caller may see the inside of."""
    [after] = page.after or (None,)
    rows = await queries.equipment.listed(
        session, wanted, after=UUID(after) if after else None, limit=page.limit
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[EquipmentOut.of(row, actor) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("equipment.manage")])
async def add_equipment(
    body: EquipmentIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> EquipmentOut:
    """Add an item to a bureau's equipment."""
    equipment = await inventory.add(
        session,
        actor,
        bureau_id=body.bureau_id,
        kind=body.kind,
        serial_number=body.serial_number,
        condition=body.condition(),
        now=now,
    )
    response.headers["ETag"] = etag(equipment.version)
    response.headers["Location"] = f"/api/v1/equipment/{equipment.id}"
    return EquipmentOut.of(equipment, actor)


@router.get("/{equipment_id}", dependencies=[policy("equipment.read")])
async def read_equipment(
    equipment_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> EquipmentOut:
    """One item."""
    equipment = await queries.equipment.one(session, equipment_id)
    response.headers["ETag"] = etag(equipment.version)
    return EquipmentOut.of(equipment, actor)


@router.post("/{equipment_id}/amend", dependencies=[policy("equipment.manage")])
async def amend_equipment(
    equipment_id: UUID,
    body: EquipmentAmendIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> EquipmentOut:
    """Assign it, send it to calibration or repair, retire it."""
    equipment = await inventory.amend(
        session,
        actor,
        equipment_id,
        condition=body.condition(),
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    response.headers["ETag"] = etag(equipment.version)
    return EquipmentOut.of(equipment, actor)

"""Inspections over HTTP, one route for each thing done on the spot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.tasks.dispatch.use_cases.crews import crews
from services.tasks.inspections import queries, use_cases
from services.tasks.inspections.domain import InspectionState
from services.tasks.inspections.models import Inspection, InspectionStep
from services.tasks.inspections.schemas import (
    InspectionIn,
    InspectionOut,
    InspectionStepOut,
    RecorderIn,
    RecordIn,
)
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/inspections", tags=["inspections"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, inspection: Inspection) -> InspectionOut:
        """The inspection as this caller sees it, with its version as ETag."""
        self.response.headers["ETag"] = etag(inspection.version)
        [shown] = await self.answers([inspection])
        return shown

    async def answers(self, inspections: Sequence[Inspection]) -> list[InspectionOut]:
        present = await queries.officers(self.session, [each.id for each in inspections])
        teams = await crews(self.session, [each.task_id for each in inspections])
        return [
            InspectionOut.of(each, present.get(each.id, ()), teams.get(each.task_id), self.actor)
            for each in inspections
        ]


AskedDep = Annotated[Asked, Depends()]


@router.post("", status_code=201, dependencies=[policy("inspection.start")])
async def start_inspection(body: InspectionIn, asked: AskedDep) -> InspectionOut:
    """A member of the team begins an inspection of an accepted task."""
    inspection = await use_cases.start(
        asked.session, asked.actor, body.task_id, body.visit(), now=asked.now
    )
    asked.response.headers["Location"] = f"/api/v1/inspections/{inspection.id}"
    return await asked.answer(inspection)


@router.get("", dependencies=[policy("inspection.read")])
async def list_inspections(
    asked: AskedDep,
    page: PageDep,
    task_id: UUID | None = None,
    state: InspectionState | None = None,
) -> Page[InspectionOut]:
    """Inspections in the order they were entered."""
    after = UUID(page.after[0]) if page.after else None
    found = await queries.inspections(
        asked.session, task_id=task_id, state=state, after=after, limit=page.limit + 1
    )
    cut = page.cut(found, key=lambda inspection: (str(inspection.id),))
    return Page(items=await asked.answers(cut), next=page.next)


@router.get("/{inspection_id}", dependencies=[policy("inspection.read")])
async def read_inspection(inspection_id: UUID, asked: AskedDep) -> InspectionOut:
    """One inspection with the officers present."""
    return await asked.answer(await queries.inspection(asked.session, inspection_id))


@router.get(
    "/{inspection_id}/steps",
    dependencies=[policy("inspection.read")],
    response_model=list[InspectionStepOut],
)
async def read_inspection_steps(
    inspection_id: UUID, session: SessionDep
) -> Sequence[InspectionStep]:
    """What was done, oldest first."""
    inspection = await queries.inspection(session, inspection_id)
    return await queries.steps(session, inspection.id)


@router.post("/{inspection_id}/record", dependencies=[policy("inspection.carry_out")])
async def record_inspection(
    inspection_id: UUID,
    body: RecordIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """Write the record, with the party's signature, refusal or absence."""
    inspection = await use_cases.keep_record(
        asked.session,
        asked.actor,
        inspection_id,
        text=body.text,
        signature=body.signature,
        signature_note=body.signature_note,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)


@router.post("/{inspection_id}/recorder", dependencies=[policy("inspection.carry_out")])
async def switch_recorder(
    inspection_id: UUID,
    body: RecorderIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """Note that the recorder was switched on or off, and why."""
    inspection = await use_cases.switch_recorder(
        asked.session,
        asked.actor,
        inspection_id,
        on=body.on,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)


@router.post("/{inspection_id}/integrity-sheet", dependencies=[policy("inspection.carry_out")])
async def hand_integrity_sheet(
    inspection_id: UUID,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """Note that the integrity feedback sheet was handed over."""
    inspection = await use_cases.hand_integrity_sheet(
        asked.session, asked.actor, inspection_id, expected_version=expected_version, now=asked.now
    )
    return await asked.answer(inspection)


@router.post("/{inspection_id}/finish", dependencies=[policy("inspection.carry_out")])
async def finish_inspection(
    inspection_id: UUID,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """End the inspection; refused while anything the law wants of it is missing."""
    inspection = await use_cases.finish(
        asked.session, asked.actor, inspection_id, expected_version=expected_version, now=asked.now
    )
    return await asked.answer(inspection)

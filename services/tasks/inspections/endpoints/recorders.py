"""Recorders over HTTP: in whose hands, what they recorded, and who followed from behind."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.tasks.inspections import queries
from services.tasks.inspections.endpoints.asked import Asked, AskedDep
from services.tasks.inspections.models.recorders import RecorderDevice, SupervisionNote
from services.tasks.inspections.schemas.inspections import InspectionOut, StoreIn
from services.tasks.inspections.schemas.recorders import (
    CoverageOut,
    DeviceIn,
    DeviceLine,
    GapOut,
    NoteIn,
    NoteOut,
    RecordingOut,
    RecordingsOut,
)
from services.tasks.inspections.use_cases import recording, supervising
from services.tasks.inspections.use_cases.personnel import Personnel
from shared.clock_rows.rows import clocks_of
from shared.clocks.days import SHANGHAI
from shared.http.access import BEARER, policy
from shared.http.body import Division
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/inspections", tags=["inspections"], route_class=Route)
DEVICES = "/recorder-devices"


async def _personnel(request: Request) -> Personnel:
    """Asks with the rights of whoever asks us."""
    token = request.headers["authorization"][len(BEARER) :]
    return Personnel(request.state.peers["regions"], token)


def _answer(asked: Asked, device: RecorderDevice) -> DeviceLine:
    asked.response.headers["ETag"] = etag(device.version)
    return DeviceLine.of(device, asked.actor)


@router.post(DEVICES, status_code=201, dependencies=[policy("recorder.assign")])
async def assign_recorder(
    body: DeviceIn, asked: AskedDep, personnel: Annotated[Personnel, Depends(_personnel)]
) -> DeviceLine:
    """Put a recorder into the hands of an officer that `regions` knows; one each."""
    bearer = await personnel.officer(body.officer_id)
    device = await supervising.assign(
        asked.session, asked.actor, body.serial, bearer, now=asked.now
    )
    return _answer(asked, device)


@router.get(DEVICES, dependencies=[policy("recorder.read")])
async def list_recorders(
    asked: AskedDep, page: PageDep, division: Division | None = None
) -> Page[DeviceLine]:
    """Who has, and had, which recorder."""
    after = UUID(page.after[0]) if page.after else None
    found = await queries.devices(
        asked.session, division=division, after=after, limit=page.limit + 1
    )
    cut = page.cut(found, key=lambda device: (str(device.id),))
    return Page(items=[DeviceLine.of(each, asked.actor) for each in cut], next=page.next)


@router.get(f"{DEVICES}/{{recorder_device_id}}", dependencies=[policy("recorder.read")])
async def read_recorder(recorder_device_id: UUID, asked: AskedDep) -> DeviceLine:
    """One recorder's line."""
    return _answer(asked, await queries.device(asked.session, recorder_device_id))


@router.post(f"{DEVICES}/{{recorder_device_id}}/return", dependencies=[policy("recorder.assign")])
async def return_recorder(
    recorder_device_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> DeviceLine:
    """The officer gave it back."""
    device = await supervising.give_back(
        asked.session,
        asked.actor,
        recorder_device_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return _answer(asked, device)


@router.get(":recorder-coverage", dependencies=[policy("recorder.read")])
async def read_recorder_coverage(
    asked: AskedDep, division: Division, first: date, last: date
) -> CoverageOut:
    """Officers who were sent in a period, and who of them has a recorder."""
    sent = await supervising.coverage(
        asked.session,
        asked.actor,
        division,
        first=datetime.combine(first, time.min, SHANGHAI),
        last=datetime.combine(last, time.max, SHANGHAI),
    )
    return CoverageOut.of(division, first, last, [*sent])


@router.get("/{inspection_id}/recordings", dependencies=[policy("inspection.read")])
async def read_recordings(inspection_id: UUID, asked: AskedDep) -> RecordingsOut:
    """What was recorded from arrival to departure, the gaps with their reasons, and what is due."""
    session = asked.session
    inspection = await queries.inspection(session, inspection_id)
    found = await queries.recordings(session, inspection.id)
    clocks = {each.subject_id: each for each in await clocks_of(session, [x.id for x in found])}
    left = inspection.finished_at or inspection.ended_at or asked.now
    gaps = await recording.gaps(session, inspection, left=left)
    return RecordingsOut(
        recordings=[RecordingOut.of(each, clocks.get(each.id)) for each in found],
        gaps=[GapOut.model_validate(each) for each in gaps],
    )


@router.post(
    "/{inspection_id}/recordings/{recording_id}/store",
    dependencies=[policy("inspection.carry_out")],
)
async def store_recording(
    inspection_id: UUID,
    recording_id: UUID,
    body: StoreIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """The recording is on the platform as evidence of the task; its clock stops."""
    inspection = await recording.store(
        asked.session,
        asked.actor,
        inspection_id,
        recording_id,
        evidence_id=body.evidence_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)


@router.post(
    "/{inspection_id}/supervision-notes",
    status_code=201,
    dependencies=[policy("inspection.supervise")],
)
async def note_supervision(inspection_id: UUID, body: NoteIn, asked: AskedDep) -> NoteOut:
    """Follow an inspection under way from behind, and say what was seen."""
    seen = await supervising.note(
        asked.session,
        asked.actor,
        inspection_id,
        kind=body.kind,
        text=body.note,
        device=body.device,
        now=asked.now,
    )
    return NoteOut.model_validate(seen)


@router.get(
    "/{inspection_id}/supervision-notes",
    dependencies=[policy("inspection.read")],
    response_model=list[NoteOut],
)
async def read_supervision(inspection_id: UUID, session: SessionDep) -> Sequence[SupervisionNote]:
    """What was seen from behind, oldest first."""
    inspection = await queries.inspection(session, inspection_id)
    return await queries.supervision(session, inspection.id)

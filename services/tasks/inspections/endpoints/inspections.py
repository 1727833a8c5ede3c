"""Inspections over HTTP, one route for each thing done on the spot."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.tasks.enterprises.domain.visits import LegalKind, Method, Mode
from services.tasks.inspections import queries
from services.tasks.inspections.domain.life import InspectionState
from services.tasks.inspections.endpoints.asked import AskedDep
from services.tasks.inspections.models.inspections import InspectionAddition, InspectionStep
from services.tasks.inspections.queries import Wanted
from services.tasks.inspections.schemas.inspections import (
    AbortIn,
    ActOut,
    AdditionIn,
    AdditionOut,
    CallOffIn,
    CertificatesIn,
    DeclarationIn,
    FiguresOut,
    InspectionIn,
    InspectionOut,
    InspectionStepOut,
    RecorderIn,
    RecordIn,
)
from services.tasks.inspections.use_cases import ending, reading, starting, visiting
from shared.http.access import policy
from shared.http.body import Division, Instant
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router = APIRouter(tags=["inspections"], route_class=Route)
INSPECTIONS = "/inspections"
ITEM = "/inspections/{inspection_id}"
ActCode = Annotated[str, Query(pattern=r"^[0-9]{2,64}$", max_length=64)]


async def _wanted(
    task_id: UUID | None = None,
    enterprise_id: UUID | None = None,
    state: InspectionState | None = None,
    division: Division | None = None,
    legal_kind: LegalKind | None = None,
    mode: Mode | None = None,
    method: Method | None = None,
    at_night: bool | None = None,  # noqa: FBT001 -- FastAPI calls by keyword
    on_rest_day: bool | None = None,  # noqa: FBT001 -- same
    crossing: bool | None = None,  # noqa: FBT001 -- same
    started_from: Annotated[Instant | None, Query()] = None,
    started_to: Annotated[Instant | None, Query()] = None,
) -> Wanted:
    return Wanted(
        task_id,
        enterprise_id,
        state,
        division,
        legal_kind,
        mode,
        method,
        at_night,
        on_rest_day,
        crossing,
        started_from,
        started_to,
    )


@router.post(INSPECTIONS, status_code=201, dependencies=[policy("inspection.start")])
async def start_inspection(body: InspectionIn, asked: AskedDep) -> InspectionOut:
    """A member of the team begins an inspection of an accepted task."""
    inspection = await starting.start(
        asked.session, asked.actor, body.task_id, body.visit(), now=asked.now
    )
    asked.response.headers["Location"] = f"/api/v1/inspections/{inspection.id}"
    return await asked.answer(inspection)


@router.get(INSPECTIONS, dependencies=[policy("inspection.read")])
async def list_inspections(
    asked: AskedDep, page: PageDep, wanted: Annotated[Wanted, Depends(_wanted)]
) -> Page[InspectionOut]:
    """Inspections in the order they were entered, by kind, mode, method and time."""
    after = UUID(page.after[0]) if page.after else None
    found = await queries.inspections(asked.session, wanted, after=after, limit=page.limit + 1)
    cut = page.cut(found, key=lambda inspection: (str(inspection.id),))
    return Page(items=await asked.answers(cut), next=page.next)


@router.get(f"{INSPECTIONS}:by-code", dependencies=[policy("inspection.verify_code")])
async def read_act(asked: AskedDep, code: ActCode) -> ActOut:
    """Whose act a 行政行为码 is, and when: for everybody with a login, wherever it was."""
    act = await reading.act_of(asked.session, asked.actor, code)
    return ActOut.model_validate(act, from_attributes=True)


@router.get(f"{INSPECTIONS}:figures", dependencies=[policy("inspection.read")])
async def read_inspection_figures(
    asked: AskedDep, first: date, last: date, division: Division | None = None
) -> FiguresOut:
    """Finished inspections of a period by kind, mode, time and whose, with the codes shown."""
    lines = await queries.figures(asked.session, first=first, last=last, division=division)
    return FiguresOut.model_validate(
        {
            "first": first,
            "last": last,
            "inspections": sum(each.inspections for each in lines),
            "visits": sum(each.visits for each in lines),
            "codes_shown": sum(each.codes_shown for each in lines),
            "lines": lines,
        },
        from_attributes=True,
    )


@router.get(ITEM, dependencies=[policy("inspection.read")])
async def read_inspection(inspection_id: UUID, asked: AskedDep) -> InspectionOut:
    """One inspection with the officers present."""
    return await asked.answer(await queries.inspection(asked.session, inspection_id))


@router.get(
    f"{ITEM}/steps",
    dependencies=[policy("inspection.read")],
    response_model=list[InspectionStepOut],
)
async def read_inspection_steps(
    inspection_id: UUID, session: SessionDep
) -> Sequence[InspectionStep]:
    """What was done, oldest first."""
    inspection = await queries.inspection(session, inspection_id)
    return await queries.steps(session, inspection.id)


@router.get(
    f"{ITEM}/additions",
    dependencies=[policy("inspection.read")],
    response_model=list[AdditionOut],
)
async def read_additions(inspection_id: UUID, session: SessionDep) -> Sequence[InspectionAddition]:
    """What was added and signed after the end, oldest first."""
    inspection = await queries.inspection(session, inspection_id)
    return await queries.additions(session, inspection.id)


@router.post(f"{ITEM}/certificates", dependencies=[policy("inspection.carry_out")])
async def show_certificates(
    inspection_id: UUID,
    body: CertificatesIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """Note that officers who are there showed their certificates."""
    inspection = await visiting.show_certificates(
        asked.session,
        asked.actor,
        inspection_id,
        officer_ids=body.officer_ids,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)


@router.post(f"{ITEM}/show-code", dependencies=[policy("inspection.carry_out")])
async def show_code(
    inspection_id: UUID,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """亮码: the party was shown the code of the act."""
    inspection = await visiting.show_code(
        asked.session,
        asked.actor,
        inspection_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)


@router.post(f"{ITEM}/record", dependencies=[policy("inspection.carry_out")])
async def record_inspection(
    inspection_id: UUID,
    body: RecordIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """Write the record, with the party's signature, refusal or absence."""
    inspection = await visiting.keep_record(
        asked.session,
        asked.actor,
        inspection_id,
        text=body.text,
        answer=body.answer(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)


@router.post(f"{ITEM}/recorder", dependencies=[policy("inspection.carry_out")])
async def switch_recorder(
    inspection_id: UUID,
    body: RecorderIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """Note that the recorder was switched and why, and what was said into it."""
    inspection = await visiting.switch_recorder(
        asked.session,
        asked.actor,
        inspection_id,
        on=body.on,
        reason=body.reason,
        device=body.device,
        said=body.said,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)


@router.post(f"{ITEM}/integrity-sheet", dependencies=[policy("inspection.carry_out")])
async def hand_integrity_sheet(
    inspection_id: UUID,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """Note that the integrity feedback sheet was handed over; it gets its number."""
    inspection = await visiting.hand_integrity_sheet(
        asked.session,
        asked.actor,
        inspection_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)


@router.post(f"{ITEM}/declare-unannounced", dependencies=[policy("inspection.carry_out")])
async def declare_unannounced(
    inspection_id: UUID,
    body: DeclarationIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """四不两直: say what there was of notice, greeting, briefing, escort."""
    inspection = await visiting.declare_unannounced(
        asked.session,
        asked.actor,
        inspection_id,
        breaches=[(each.kind, each.note) for each in body.breaches],
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)


@router.post(f"{ITEM}/finish", dependencies=[policy("inspection.carry_out")])
async def finish_inspection(
    inspection_id: UUID,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """End the inspection; refused while anything the law wants of it is missing."""
    inspection = await ending.finish(
        asked.session,
        asked.actor,
        inspection_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)


@router.post(f"{ITEM}/abort", dependencies=[policy("inspection.carry_out")])
async def abort_inspection(
    inspection_id: UUID,
    body: AbortIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """Break the inspection off: refused entry with facts, force majeure, danger."""
    inspection = await ending.abort(
        asked.session,
        asked.actor,
        inspection_id,
        ground=body.ground,
        facts=body.facts,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)


@router.post(f"{ITEM}/call-off", dependencies=[policy("inspection.carry_out")])
async def call_off_inspection(
    inspection_id: UUID,
    body: CallOffIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """Nobody inspects after all; refused once somebody has."""
    inspection = await ending.call_off(
        asked.session,
        asked.actor,
        inspection_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)


@router.post(f"{ITEM}/additions", dependencies=[policy("inspection.carry_out")])
async def add_to_inspection(
    inspection_id: UUID,
    body: AdditionIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> InspectionOut:
    """Add to an ended inspection, signed by two officers who were there."""
    inspection = await ending.add(
        asked.session,
        asked.actor,
        inspection_id,
        text=body.text,
        reason=body.reason,
        officer_ids=body.officer_ids,
        answer=body.answer(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(inspection)

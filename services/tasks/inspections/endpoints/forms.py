"""Forms of the visit over HTTP: written, corrected, signed, and handed to a template."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter

from services.tasks.inspections import queries
from services.tasks.inspections.endpoints.asked import Asked, AskedDep
from services.tasks.inspections.models.forms import InspectionForm
from services.tasks.inspections.schemas.forms import FormIn, FormLine, FormOut, SignIn
from services.tasks.inspections.use_cases import forms
from shared.http.access import policy
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(
    prefix="/inspections/{inspection_id}/forms", tags=["inspections"], route_class=Route
)


async def _answer(asked: Asked, form: InspectionForm) -> FormOut:
    session = asked.session
    inspection = await queries.inspection(session, form.inspection_id)
    present = await queries.officers(session, [inspection.id])
    asked.response.headers["ETag"] = etag(form.version)
    return FormOut.whole(
        form,
        inspection,
        [*present.get(inspection.id, ())],
        [*await queries.versions(session, form.id)],
        [*await queries.signatures(session, form.id)],
    )


@router.post("", status_code=201, dependencies=[policy("inspection.carry_out")])
async def write_form(
    inspection_id: UUID, body: FormIn, asked: AskedDep, expected_version: ExpectedVersion
) -> FormOut:
    """Write a form of the visit; of interviews one per person. The version is the inspection's."""
    form = await forms.write(
        asked.session,
        asked.actor,
        inspection_id,
        kind=body.form.kind,
        fields=body.fields(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await _answer(asked, form)


@router.get("", dependencies=[policy("inspection.read")], response_model=list[FormLine])
async def list_forms(inspection_id: UUID, session: SessionDep) -> Sequence[InspectionForm]:
    """The forms of a visit by their number."""
    inspection = await queries.inspection(session, inspection_id)
    return await queries.forms(session, inspection.id)


@router.get("/{form_id}", dependencies=[policy("inspection.read")])
async def read_form(inspection_id: UUID, form_id: UUID, asked: AskedDep) -> FormOut:
    """Everything a template prints, with versions and signatures."""
    return await _answer(asked, await queries.form(asked.session, inspection_id, form_id))


@router.post("/{form_id}/revise", dependencies=[policy("inspection.carry_out")])
async def revise_form(
    inspection_id: UUID,
    form_id: UUID,
    body: FormIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> FormOut:
    """A corrected version; signatures of the one before do not count for it."""
    form = await forms.revise(
        asked.session,
        asked.actor,
        inspection_id,
        form_id,
        kind=body.form.kind,
        fields=body.fields(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await _answer(asked, form)


@router.post("/{form_id}/sign", dependencies=[policy("inspection.carry_out")])
async def sign_form(
    inspection_id: UUID,
    form_id: UUID,
    body: SignIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> FormOut:
    """Answer the version as it stands; officers sign with their own login."""
    form = await forms.sign(
        asked.session,
        asked.actor,
        inspection_id,
        form_id,
        signer=body.signer,
        name=body.name,
        answer=body.answer(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await _answer(asked, form)

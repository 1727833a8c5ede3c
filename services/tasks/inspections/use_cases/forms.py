"""Forms of the visit: written in versions, answered by each person, then closed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.visits import Mode
from services.tasks.inspections import queries
from services.tasks.inspections.domain import forms, guards
from services.tasks.inspections.domain.forms import FormAction, FormKind, FormState, Signed, Signer
from services.tasks.inspections.domain.life import InspectionAction
from services.tasks.inspections.models.forms import (
    InspectionForm,
    InspectionFormSignature,
    InspectionFormVersion,
)
from services.tasks.inspections.models.inspections import Inspection
from services.tasks.inspections.use_cases.steps import lock_for, presences, present, take
from services.tasks.inspections.use_cases.visiting import Answer, put_record
from shared.auth.actor import Actor


async def write(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    kind: FormKind,
    fields: dict[str, Any],
    expected_version: int,
    now: datetime,
) -> InspectionForm:
    """A new form of the visit; of what is asked of a party, its certificates come first."""
    action = InspectionAction.WRITE_FORM
    inspection = await lock_for(
        session, actor, inspection_id, action, expected_version=expected_version
    )
    if inspection.mode is Mode.ON_SITE and kind is FormKind.INTERVIEW:
        guards.require_shown(presences(await present(session, inspection)))
    form = InspectionForm(
        inspection_id=inspection.id,
        number=len(await queries.forms(session, inspection.id)) + 1,
        kind=kind,
        changed_at=now,
    )
    session.add(form)
    await session.flush()
    await _keep(session, actor, form, fields, now=now)
    await take(session, actor, inspection, action, note=f"{kind} {form.number}", now=now)
    return form


async def revise(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    form_id: UUID,
    *,
    kind: FormKind,
    fields: dict[str, Any],
    expected_version: int,
    now: datetime,
) -> InspectionForm:
    """A corrected version; who answered the one before answers again, and the old one stays."""
    inspection = await lock_for(session, actor, inspection_id, InspectionAction.WRITE_FORM)
    form = await queries.form(session, inspection.id, form_id)
    form.require_version(expected_version)
    form.state = forms.step(form.state, FormAction.REVISE)
    forms.require_kind(form.kind, kind)
    form.revision += 1
    form.changed_at = now
    await _keep(session, actor, form, fields, now=now)
    note = f"{form.kind} {form.number}, {form.revision}"
    await take(session, actor, inspection, InspectionAction.WRITE_FORM, note=note, now=now)
    return form


async def sign(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    form_id: UUID,
    *,
    signer: Signer,
    name: str | None,
    answer: Answer,
    expected_version: int,
    now: datetime,
) -> InspectionForm:
    """Somebody answers the version as it stands; an officer only in person.

    A signed record of the site is the record of the inspection.
    """
    action = InspectionAction.SIGN_FORM
    inspection = await lock_for(session, actor, inspection_id, action)
    form = await queries.form(session, inspection.id, form_id)
    form.require_version(expected_version)
    forms.step(form.state, FormAction.SIGN)
    signed = await _signed(session, actor, inspection, signer, name=name, answer=answer)
    before = [
        Signed(each.signer, each.name, each.signature, each.officer_id)
        for each in await queries.signatures(session, form.id)
        if each.revision == form.revision
    ]
    forms.require_new(signed, before)
    session.add(
        InspectionFormSignature(
            form_id=form.id,
            revision=form.revision,
            signer=signer,
            name=signed.name,
            officer_id=signed.officer_id,
            signature=answer.signature,
            absence_case=guards.absence_case(answer.signature, answer.case),
            note=answer.note,
            entered_by=actor.id,
            at=now,
        )
    )
    form.state = forms.state_after([*before, signed])
    form.changed_at = now
    await session.flush()
    if form.state is FormState.SIGNED and form.kind is FormKind.SITE_RECORD:
        await _becomes_record(session, inspection, form, now=now)
    note = f"{form.kind} {form.number}: {signed.name}"
    await take(session, actor, inspection, action, note=note, now=now)
    return form


async def _signed(
    session: AsyncSession,
    actor: Actor,
    inspection: Inspection,
    signer: Signer,
    *,
    name: str | None,
    answer: Answer,
) -> Signed:
    if signer is not Signer.OFFICER:
        return Signed(signer, forms.require_name(name), answer.signature)
    there = {each.account_id: each for each in await present(session, inspection)}
    if actor.id not in there:
        raise guards.OfficerNotPresent(officer_id=actor.id)
    own = there[actor.id]
    return Signed(signer, own.name, answer.signature, own.officer_id)


async def _becomes_record(
    session: AsyncSession, inspection: Inspection, form: InspectionForm, *, now: datetime
) -> None:
    version = (await queries.versions(session, form.id))[-1]
    party = next(
        each
        for each in await queries.signatures(session, form.id)
        if each.revision == form.revision and each.signer is Signer.PARTY
    )
    answer = Answer(party.signature, party.note, party.absence_case)
    put_record(inspection, version.fields["findings"], answer, now=now)


async def _keep(
    session: AsyncSession,
    actor: Actor,
    form: InspectionForm,
    fields: dict[str, Any],
    *,
    now: datetime,
) -> None:
    session.add(
        InspectionFormVersion(
            form_id=form.id,
            revision=form.revision,
            fields=fields,
            written_by=actor.id,
            written_by_name=actor.name,
            at=now,
        )
    )
    await session.flush()

"""A petition through the mask of its reader, and the receipt of a registration."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import Response
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import queries
from services.petitions.intake.domain import NewPetition, State, Step, Urgency
from services.petitions.intake.models import Petition, PetitionStep
from services.petitions.intake.schemas import (
    ClockOut,
    MergedOut,
    PartOut,
    PetitionIn,
    PetitionOut,
    RegisteredOut,
    StepOut,
    UpwardReportOut,
)
from services.petitions.intake.use_cases import reading, steps
from services.petitions.intake.use_cases.follow_codes import FollowCodes
from services.petitions.intake.use_cases.register import register as register_petition
from services.petitions.vault.domain import Field, Identity, Reader, Shown, shown
from services.petitions.vault.use_cases import VaultKeys
from shared import reference
from shared.auth.actor import Actor
from shared.clock_rows.rows import clocks_of
from shared.http.preconditions import etag


async def registered(
    session: AsyncSession,
    actor: Actor,
    body: PetitionIn,
    *,
    keys: VaultKeys,
    codes: FollowCodes,
    now: datetime,
    response: Response,
) -> RegisteredOut:
    """Register and answer with the receipt: number, last days, and the code shown this once."""
    code = codes.new()
    facts = {name: getattr(body, name) for name in NewPetition.__slots__}
    petition, due = await register_petition(
        session,
        actor,
        NewPetition(**facts),
        Identity(**body.petitioner.model_dump()) if body.petitioner else None,
        others=[each.signatory for each in body.co_petitioners],
        keys=keys,
        now=now,
        follow_hash=codes.hash(code),
    )
    response.headers["ETag"] = etag(petition.version)
    response.headers["Location"] = f"/api/v1/petitions/{petition.id}"
    return RegisteredOut(
        id=petition.id,
        number=petition.number,
        state=petition.state,
        profile=petition.profile,
        due=due,
        follow_code=code,
    )


async def shown_to(
    session: AsyncSession, actor: Actor, petition: Petition, *, now: datetime, response: Response
) -> PetitionOut:
    """The petition through the mask of its reader; the answer of every route on one petition."""
    reader = reading.reader_of(actor, petition)
    in_progress = petition.state is State.IN_PROGRESS
    # An auditor says first what for: see `reveal`.
    full_text = (
        reader is not Reader.AUDITOR
        and shown(Field.TEXT, reader, in_progress=in_progress) is Shown.FULL
    )
    history = await queries.history(session, petition.id)
    calendar = await reference.calendar(session)
    visible = reading.visible_identity(reader, petition)
    masks: dict[str, Any] = petition.petitioner_masked
    response.headers["ETag"] = etag(petition.version)
    return PetitionOut.model_validate(
        {
            **petition.model_dump(),
            **await _around(session, petition),
            "title": petition.title if full_text else petition.redacted_title,
            "body": petition.body if full_text else petition.redacted_body,
            "reply": petition.reply if full_text else _told(history),
            "reply_parts": petition.reply_parts if full_text else None,
            "petitioner": {field: masks.get(field) for field in visible} if masks else None,
            "clocks": [
                ClockOut.of(clock, calendar, now)
                for clock in await clocks_of(session, [petition.id])
            ],
            "history": [StepOut.model_validate(line) for line in history],
            "actions": steps.actions(actor, petition),
        }
    )


async def _around(session: AsyncSession, petition: Petition) -> dict[str, Any]:
    """What belongs to the petition beside its own row: parts, mergers, reports upward."""
    parts = await queries.parts(session, petition.id) if len(petition.divisions) > 1 else []
    urgent_one = petition.urgency is Urgency.MAJOR_URGENT
    merged = await queries.merged_with(session, petition.id)
    return {
        "parts": [PartOut.model_validate(each) for each in parts],
        "merged_into": next(
            (
                MergedOut.model_validate(dict(each))
                for each in merged
                if not each["here"] and each["undone_at"] is None
            ),
            None,
        ),
        "merged": [MergedOut.model_validate(dict(each)) for each in merged if each["here"]],
        "reported_upward": [
            UpwardReportOut.model_validate(each)
            for each in (await queries.upward_reports(session, petition.id) if urgent_one else [])
        ],
    }


def _told(history: Sequence[PetitionStep]) -> str | None:
    """The last reply as the history keeps it: redacted."""
    return next((line.reason for line in reversed(history) if line.step is Step.REPLY), None)

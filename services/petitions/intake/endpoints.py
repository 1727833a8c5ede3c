"""Intake over HTTP: register, list, read, reveal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import queries
from services.petitions.intake.domain import NewPetition, State, Step
from services.petitions.intake.models import Petition, PetitionStep
from services.petitions.intake.schemas import (
    ClockOut,
    FilterIn,
    PetitionIn,
    PetitionOut,
    PetitionRow,
    RegisteredOut,
    RevealedOut,
    RevealIn,
    StepOut,
)
from services.petitions.intake.use_cases import reading, steps
from services.petitions.intake.use_cases.register import register as register_petition
from services.petitions.vault.domain import IDENTITY, Field, Identity, Reader, Shown, shown
from services.petitions.vault.use_cases import VaultKeys
from shared import reference
from shared.auth.actor import Actor
from shared.clock_rows.rows import clocks_of
from shared.errors import NotFound
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import etag
from shared.http.routing import COMPUTES, Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


async def _keys(request: Request) -> VaultKeys:
    keys: VaultKeys = request.state.vault_keys
    return keys


Keys = Annotated[VaultKeys, Depends(_keys)]


@router.post("", status_code=201, dependencies=[policy("petition.register")])
async def register(
    body: PetitionIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    keys: Keys,
    response: Response,
) -> RegisteredOut:
    """Register a petition: number, clocks, the petitioner's identity into the vault."""
    facts = {name: getattr(body, name) for name in NewPetition.__slots__}
    identity = Identity(**body.petitioner.model_dump()) if body.petitioner else None
    petition, due = await register_petition(
        session, actor, NewPetition(**facts), identity, keys=keys, now=now
    )
    response.headers["ETag"] = etag(petition.version)
    response.headers["Location"] = f"/api/v1/petitions/{petition.id}"
    return RegisteredOut(
        id=petition.id,
        number=petition.number,
        state=petition.state,
        profile=petition.profile,
        due=due,
    )


@router.get("", dependencies=[policy("petition.read")], response_model=Page[PetitionRow])
async def worklist(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    now: Now,
    asked: Annotated[FilterIn, Query()],
    division: Annotated[Division | None, Query(description="Only within this division")] = None,
) -> Response:
    """The caller's petitions, newest first; own and those the caller's division has a part in.

    `division` narrows the caller's own scope; the other filters say what the petitions are.
    """
    scopes = queries.scopes_asked(actor.scopes, division)
    if not scopes:
        raise NotFound(what="division")
    after = page.after and (datetime.fromisoformat(page.after[0]), UUID(page.after[1]))
    wanted = asked.asked(caller=actor.id, now=now)
    rows = await queries.worklist(
        session, scopes=scopes, wanted=wanted, after=after, limit=page.limit + 1
    )
    items = page.cut(rows, key=lambda row: (row["received_at"], str(row["id"])))
    content = orjson.dumps({"items": [dict(row) for row in items], "next": page.next}, default=str)
    return page.answer(content)


@router.get("/{petition_id}", dependencies=[policy("petition.read")])
async def read(
    petition_id: UUID, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> PetitionOut:
    """One petition as the caller may see it, with deadlines explained and history."""
    petition = await queries.petition(session, petition_id)
    return await shown_to(session, actor, petition, now=now, response=response)


# No key: what is remembered of an answer would be an identity outside the vault.
@router.post(
    "/{petition_id}/reveal",
    dependencies=[policy("petition.reveal")],
    openapi_extra=COMPUTES,
)
async def reveal(
    petition_id: UUID,
    body: RevealIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    keys: Keys,
) -> RevealedOut:
    """The petitioner's identity, or the text as written, for a reason; always recorded."""
    revealed = await reading.reveal(
        session,
        actor,
        petition_id,
        fields=body.asked,
        reason=body.reason,
        keys=keys,
        now=now,
    )
    return RevealedOut(**revealed)


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
    visible = [
        field
        for field in IDENTITY
        if shown(field, reader, in_progress=in_progress) is not Shown.ABSENT
    ]
    masks: dict[str, Any] = petition.petitioner_masked
    response.headers["ETag"] = etag(petition.version)
    return PetitionOut.model_validate(
        {
            **petition.model_dump(),
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


def _told(history: Sequence[PetitionStep]) -> str | None:
    """The last reply as the history keeps it: redacted."""
    return next((line.reason for line in reversed(history) if line.step is Step.REPLY), None)

"""Intake over HTTP: register, list, read, reveal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import queries
from services.petitions.intake.domain import NewPetition, State, Step, Urgency
from services.petitions.intake.models import Petition, PetitionDraft, PetitionStep
from services.petitions.intake.schemas import (
    ClockOut,
    DraftChangeIn,
    DraftContentOut,
    DraftIn,
    DraftOut,
    FilterIn,
    MergedOut,
    PartiesIn,
    PartOut,
    PartyOut,
    PetitionIn,
    PetitionOut,
    PetitionRow,
    RegisteredOut,
    RevealedOut,
    RevealIn,
    StepOut,
    UpwardReportOut,
)
from services.petitions.intake.use_cases import drafts as drafting, reading, steps, urgent
from services.petitions.intake.use_cases.follow_codes import FollowCodes
from services.petitions.intake.use_cases.joining import join as join_petition
from services.petitions.intake.use_cases.register import register as register_petition
from services.petitions.vault.domain import Field, Identity, Reader, Shown, shown
from services.petitions.vault.use_cases import VaultKeys
from shared import reference
from shared.auth.actor import Actor
from shared.clock_rows.rows import clocks_of
from shared.errors import NotFound
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import COMPUTES, SEALED, Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)
drafts: Final = APIRouter(prefix="/petition-drafts", tags=["petitions"], route_class=Route)


async def _keys(request: Request) -> VaultKeys:
    keys: VaultKeys = request.state.vault_keys
    return keys


Keys = Annotated[VaultKeys, Depends(_keys)]


async def _codes(request: Request) -> FollowCodes:
    codes: FollowCodes = request.state.follow_codes
    return codes


Codes = Annotated[FollowCodes, Depends(_codes)]


@router.post(
    "",
    status_code=201,
    dependencies=[policy("petition.register")],
    openapi_extra=SEALED,
)
async def register(
    body: PetitionIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    keys: Keys,
    codes: Codes,
    response: Response,
) -> RegisteredOut:
    """Register a petition: number, clocks, the petitioner's identity into the vault."""
    return await _registered(
        session, actor, body, keys=keys, codes=codes, now=now, response=response
    )


async def _registered(
    session: AsyncSession,
    actor: Actor,
    body: PetitionIn,
    *,
    keys: VaultKeys,
    codes: FollowCodes,
    now: datetime,
    response: Response,
) -> RegisteredOut:
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
        party_id=body.party_id,
        fields=body.asked,
        reason=body.reason,
        keys=keys,
        now=now,
    )
    return RevealedOut(**revealed)


@router.get("/{petition_id}/parts", dependencies=[policy("petition.read")])
async def parts(petition_id: UUID, session: SessionDep) -> list[PartOut]:
    """The parts of a cross-region matter, one of each division, as far as the caller sees them."""
    petition = await queries.petition(session, petition_id)
    found = await queries.parts(session, petition.parent_id or petition.id)
    return [PartOut.model_validate(each) for each in found]


@router.get("/{petition_id}/parties", dependencies=[policy("petition.read")])
async def parties(petition_id: UUID, actor: ActorDep, session: SessionDep) -> list[PartyOut]:
    """Everybody who petitions, the petitioner first; identities masked or absent."""
    found = await reading.parties_for(session, actor, petition_id)
    return [PartyOut.model_validate(each) for each in found]


@router.post("/{petition_id}/parties", dependencies=[policy("petition.name_parties")])
async def join(
    petition_id: UUID,
    body: PartiesIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Let further persons join, or change as what somebody petitions: who represents (art. 20)."""
    petition = await join_petition(
        session,
        actor,
        petition_id,
        added=[each.signatory for each in body.added],
        changed={each.party_id: each.role for each in body.changed},
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post(
    "/{petition_id}/acknowledge-urgent", dependencies=[policy("petition.acknowledge_urgent")]
)
async def acknowledge_urgent(
    petition_id: UUID,
    version: ExpectedVersion,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """Confirm for a superior organ that the urgent report arrived (art. 25)."""
    petition = await urgent.acknowledge(session, actor, petition_id, version=version, now=now)
    return await shown_to(session, actor, petition, now=now, response=response)


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


@drafts.post("", status_code=201, dependencies=[policy("petition.draft")], response_model=DraftOut)
async def write_draft(
    body: DraftIn, actor: ActorDep, session: SessionDep, now: Now, keys: Keys, response: Response
) -> PetitionDraft:
    """Keep a petition half entered; it gets no number before it is registered."""
    draft = await drafting.write(
        session, actor, office=body.office, content=body.content, keys=keys, now=now
    )
    response.headers["ETag"] = etag(draft.version)
    response.headers["Location"] = f"/api/v1/petition-drafts/{draft.id}"
    return draft


@drafts.get("", dependencies=[policy("petition.draft")])
async def list_drafts(actor: ActorDep, session: SessionDep, page: PageDep) -> Page[DraftOut]:
    """The drafts of the caller's offices, newest first, without what they hold."""
    after = page.after and (datetime.fromisoformat(page.after[0]), UUID(page.after[1]))
    rows = await queries.drafts(
        session, offices=drafting.offices_of(actor), after=after, limit=page.limit + 1
    )
    items = page.cut(rows, key=lambda row: (row.created_at, str(row.id)))
    return Page(items=[DraftOut.model_validate(each) for each in items], next=page.next)


@drafts.get("/{draft_id}", dependencies=[policy("petition.draft")])
async def read_draft(
    draft_id: UUID, actor: ActorDep, session: SessionDep, now: Now, keys: Keys, response: Response
) -> DraftContentOut:
    """One draft as its office entered it; reading it is recorded."""
    draft, content = await drafting.read(session, actor, draft_id, keys=keys, now=now)
    response.headers["ETag"] = etag(draft.version)
    return DraftContentOut.model_validate({**draft.model_dump(), "content": content})


@drafts.post("/{draft_id}/change", dependencies=[policy("petition.draft")], response_model=DraftOut)
async def change_draft(
    draft_id: UUID,
    body: DraftChangeIn,
    version: ExpectedVersion,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    keys: Keys,
    response: Response,
) -> PetitionDraft:
    """Replace what the draft holds."""
    draft = await drafting.change(
        session, actor, draft_id, content=body.content, keys=keys, version=version, now=now
    )
    response.headers["ETag"] = etag(draft.version)
    return draft


@drafts.post("/{draft_id}/discard", status_code=204, dependencies=[policy("petition.draft")])
async def discard_draft(
    draft_id: UUID, version: ExpectedVersion, actor: ActorDep, session: SessionDep, now: Now
) -> None:
    """Drop a draft that is not wanted any more."""
    draft = await drafting.take_up(session, actor, draft_id, version=version)
    await drafting.use_up(session, actor, draft, act="discard", now=now)


@drafts.post(
    "/{draft_id}/register",
    status_code=201,
    dependencies=[policy("petition.register")],
    openapi_extra=SEALED,
)
async def register_draft(
    draft_id: UUID,
    version: ExpectedVersion,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    keys: Keys,
    codes: Codes,
    response: Response,
) -> RegisteredOut:
    """Register what the draft holds, and use it up; the clocks run from its day of receipt."""
    draft = await drafting.take_up(session, actor, draft_id, version=version)
    content = drafting.content_of(draft, keys)
    try:
        body = PetitionIn.model_validate({**content, "office": draft.office})
    except ValidationError as wrong:
        found = [{**each, "loc": ("body", *each["loc"])} for each in wrong.errors()]
        raise RequestValidationError(found) from None
    await drafting.use_up(session, actor, draft, act="register", now=now)
    return await _registered(
        session, actor, body, keys=keys, codes=codes, now=now, response=response
    )

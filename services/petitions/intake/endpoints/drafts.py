"""Drafts of registrations."""

from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.petitions.intake import queries
from services.petitions.intake.endpoints.keys import Codes, Keys
from services.petitions.intake.endpoints.showing import registered
from services.petitions.intake.models import PetitionDraft
from services.petitions.intake.schemas import (
    DraftChangeIn,
    DraftContentOut,
    DraftIn,
    DraftOut,
    PetitionIn,
    RegisteredOut,
)
from services.petitions.intake.use_cases import drafts as drafting
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import SEALED, Route, SessionDep

drafts: Final = APIRouter(prefix="/petition-drafts", tags=["petitions"], route_class=Route)


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
    return await registered(
        session, actor, body, keys=keys, codes=codes, now=now, response=response
    )

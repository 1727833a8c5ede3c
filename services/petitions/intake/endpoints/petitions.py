"""Registering, listing and reading petitions."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response

from services.petitions.intake import queries
from services.petitions.intake.endpoints.keys import Codes, Keys
from services.petitions.intake.endpoints.showing import registered, shown_to
from services.petitions.intake.schemas import (
    FilterIn,
    PartiesIn,
    PartOut,
    PartyOut,
    PetitionIn,
    PetitionOut,
    PetitionRow,
    RegisteredOut,
    RevealedOut,
    RevealIn,
)
from services.petitions.intake.use_cases import reading, urgent
from services.petitions.intake.use_cases.joining import join as join_petition
from shared.errors import NotFound
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import COMPUTES, SEALED, Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


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
    return await registered(
        session, actor, body, keys=keys, codes=codes, now=now, response=response
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

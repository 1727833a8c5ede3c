"""Review and re-review over HTTP (信访工作条例 art. 35, 36)."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.petitions.intake.endpoints import Keys, shown_to
from services.petitions.intake.queries import petition as read_petition
from services.petitions.intake.schemas import PetitionOut
from services.petitions.reviews import queries
from services.petitions.reviews.domain import ReviewKind
from services.petitions.reviews.schemas import (
    AskIn,
    HearingEndIn,
    HearingIn,
    HearingOut,
    OpinionIn,
    ReviewOut,
    ReviewRow,
    ServeIn,
)
from services.petitions.reviews.use_cases import asking, deciding
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["reviews"], route_class=Route)
listed: Final = APIRouter(prefix="/reviews", tags=["reviews"], route_class=Route)


@listed.get("", dependencies=[policy("petition.read")])
async def worklist(
    session: SessionDep,
    page: PageDep,
    organ: Annotated[Division | None, Query(description="Before this organ")] = None,
    kind: ReviewKind | None = None,
    decided: Annotated[bool | None, Query(description="false: still to be decided")] = None,
) -> Page[ReviewRow]:
    """Reviews and re-reviews, the latest request first."""
    after = page.after and (datetime.fromisoformat(page.after[0]), UUID(page.after[1]))
    rows = await queries.reviews(
        session, organ=organ, kind=kind, decided=decided, after=after, limit=page.limit + 1
    )
    items = page.cut(rows, key=lambda each: (each.requested_at, str(each.id)))
    return Page(items=[ReviewRow.model_validate(each) for each in items], next=page.next)


@router.post("/{petition_id}/serve", dependencies=[policy("petition.serve")])
async def serve(
    petition_id: UUID,
    body: ServeIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """The written answer reached the petitioner; the time to object to it begins."""
    petition = await asking.serve(
        session, actor, petition_id, served_on=body.served_on, keys=keys, version=version, now=now
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/ask-review", dependencies=[policy("petition.ask_review")])
async def ask_review(
    petition_id: UUID,
    body: AskIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """The petitioner asked the next higher organ for a review (复查)."""
    petition = await asking.ask(
        session,
        actor,
        petition_id,
        kind=ReviewKind.REVIEW,
        received_at=body.received_at,
        grounds=body.grounds,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/ask-re-review", dependencies=[policy("petition.ask_re_review")])
async def ask_re_review(
    petition_id: UUID,
    body: AskIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """The petitioner asked the organ above the reviewing one for a re-review (复核)."""
    petition = await asking.ask(
        session,
        actor,
        petition_id,
        kind=ReviewKind.RE_REVIEW,
        received_at=body.received_at,
        grounds=body.grounds,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/give-review", dependencies=[policy("petition.give_review")])
async def give_review(
    petition_id: UUID,
    body: OpinionIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """The organ's opinion on the answer, by somebody who had no hand in it."""
    petition = await deciding.give(
        session,
        actor,
        petition_id,
        kind=ReviewKind.REVIEW,
        result=body.result,
        opinion=body.opinion,
        legal_basis=body.legal_basis,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/give-re-review", dependencies=[policy("petition.give_re_review")])
async def give_re_review(
    petition_id: UUID,
    body: OpinionIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """The last word (复核终结): the same facts and grounds are not accepted again."""
    petition = await deciding.give(
        session,
        actor,
        petition_id,
        kind=ReviewKind.RE_REVIEW,
        result=body.result,
        opinion=body.opinion,
        legal_basis=body.legal_basis,
        keys=keys,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/hearings", dependencies=[policy("petition.hold_hearing")])
async def open_hearing(
    petition_id: UUID,
    body: HearingIn,
    version: ExpectedVersion,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """A hearing began; its time is not counted."""
    petition = await deciding.open_hearing(
        session, actor, petition_id, began_at=body.began_at, version=version, now=now
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.post("/{petition_id}/hearings/end", dependencies=[policy("petition.hold_hearing")])
async def end_hearing(
    petition_id: UUID,
    body: HearingEndIn,
    version: ExpectedVersion,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> PetitionOut:
    """The hearing ended; the day counts again."""
    petition = await deciding.end_hearing(
        session,
        actor,
        petition_id,
        ended_at=body.ended_at,
        published=body.published,
        version=version,
        now=now,
    )
    return await shown_to(session, actor, petition, now=now, response=response)


@router.get("/{petition_id}/reviews", dependencies=[policy("petition.read")])
async def reviews(petition_id: UUID, session: SessionDep) -> list[ReviewOut]:
    """Every review and re-review of the petition, oldest first."""
    petition = await read_petition(session, petition_id)
    rows = await queries.reviews_of(session, petition.id)
    hearings = await queries.hearings_of(session, [each.id for each in rows])
    return [
        ReviewOut.model_validate(
            {
                **each.model_dump(),
                "hearings": [
                    HearingOut.model_validate(h) for h in hearings if h.review_id == each.id
                ],
            }
        )
        for each in rows
    ]

"""Reading reviews, and who had a hand in the matter before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.domain import Step
from services.petitions.intake.models import PetitionStep
from services.petitions.reviews.domain import ReviewKind
from services.petitions.reviews.models import Hearing, Review
from shared.db.session import driver
from shared.errors import NotFound

HANDLING: Final = (Step.START, Step.REPLY, Step.GIVE_REVIEW, Step.GIVE_RE_REVIEW)
# SKIP LOCKED: whoever asks for a review at this moment ends the clock himself.
LAPSED: Final = """
SELECT subject_id, kind FROM clock
 WHERE state = 'running' AND kind IN ('review_request', 're_review_request') AND due_at <= $1
 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""


async def reviews_of(session: AsyncSession, petition_id: UUID) -> Sequence[Review]:
    """Every review and re-review of the petition, oldest first."""
    statement = (
        select(Review)
        .where(Review.petition_id == petition_id)
        .order_by(col(Review.requested_at), col(Review.id))
    )
    return (await session.exec(statement)).all()


async def reviews(
    session: AsyncSession,
    *,
    organ: str | None,
    kind: ReviewKind | None,
    decided: bool | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Review]:
    """Reviews the caller may know of, the latest request first."""
    statement = select(Review)
    if organ is not None:
        statement = statement.where(Review.organ == organ)
    if kind is not None:
        statement = statement.where(Review.kind == kind)
    if decided is not None:
        statement = statement.where(col(Review.decided_at).is_not(None) == decided)
    if after:
        statement = statement.where(tuple_(col(Review.requested_at), col(Review.id)) < after)
    statement = statement.order_by(col(Review.requested_at).desc(), col(Review.id).desc())
    return (await session.exec(statement.limit(limit))).all()


async def open_review(session: AsyncSession, petition_id: UUID) -> Review:
    """The review the petition is in; its petition is locked before."""
    statement = select(Review).where(
        Review.petition_id == petition_id, col(Review.decided_at).is_(None)
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="review")
    return found


async def last_review(session: AsyncSession, petition_id: UUID) -> Review | None:
    """The latest review that was asked for."""
    statement = (
        select(Review)
        .where(Review.petition_id == petition_id)
        .order_by(col(Review.requested_at).desc(), col(Review.id).desc())
        .limit(1)
    )
    return (await session.exec(statement)).one_or_none()


async def hearings_of(session: AsyncSession, review_ids: Sequence[UUID]) -> Sequence[Hearing]:
    """The hearings of the reviews, oldest first."""
    statement = (
        select(Hearing)
        .where(col(Hearing.review_id).in_(review_ids))
        .order_by(col(Hearing.began_at), col(Hearing.id))
    )
    return (await session.exec(statement)).all()


async def hands(session: AsyncSession, petition_id: UUID) -> set[UUID]:
    """Everybody who handled the matter, answered it or gave an opinion on an answer."""
    statement = select(PetitionStep.actor_id).where(
        PetitionStep.petition_id == petition_id, col(PetitionStep.step).in_(HANDLING)
    )
    return set((await session.exec(statement)).all())


async def lapsed(session: AsyncSession, now: datetime, *, limit: int) -> list[tuple[UUID, str]]:
    """Petitions whose time to ask for a review is over, with the clock that says so."""
    rows = await (await driver(session)).fetch(LAPSED, now, limit)
    return [(UUID(str(row["subject_id"])), row["kind"]) for row in rows]

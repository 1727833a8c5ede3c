"""Bodies of reviews."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.petitions.reviews.domain import Result, ReviewKind
from shared.http.body import Body, Instant, LongText, Out, ShortText


class ServeIn(Body):
    """The legal day the written answer reached the petitioner."""

    served_on: date


class AskIn(Body):
    """When the petitioner's request was received, and what it says."""

    received_at: Instant
    grounds: LongText


class OpinionIn(Body):
    """What the organ above decided, why, and on which law."""

    result: Result
    opinion: LongText
    legal_basis: ShortText


class HearingIn(Body):
    began_at: Annotated[Instant, Field(alias="from")]


class HearingEndIn(Body):
    """`published`: the opinion will be made public after the hearing (art. 36)."""

    ended_at: Annotated[Instant, Field(alias="to")]
    published: bool = False


class HearingOut(Out):
    began_at: datetime
    ended_at: datetime | None
    published: bool


class ReviewRow(Out):
    """A review or re-review; the opinion is there once it is decided."""

    id: UUID
    petition_id: UUID
    kind: ReviewKind
    number: str
    organ: str
    requested_at: datetime
    grounds: str
    result: Result | None
    opinion: str | None
    legal_basis: str | None
    decided_at: datetime | None
    decided_by_name: str | None
    served_on: date | None


class ReviewOut(ReviewRow):
    """A review with the hearings held in it."""

    hearings: list[HearingOut] = Field(default_factory=list)

"""Reviews and the hearings held in them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from services.petitions.reviews.domain import Result, ReviewKind
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class Review(PetitionsTable, Versioned, table=True):
    """A review or re-review: asked for, and once decided never changed but by being served."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_review_petition", "petition_id", "requested_at"),
        Index("ix_review_organ", "organ", text("requested_at DESC"), text("id DESC")),
        # A petition is before one organ at a time.
        Index(
            "uq_review_open",
            "petition_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
        # An opinion is whole or not there at all.
        CheckConstraint(
            "num_nulls(result, opinion, legal_basis, decided_at, decided_by, decided_by_name)"
            " IN (0, 6)",
            name="opinion_whole",
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    petition_id: UUID = Field(foreign_key="petitions.petition.id")
    kind: ReviewKind = Field(sa_type=str_enum(ReviewKind))
    number: str = Field(max_length=40)
    # The next organ above the one that gave the answer.
    organ: str = Field(max_length=12)
    # When the petitioner's request was received.
    requested_at: datetime = Field(sa_type=Timestamptz)
    grounds: str
    result: Result | None = Field(default=None, sa_type=str_enum(Result), nullable=True)
    opinion: str | None = None
    legal_basis: str | None = Field(default=None, max_length=200)
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    decided_by: UUID | None = None
    decided_by_name: str | None = Field(default=None, max_length=200)
    served_on: date | None = None
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class Hearing(PetitionsTable, table=True):
    """A hearing (听证) of a re-review: its time is not counted (art. 36)."""

    __tablename__ = "review_hearing"
    __table_args__ = (
        Index("ix_review_hearing_review", "review_id", "began_at"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    review_id: UUID = Field(foreign_key="petitions.review.id")
    began_at: datetime = Field(sa_type=Timestamptz)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # After a hearing the opinion may be made public (art. 36).
    published: bool = False
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))

"""Batches of letters an inspection assigned, their letters and the looks back at them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from services.petitions.letters.domain import Found, Level, Pace, State, Step
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class LetterBatch(PetitionsTable, table=True):
    """One list of letters as an inspecting body handed it over (督察交办批次)."""

    __tablename__ = "letter_batch"
    __table_args__ = (
        # A body's batch is loaded once, however often it is sent.
        UniqueConstraint("body", "number"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    body: str = Field(max_length=200)
    number: str = Field(max_length=64)
    level: Level = Field(sa_type=str_enum(Level))
    # The office that keeps the batch and closes its letters.
    division: str = Field(max_length=12)
    received_on: date
    # As the covering letter says it; the letters loaded may be fewer.
    stated_total: int | None = None
    note: str | None = Field(default=None, max_length=500)
    fingerprint: str = Field(max_length=64)
    loaded_by: UUID
    loaded_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class InspectionLetter(PetitionsTable, Versioned, table=True):
    """One assigned letter, redacted: what it says, who answers it, until when."""

    __tablename__ = "inspection_letter"
    __table_args__ = (
        UniqueConstraint("batch_id", "outside_number"),
        UniqueConstraint("batch_id", "position"),
        CheckConstraint("(state = 'closed') = (closed_on IS NOT NULL)", name="closed_on_a_day"),
        Index("ix_inspection_letter_petition", "petition_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    batch_id: UUID = Field(foreign_key="petitions.letter_batch.id")
    position: int
    outside_number: str = Field(max_length=64)
    petition_id: UUID | None = Field(default=None, foreign_key="petitions.petition.id")
    # The division that answers, and what the letter counts for each it is about.
    county: str = Field(max_length=12)
    shares: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    content: str
    due_on: date
    state: State = Field(default=State.OPEN, sa_type=str_enum(State))
    pace: Pace | None = Field(default=None, sa_type=str_enum(Pace), nullable=True)
    answer: str | None = None
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    closed_on: date | None = None
    # How often a look back opened it again: rounds are counted anew each time.
    reopened: int = Field(default=0, sa_type=SmallInteger)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class LetterStep(PetitionsTable, table=True):
    """One line of a letter's history."""

    __tablename__ = "letter_step"
    __table_args__ = (
        Index("ix_letter_step_letter", "letter_id", "at"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    letter_id: UUID = Field(foreign_key="petitions.inspection_letter.id")
    step: Step = Field(sa_type=str_enum(Step))
    state: State = Field(sa_type=str_enum(State))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = None
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class LookBack(PetitionsTable, table=True):
    """A look back (回头看) at a closed letter, by somebody who did not answer it."""

    __tablename__ = "look_back"
    __table_args__ = (
        UniqueConstraint("letter_id", "reopened", "round"),
        CheckConstraint("round IN (1, 2)", name="two_rounds"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    letter_id: UUID = Field(foreign_key="petitions.inspection_letter.id")
    reopened: int = Field(sa_type=SmallInteger)
    round: int = Field(sa_type=SmallInteger)
    found: Found = Field(sa_type=str_enum(Found))
    findings: str = Field(max_length=500)
    by_id: UUID
    by_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))

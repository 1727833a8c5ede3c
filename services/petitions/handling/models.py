"""What is asked while a petition is handled, and who may not handle it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from services.petitions.handling.domain.competence import QuestionState
from services.petitions.handling.domain.extension import RequestState
from services.petitions.intake.domain import Settled
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class ExtensionRequest(PetitionsTable, Versioned, table=True):
    """The handling officer's request for more time, and what the head made of it (art. 34).

    Reason and answer are kept redacted; `answer` is what the petitioner was told, or why not.
    """

    __tablename__ = "extension_request"
    __table_args__ = (
        Index(
            "uq_extension_request_open",
            "petition_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_extension_request_petition", "petition_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    petition_id: UUID = Field(foreign_key="petitions.petition.id")
    state: RequestState = Field(default=RequestState.OPEN, sa_type=str_enum(RequestState))
    days: int
    reason: str
    requested_by: UUID
    requested_by_name: str = Field(max_length=200)
    requested_at: datetime = Field(sa_type=Timestamptz)
    decided_by: UUID | None = None
    decided_by_name: str | None = Field(default=None, max_length=200)
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answer: str | None = None
    consent: str | None = None
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class CompetenceQuestion(PetitionsTable, Versioned, table=True):
    """Which of several bodies accepts a petition (art. 24); one is open at a time."""

    __tablename__ = "competence_question"
    __table_args__ = (
        CheckConstraint("cardinality(bodies) >= 2", name="several_bodies"),
        CheckConstraint("(state = 'settled') = (lead IS NOT NULL)", name="settled_has_lead"),
        Index(
            "uq_competence_question_open",
            "petition_id",
            unique=True,
            postgresql_where=text("state <> 'settled'"),
        ),
        Index("ix_competence_question_petition", "petition_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    petition_id: UUID = Field(foreign_key="petitions.petition.id")
    state: QuestionState = Field(default=QuestionState.OPEN, sa_type=str_enum(QuestionState))
    bodies: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    # Their common superior; none above different provinces.
    decider: str | None = Field(default=None, max_length=12)
    proposed: str = Field(max_length=12)
    reason: str
    opened_by_name: str = Field(max_length=200)
    opened_at: datetime = Field(sa_type=Timestamptz)
    # 1 when it is opened, one more with each meeting: every round has its own answers.
    round: int = 1
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    held_on: date | None = None
    minutes: str | None = None
    lead: str | None = Field(default=None, max_length=12)
    settled_by: Settled | None = Field(default=None, sa_type=str_enum(Settled), nullable=True)
    settled_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class CompetenceAnswer(PetitionsTable, table=True):
    """Whom a body holds competent, and why; written once a round."""

    __tablename__ = "competence_answer"
    __table_args__ = ({"info": rls.info(rls.SCOPED)},)

    question_id: UUID = Field(primary_key=True, foreign_key="petitions.competence_question.id")
    round: int = Field(primary_key=True)
    body: str = Field(primary_key=True, max_length=12)
    lead: str = Field(max_length=12)
    reason: str
    answered_by: UUID
    answered_by_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class Recusal(PetitionsTable, table=True):
    """An account with an interest in the matter or its petitioner (art. 28), until it is lifted."""

    __tablename__ = "recusal"
    __table_args__ = (
        Index(
            "uq_recusal_running",
            "petition_id",
            "account_id",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    petition_id: UUID = Field(foreign_key="petitions.petition.id", index=True)
    account_id: UUID
    account_name: str = Field(max_length=200)
    reason: str = Field(max_length=500)
    declared_by: UUID
    declared_by_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    lifted_by: UUID | None = None
    lifted_by_name: str | None = Field(default=None, max_length=200)
    lifted_reason: str | None = Field(default=None, max_length=500)
    lifted_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class SupervisorCall(PetitionsTable, Versioned, table=True):
    """An environmental supervisor of the place is asked to come along, and came or did not.

    `told` is all he is told: place and object redacted, media and time. The remark is kept
    redacted too.
    """

    __tablename__ = "supervisor_call"
    __table_args__ = (
        Index(
            "uq_supervisor_call_open",
            "petition_id",
            "supervisor_id",
            unique=True,
            postgresql_where=text("came IS NULL"),
        ),
        Index("ix_supervisor_call_petition", "petition_id"),
        CheckConstraint("(came IS NULL) = (noted_at IS NULL)", name="noted_when"),
        CheckConstraint("came IS NOT FALSE OR remark IS NOT NULL", name="absence_reasoned"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    petition_id: UUID = Field(foreign_key="petitions.petition.id")
    # Of `regions`.
    supervisor_id: UUID
    division: str = Field(max_length=12)
    supervisor_of: str = Field(max_length=200)
    visit_at: datetime = Field(sa_type=Timestamptz)
    told: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    called_by: UUID
    called_by_name: str = Field(max_length=200)
    called_at: datetime = Field(sa_type=Timestamptz)
    came: bool | None = None
    remark: str | None = None
    noted_by: UUID | None = None
    noted_by_name: str | None = Field(default=None, max_length=200)
    noted_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))

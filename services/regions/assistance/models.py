"""Tables of assistance: letters between two organs and their evidence.

A letter and all that hangs on it is seen by the sender, the receiver and those above them, by
nobody else.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from services.regions.assistance.domain.course import ANSWERED, OWED, State
from services.regions.assistance.domain.evidence import EvidenceKind, Receipt
from services.regions.assistance.domain.handing import Ground
from services.regions.assistance.domain.requests import Asked, Outcome
from services.regions.base import SCHEMA, RegionsTable
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

BUREAU_ID = f"{SCHEMA}.bureau.id"
HANDOVER_ID = f"{SCHEMA}.handover.id"
REQUEST_ID = f"{SCHEMA}.assistance_request.id"

# An organ that cannot do what is asked says why (环境行政处罚办法 2010 art. 27).
_REASONED = "outcome IS DISTINCT FROM 'unable' OR outcome_reason IS NOT NULL"
# What may still become late, for the job that looks for it.
_LATE_IN = ", ".join(f"'{each}'" for each in State if each in OWED)
_OWED = f"escalated_at IS NULL AND state IN ({_LATE_IN})"
_REPLY_WHOLE = "(replied_at IS NULL) = (reply IS NULL) AND (replied_at IS NULL) = (outcome IS NULL)"


class LetterCounter(RegionsTable, table=True):
    """Numbers without gaps: the counter moves in the transaction that uses the number."""

    __tablename__ = "letter_counter"
    __table_args__: Any = ({"info": rls.info(rls.CONTEXT)},)

    series: str = Field(primary_key=True, max_length=32)
    division: str = Field(primary_key=True, max_length=12)
    year: int = Field(primary_key=True, sa_type=SmallInteger)
    last: int = 0


class Letter(SQLModel):
    """What an assistance request and a hand-over have in common: their course."""

    id: UUID = Field(primary_key=True)
    number: str = Field(max_length=64)
    sender: str = Field(max_length=12)
    receiver: str = Field(max_length=12)
    # The very organ of the receiver's division, where it is another than the environmental one.
    receiver_bureau_id: UUID | None = Field(default=None, foreign_key=BUREAU_ID)
    facts: str = Field(sa_type=Text)
    urgent: bool
    contact: str = Field(max_length=200)
    state: State = Field(sa_type=str_enum(State))
    # By the common superior: the receiver cannot object any more.
    designated: bool = False
    sent_at: datetime = Field(sa_type=Timestamptz)
    sent_by: UUID
    acknowledged_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    objection: str | None = Field(default=None, sa_type=Text)
    measures: str | None = Field(default=None, sa_type=Text)
    measures_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    reply: str | None = Field(default=None, sa_type=Text)
    outcome: Outcome | None = Field(default=None, sa_type=str_enum(Outcome))
    outcome_reason: str | None = Field(default=None, sa_type=Text)
    replied_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # By which response is measured; an answer sent back and given again is not faster.
    first_replied_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    receiver_case_id: str | None = Field(default=None, max_length=64)
    returns: int = Field(default=0, sa_type=SmallInteger)
    # Of the duty that runs now; an answer sent back starts anew. The scope is empty across
    # provinces, where nobody in this system stands above both.
    escalated_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    escalated_to: str | None = Field(default=None, max_length=12)
    # Set by every act, so that each is a new version.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

    @property
    def answered(self) -> bool:
        """Nobody waits for the receiver: it replied, or the common superior has been told."""
        return self.state in ANSWERED or self.escalated_at is not None

    @property
    def no_common_superior(self) -> bool:
        """Late, and nobody in this system stands above both: both provinces see it unresolved."""
        return self.escalated_at is not None and self.escalated_to is None


class AssistanceRequest(RegionsTable, Letter, Versioned, table=True):
    """协查函: one organ asks another for help within its competence (行政处罚法 art. 26)."""

    __tablename__ = "assistance_request"
    __table_args__: Any = (
        UniqueConstraint("number"),
        CheckConstraint(_REASONED, name="reasoned"),
        CheckConstraint(_REPLY_WHOLE, name="reply_whole"),
        Index("ix_assistance_request_receiver_bureau_id", "receiver_bureau_id"),
        Index("ix_assistance_request_follows_id", "follows_id"),
        Index("ix_assistance_request_owed", "id", postgresql_where=text(_OWED)),
        Index("ix_assistance_request_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    kind: Asked = Field(sa_type=str_enum(Asked))
    title: str = Field(max_length=200)
    asked: str = Field(sa_type=Text)
    legal_basis: str = Field(max_length=200)
    attachments: list[dict[str, Any]] = Field(sa_type=JSONB)
    # The letter this one replaces, sent to an organ that was not competent.
    follows_id: UUID | None = Field(default=None, foreign_key=REQUEST_ID)


class Handover(RegionsTable, Letter, Versioned, table=True):
    """线索移交、案件移送: a matter goes to the organ that decides on it (art. 22, 25, 27)."""

    __tablename__ = "handover"
    __table_args__: Any = (
        UniqueConstraint("number"),
        CheckConstraint(_REASONED, name="reasoned"),
        CheckConstraint(_REPLY_WHOLE, name="reply_whole"),
        # A finding of an operation is handed over once at a time.
        Index(
            "uq_handover_finding_id",
            "finding_id",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index("ix_handover_operation_id", "operation_id"),
        Index("ix_handover_receiver_bureau_id", "receiver_bureau_id"),
        Index("ix_handover_follows_id", "follows_id"),
        Index("ix_handover_owed", "id", postgresql_where=text(_OWED)),
        Index("ix_handover_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    ground: Ground = Field(sa_type=str_enum(Ground))
    matter: dict[str, Any] = Field(sa_type=JSONB)
    legal_view: str = Field(sa_type=Text)
    operation_id: UUID | None = None
    finding_id: UUID | None = None
    follows_id: UUID | None = Field(default=None, foreign_key=HANDOVER_ID)


class LetterEvidence(RegionsTable, table=True):
    """One line of a custody list: handed over, or sent with the answer to a request."""

    __tablename__ = "letter_evidence"
    __table_args__: Any = (
        CheckConstraint(
            "(handover_id IS NULL) <> (assistance_request_id IS NULL)", name="of_one_letter"
        ),
        CheckConstraint("(receipt = 'pending') = (received_at IS NULL)", name="received_once_said"),
        CheckConstraint(
            "(recognised IS NULL) = (recognised_at IS NULL)"
            " AND (recognised IS NULL) = (recognition_reason IS NULL)",
            name="recognition_reasoned",
        ),
        CheckConstraint(
            "recognised IS NOT TRUE OR cardinality(lacks) = 0", name="recognised_lacks_nothing"
        ),
        UniqueConstraint("handover_id", "sha256"),
        UniqueConstraint("assistance_request_id", "sha256"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    handover_id: UUID | None = Field(default=None, foreign_key=HANDOVER_ID)
    assistance_request_id: UUID | None = Field(default=None, foreign_key=REQUEST_ID)
    position: int = Field(sa_type=SmallInteger)
    title: str = Field(max_length=200)
    sha256: str = Field(max_length=64)
    kind: EvidenceKind = Field(sa_type=str_enum(EvidenceKind))
    taken_at: datetime = Field(sa_type=Timestamptz)
    taken_by: list[str] = Field(sa_type=ARRAY(Text))
    chain: list[dict[str, Any]] = Field(sa_type=JSONB)
    cma_number: str | None = Field(default=None, max_length=64)
    method_standard: str | None = Field(default=None, max_length=200)
    receipt: Receipt = Field(sa_type=str_enum(Receipt))
    received_sha256: str | None = Field(default=None, max_length=64)
    received_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    received_by: str | None = Field(default=None, max_length=200)
    recognised: bool | None = None
    lacks: list[str] = Field(sa_type=ARRAY(Text))
    recognition_reason: str | None = Field(default=None, sa_type=Text)
    recognised_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    recognised_by: str | None = Field(default=None, max_length=200)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class AssistanceStep(RegionsTable, table=True):
    """Who took which step with a letter, when and why. Never changed."""

    __tablename__ = "assistance_step"
    __table_args__: Any = (
        Index("ix_assistance_step_subject_id", "subject_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    subject_kind: str = Field(max_length=32)
    subject_id: UUID
    action: str = Field(max_length=32)
    state: str = Field(max_length=32)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

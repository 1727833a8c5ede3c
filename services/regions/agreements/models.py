"""Tables of cooperation agreements.

A draft is its drafter's alone; from negotiating on it is the parties', and of those above them.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.agreements.domain.consent import Answer, BoundBy
from services.regions.agreements.domain.life import State
from services.regions.base import SCHEMA, RegionsTable
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

AGREEMENT_ID = f"{SCHEMA}.agreement.id"


class Agreement(RegionsTable, Versioned, table=True):
    """合作协议: what bureaus bind themselves to do together, and for how long."""

    __tablename__ = "agreement"
    __table_args__: Any = (
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="days_ordered"),
        CheckConstraint("border_strip_km IS NULL OR border_strip_km > 0", name="strip_wide"),
        CheckConstraint(
            "state IN ('draft', 'negotiating', 'terminated') OR bound_by IS NOT NULL",
            name="bound_by_somebody",
        ),
        # Bound, it was signed at an instant; and a superior decides with a reason.
        CheckConstraint("(bound_by IS NULL) = (signed_at IS NULL)", name="signed_at_once"),
        CheckConstraint(
            "(bound_by IS NOT DISTINCT FROM 'common_superior') = (decision_reason IS NOT NULL)",
            name="decision_reasoned",
        ),
        CheckConstraint(
            "(ends_on IS NULL) = (end_reason IS NULL) AND (ends_on IS NULL) = (notice_by IS NULL)",
            name="notice_whole",
        ),
        CheckConstraint("rotation_months > 0 AND rotation_offset >= 0", name="rotation_turns"),
        Index("ix_agreement_parent_agreement_id", "parent_agreement_id"),
        Index("ix_agreement_predecessor_id", "predecessor_id"),
        Index("ix_agreement_successor_id", "successor_id"),
        Index("ix_agreement_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    title: str = Field(max_length=200)
    # Who wrote the draft: a party, or the division above one.
    drafter: str = Field(max_length=12)
    parent_agreement_id: UUID | None = Field(default=None, foreign_key=AGREEMENT_ID)
    predecessor_id: UUID | None = Field(default=None, foreign_key=AGREEMENT_ID)
    # Set once the successor is before the parties: a draft is nobody's but its drafter's.
    successor_id: UUID | None = Field(default=None, foreign_key=AGREEMENT_ID)
    state: State = Field(sa_type=str_enum(State))
    body: str = Field(sa_type=Text)
    valid_from: date
    valid_to: date | None = None
    media: list[str] = Field(sa_type=ARRAY(Text))
    # GB/T 4754 codes; empty is every industry.
    industries: list[str] = Field(sa_type=ARRAY(Text))
    border_strip_km: float | None = None
    forms: list[str] = Field(sa_type=ARRAY(Text))
    # What was set up between the parties, each with its terms in words.
    systems: list[dict[str, Any]] = Field(sa_type=JSONB)
    rotation_order: list[str] = Field(sa_type=ARRAY(Text))
    rotation_offset: int = Field(default=0, sa_type=SmallInteger)
    rotation_months: int = Field(sa_type=SmallInteger)
    data_sharing: list[dict[str, Any]] = Field(sa_type=JSONB)
    # Title, SHA-256 and size of documents kept elsewhere; no file is stored here.
    attachments: list[dict[str, Any]] = Field(sa_type=JSONB)
    # Articles in force on the day the text was put on the table.
    legal_basis: list[dict[str, Any]] = Field(sa_type=JSONB)
    text_version: int = Field(sa_type=SmallInteger)
    text_hash: str = Field(max_length=64)
    # When time to agree is up, or since when a party asks the common superior to decide.
    negotiate_until: datetime | None = Field(default=None, sa_type=Timestamptz)
    decision_asked_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    bound_by: BoundBy | None = Field(default=None, sa_type=str_enum(BoundBy))
    decision_reason: str | None = Field(default=None, sa_type=Text)
    decided_by: str | None = Field(default=None, max_length=12)
    signed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    expiring_on: date | None = None
    # A party's notice: the first day no longer bound, and why.
    ends_on: date | None = None
    end_reason: str | None = Field(default=None, sa_type=Text)
    notice_by: str | None = Field(default=None, max_length=12)
    drafted_at: datetime = Field(sa_type=Timestamptz)
    drafted_by: UUID
    # Set by every act, so that what a party says is a new version of the agreement.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class AgreementParty(RegionsTable, table=True):
    """A party: its organisation, its signatory, whom to call there, and what it said."""

    __tablename__ = "agreement_party"
    __table_args__: Any = (
        CheckConstraint("(answer = 'pending') = (answered_at IS NULL)", name="answered_once_said"),
        CheckConstraint("(answer = 'pending') = (answered_hash IS NULL)", name="names_its_text"),
        CheckConstraint("answer <> 'declined' OR answer_reason IS NOT NULL", name="reasoned"),
        Index("ix_agreement_party_division", "division"),
        Index("ix_agreement_party_bureau_id", "bureau_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    agreement_id: UUID = Field(primary_key=True, foreign_key=AGREEMENT_ID)
    division: str = Field(primary_key=True, max_length=12)
    position: int = Field(sa_type=SmallInteger)
    organisation: str = Field(max_length=200)
    bureau_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.bureau.id")
    signatory: str = Field(max_length=200)
    signatory_post: str | None = Field(default=None, max_length=200)
    liaison_unit: str = Field(max_length=200)
    liaison_person: str = Field(max_length=200)
    liaison_phone: str | None = Field(default=None, max_length=64)
    answer: Answer = Field(sa_type=str_enum(Answer))
    answered_hash: str | None = Field(default=None, max_length=64)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answered_by: UUID | None = None
    answered_name: str | None = Field(default=None, max_length=200)
    answer_reason: str | None = Field(default=None, sa_type=Text)
    # When it joined the notice of another party.
    joined_end_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class AgreementText(RegionsTable, table=True):
    """A text that was on the table, whole and with its hash. Never changed."""

    __tablename__ = "agreement_text"
    __table_args__: Any = (
        UniqueConstraint("agreement_id", "text_version"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    agreement_id: UUID = Field(foreign_key=AGREEMENT_ID)
    text_version: int = Field(sa_type=SmallInteger)
    text_hash: str = Field(max_length=64)
    content: dict[str, Any] = Field(sa_type=JSONB)
    proposed_by: str = Field(max_length=12)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class AgreementSkip(RegionsTable, table=True):
    """A party passed over in a term of the rotating lead. Never changed."""

    __tablename__ = "agreement_skip"
    __table_args__: Any = (
        # Passing over whom it would then be is another line; the same one twice is a mistake.
        UniqueConstraint("agreement_id", "term", "member"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    agreement_id: UUID = Field(foreign_key=AGREEMENT_ID)
    term: int
    member: str = Field(max_length=12)
    reason: str = Field(sa_type=Text)
    # The party in whose name it was approved, never the one passed over.
    approved_for: str = Field(max_length=12)
    approved_by: UUID
    approved_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class AgreementStep(RegionsTable, table=True):
    """Who took which step, when and why. Never changed."""

    __tablename__ = "agreement_step"
    __table_args__: Any = (
        Index("ix_agreement_step_agreement_id", "agreement_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    agreement_id: UUID = Field(foreign_key=AGREEMENT_ID)
    action: str = Field(max_length=32)
    state: State = Field(sa_type=str_enum(State))
    # The division in whose name it was done; none for what time did.
    division: str | None = Field(default=None, max_length=12)
    text_version: int = Field(sa_type=SmallInteger)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

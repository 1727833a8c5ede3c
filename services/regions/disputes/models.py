"""Tables of disputes of jurisdiction, seen by the parties and those above them, by nobody else."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.assistance.models import HANDOVER_ID
from services.regions.base import SCHEMA, RegionsTable
from services.regions.disputes.domain import DisputeState, Stance
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

DISPUTE_ID = f"{SCHEMA}.jurisdiction_dispute.id"


class JurisdictionDispute(RegionsTable, Versioned, table=True):
    """管辖争议: several organs claim a matter, or none does (art. 25)."""

    __tablename__ = "jurisdiction_dispute"
    __table_args__: Any = (
        UniqueConstraint("number"),
        CheckConstraint(
            "(state IN ('agreed', 'designated', 'closed')) = (competent IS NOT NULL)",
            name="decided_on_somebody",
        ),
        # A superior designates with a reason and an article.
        CheckConstraint(
            "state <> 'designated' OR (decision_reason IS NOT NULL AND legal_basis IS NOT NULL)",
            name="designation_reasoned",
        ),
        CheckConstraint(
            "(document_number IS NULL) = (recorded_by IS NULL)"
            " AND (document_number IS NULL) = (document_names IS NULL)",
            name="document_whole",
        ),
        Index("ix_jurisdiction_dispute_handover_id", "handover_id"),
        Index(
            "ix_jurisdiction_dispute_negotiating",
            "id",
            postgresql_where=text("state = 'negotiating'"),
        ),
        Index("ix_jurisdiction_dispute_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    number: str = Field(max_length=64)
    opened_by: str = Field(max_length=12)
    matter: dict[str, Any] = Field(sa_type=JSONB)
    facts: str = Field(sa_type=Text)
    state: DisputeState = Field(sa_type=str_enum(DisputeState))
    opened_at: datetime = Field(sa_type=Timestamptz)
    # Who has the matter, once that is known, and on whose word.
    competent: str | None = Field(default=None, max_length=12)
    decided_by: str | None = Field(default=None, max_length=200)
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    decision_reason: str | None = Field(default=None, sa_type=Text)
    legal_basis: str | None = Field(default=None, max_length=200)
    # The state ministry's written decision, as a party recorded it.
    document_number: str | None = Field(default=None, max_length=100)
    document_date: date | None = None
    document_names: str | None = Field(default=None, max_length=12)
    recorded_by: str | None = Field(default=None, max_length=12)
    handover_id: UUID | None = Field(default=None, foreign_key=HANDOVER_ID)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DisputeParty(RegionsTable, table=True):
    """One organ of a dispute, and what it says of its own competence."""

    __tablename__ = "dispute_party"
    __table_args__: Any = (
        CheckConstraint("(stance = 'silent') = (answered_at IS NULL)", name="answered_once_said"),
        CheckConstraint("stance = 'silent' OR reason IS NOT NULL", name="reasoned"),
        {"info": rls.info(rls.SCOPED)},
    )

    dispute_id: UUID = Field(primary_key=True, foreign_key=DISPUTE_ID)
    division: str = Field(primary_key=True, max_length=12)
    stance: Stance = Field(sa_type=str_enum(Stance))
    filed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    filed_number: str | None = Field(default=None, max_length=100)
    reason: str | None = Field(default=None, sa_type=Text)
    agrees_on: str | None = Field(default=None, max_length=12)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Preservation(RegionsTable, table=True):
    """Evidence kept safe by whoever holds it until it is known who decides."""

    __tablename__ = "preservation"
    __table_args__: Any = (
        CheckConstraint("ended_at IS NULL OR started_at <= ended_at", name="ordered"),
        Index("ix_preservation_dispute_id", "dispute_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    dispute_id: UUID = Field(foreign_key=DISPUTE_ID)
    holder: str = Field(max_length=12)
    what: str = Field(sa_type=Text)
    measure: str = Field(max_length=200)
    started_at: datetime = Field(sa_type=Timestamptz)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DisputeStep(RegionsTable, table=True):
    """Who took which step with a dispute, when and why. Never changed."""

    __tablename__ = "dispute_step"
    __table_args__: Any = (
        Index("ix_dispute_step_dispute_id", "dispute_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    dispute_id: UUID = Field(foreign_key=DISPUTE_ID)
    action: str = Field(max_length=32)
    state: DisputeState = Field(sa_type=str_enum(DisputeState))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

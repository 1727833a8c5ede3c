"""Leads and every step they took."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.enterprises.models.registry import ENTERPRISE_ID, following
from services.tasks.leads.domain.grading import Confidence, Priority
from services.tasks.leads.domain.life import LeadAction, LeadState, Verification
from services.tasks.leads.domain.sources import Source, StationClass
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

LEAD_ID: Final = f"{SCHEMA}.lead.id"


class Lead(TasksTable, Versioned, table=True):
    """线索: a hint that is to be checked. Of a complaint behind it there are pollution facts only.

    `division` answers for it, `received_by` entered it, `parties` are all that ever had it or were
    offered it. A merged lead keeps everything it said; `merged_into_id` carries the matter on and
    counts it among its `reports`.
    """

    __tablename__ = "lead"
    __table_args__: Any = (
        # One report of a source is one lead, however often its platform sends it.
        Index(
            "uq_lead_reference",
            "reporter_id",
            "source",
            "reference",
            unique=True,
            postgresql_where=text("reference IS NOT NULL"),
        ),
        Index("uq_lead_number", "number", unique=True),
        CheckConstraint("division = ANY (parties)", name="holder_is_party"),
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="point_whole"),
        CheckConstraint("(source = 'station') = (station_class IS NOT NULL)", name="station_class"),
        CheckConstraint("source <> 'undisclosed'", name="source_kept"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into"),
        CheckConstraint("merged_into_id <> id", name="merged_into_another"),
        CheckConstraint(
            "state IN ('received', 'merged') OR priority IS NOT NULL", name="graded_before"
        ),
        CheckConstraint("(state = 'assigned') = (assigned_to IS NOT NULL)", name="assigned_to"),
        # 线索件件核查: nothing is at its end without a result.
        CheckConstraint(
            "(state IN ('verified', 'closed')) = (result IS NOT NULL)"
            " AND (result IS NULL) = (verified_at IS NULL)"
            " AND (state = 'closed') = (closed_at IS NOT NULL)",
            name="every_lead_checked",
        ),
        CheckConstraint(
            "coalesce(result = 'forwarded', false) = (forwarded_to IS NOT NULL)",
            name="forwarded_somewhere",
        ),
        CheckConstraint("reports >= 1", name="reports_count"),
        Index("ix_lead_visible_to", "visible_to", postgresql_using="gin"),
        Index("ix_lead_worklist", "work_due_at", "id"),
        Index("ix_lead_enterprise_id", "enterprise_id"),
        Index("ix_lead_object_code", "object_code"),
        Index("ix_lead_task_id", "task_id"),
        Index("ix_lead_survey_request_id", "survey_request_id"),
        Index("ix_lead_merged_into_id", "merged_into_id"),
        Index("ix_lead_officers", "officers", postgresql_using="gin"),
        Index("ix_lead_received_at", "received_at"),
        Index(
            "ix_lead_point",
            "latitude",
            "longitude",
            postgresql_where=text("latitude IS NOT NULL"),
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    number: str = Field(max_length=40)
    source: Source = Field(sa_type=str_enum(Source))
    station_class: StationClass | None = Field(
        default=None, sa_type=str_enum(StationClass), nullable=True
    )
    confidential: bool
    reference: str | None = Field(default=None, max_length=200)
    content_hash: str = Field(max_length=64)
    reporter_id: UUID
    reporter_name: str = Field(max_length=200)
    received_by: str = Field(max_length=12)
    received_at: datetime = Field(sa_type=Timestamptz)
    survey_request_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.survey_request.id")
    division: str = Field(max_length=12)
    parties: list[str] = Field(sa_type=ARRAY(Text))
    place: str = Field(max_length=12)
    title: str = Field(max_length=200)
    media: list[str] = Field(sa_type=ARRAY(Text))
    site: str = Field(sa_type=Text)
    longitude: float | None = None
    latitude: float | None = None
    facts: str = Field(sa_type=Text)
    object_name: str | None = Field(default=None, max_length=200)
    object_code: str | None = Field(default=None, max_length=64)
    enterprise_id: UUID | None = Field(default=None, foreign_key=ENTERPRISE_ID)
    at_night: bool
    confidence: Confidence = Field(sa_type=str_enum(Confidence))
    occurred_at: datetime = Field(sa_type=Timestamptz)
    state: LeadState = Field(default=LeadState.RECEIVED, sa_type=str_enum(LeadState))
    reports: int = Field(default=1, sa_type=SmallInteger)
    merged_into_id: UUID | None = Field(default=None, foreign_key=LEAD_ID)
    priority: Priority | None = Field(default=None, sa_type=str_enum(Priority), nullable=True)
    score: int | None = None
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    # Set by hand: further reports leave it alone.
    priority_reason: str | None = Field(default=None, sa_type=Text)
    # The own deadline, and the earliest of all reports of the matter.
    due_at: datetime = Field(sa_type=Timestamptz)
    work_due_at: datetime = Field(sa_type=Timestamptz)
    assigned_to: str | None = Field(default=None, max_length=12)
    # Accounts it was pushed to; nobody named is everybody of the division.
    officers: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid))
    hand_ons: int = Field(default=0, sa_type=SmallInteger)
    task_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.task.id")
    result: Verification | None = Field(default=None, sa_type=str_enum(Verification), nullable=True)
    result_note: str | None = Field(default=None, sa_type=Text)
    forwarded_to: str | None = Field(default=None, max_length=200)
    verified_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class LeadStep(TasksTable, table=True):
    """One step a lead took, by whom and why; `division` is whom it concerned."""

    __tablename__ = "lead_step"
    __table_args__: Any = (
        Index("ix_lead_step_lead_id", "lead_id"),
        # Who gets the lead sees who had it before.
        {"info": rls.info(following("lead", "lead_id"))},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    lead_id: UUID = Field(foreign_key=LEAD_ID)
    action: LeadAction = Field(sa_type=str_enum(LeadAction))
    state: LeadState = Field(sa_type=str_enum(LeadState))
    division: str = Field(max_length=12)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    note: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)

"""Inspections, who was there, and what was done in which order."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.enterprises.domain.visits import LegalKind, Mode
from services.tasks.inspections.domain import (
    InspectionAction,
    InspectionState,
    Signature,
)
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class Inspection(TasksTable, Versioned, table=True):
    """检查: one visit (or one check from afar) within a task; `division` is the place's."""

    __tablename__ = "inspection"
    __table_args__: Any = (
        # A recorder that is off is explained (S15 art. 18-20).
        CheckConstraint("recorder_on OR recorder_reason <> ''", name="recorder_explained"),
        CheckConstraint(
            "(record_text IS NULL) = (signature IS NULL)"
            " AND (signature IS NULL OR signature = 'signed' OR signature_note <> '')",
            name="record_answered",
        ),
        CheckConstraint(
            "state <> 'finished' OR (finished_at IS NOT NULL AND record_text <> '')",
            name="finished_with_record",
        ),
        Index("ix_inspection_task_id", "task_id"),
        Index("ix_inspection_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    task_id: UUID = Field(foreign_key=f"{SCHEMA}.task.id")
    division: str = Field(max_length=12)
    parties: list[str] = Field(sa_type=ARRAY(Text))
    legal_kind: LegalKind = Field(sa_type=str_enum(LegalKind))
    mode: Mode = Field(sa_type=str_enum(Mode))
    methods: list[str] = Field(sa_type=ARRAY(Text))
    at_night: bool
    state: InspectionState = Field(
        default=InspectionState.UNDER_WAY, sa_type=str_enum(InspectionState)
    )
    started_at: datetime = Field(sa_type=Timestamptz)
    finished_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    recorder_on: bool
    recorder_reason: str | None = Field(default=None, sa_type=Text)
    record_text: str | None = Field(default=None, sa_type=Text)
    signature: Signature | None = Field(default=None, sa_type=str_enum(Signature))
    signature_note: str | None = Field(default=None, sa_type=Text)
    recorded_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    sheet_handed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class InspectionOfficer(TasksTable, table=True):
    """An officer present, with the certificate and whether it was shown."""

    __tablename__ = "inspection_officer"
    __table_args__: Any = (
        UniqueConstraint("inspection_id", "officer_id"),
        Index("ix_inspection_officer_account_id", "account_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    inspection_id: UUID = Field(foreign_key=f"{SCHEMA}.inspection.id")
    officer_id: UUID
    account_id: UUID
    name: str = Field(max_length=200)
    division: str = Field(max_length=12)
    certificate_number: str = Field(max_length=64)
    certificate_valid_to: date
    certificate_shown: bool
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class InspectionStep(TasksTable, table=True):
    """What was done at the inspection, by whom and when."""

    __tablename__ = "inspection_step"
    __table_args__: Any = (
        Index("ix_inspection_step_inspection_id", "inspection_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    inspection_id: UUID = Field(foreign_key=f"{SCHEMA}.inspection.id")
    action: InspectionAction = Field(sa_type=str_enum(InspectionAction))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    note: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

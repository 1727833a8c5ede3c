"""Recorders: who has which, what each recorded, and what a supervisor saw meanwhile."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.inspections.domain.recorders import NoteKind
from services.tasks.inspections.models.inspections import INSPECTION_ID, OF_THE_INSPECTION
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class RecorderDevice(TasksTable, Versioned, table=True):
    """执法记录仪配发: a recorder in an officer's hands, from one day until it is given back."""

    __tablename__ = "recorder_device"
    __table_args__: Any = (
        Index(
            "uq_recorder_device_serial",
            "serial",
            unique=True,
            postgresql_where=text("returned_at IS NULL"),
        ),
        Index(
            "uq_recorder_device_officer",
            "officer_id",
            unique=True,
            postgresql_where=text("returned_at IS NULL"),
        ),
        Index("ix_recorder_device_visible_to", "visible_to", postgresql_using="gin"),
        CheckConstraint("returned_at >= assigned_at", name="returned_later"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    serial: str = Field(max_length=64)
    division: str = Field(max_length=12)
    officer_id: UUID
    officer_name: str = Field(max_length=200)
    assigned_at: datetime = Field(sa_type=Timestamptz)
    assigned_by: UUID
    returned_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Recording(TasksTable, table=True):
    """一段记录: from one switch to the next; its file is evidence of the task."""

    __tablename__ = "recording"
    __table_args__: Any = (
        # One runs at a time.
        Index(
            "uq_recording_running",
            "inspection_id",
            unique=True,
            postgresql_where=text("to_at IS NULL"),
        ),
        Index("ix_recording_inspection_id", "inspection_id"),
        # A file is one recording.
        Index("uq_recording_evidence_id", "evidence_id", unique=True),
        CheckConstraint("to_at >= from_at", name="runs_forward"),
        CheckConstraint("(evidence_id IS NULL) = (stored_at IS NULL)", name="stored_when"),
        {"info": rls.info(OF_THE_INSPECTION)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    inspection_id: UUID = Field(foreign_key=INSPECTION_ID)
    device: str | None = Field(default=None, max_length=64)
    from_at: datetime = Field(sa_type=Timestamptz)
    to_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # Why it was switched off before the departure.
    reason: str | None = Field(default=None, sa_type=Text)
    evidence_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.evidence.id")
    stored_at: datetime | None = Field(default=None, sa_type=Timestamptz)


class SupervisionNote(TasksTable, table=True):
    """后台实时督导: what somebody saw who followed an inspection under way. Never changed."""

    __tablename__ = "supervision_note"
    __table_args__: Any = (
        Index("ix_supervision_note_inspection_id", "inspection_id"),
        CheckConstraint("note <> ''", name="says_what"),
        {"info": rls.info(OF_THE_INSPECTION)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    inspection_id: UUID = Field(foreign_key=INSPECTION_ID)
    kind: NoteKind = Field(sa_type=str_enum(NoteKind))
    device: str | None = Field(default=None, max_length=64)
    note: str = Field(sa_type=Text)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)

"""Inspections, who was there, and what was done in which order."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.enterprises.domain.visits import LegalKind, Mode
from services.tasks.enterprises.models.registry import ENTERPRISE_ID, following
from services.tasks.enterprises.models.visits import VISIT_ID
from services.tasks.inspections.domain.guards import AbsenceCase, Signature
from services.tasks.inspections.domain.life import (
    AbortGround,
    InspectionAction,
    InspectionState,
)
from services.tasks.inspections.models.special import SPECIAL_ID
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

INSPECTION_ID: Final = f"{SCHEMA}.inspection.id"
# Lines of an inspection are seen by whoever sees it.
OF_THE_INSPECTION: Final = following("inspection", "inspection_id")


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
        CheckConstraint(
            "state NOT IN ('aborted', 'called_off') OR (ended_at IS NOT NULL AND end_reason <> '')",
            name="ended_reasoned",
        ),
        CheckConstraint("(state = 'aborted') = (abort_ground IS NOT NULL)", name="aborted_on"),
        CheckConstraint(
            "(sheet_number IS NULL) OR (sheet_handed_at IS NOT NULL)", name="sheet_numbered"
        ),
        Index("ix_inspection_task_id", "task_id"),
        Index("ix_inspection_enterprise_id", "enterprise_id"),
        Index("ix_inspection_special_check_id", "special_check_id"),
        # One entry of the ledger is one inspection, one code one act, one sheet one visit.
        Index("uq_inspection_visit_id", "visit_id", unique=True),
        Index("uq_inspection_act_code", "act_code", unique=True),
        Index("uq_inspection_sheet_number", "sheet_number", unique=True),
        Index("ix_inspection_started_at", "started_at"),
        Index("ix_inspection_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    task_id: UUID = Field(foreign_key=f"{SCHEMA}.task.id")
    division: str = Field(max_length=12)
    parties: list[str] = Field(sa_type=ARRAY(Text))
    # The object on the register, and the document of a special check.
    enterprise_id: UUID | None = Field(default=None, foreign_key=ENTERPRISE_ID)
    special_check_id: UUID | None = Field(default=None, foreign_key=SPECIAL_ID)
    # The entry of the ledger: planned at the start if it takes a place, made at the end.
    visit_id: UUID | None = Field(default=None, foreign_key=VISIT_ID)
    legal_kind: LegalKind = Field(sa_type=str_enum(LegalKind))
    mode: Mode = Field(sa_type=str_enum(Mode))
    methods: list[str] = Field(sa_type=ARRAY(Text))
    contents: list[str] = Field(
        default_factory=list, sa_type=ARRAY(Text), sa_column_kwargs={"server_default": "{}"}
    )
    at_night: bool
    on_rest_day: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    crossing: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    state: InspectionState = Field(
        default=InspectionState.UNDER_WAY, sa_type=str_enum(InspectionState)
    )
    started_at: datetime = Field(sa_type=Timestamptz)
    finished_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # 行政行为码, and when the party was shown it.
    act_code: str | None = Field(default=None, max_length=64)
    code_shown_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    recorder_on: bool
    recorder_reason: str | None = Field(default=None, sa_type=Text)
    # Why it did not run from the arrival on.
    late_reason: str | None = Field(default=None, sa_type=Text)
    said: list[str] = Field(
        default_factory=list, sa_type=ARRAY(Text), sa_column_kwargs={"server_default": "{}"}
    )
    record_text: str | None = Field(default=None, sa_type=Text)
    signature: Signature | None = Field(default=None, sa_type=str_enum(Signature))
    signature_note: str | None = Field(default=None, sa_type=Text)
    absence_case: AbsenceCase | None = Field(
        default=None, sa_type=str_enum(AbsenceCase), nullable=True
    )
    recorded_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    sheet_handed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    sheet_number: str | None = Field(default=None, max_length=32)
    # 四不两直: what was broken of it; none until it was declared.
    breaches: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB, nullable=True)
    abort_ground: AbortGround | None = Field(
        default=None, sa_type=str_enum(AbortGround), nullable=True
    )
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    end_reason: str | None = Field(default=None, sa_type=Text)
    # Each act is a new version, whatever it changes besides.
    changed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
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


class InspectionAddition(TasksTable, table=True):
    """补充说明: what was added and signed after the end. Never changed."""

    __tablename__ = "inspection_addition"
    __table_args__: Any = (
        CheckConstraint("signature = 'signed' OR signature_note <> ''", name="answered"),
        CheckConstraint("cardinality(officers) >= 2", name="two_officers"),
        Index("ix_inspection_addition_inspection_id", "inspection_id"),
        {"info": rls.info(OF_THE_INSPECTION)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    inspection_id: UUID = Field(foreign_key=INSPECTION_ID)
    text: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    officers: list[str] = Field(sa_type=ARRAY(Text))
    signature: Signature = Field(sa_type=str_enum(Signature))
    signature_note: str | None = Field(default=None, sa_type=Text)
    absence_case: AbsenceCase | None = Field(
        default=None, sa_type=str_enum(AbsenceCase), nullable=True
    )
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)

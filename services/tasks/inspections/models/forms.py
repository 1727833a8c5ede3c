"""Forms of the visit: each with its versions and, per version, who signed."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.enterprises.models.registry import following
from services.tasks.inspections.domain.forms import FormKind, FormState, Signer
from services.tasks.inspections.domain.guards import AbsenceCase, Signature
from services.tasks.inspections.models.inspections import INSPECTION_ID, OF_THE_INSPECTION
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

FORM_ID: Final = f"{SCHEMA}.inspection_form.id"
OF_THE_FORM: Final = following("inspection_form", "form_id")


class InspectionForm(TasksTable, Versioned, table=True):
    """文书: one form of a visit; of interviews one per person."""

    __tablename__ = "inspection_form"
    __table_args__: Any = (
        UniqueConstraint("inspection_id", "number"),
        {"info": rls.info(OF_THE_INSPECTION)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    inspection_id: UUID = Field(foreign_key=INSPECTION_ID)
    number: int = Field(sa_type=SmallInteger)
    kind: FormKind = Field(sa_type=str_enum(FormKind))
    state: FormState = Field(default=FormState.DRAFT, sa_type=str_enum(FormState))
    revision: int = Field(default=1, sa_type=SmallInteger)
    changed_at: datetime = Field(sa_type=Timestamptz)


class InspectionFormVersion(TasksTable, table=True):
    """What the form said in one version. Never changed."""

    __tablename__ = "inspection_form_version"
    __table_args__: Any = (
        UniqueConstraint("form_id", "revision"),
        {"info": rls.info(OF_THE_FORM)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    form_id: UUID = Field(foreign_key=FORM_ID)
    revision: int = Field(sa_type=SmallInteger)
    fields: dict[str, Any] = Field(sa_type=JSONB)
    written_by: UUID
    written_by_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)


class InspectionFormSignature(TasksTable, table=True):
    """One person's answer to one version. Never changed."""

    __tablename__ = "inspection_form_signature"
    __table_args__: Any = (
        UniqueConstraint("form_id", "revision", "signer", "name"),
        CheckConstraint("signature = 'signed' OR note <> ''", name="answered"),
        CheckConstraint("(signer = 'officer') = (officer_id IS NOT NULL)", name="officer_known"),
        {"info": rls.info(OF_THE_FORM)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    form_id: UUID = Field(foreign_key=FORM_ID)
    revision: int = Field(sa_type=SmallInteger)
    signer: Signer = Field(sa_type=str_enum(Signer))
    name: str = Field(max_length=200)
    officer_id: UUID | None = None
    signature: Signature = Field(sa_type=str_enum(Signature))
    absence_case: AbsenceCase | None = Field(
        default=None, sa_type=str_enum(AbsenceCase), nullable=True
    )
    note: str | None = Field(default=None, sa_type=Text)
    entered_by: UUID
    at: datetime = Field(sa_type=Timestamptz)

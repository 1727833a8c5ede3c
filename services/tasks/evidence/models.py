"""Evidence as recorded, and who had it in hand. Its content lies in the store, by SHA-256."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.evidence.domain import CustodyAct, EvidenceKind, UploadState
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class Evidence(TasksTable, table=True):
    """证据: never changed after it is recorded; `place_text` and `purpose` in the officer's words.

    `entry_hash` covers the row and the `entry_hash` of the one before it in the same task.
    """

    __tablename__ = "evidence"
    __table_args__: Any = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_form"),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="point_whole"),
        # A chain has one link in each place, and only the first has none before it.
        UniqueConstraint("task_id", "number"),
        CheckConstraint("(number = 1) = (previous_hash IS NULL)", name="first_link"),
        Index("ix_evidence_sha256", "sha256"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    task_id: UUID = Field(foreign_key=f"{SCHEMA}.task.id")
    number: int
    kind: EvidenceKind = Field(sa_type=str_enum(EvidenceKind))
    is_original: bool
    media_type: str = Field(max_length=64)
    sha256: str = Field(max_length=64)
    size: int
    taken_at: datetime = Field(sa_type=Timestamptz)
    place_text: str = Field(sa_type=Text)
    longitude: float | None = None
    latitude: float | None = None
    device: str | None = Field(default=None, max_length=64)
    purpose: str = Field(sa_type=Text)
    # The officers who took it; empty for what was recorded before they were asked for.
    officers: list[UUID] = Field(
        default_factory=list, sa_type=ARRAY(Uuid), sa_column_kwargs={"server_default": "{}"}
    )
    # The form it belongs to, by its number or id.
    document_ref: str | None = Field(default=None, max_length=200)
    received_at: datetime = Field(sa_type=Timestamptz)
    received_by: UUID
    received_from: str = Field(max_length=200)
    previous_hash: str | None = Field(default=None, max_length=64)
    entry_hash: str = Field(max_length=64)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Custody(TasksTable, table=True):
    """保管记录: each time somebody had the content in hand."""

    __tablename__ = "custody"
    __table_args__: Any = (
        Index("ix_custody_evidence_id", "evidence_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    evidence_id: UUID = Field(foreign_key=f"{SCHEMA}.evidence.id")
    act: CustodyAct = Field(sa_type=str_enum(CustodyAct))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class EvidenceUpload(TasksTable, Versioned, table=True):
    """上传: a file on its way in pieces; its id is made on the device and becomes the evidence's.

    `received` bytes lie in the store's file of this id. Only who declared it may go on with it.
    """

    __tablename__ = "evidence_upload"
    __table_args__: Any = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_form"),
        CheckConstraint("received BETWEEN 0 AND size AND size > 0", name="received_within"),
        CheckConstraint("(state = 'kept') = (evidence_id IS NOT NULL)", name="kept_as"),
        Index("ix_evidence_upload_task_id", "task_id"),
        Index("ix_evidence_upload_evidence_id", "evidence_id"),
        Index("ix_evidence_upload_visible_to", "visible_to", postgresql_using="gin"),
        Index(
            "ix_evidence_upload_expires_at",
            "expires_at",
            postgresql_where=text("state = 'arriving'"),
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    task_id: UUID = Field(foreign_key=f"{SCHEMA}.task.id")
    account_id: UUID
    media_type: str = Field(max_length=64)
    sha256: str = Field(max_length=64)
    size: int = Field(sa_type=BigInteger)
    received: int = Field(default=0, sa_type=BigInteger)
    # What the officer says of the evidence, checked when it was declared.
    description: dict[str, Any] = Field(sa_type=JSONB)
    state: UploadState = Field(default=UploadState.ARRIVING, sa_type=str_enum(UploadState))
    evidence_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.evidence.id")
    declared_at: datetime = Field(sa_type=Timestamptz)
    expires_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

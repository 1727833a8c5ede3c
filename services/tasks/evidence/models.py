"""Evidence as recorded, and who had it in hand. Its content lies in the store, by SHA-256."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.evidence.domain import CustodyAct, EvidenceKind
from shared.db import rls
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

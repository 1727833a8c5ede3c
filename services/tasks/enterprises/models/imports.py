"""Tables of lists that are loaded row by row."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.enterprises.domain.imports import FileFormat, RowResult
from services.tasks.enterprises.models.positive_lists import LIST_ID
from services.tasks.enterprises.models.registry import following
from shared.db import rls
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class FileImport(TasksTable, table=True):
    """One file for one division and one positive list; jobs load it in the sender's right."""

    __tablename__ = "file_import"
    __table_args__: Any = (
        # The same file again is the same import.
        Index(
            "uq_file_import_content",
            "division",
            "sha256",
            text("coalesce(positive_list_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
            unique=True,
        ),
        Index("ix_file_import_positive_list_id", "positive_list_id"),
        Index("ix_file_import_open", "id", postgresql_where=text("finished_at IS NULL")),
        Index("ix_file_import_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    division: str = Field(max_length=12)
    format: FileFormat = Field(sa_type=str_enum(FileFormat))
    positive_list_id: UUID | None = Field(default=None, foreign_key=LIST_ID)
    sha256: str = Field(max_length=64)
    rows: int
    actor_id: UUID
    actor_kind: str = Field(max_length=16)
    actor_name: str = Field(max_length=200)
    grants: list[list[str]] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=Timestamptz)
    finished_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class FileImportRow(TasksTable, table=True):
    """One row of a file and what became of it; `facts` is null where it could not be read."""

    __tablename__ = "file_import_row"
    __table_args__: Any = (
        CheckConstraint("(result = 'refused') = (problem IS NOT NULL)", name="refusal_explained"),
        Index(
            "ix_file_import_row_waiting",
            "import_id",
            "number",
            postgresql_where=text("result = 'waiting'"),
        ),
        {"info": rls.info(following("file_import", "import_id"))},
    )

    import_id: UUID = Field(primary_key=True, foreign_key=f"{SCHEMA}.file_import.id")
    number: int = Field(primary_key=True)
    facts: dict[str, Any] | None = Field(
        default=None, sa_type=JSONB(none_as_null=True), nullable=True
    )
    result: RowResult = Field(sa_type=str_enum(RowResult))
    # Where and why: pointer, code, zh, en.
    problem: dict[str, Any] | None = Field(
        default=None, sa_type=JSONB(none_as_null=True), nullable=True
    )
    enterprise_id: UUID | None = None

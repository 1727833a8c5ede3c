"""Tables of changes of divisions: the change, and what was done with it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.succession.domain import ChangeKind, ChangeState
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum


class DivisionChange(RegionsTable, Versioned, table=True):
    """区划变更: seen by its authority alone until it is published, then by whom it concerns too."""

    __tablename__ = "division_change"
    __table_args__: Any = (
        CheckConstraint("cardinality(predecessors) > 0", name="has_predecessor"),
        CheckConstraint("published_by IS DISTINCT FROM drafted_by", name="four_eyes"),
        CheckConstraint(
            "(state IN ('published', 'in_force')) = (published_at IS NOT NULL)"
            " AND (published_at IS NULL) = (published_by IS NULL)",
            name="published_by_someone",
        ),
        CheckConstraint("(state = 'in_force') = (applied_at IS NOT NULL)", name="in_force_since"),
        CheckConstraint(
            "(previewed_at IS NULL) = (preview IS NULL)"
            " AND (previewed_at IS NULL) = (table_stamp IS NULL)",
            name="preview_whole",
        ),
        CheckConstraint("published_at IS NULL OR previewed_at IS NOT NULL", name="previewed_first"),
        Index("ix_division_change_visible_to", "visible_to", postgresql_using="gin"),
        # What waits for its day: few at any one time.
        Index(
            "ix_division_change_waiting",
            "effective_on",
            postgresql_where=text("state = 'published'"),
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    kind: ChangeKind = Field(sa_type=str_enum(ChangeKind))
    state: ChangeState = Field(default=ChangeState.DRAFT, sa_type=str_enum(ChangeState))
    # The division whose administrators draft and publish it.
    authority: str = Field(max_length=12)
    predecessors: list[str] = Field(sa_type=ARRAY(Text))
    successors: list[dict[str, Any]] = Field(sa_type=JSONB)
    main: str | None = Field(default=None, max_length=12)
    assignments: list[dict[str, str]] = Field(sa_type=JSONB)
    borders: list[dict[str, Any]] = Field(sa_type=JSONB)
    effective_on: date
    document_title: str = Field(max_length=200)
    document_number: str = Field(max_length=200)
    drafted_by: UUID
    drafted_by_name: str = Field(max_length=200)
    drafted_at: datetime = Field(sa_type=Timestamptz)
    preview: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    previewed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # Of the tables of divisions and borders as the preview saw them.
    table_stamp: str | None = Field(default=None, max_length=32)
    published_by: UUID | None = None
    published_by_name: str | None = Field(default=None, max_length=200)
    published_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    applied_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DivisionChangeStep(RegionsTable, table=True):
    """Who did what with a change, when and why. Never changed."""

    __tablename__ = "division_change_step"
    __table_args__: Any = (
        Index("ix_division_change_step_change_id", "change_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    change_id: UUID = Field(foreign_key=f"{SCHEMA}.division_change.id")
    action: str = Field(max_length=32)
    state: ChangeState = Field(sa_type=str_enum(ChangeState))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, max_length=500)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

"""What an inspection may rest on: a special check's document, an approved turn to the site."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.enterprises.models.registry import following
from services.tasks.inspections.domain.special import Approver, SpecialState
from services.tasks.inspections.domain.terms import TurnGround
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

SPECIAL_ID: Final = f"{SCHEMA}.special_check.id"
# Published to all once it is, as the law wants; before, seen in its divisions.
_PUBLISHED: Final = "(state IN ('published', 'ended') AND published_on IS NOT NULL)"
PUBLISHED_TO_ALL: Final = rls.Policy(
    f"{rls.SCOPED.using} OR ({_PUBLISHED} AND {rls.IN_CONTEXT})", rls.SCOPED.check
)


class SpecialCheck(TasksTable, Versioned, table=True):
    """专项检查方案: what was approved, by whom, and the limits of number, scope, content, time."""

    __tablename__ = "special_check"
    __table_args__: Any = (
        UniqueConstraint("division", "document"),
        CheckConstraint("starts_on <= ends_on", name="runs_forward"),
        CheckConstraint("approved_on <= starts_on", name="approved_first"),
        CheckConstraint("most >= 1", name="allows_some"),
        CheckConstraint("cardinality(contents) > 0", name="says_what"),
        CheckConstraint(
            "state IN ('registered', 'ended') OR (filed_on IS NOT NULL AND filing_ref <> '')",
            name="filed_with_number",
        ),
        CheckConstraint(
            "state <> 'published' OR (published_on IS NOT NULL AND publication_ref <> '')",
            name="published_where",
        ),
        Index("ix_special_check_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(PUBLISHED_TO_ALL)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    division: str = Field(max_length=12)
    document: str = Field(max_length=200)
    title: str = Field(max_length=200)
    approver: Approver = Field(sa_type=str_enum(Approver))
    approving_division: str = Field(max_length=12)
    approved_on: date
    divisions: list[str] = Field(sa_type=ARRAY(Text))
    contents: list[str] = Field(sa_type=ARRAY(Text))
    most: int = Field(sa_type=Integer)
    starts_on: date
    ends_on: date
    state: SpecialState = Field(default=SpecialState.REGISTERED, sa_type=str_enum(SpecialState))
    filed_on: date | None = None
    filing_ref: str | None = Field(default=None, max_length=200)
    published_on: date | None = None
    publication_ref: str | None = Field(default=None, max_length=500)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class SiteTurn(TasksTable, table=True):
    """转现场: a request to visit what was to be checked from afar, and who decided it."""

    __tablename__ = "site_turn"
    __table_args__: Any = (
        # One at a time waits or holds.
        Index(
            "uq_site_turn_standing",
            "task_id",
            unique=True,
            postgresql_where=text("approved IS NOT FALSE"),
        ),
        Index("ix_site_turn_task_id", "task_id"),
        CheckConstraint("(approved IS NULL) = (decided_at IS NULL)", name="decided_when"),
        CheckConstraint("decided_by <> asked_by", name="decided_by_another"),
        {"info": rls.info(following("task", "task_id"))},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    task_id: UUID = Field(foreign_key=f"{SCHEMA}.task.id")
    ground: TurnGround = Field(sa_type=str_enum(TurnGround))
    reason: str = Field(sa_type=Text)
    asked_by: UUID
    asked_by_name: str = Field(max_length=200)
    asked_at: datetime = Field(sa_type=Timestamptz)
    approved: bool | None = None
    decided_by: UUID | None = None
    decided_by_name: str | None = Field(default=None, max_length=200)
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    opinion: str | None = Field(default=None, sa_type=Text)

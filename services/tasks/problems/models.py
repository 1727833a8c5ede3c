"""Problems, who verified them, and every step they took."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.problems.domain import (
    Category,
    ListLevel,
    ProblemAction,
    ProblemState,
    Severity,
)
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class Problem(TasksTable, Versioned, table=True):
    """问题: what an inspection found; `division` is the place's, which sees to its rectification.

    `rectifiers` are the accounts that answered for the measures and asked for closing.
    """

    __tablename__ = "problem"
    __table_args__: Any = (
        # 问题可溯源、整改可证明、责任可到人, and 谁验收谁负责.
        CheckConstraint(
            "state <> 'closed' OR (traceable_source <> '' AND responsible_person <> ''"
            " AND cardinality(proof) > 0 AND accepter_id IS NOT NULL AND closed_at IS NOT NULL)",
            name="closing_complete",
        ),
        CheckConstraint(
            "state = 'found' OR (responsible_unit <> '' AND responsible_person <> '')",
            name="responsibility_named",
        ),
        # A place on a list has its number there.
        CheckConstraint(
            "state <> 'closed' OR list_level = 'none' OR external_list_ref <> ''",
            name="list_referenced",
        ),
        CheckConstraint("reject_count >= 0", name="reject_count_counts"),
        Index("ix_problem_task_id", "task_id"),
        Index("ix_problem_inspection_id", "inspection_id"),
        Index("ix_problem_worklist", "due_at", "id"),
        Index("ix_problem_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    task_id: UUID = Field(foreign_key=f"{SCHEMA}.task.id")
    inspection_id: UUID = Field(foreign_key=f"{SCHEMA}.inspection.id")
    division: str = Field(max_length=12)
    parties: list[str] = Field(sa_type=ARRAY(Text))
    category: Category = Field(sa_type=str_enum(Category))
    severity: Severity = Field(sa_type=str_enum(Severity))
    is_key: bool
    description: str = Field(sa_type=Text)
    traceable_source: str = Field(sa_type=Text)
    list_level: ListLevel = Field(sa_type=str_enum(ListLevel))
    external_list_ref: str | None = Field(default=None, max_length=200)
    state: ProblemState = Field(default=ProblemState.FOUND, sa_type=str_enum(ProblemState))
    found_at: datetime = Field(sa_type=Timestamptz)
    found_by: UUID
    due_on: date
    due_at: datetime = Field(sa_type=Timestamptz)
    responsible_unit: str | None = Field(default=None, max_length=200)
    responsible_person: str | None = Field(default=None, max_length=200)
    responsible_account_id: UUID | None = None
    measures: str | None = Field(default=None, sa_type=Text)
    rectifiers: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid))
    proof: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid))
    reject_count: int = 0
    accepter_id: UUID | None = None
    accepter_name: str | None = Field(default=None, max_length=200)
    publication_ref: str | None = Field(default=None, max_length=500)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ProblemVerifier(TasksTable, table=True):
    """现场核查人员: an officer who went to see; `round` counts the rejections before."""

    __tablename__ = "problem_verifier"
    __table_args__: Any = (
        UniqueConstraint("problem_id", "round", "officer_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    problem_id: UUID = Field(foreign_key=f"{SCHEMA}.problem.id")
    round: int
    officer_id: UUID
    account_id: UUID
    name: str = Field(max_length=200)
    verified_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ProblemStep(TasksTable, table=True):
    """One step a problem took, by whom and why."""

    __tablename__ = "problem_step"
    __table_args__: Any = (
        Index("ix_problem_step_problem_id", "problem_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    problem_id: UUID = Field(foreign_key=f"{SCHEMA}.problem.id")
    action: ProblemAction = Field(sa_type=str_enum(ProblemAction))
    state: ProblemState = Field(sa_type=str_enum(ProblemState))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    note: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

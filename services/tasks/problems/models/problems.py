"""Problems, who verified and accepted them, their time, their lists, and every step they took."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.enterprises.models.registry import following
from services.tasks.problems.domain.five_steps import PunishmentState
from services.tasks.problems.domain.life import (
    Category,
    ListLevel,
    ProblemAction,
    ProblemState,
    Severity,
)
from services.tasks.problems.domain.lists import ListingState
from services.tasks.problems.domain.time import ExtensionState
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

PROBLEM_ID: Final = f"{SCHEMA}.problem.id"
INSPECTION_ID: Final = f"{SCHEMA}.inspection.id"
# Nobody has asked for its closing.
UNRECTIFIED: Final = "state IN ('found', 'assigned', 'rectifying', 'reopened')"


OF_THE_PROBLEM: Final = following("problem", "problem_id")
OF_THE_INSPECTION: Final = following("inspection", "inspection_id")


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
        CheckConstraint(
            "reopen_count >= 0 AND (reopen_count = 0) = (reopened_at IS NULL)",
            name="reopened_when",
        ),
        CheckConstraint("(raised_at IS NULL) = (raised_to IS NULL)", name="raised_whole"),
        Index("ix_problem_task_id", "task_id"),
        Index("ix_problem_inspection_id", "inspection_id"),
        Index("ix_problem_worklist", "due_at", "id"),
        Index("ix_problem_visible_to", "visible_to", postgresql_using="gin"),
        Index("ix_problem_closed_at", "division", "closed_at"),
        # What may have to be told upwards.
        Index(
            "ix_problem_untold",
            "due_at",
            postgresql_where=text(f"raised_at IS NULL AND {UNRECTIFIED}"),
        ),
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
    # Waits for its answer.
    extension_id: UUID | None = None
    # 长期坚持: measures that have to be kept up.
    long_term: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    # 四罚, of this time that it came about.
    punishment: PunishmentState | None = Field(
        default=None, sa_type=str_enum(PunishmentState), nullable=True
    )
    # How often a look-back found that it had come back, and since when its time counts anew.
    reopen_count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    reopened_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # Whom it was told that it is long overdue.
    raised_to: str | None = Field(default=None, max_length=12)
    raised_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # Set by acts that are kept in other rows, so that each is a new version of the problem.
    changed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

    @property
    def counts_from(self) -> datetime:
        """Where its time began: the finding, or the relapse."""
        return self.reopened_at or self.found_at

    @property
    def round(self) -> int:
        """Which attempt at closing this is."""
        return self.reject_count + self.reopen_count


class ProblemVerifier(TasksTable, table=True):
    """现场核查人员: an officer who went to see; `round` counts the attempts before."""

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


class ProblemAcceptance(TasksTable, table=True):
    """验收: who signed at which level, and how each standard of closing was answered."""

    __tablename__ = "problem_acceptance"
    __table_args__: Any = (
        UniqueConstraint("problem_id", "round"),
        {"info": rls.info(OF_THE_PROBLEM)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    problem_id: UUID = Field(foreign_key=PROBLEM_ID)
    round: int
    # Whose acceptance it takes, by the highest list it stands on.
    division: str = Field(max_length=12)
    accepter_id: UUID
    accepter_name: str = Field(max_length=200)
    standards: list[dict[str, Any]] = Field(sa_type=JSONB)
    opinion: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)


class ProblemExtension(TasksTable, table=True):
    """延期: more time that was asked for, and the answer; `round` counts the relapses before."""

    __tablename__ = "problem_extension"
    __table_args__: Any = (
        CheckConstraint(
            "(state = 'asked') = (decided_at IS NULL)"
            " AND (state IN ('asked', 'lapsed')) = (decided_by IS NULL)",
            name="decided_when",
        ),
        CheckConstraint("decided_by <> asked_by", name="decided_by_another"),
        Index(
            "uq_problem_extension_asked",
            "problem_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
        Index("ix_problem_extension_problem_id", "problem_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    problem_id: UUID = Field(foreign_key=PROBLEM_ID)
    round: int
    state: ExtensionState = Field(sa_type=str_enum(ExtensionState))
    reason: str = Field(sa_type=Text)
    due_before: datetime = Field(sa_type=Timestamptz)
    due_on: date
    asked_at: datetime = Field(sa_type=Timestamptz)
    asked_by: UUID
    asked_by_name: str = Field(max_length=200)
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    decided_by: UUID | None = None
    decided_by_name: str | None = Field(default=None, max_length=200)
    opinion: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ProblemListing(TasksTable, table=True):
    """列入清单: a problem's place on the list of one level; `division` keeps the list."""

    __tablename__ = "problem_listing"
    __table_args__: Any = (
        UniqueConstraint("problem_id", "level"),
        CheckConstraint(
            "state NOT IN ('received', 'filed') OR reference <> ''", name="received_with_number"
        ),
        CheckConstraint("(state = 'filed') = (filing_ref IS NOT NULL)", name="filed_with_number"),
        Index("ix_problem_listing_list", "division", "level"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    problem_id: UUID = Field(foreign_key=PROBLEM_ID)
    level: ListLevel = Field(sa_type=str_enum(ListLevel))
    division: str = Field(max_length=12)
    state: ListingState = Field(sa_type=str_enum(ListingState))
    reference: str | None = Field(default=None, max_length=200)
    reason: str = Field(sa_type=Text)
    entered_at: datetime = Field(sa_type=Timestamptz)
    sent_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    received_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    filing_ref: str | None = Field(default=None, max_length=200)
    filed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

"""Teams and their officers, what a team asks for, and who of it stands aside."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.dispatch.domain import AskedOn, Decision, RecusalGround
from services.tasks.dispatch.models.tasks import OF_THE_TASK, TASK_ID
from shared.db import rls
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class Team(TasksTable, table=True):
    """小组: who was sent and for which period; dissolved when another goes, or nobody."""

    __tablename__ = "team"
    __table_args__: Any = (
        CheckConstraint("starts_at < ends_at", name="period_runs_forward"),
        # A task has one team at a time.
        Index(
            "uq_team_standing",
            "task_id",
            unique=True,
            postgresql_where=text("dissolved_at IS NULL"),
        ),
        Index("ix_team_task_id", "task_id"),
        Index("ix_team_starts_at", "starts_at", "id"),
        Index("ix_team_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    task_id: UUID = Field(foreign_key=TASK_ID)
    starts_at: datetime = Field(sa_type=Timestamptz)
    ends_at: datetime = Field(sa_type=Timestamptz)
    named_at: datetime = Field(sa_type=Timestamptz)
    named_by: UUID
    dissolved_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class TeamMember(TasksTable, table=True):
    """组员: an officer as `regions` knew them when they were sent."""

    __tablename__ = "team_member"
    __table_args__: Any = (
        UniqueConstraint("team_id", "officer_id"),
        # A team has one leader.
        Index("uq_team_member_leader", "team_id", unique=True, postgresql_where=text("is_leader")),
        Index("ix_team_member_account_id", "account_id"),
        Index("ix_team_member_officer_id", "officer_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    team_id: UUID = Field(foreign_key=f"{SCHEMA}.team.id")
    officer_id: UUID
    account_id: UUID
    name: str = Field(max_length=200)
    division: str = Field(max_length=12)
    certificate_number: str = Field(max_length=64)
    certificate_valid_to: date
    is_leader: bool
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class TaskExtension(TasksTable, table=True):
    """延期: so many days more, asked for by the team and decided above it."""

    __tablename__ = "task_extension"
    __table_args__: Any = (
        CheckConstraint("days > 0", name="extends"),
        CheckConstraint(
            "(decision = 'pending') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided_by_somebody",
        ),
        CheckConstraint("decision = 'lapsed' OR decided_by <> asked_by", name="decided_by_another"),
        # One at a time.
        Index(
            "uq_task_extension_pending",
            "task_id",
            unique=True,
            postgresql_where=text("decision = 'pending'"),
        ),
        Index("ix_task_extension_task_id", "task_id"),
        {"info": rls.info(OF_THE_TASK)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    task_id: UUID = Field(foreign_key=TASK_ID)
    days: int = Field(sa_type=SmallInteger)
    reason: str = Field(sa_type=Text)
    asked_at: datetime = Field(sa_type=Timestamptz)
    asked_by: UUID
    asked_by_name: str = Field(max_length=200)
    decision: Decision = Field(default=Decision.PENDING, sa_type=str_enum(Decision))
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    decided_by: UUID | None = None
    decided_by_name: str | None = Field(default=None, max_length=200)
    decision_reason: str | None = Field(default=None, sa_type=Text)
    due_before: date
    due_after: date | None = None


class TaskRecusal(TasksTable, table=True):
    """回避: somebody of a team is to stand aside; the work goes on until it is decided."""

    __tablename__ = "task_recusal"
    __table_args__: Any = (
        CheckConstraint(
            "(decision = 'pending') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided_by_somebody",
        ),
        # Of one officer one at a time.
        Index(
            "uq_task_recusal_pending",
            "task_id",
            "officer_id",
            unique=True,
            postgresql_where=text("decision = 'pending'"),
        ),
        Index("ix_task_recusal_task_id", "task_id"),
        {"info": rls.info(OF_THE_TASK)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    task_id: UUID = Field(foreign_key=TASK_ID)
    officer_id: UUID
    officer_name: str = Field(max_length=200)
    asked_on: AskedOn = Field(sa_type=str_enum(AskedOn))
    ground: RecusalGround = Field(sa_type=str_enum(RecusalGround))
    reason: str = Field(sa_type=Text)
    asked_at: datetime = Field(sa_type=Timestamptz)
    asked_by: UUID
    asked_by_name: str = Field(max_length=200)
    decision: Decision = Field(default=Decision.PENDING, sa_type=str_enum(Decision))
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    decided_by: UUID | None = None
    decided_by_name: str | None = Field(default=None, max_length=200)
    decision_reason: str | None = Field(default=None, sa_type=Text)
    replaced_by: UUID | None = None

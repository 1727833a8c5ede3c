"""Tasks, the teams sent on them, and every step they took."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.dispatch.domain import TaskAction, TaskState
from services.tasks.enterprises.domain.visits import LegalKind, Mode
from services.tasks.enterprises.models.registry import ENTERPRISE_ID
from shared.contracts.origins import OriginKind
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class Task(TasksTable, Versioned, table=True):
    """任务: inspect one matter with officers of all its parties.

    `division` is in charge, `parties` send officers (in charge first), `place` is where the act
    happened. Of a complaint behind it there are the pollution facts only.
    """

    __tablename__ = "task"
    __table_args__: Any = (
        # One cause is one task, however often its event is delivered.
        UniqueConstraint("origin_kind", "origin_id"),
        CheckConstraint("division = ANY (parties)", name="in_charge_is_party"),
        # A task is done with a summary and at an instant.
        CheckConstraint(
            "state <> 'completed' OR (completed_at IS NOT NULL AND summary <> '')",
            name="completion_told",
        ),
        Index("ix_task_visible_to", "visible_to", postgresql_using="gin"),
        Index("ix_task_worklist", "due_on", "id"),
        Index("ix_task_enterprise_id", "enterprise_id"),
        Index("ix_task_object_code", "object_code"),
        Index("ix_task_campaign_id", "campaign_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    origin_kind: OriginKind = Field(sa_type=str_enum(OriginKind))
    origin_id: UUID
    division: str = Field(max_length=12)
    parties: list[str] = Field(sa_type=ARRAY(Text))
    place: str = Field(max_length=12)
    title: str = Field(max_length=200)
    media: list[str] = Field(sa_type=ARRAY(Text))
    site: str = Field(sa_type=Text)
    facts: str = Field(sa_type=Text)
    object_name: str | None = Field(default=None, max_length=200)
    object_code: str | None = Field(default=None, max_length=64)
    # The object on the register, where its code leads to one, or somebody named it.
    enterprise_id: UUID | None = Field(default=None, foreign_key=ENTERPRISE_ID)
    at_night: bool
    # What was asked for, where whoever asked said so; the inspection starts with it.
    legal_kind: LegalKind | None = Field(default=None, sa_type=str_enum(LegalKind))
    mode: Mode | None = Field(default=None, sa_type=str_enum(Mode))
    methods: list[str] = Field(
        default_factory=list, sa_type=ARRAY(Text), sa_column_kwargs={"server_default": "{}"}
    )
    campaign_id: UUID | None = None
    due_on: date
    state: TaskState = Field(default=TaskState.REQUESTED, sa_type=str_enum(TaskState))
    requested_at: datetime = Field(sa_type=Timestamptz)
    completed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    summary: str | None = Field(default=None, sa_type=Text)
    # Done, and yet a problem of it came back: evidence is taken until that is closed again.
    takes_proof: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Team(TasksTable, table=True):
    """小组: who was sent and for which period; dissolved when the task is returned or withdrawn."""

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
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    task_id: UUID = Field(foreign_key=f"{SCHEMA}.task.id")
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


class TaskStep(TasksTable, table=True):
    """One step a task took, by whom and why."""

    __tablename__ = "task_step"
    __table_args__: Any = (
        Index("ix_task_step_task_id", "task_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    task_id: UUID = Field(foreign_key=f"{SCHEMA}.task.id")
    action: TaskAction = Field(sa_type=str_enum(TaskAction))
    state: TaskState = Field(sa_type=str_enum(TaskState))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

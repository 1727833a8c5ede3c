"""Tasks, what of them is sealed, and every step they took."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.campaigns.models.campaigns import CAMPAIGN_ID, ROUND_ID
from services.tasks.campaigns.models.teams import CAMPAIGN_TEAM_ID
from services.tasks.dispatch.domain import ReturnCode, TaskAction, TaskState
from services.tasks.enterprises.domain.visits import LegalKind, Mode
from services.tasks.enterprises.models.registry import ENTERPRISE_ID, following
from shared.contracts.origins import OriginKind
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

TASK_ID: Final = f"{SCHEMA}.task.id"
OF_THE_TASK: Final = following("task", "task_id")
# Who saw the task when the line was written, and who sees it now.
OF_ITS_TIME: Final = rls.Policy(
    f"{rls.IN_SCOPE} OR {OF_THE_TASK.using}", f"{rls.IN_SCOPE} OR {OF_THE_TASK.check}"
)
# Nobody's but the maker's, wherever else their grants reach.
OF_THE_MAKER: Final = rls.Policy(rls.OWN.using, rls.OWN.using)


class Task(TasksTable, Versioned, table=True):
    """任务: inspect one matter with officers of all its parties.

    `division` is in charge, `parties` send officers (in charge first), `place` is where the act
    happened. Of a complaint behind it there are the pollution facts only. `lent_by` are parties
    through the standing team alone. While it is `sealed`, title, site, facts, object and place are
    in its envelope and not here; `place` is then the division in charge.
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
        # What is sealed names nothing, whatever the program believed.
        CheckConstraint(
            "NOT sealed OR (site = '' AND facts = '' AND object_name IS NULL"
            " AND object_code IS NULL AND enterprise_id IS NULL)",
            name="sealed_is_absent",
        ),
        CheckConstraint("lent_by <@ parties", name="lenders_are_parties"),
        Index("ix_task_worklist", "due_on", "id"),
        # Of a hundred thousand tasks few are open, and worklists are of those.
        Index(
            "ix_task_open",
            "due_on",
            "id",
            postgresql_where=text("state <> ALL (ARRAY['completed', 'withdrawn'])"),
        ),
        Index("ix_task_enterprise_id", "enterprise_id"),
        Index("ix_task_object_code", "object_code"),
        Index("ix_task_campaign_id", "campaign_id"),
        Index("ix_task_round_id", "round_id"),
        Index("ix_task_campaign_team_id", "campaign_team_id"),
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
    # For whose figures it counts, and which of its standing teams it is meant for.
    campaign_id: UUID | None = Field(default=None, foreign_key=CAMPAIGN_ID)
    round_id: UUID | None = Field(default=None, foreign_key=ROUND_ID)
    campaign_team_id: UUID | None = Field(default=None, foreign_key=CAMPAIGN_TEAM_ID)
    due_on: date
    # When the team that was sent must have accepted or returned; nothing once it has.
    answer_due_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # Who was told that the task is late, the highest so far.
    raised_to: str | None = Field(default=None, max_length=12)
    sealed: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    opened_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    lent_by: list[str] = Field(
        default_factory=list, sa_type=ARRAY(Text), sa_column_kwargs={"server_default": "{}"}
    )
    state: TaskState = Field(default=TaskState.REQUESTED, sa_type=str_enum(TaskState))
    requested_at: datetime = Field(sa_type=Timestamptz)
    completed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    summary: str | None = Field(default=None, sa_type=Text)
    # Done, and yet a problem of it came back: evidence is taken until that is closed again.
    takes_proof: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    # Tasks of the release before have none until something is done to them.
    changed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class TaskEnvelope(TasksTable, table=True):
    """密封清单: what a sealed task is about, for its maker alone until the team sets out.

    `matter` is the matter as it was asked for, with the place's division.
    """

    __tablename__ = "task_envelope"
    __table_args__: Any = (
        CheckConstraint("(opened_at IS NULL) = (opened_by IS NULL)", name="opened_by_somebody"),
        Index("ix_task_envelope_enterprise_id", "enterprise_id"),
        {"info": rls.info(OF_THE_MAKER)},
    )

    task_id: UUID = Field(primary_key=True, foreign_key=TASK_ID)
    principal: str = Field(max_length=64)
    sealed_at: datetime = Field(sa_type=Timestamptz)
    matter: dict[str, Any] = Field(sa_type=JSONB)
    enterprise_id: UUID | None = Field(default=None, foreign_key=ENTERPRISE_ID)
    opened_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    opened_by: UUID | None = None


class TaskStep(TasksTable, table=True):
    """One step a task took, by whom and why. Never changed."""

    __tablename__ = "task_step"
    __table_args__: Any = (
        Index("ix_task_step_task_id", "task_id"),
        {"info": rls.info(OF_ITS_TIME)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    task_id: UUID = Field(foreign_key=TASK_ID)
    action: TaskAction = Field(sa_type=str_enum(TaskAction))
    state: TaskState = Field(sa_type=str_enum(TaskState))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    return_code: ReturnCode | None = Field(default=None, sa_type=str_enum(ReturnCode))
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

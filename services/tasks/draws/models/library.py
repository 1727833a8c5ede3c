"""Tables of what a draw rests on: items, what makes an object special, plans (一单两库).

The object library is the register itself, the officer library is the roster of `regions`.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.campaigns.models.campaigns import CAMPAIGN_ID
from services.tasks.draws.domain.pool import SpecialGround
from services.tasks.enterprises.models.registry import ENTERPRISE_ID, OF_THE_OBJECT
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

PLAN_ID: Final = f"{SCHEMA}.draw_plan.id"


class DrawItem(TasksTable, Versioned, table=True):
    """随机抽查事项: what is looked at, and by which law."""

    __tablename__ = "draw_item"
    __table_args__: Any = (
        Index(
            "uq_draw_item_standing",
            "division",
            "code",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("cardinality(checks) > 0 AND cardinality(laws) > 0", name="based_on_law"),
        Index("ix_draw_item_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    division: str = Field(max_length=12)
    code: str = Field(max_length=64)
    name: str = Field(max_length=200)
    checks: list[str] = Field(sa_type=ARRAY(Text))
    laws: list[str] = Field(sa_type=ARRAY(Text))
    withdrawn_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    withdrawal_reason: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DrawGround(TasksTable, Versioned, table=True):
    """Why an object is special from a day on, until it was ended or its last day is over."""

    __tablename__ = "draw_ground"
    __table_args__: Any = (
        CheckConstraint("valid_from <= valid_to", name="ordered"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="end_reasoned"),
        CheckConstraint("(ground = 'proven_complaints') = (number IS NOT NULL)", name="counted"),
        Index("ix_draw_ground_enterprise_id", "enterprise_id"),
        {"info": rls.info(OF_THE_OBJECT)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    enterprise_id: UUID = Field(foreign_key=ENTERPRISE_ID)
    ground: SpecialGround = Field(sa_type=str_enum(SpecialGround))
    # How many complaints were proven.
    number: int | None = None
    reason: str = Field(sa_type=Text)
    valid_from: date
    valid_to: date | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    end_reason: str | None = Field(default=None, sa_type=Text)
    named_by: UUID
    changed_at: datetime = Field(sa_type=Timestamptz)


class DrawPlan(TasksTable, Versioned, table=True):
    """抽查计划: what a division draws every quarter, from which classes, with whose officers."""

    __tablename__ = "draw_plan"
    __table_args__: Any = (
        CheckConstraint("cardinality(classes) > 0", name="has_classes"),
        CheckConstraint("cardinality(item_ids) > 0", name="has_items"),
        CheckConstraint("cardinality(bodies) > 0", name="has_officers"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="end_reasoned"),
        Index("ix_draw_plan_campaign_id", "campaign_id"),
        Index("ix_draw_plan_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    division: str = Field(max_length=12)
    title: str = Field(max_length=200)
    document: str = Field(max_length=200)
    item_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    classes: list[str] = Field(sa_type=ARRAY(Text))
    # Its own ratios by class as `1/2`, where it draws more than the rule.
    ratios: dict[str, str] = Field(sa_type=JSONB)
    # General objects by the number of officers instead of by a ratio.
    by_staff: bool = False
    # Officers of elsewhere than the object (交叉).
    cross: bool = False
    # Whose officers are drawn.
    bodies: list[str] = Field(sa_type=ARRAY(Text))
    campaign_id: UUID | None = Field(default=None, foreign_key=CAMPAIGN_ID)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    end_reason: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

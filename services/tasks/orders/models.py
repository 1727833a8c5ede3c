"""Tables of orders to many divisions and what became of each item."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.campaigns.models.campaigns import APPROVAL_ID, CAMPAIGN_ID, ROUND_ID
from services.tasks.draws.models.draws import DRAW_ID, DRAWN_ID
from services.tasks.enterprises.domain.visits import LegalKind, Mode
from services.tasks.enterprises.models.registry import ENTERPRISE_ID, following
from services.tasks.orders.domain import ItemResult, OrderState
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class TaskOrder(TasksTable, Versioned, table=True):
    """交办单: what is wanted of all its items; jobs make their tasks in the sender's right."""

    __tablename__ = "task_order"
    __table_args__: Any = (
        # The same order again is the order it was.
        UniqueConstraint("division", "key"),
        CheckConstraint(
            "(state = 'stopped') = (stop_reason IS NOT NULL)", name="stopped_for_a_reason"
        ),
        CheckConstraint(
            "legal_kind <> 'special' OR approval_id IS NOT NULL", name="special_approved"
        ),
        Index("ix_task_order_campaign_id", "campaign_id", "id"),
        Index("ix_task_order_round_id", "round_id"),
        Index("ix_task_order_approval_id", "approval_id"),
        Index("ix_task_order_sending", "id", postgresql_where=text("state = 'sending'")),
        Index("ix_task_order_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    division: str = Field(max_length=12)
    key: str = Field(max_length=64)
    sha256: str = Field(max_length=64)
    campaign_id: UUID | None = Field(default=None, foreign_key=CAMPAIGN_ID)
    round_id: UUID | None = Field(default=None, foreign_key=ROUND_ID)
    approval_id: UUID | None = Field(default=None, foreign_key=APPROVAL_ID)
    document: str = Field(max_length=200)
    title: str = Field(max_length=200)
    facts: str = Field(sa_type=Text)
    media: list[str] = Field(sa_type=ARRAY(Text))
    legal_kind: LegalKind = Field(sa_type=str_enum(LegalKind))
    mode: Mode = Field(sa_type=str_enum(Mode))
    methods: list[str] = Field(sa_type=ARRAY(Text))
    off_site_instead: bool
    due_on: date
    items: int
    state: OrderState = Field(default=OrderState.SENDING, sa_type=str_enum(OrderState))
    stop_reason: str | None = Field(default=None, sa_type=Text)
    actor_id: UUID
    actor_kind: str = Field(max_length=16)
    actor_name: str = Field(max_length=200)
    grants: list[list[str]] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    finished_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class TaskOrderItem(TasksTable, table=True):
    """One item and what became of it. Its key is the origin of its task, so that it has one."""

    __tablename__ = "task_order_item"
    __table_args__: Any = (
        UniqueConstraint("order_id", "key"),
        UniqueConstraint("order_id", "number"),
        CheckConstraint("(result = 'refused') = (problem IS NOT NULL)", name="refusal_explained"),
        CheckConstraint("(result = 'made') = (task_id IS NOT NULL)", name="made_has_task"),
        # Everything about an object is checked in one visit.
        Index(
            "uq_task_order_item_object",
            "order_id",
            "enterprise_id",
            unique=True,
            postgresql_where=text("result = 'made'"),
        ),
        Index("ix_task_order_item_enterprise_id", "enterprise_id"),
        Index("ix_task_order_item_task_id", "task_id"),
        Index(
            "ix_task_order_item_waiting",
            "order_id",
            "number",
            postgresql_where=text("result = 'waiting'"),
        ),
        {"info": rls.info(following("task_order", "order_id"))},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    order_id: UUID = Field(foreign_key=f"{SCHEMA}.task_order.id")
    key: str = Field(max_length=64)
    number: int
    asked: dict[str, Any] = Field(sa_type=JSONB)
    # How often it was sent.
    tries: int = 1
    result: ItemResult = Field(default=ItemResult.WAITING, sa_type=str_enum(ItemResult))
    # Where and why: pointer, code, zh, en.
    problem: dict[str, Any] | None = Field(
        default=None, sa_type=JSONB(none_as_null=True), nullable=True
    )
    task_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.task.id")
    enterprise_id: UUID | None = Field(default=None, foreign_key=ENTERPRISE_ID)
    # As it was ordered in the end: off-site where a visit was not to be.
    mode: Mode | None = Field(default=None, sa_type=str_enum(Mode), nullable=True)


class DrawOrder(TasksTable, table=True):
    """A draw whose objects are to become tasks, each on its day; who asked for it and what for.

    It names nothing that was drawn, so that it is seen by whoever knows of the draw.
    """

    __tablename__ = "draw_order"
    __table_args__: Any = ({"info": rls.info(following("draw", "draw_id"))},)

    draw_id: UUID = Field(primary_key=True, foreign_key=DRAW_ID)
    title: str = Field(max_length=200)
    facts: str = Field(sa_type=Text)
    media: list[str] = Field(sa_type=ARRAY(Text))
    actor_id: UUID
    actor_kind: str = Field(max_length=16)
    actor_name: str = Field(max_length=200)
    grants: list[list[str]] = Field(sa_type=JSONB)
    sent_at: datetime = Field(sa_type=Timestamptz)


class DrawOrderRefusal(TasksTable, table=True):
    """Why a drawn object became no task; as secret as the object."""

    __tablename__ = "draw_order_refusal"
    __table_args__: Any = ({"info": rls.info(following("drawn_object", "drawn_object_id"))},)

    drawn_object_id: UUID = Field(primary_key=True, foreign_key=DRAWN_ID)
    # Where and why: pointer, code, zh, en.
    problem: dict[str, Any] = Field(sa_type=JSONB)
    at: datetime = Field(sa_type=Timestamptz)

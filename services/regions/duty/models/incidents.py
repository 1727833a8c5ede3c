"""Tables of the incident log and of dispatch orders.

An incident is seen by the centre's division and those above it, and by each division an order went
to, from then on; what was written of the matter itself goes with it. An order, and each entry about
it, is seen by who gave it and who got it, and those above either: how another division answered,
and how that was judged, is not its neighbours' business.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.duty.domain.incidents import (
    Grade,
    OrderState,
    Receiver,
    Result,
    Source,
    State,
    Urgency,
)
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

INCIDENT_ID: Final = f"{SCHEMA}.incident.id"


def _within_scope(code: str) -> str:
    """The division a column names is in one of the reader's scopes: as it is now, if it moved."""
    scopes = f"unnest({rls.SCOPES}) AS s (scope)"
    return f"EXISTS (SELECT 1 FROM {scopes} WHERE starts_with({code}, scope))"  # noqa: S608 -- our own names


_SEEN: Final = f"i.visible_to && {rls.SCOPES}"
_PARTY: Final = f"({_within_scope('i.division')} OR {_within_scope('dispatch_order.division')})"
_OF_ORDER: Final = f"i.id = dispatch_order.incident_id AND {_SEEN} AND {_PARTY}"
ORDERS: Final = rls.Policy(
    f"EXISTS (SELECT 1 FROM {SCHEMA}.incident AS i WHERE {_OF_ORDER}) OR {rls.AS_SYSTEM}",  # noqa: S608 -- our own names
    rls.IN_CONTEXT,
)
# Whether the order is seen, its own policy says.
_ITS_ORDER: Final = (
    f"(order_id IS NULL OR EXISTS (SELECT 1 FROM {SCHEMA}.dispatch_order AS o"  # noqa: S608 -- our own names
    " WHERE o.id = incident_step.order_id))"
)
_OF_STEP: Final = f"i.id = incident_step.incident_id AND {_SEEN} AND {_ITS_ORDER}"
STEPS: Final = rls.Policy(
    f"EXISTS (SELECT 1 FROM {SCHEMA}.incident AS i WHERE {_OF_STEP}) OR {rls.AS_SYSTEM}",  # noqa: S608 -- our own names
    rls.IN_CONTEXT,
)


class Incident(RegionsTable, Versioned, table=True):
    """事件接报记录. What was received stays as it was written down; corrections are steps."""

    __tablename__ = "incident"
    __table_args__: Any = (
        CheckConstraint("(state = 'merged') = (merged_into IS NOT NULL)", name="merged_when"),
        CheckConstraint("merged_into <> id", name="merged_into_other"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_when"),
        CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="outcome_whole"),
        CheckConstraint("(judged_at IS NULL) = (grade IS NULL)", name="judged_whole"),
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="point_whole"),
        UniqueConstraint("number"),
        Index("ix_incident_bureau_id", "bureau_id"),
        Index("ix_incident_shift_id", "shift_id"),
        Index("ix_incident_merged_into", "merged_into"),
        Index("ix_incident_received_at", "division", "received_at"),
        Index("ix_incident_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    bureau_id: UUID = Field(foreign_key=f"{SCHEMA}.bureau.id")
    division: str = Field(max_length=12)
    # 330900-2026-0012: of the division and the year it came in, whatever becomes of them.
    number: str = Field(max_length=32)
    source: Source = Field(sa_type=str_enum(Source))
    source_note: str | None = Field(default=None, max_length=200)
    title: str = Field(max_length=200)
    place_division: str = Field(max_length=12)
    place: str = Field(max_length=200)
    longitude: float | None = None
    latitude: float | None = None
    media: list[str] = Field(sa_type=ARRAY(Text))
    urgency: Urgency = Field(sa_type=str_enum(Urgency))
    facts: str = Field(sa_type=Text)
    received_at: datetime = Field(sa_type=Timestamptz)
    received_by: UUID
    received_name: str = Field(max_length=200)
    # The shift on which it came in; nothing if nobody had duty.
    shift_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.duty_shift.id")
    state: State = Field(sa_type=str_enum(State))
    judge_due_at: datetime = Field(sa_type=Timestamptz)
    # The first judgement's time and the last one's grade.
    judged_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    grade: Grade | None = Field(default=None, sa_type=str_enum(Grade), nullable=True)
    dispatched_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    merged_into: UUID | None = Field(default=None, foreign_key=INCIDENT_ID)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    outcome: str | None = Field(default=None, sa_type=Text)
    # Set by every act, so that what is answered to an order is a new version of the incident.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DispatchOrder(RegionsTable, table=True):
    """调度单: what a division's desk, a bureau, officers or a grid lead are ordered to do."""

    __tablename__ = "dispatch_order"
    __table_args__: Any = (
        CheckConstraint("issued_at < due_at", name="ordered"),
        CheckConstraint("refused_at IS NULL OR refusal IS NOT NULL", name="refusal_reasoned"),
        CheckConstraint("(reported_at IS NULL) = (report IS NULL)", name="report_whole"),
        CheckConstraint("(result IS NULL) = (timely IS NULL)", name="evaluation_whole"),
        CheckConstraint("state <> 'closed' OR result IS NOT NULL", name="closed_evaluated"),
        UniqueConstraint("incident_id", "number"),
        Index("ix_dispatch_order_division", "division", "issued_at"),
        Index("ix_dispatch_order_bureau_id", "bureau_id"),
        Index(
            "ix_dispatch_order_waiting",
            "acknowledge_due_at",
            postgresql_where=text("state = 'issued'"),
        ),
        {"info": rls.info(ORDERS)},
    )

    id: UUID = Field(primary_key=True)
    incident_id: UUID = Field(foreign_key=INCIDENT_ID)
    number: int
    receiver: Receiver = Field(sa_type=str_enum(Receiver))
    division: str = Field(max_length=12)
    bureau_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.bureau.id")
    officer_ids: list[str] = Field(sa_type=ARRAY(Text))
    grid_lead: str | None = Field(default=None, max_length=200)
    booked: bool = False
    text: str = Field(sa_type=Text)
    urgency: Urgency = Field(sa_type=str_enum(Urgency))
    state: OrderState = Field(sa_type=str_enum(OrderState))
    issued_at: datetime = Field(sa_type=Timestamptz)
    issued_by: UUID
    issued_name: str = Field(max_length=200)
    acknowledge_due_at: datetime = Field(sa_type=Timestamptz)
    due_at: datetime = Field(sa_type=Timestamptz)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    set_out_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    arrived_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    reported_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    report: str | None = Field(default=None, sa_type=Text)
    refused_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    refusal: str | None = Field(default=None, sa_type=Text)
    refusal_accepted: bool | None = None
    # The next level that was told of the silence, and when.
    escalated_to: str | None = Field(default=None, max_length=12)
    escalated_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    timely: bool | None = None
    result: Result | None = Field(default=None, sa_type=str_enum(Result), nullable=True)
    remark: str | None = Field(default=None, sa_type=Text)
    # What it led to: kind and id.
    links: list[dict[str, Any]] = Field(sa_type=JSONB)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class IncidentStep(RegionsTable, table=True):
    """Who did what about an incident, corrections and judgements among it. Never changed."""

    __tablename__ = "incident_step"
    __table_args__: Any = (
        Index("ix_incident_step_incident_id", "incident_id"),
        {"info": rls.info(STEPS)},
    )

    id: UUID = Field(primary_key=True)
    incident_id: UUID = Field(foreign_key=INCIDENT_ID)
    action: str = Field(max_length=32)
    state: State = Field(sa_type=str_enum(State))
    order_id: UUID | None = None
    division: str | None = Field(default=None, max_length=12)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    told: str | None = Field(default=None, sa_type=Text)
    content: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

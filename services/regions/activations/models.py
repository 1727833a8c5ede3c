"""Tables of emergency protocols and activations: seen by the parties and those above them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.activations.domain import (
    AlertLevel,
    ProtocolState,
    Reply,
    State,
    Trigger,
)
from services.regions.base import SCHEMA, RegionsTable
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

PROTOCOL_ID: Final = f"{SCHEMA}.emergency_protocol.id"
ACTIVATION_ID: Final = f"{SCHEMA}.activation.id"


class EmergencyProtocol(RegionsTable, Versioned, table=True):
    """应急联动预案: tiers of response the parties agreed on beforehand."""

    __tablename__ = "emergency_protocol"
    __table_args__: Any = (
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_when"),
        CheckConstraint("decided_at IS NULL OR decision IS NOT NULL", name="decision_reasoned"),
        Index("ix_emergency_protocol_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    title: str = Field(max_length=200)
    proposer: str = Field(max_length=12)
    agreement_id: UUID | None = None
    group_id: UUID | None = None
    tiers: list[dict[str, Any]] = Field(sa_type=JSONB)
    state: ProtocolState = Field(sa_type=str_enum(ProtocolState))
    proposed_at: datetime = Field(sa_type=Timestamptz)
    proposed_by: UUID
    agreed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # The common superior's word, when the parties do not agree.
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    decision: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    end_reason: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ProtocolParty(RegionsTable, table=True):
    """One party's word on a protocol; nothing is said until it says something."""

    __tablename__ = "emergency_protocol_party"
    __table_args__: Any = (
        CheckConstraint("(agrees IS NULL) = (answered_at IS NULL)", name="answered_once_said"),
        CheckConstraint("agrees IS NOT FALSE OR reason IS NOT NULL", name="reasoned"),
        {"info": rls.info(rls.SCOPED)},
    )

    protocol_id: UUID = Field(primary_key=True, foreign_key=PROTOCOL_ID)
    division: str = Field(primary_key=True, max_length=12)
    agrees: bool | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answered_by: UUID | None = None
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Activation(RegionsTable, Versioned, table=True):
    """应急响应: one call under a protocol, boxed in time."""

    __tablename__ = "activation"
    __table_args__: Any = (
        CheckConstraint("called_at < ends_at", name="boxed"),
        CheckConstraint(
            "(trigger = 'pollution_alert') = (alert_level IS NOT NULL)", name="alert_has_level"
        ),
        CheckConstraint("(state = 'active') = (ended_at IS NULL)", name="ended_when"),
        CheckConstraint("(reported_at IS NULL) = (report IS NULL)", name="report_whole"),
        Index("ix_activation_protocol_id", "protocol_id"),
        Index("ix_activation_running", "ends_at", postgresql_where=text("state = 'active'")),
        Index("ix_activation_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    protocol_id: UUID = Field(foreign_key=PROTOCOL_ID)
    caller: str = Field(max_length=12)
    trigger: Trigger = Field(sa_type=str_enum(Trigger))
    alert_level: AlertLevel | None = Field(
        default=None, sa_type=str_enum(AlertLevel), nullable=True
    )
    # The notice that raised the alert, e.g. its number.
    document: str | None = Field(default=None, max_length=200)
    notice_id: UUID | None = None
    tier: str = Field(max_length=64)
    matter: dict[str, Any] = Field(sa_type=JSONB)
    state: State = Field(sa_type=str_enum(State))
    called_at: datetime = Field(sa_type=Timestamptz)
    called_by: UUID
    ends_at: datetime = Field(sa_type=Timestamptz)
    extensions: int = 0
    operation_id: UUID | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    report_due_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    report: str | None = Field(default=None, sa_type=Text)
    reported_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # Set by every act, so that what a called place answers is a new version of the activation.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ActivationReply(RegionsTable, table=True):
    """One place that was called: whether it comes, and what it says to the report."""

    __tablename__ = "activation_reply"
    __table_args__: Any = (
        UniqueConstraint("activation_id", "division"),
        CheckConstraint("state <> 'unable' OR reason IS NOT NULL", name="reasoned"),
        CheckConstraint("confirms IS NOT FALSE OR remark IS NOT NULL", name="doubt_reasoned"),
        Index(
            "ix_activation_reply_waiting",
            "acknowledge_due_at",
            postgresql_where=text("state = 'called' AND escalated_at IS NULL"),
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    activation_id: UUID = Field(foreign_key=ACTIVATION_ID)
    division: str = Field(max_length=12)
    state: Reply = Field(sa_type=str_enum(Reply))
    acknowledge_due_at: datetime = Field(sa_type=Timestamptz)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    arrived_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    officers: int | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    escalated_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    confirms: bool | None = None
    remark: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ActivationStep(RegionsTable, table=True):
    """Who did what in an activation. Never changed."""

    __tablename__ = "activation_step"
    __table_args__: Any = (
        Index("ix_activation_step_activation_id", "activation_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    activation_id: UUID = Field(foreign_key=ACTIVATION_ID)
    action: str = Field(max_length=32)
    state: State = Field(sa_type=str_enum(State))
    division: str | None = Field(default=None, max_length=12)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

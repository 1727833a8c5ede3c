"""Orders, spot checks and the samples they are drawn in."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from services.petitions.oversight.domain import CheckResult, OrderKind, OrderState, OrderStep
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class SupervisionOrder(PetitionsTable, Versioned, table=True):
    """A superior's order to see to a petition (督办) or to get on with it (催办)."""

    __tablename__ = "supervision_order"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_supervision_order_petition", "petition_id"),
        Index("ix_supervision_order_unit", "unit", text("issued_at DESC"), text("id DESC")),
        Index("ix_supervision_order_division", "division", text("issued_at DESC"), text("id DESC")),
        # What may have to follow its petition to another unit.
        Index(
            "ix_supervision_order_pending",
            "petition_id",
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("state <> 'answered' OR answer IS NOT NULL", name="answered_says_what"),
        CheckConstraint("division <> unit", name="not_to_itself"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    number: str = Field(max_length=40)
    kind: OrderKind = Field(sa_type=str_enum(OrderKind))
    petition_id: UUID = Field(foreign_key="petitions.petition.id")
    # Who ordered, and who has to answer: the unit that has the petition.
    division: str = Field(max_length=12)
    unit: str = Field(max_length=12)
    demand: str
    # Working days to answer, counted anew when the answer is returned or another unit has to.
    days: int
    state: OrderState = Field(default=OrderState.OPEN, sa_type=str_enum(OrderState))
    answer: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answered_by_name: str | None = Field(default=None, max_length=200)
    issued_at: datetime = Field(sa_type=Timestamptz)
    issued_by: UUID
    issued_by_name: str = Field(max_length=200)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class SupervisionOrderStep(PetitionsTable, table=True):
    """One line of an order's history; `step` is empty where it was issued or handed on."""

    __tablename__ = "supervision_order_step"
    __table_args__ = (
        Index("ix_supervision_order_step_order", "order_id", "at"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    order_id: UUID = Field(foreign_key="petitions.supervision_order.id")
    step: OrderStep | None = Field(default=None, sa_type=str_enum(OrderStep), nullable=True)
    state: OrderState = Field(sa_type=str_enum(OrderState))
    unit: str = Field(max_length=12)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    text: str | None = None
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class SpotCheckSample(PetitionsTable, table=True):
    """Petitions drawn to be checked. Frozen: seed and population prove that nobody chose them."""

    __tablename__ = "spot_check_sample"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        Index("ix_spot_check_sample_division", "division", "drawn_at"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    division: str = Field(max_length=12)
    # Legal days of closing.
    first_day: date
    last_day: date
    # An exact fraction, e.g. 11/125 for 8.8 %.
    share: str = Field(max_length=32)
    seed: bytes = Field(sa_type=LargeBinary)
    population: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    population_hash: str = Field(max_length=64)
    # In the order in which they were drawn.
    ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    drawn_at: datetime = Field(sa_type=Timestamptz)
    drawn_by: UUID
    drawn_by_name: str = Field(max_length=200)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class SpotCheck(PetitionsTable, table=True):
    """What a superior found when it looked at an answered petition again. Never changed."""

    __tablename__ = "spot_check"
    __table_args__ = (
        Index("ix_spot_check_petition", "petition_id", "at"),
        Index("ix_spot_check_division", "division", text("at DESC"), text("id DESC")),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    petition_id: UUID = Field(foreign_key="petitions.petition.id")
    # Who checked, and whose work it was.
    division: str = Field(max_length=12)
    unit: str = Field(max_length=12)
    result: CheckResult = Field(sa_type=str_enum(CheckResult))
    findings: str
    # What the petition was when it was checked: reopening it takes its closing away.
    facts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    checked_by: UUID
    checked_by_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))

"""Tables of what environmental supervisors take part in: seen in their division and above."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.helpers.domain.taking_part import ActivityKind, PromiseState
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

SUPERVISOR_ID: Final = f"{SCHEMA}.environmental_supervisor.id"
DAY_ID: Final = f"{SCHEMA}.exchange_day.id"


class ExchangeDay(RegionsTable, Versioned, table=True):
    """企业与居民交流日: a firm and the residents around it meet."""

    __tablename__ = "exchange_day"
    __table_args__: Any = (
        CheckConstraint("residents > 0", name="has_residents"),
        CheckConstraint("cardinality(topics) > 0", name="has_topics"),
        Index("ix_exchange_day_division", "division", "held_on"),
        Index("ix_exchange_day_bureau_id", "bureau_id"),
        Index("ix_exchange_day_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    division: str = Field(max_length=12)
    bureau_id: UUID = Field(foreign_key=f"{SCHEMA}.bureau.id")
    firm: str = Field(max_length=200)
    credit_code: str | None = Field(default=None, max_length=18)
    village: str = Field(max_length=200)
    residents: int
    topics: list[str] = Field(sa_type=ARRAY(Text))
    held_on: date
    supervisors: list[UUID] = Field(sa_type=ARRAY(Uuid))
    recorded_by: UUID
    recorded_at: datetime = Field(sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ExchangePromise(RegionsTable, table=True):
    """What the firm promised on an exchange day, by when, and whether it kept its word."""

    __tablename__ = "exchange_promise"
    __table_args__: Any = (
        CheckConstraint("(state = 'open') = (looked_at IS NULL)", name="looked_when"),
        CheckConstraint("state <> 'broken' OR remark IS NOT NULL", name="reasoned"),
        Index("ix_exchange_promise_exchange_day_id", "exchange_day_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    exchange_day_id: UUID = Field(foreign_key=DAY_ID)
    text: str = Field(sa_type=Text)
    due_on: date
    state: PromiseState = Field(sa_type=str_enum(PromiseState))
    looked_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    looked_by: UUID | None = None
    looked_by_name: str | None = Field(default=None, max_length=200)
    remark: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class SupervisorActivity(RegionsTable, table=True):
    """One line of a supervisor's own record. Never changed.

    Of a petition it keeps nothing but an opaque reference, so that it counts once.
    """

    __tablename__ = "supervisor_activity"
    __table_args__: Any = (
        Index("ix_supervisor_activity_supervisor_id", "supervisor_id", "on_day"),
        Index(
            "uq_supervisor_activity_reference",
            "supervisor_id",
            "reference",
            unique=True,
            postgresql_where=text("reference IS NOT NULL"),
        ),
        Index("ix_supervisor_activity_exchange_day_id", "exchange_day_id"),
        CheckConstraint("(kind = 'petition') = (reference IS NOT NULL)", name="reference_whole"),
        CheckConstraint(
            "(kind = 'exchange_day') = (exchange_day_id IS NOT NULL)", name="exchange_day_whole"
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    supervisor_id: UUID = Field(foreign_key=SUPERVISOR_ID)
    kind: ActivityKind = Field(sa_type=str_enum(ActivityKind))
    on_day: date
    place: str | None = Field(default=None, max_length=200)
    findings: str | None = Field(default=None, sa_type=Text)
    exchange_day_id: UUID | None = Field(default=None, foreign_key=DAY_ID)
    reference: UUID | None = None
    recorded_by: UUID
    recorded_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

"""Tables of the register: sites, the facts by day, grades, counters."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.enterprises.domain.grades import Grade
from services.tasks.enterprises.domain.registry import (
    Act,
    ClosingGround,
    ObjectKind,
    PermitKind,
    Status,
)
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

ENTERPRISE_ID: Final = f"{SCHEMA}.enterprise.id"


def following(table: str, by: str) -> rls.Policy:
    """Seen by whoever sees the row of `table` that column `by` names, at the time of reading.

    An object moves between divisions, and what is kept of it in unchangeable lines moves with it.
    """
    seen = f"EXISTS (SELECT FROM {SCHEMA}.{table} whole WHERE whole.id = {by}) OR {rls.AS_SYSTEM}"
    return rls.Policy(seen, seen)


OF_THE_OBJECT: Final = following("enterprise", "enterprise_id")


class Enterprise(TasksTable, Versioned, table=True):
    """执法对象: one site, as it is today. What it was is in `enterprise_change`."""

    __tablename__ = "enterprise"
    __table_args__: Any = (
        CheckConstraint("(credit_code IS NULL) <> (own_code IS NULL)", name="has_one_code"),
        UniqueConstraint("credit_code", "site_number"),
        UniqueConstraint("own_code"),
        CheckConstraint("site_number >= 1", name="site_counts"),
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="point_whole"),
        CheckConstraint("(permit_number IS NULL) = (permit_kind IS NULL)", name="permit_whole"),
        CheckConstraint("permit_valid_from <= permit_valid_to", name="permit_ordered"),
        CheckConstraint(
            "(status = 'closed') = (closed_on IS NOT NULL)"
            " AND (closed_on IS NULL) = (closing_ground IS NULL)",
            name="closed_when",
        ),
        CheckConstraint(
            "(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_one"
        ),
        CheckConstraint("merged_into_id <> id AND successor_id <> id", name="of_another"),
        # A grade is since a day and until when a person said so; whoever has one owes a contact.
        CheckConstraint(
            "(grade IS NULL) = (graded_on IS NULL)"
            " AND (grade IS NULL OR contact_due_on IS NOT NULL)",
            name="graded_when",
        ),
        CheckConstraint("override_until IS NULL OR grade IS NOT NULL", name="override_grades"),
        Index("ix_enterprise_visible_to", "visible_to", postgresql_using="gin"),
        Index("ix_enterprise_flags", "flags", postgresql_using="gin"),
        Index("ix_enterprise_name_key", "name_key"),
        Index("ix_enterprise_division", "division", "id"),
        Index("ix_enterprise_industry", "industry"),
        Index("ix_enterprise_address_key", "address_key"),
        Index("ix_enterprise_parent_id", "parent_id"),
        Index("ix_enterprise_successor_id", "successor_id"),
        Index("ix_enterprise_merged_into_id", "merged_into_id"),
        Index("ix_enterprise_due", "contact_due_on", "id"),
        Index(
            "ix_enterprise_overridden",
            "override_until",
            postgresql_where=text("override_until IS NOT NULL"),
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    credit_code: str | None = Field(default=None, max_length=18)
    site_number: int = Field(default=1, sa_type=SmallInteger)
    own_code: str | None = Field(default=None, max_length=32)
    kind: ObjectKind = Field(sa_type=str_enum(ObjectKind))
    name: str = Field(max_length=200)
    # The name in one spelling, and what tells it from others of its trade.
    name_plain: str = Field(max_length=400)
    name_key: str = Field(max_length=400)
    division: str = Field(max_length=12)
    address: str = Field(max_length=200)
    address_key: str = Field(max_length=400)
    longitude: float | None = None
    latitude: float | None = None
    industry: str = Field(max_length=8)
    permit_number: str | None = Field(default=None, max_length=64)
    permit_kind: PermitKind | None = Field(
        default=None, sa_type=str_enum(PermitKind), nullable=True
    )
    permit_valid_from: date | None = None
    permit_valid_to: date | None = None
    flags: list[str] = Field(sa_type=ARRAY(Text))
    parent_id: UUID | None = Field(default=None, foreign_key=ENTERPRISE_ID)
    status: Status = Field(default=Status.OPERATING, sa_type=str_enum(Status))
    closed_on: date | None = None
    closing_ground: ClosingGround | None = Field(
        default=None, sa_type=str_enum(ClosingGround), nullable=True
    )
    successor_id: UUID | None = Field(default=None, foreign_key=ENTERPRISE_ID)
    merged_into_id: UUID | None = Field(default=None, foreign_key=ENTERPRISE_ID)
    # Since when the facts are as they are.
    facts_since: date
    grade: Grade | None = Field(default=None, sa_type=str_enum(Grade), nullable=True)
    graded_on: date | None = None
    override_until: date | None = None
    last_contact_on: date | None = None
    contact_due_on: date | None = None
    created_at: datetime = Field(sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class EnterpriseChange(TasksTable, table=True):
    """The facts from a day on, what brought them about, and who. Never changed."""

    __tablename__ = "enterprise_change"
    __table_args__: Any = (
        Index("ix_enterprise_change_enterprise_id", "enterprise_id", "valid_from", "id"),
        {"info": rls.info(OF_THE_OBJECT)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    enterprise_id: UUID = Field(foreign_key=ENTERPRISE_ID)
    act: Act = Field(sa_type=str_enum(Act))
    status: Status = Field(sa_type=str_enum(Status))
    valid_from: date
    facts: dict[str, Any] = Field(sa_type=JSONB)
    reason: str | None = Field(default=None, sa_type=Text)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)


class EnterpriseGrade(TasksTable, table=True):
    """A grade from a day on: computed with its reasons, or set by a person until a day."""

    __tablename__ = "enterprise_grade"
    __table_args__: Any = (
        # By hand only with a reason, an approver and an end.
        CheckConstraint(
            "(until IS NULL AND score IS NOT NULL)"
            " OR (until IS NOT NULL AND reason <> '' AND until >= graded_on)",
            name="computed_or_reasoned",
        ),
        Index("ix_enterprise_grade_enterprise_id", "enterprise_id", "id"),
        {"info": rls.info(OF_THE_OBJECT)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    enterprise_id: UUID = Field(foreign_key=ENTERPRISE_ID)
    grade: Grade = Field(sa_type=str_enum(Grade))
    graded_on: date
    score: Decimal | None = Field(default=None, sa_type=Numeric(5, 2), nullable=True)
    reasons: list[dict[str, Any]] = Field(sa_type=JSONB)
    until: date | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    # Who scored it, or approved the override.
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)


class NumberCounter(TasksTable, table=True):
    """Business numbers without gaps: the counter moves in the transaction that uses the number."""

    __tablename__ = "number_counter"
    __table_args__: Any = ({"info": rls.info(rls.CONTEXT)},)

    series: str = Field(primary_key=True, max_length=32)
    division: str = Field(primary_key=True, max_length=12)
    year: int = Field(primary_key=True, sa_type=SmallInteger)
    last: int = Field(default=0)

"""Tables of officers: certificates, absences, declared interests, bookings.

All are seen within the officer's division and above. Whether somebody can go is answered to other
divisions too, without showing the rows.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, column, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz

OFFICER_ID = f"{SCHEMA}.officer.id"


class Officer(RegionsTable, Versioned, table=True):
    """执法人员. `account_id` is the login by which other services know who acts."""

    __tablename__ = "officer"
    __table_args__: Any = (
        # One login is one officer.
        Index(
            "uq_officer_account_id",
            "account_id",
            unique=True,
            postgresql_where=text("account_id IS NOT NULL"),
        ),
        Index("ix_officer_division", "division"),
        Index("ix_officer_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    bureau_id: UUID = Field(foreign_key=f"{SCHEMA}.bureau.id", index=True)
    division: str = Field(max_length=12)
    account_id: UUID | None = None
    name: str = Field(max_length=200)
    left_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    created_at: datetime = Field(sa_type=Timestamptz)
    # Set by every act, so that a new line in a table below is a new version of the officer.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class OfficerCertificate(RegionsTable, table=True):
    """执法证件: each renewal is a line of its own, mostly under the same number."""

    __tablename__ = "officer_certificate"
    __table_args__: Any = (
        CheckConstraint("valid_from <= valid_to", name="ordered"),
        # A number is one officer's, and an officer holds one certificate at a time.
        ExcludeConstraint(
            (column("number"), "="),
            (column("officer_id"), "<>"),
            name="ex_officer_certificate_one_holder",
        ),
        ExcludeConstraint(
            (column("officer_id"), "="),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            name="ex_officer_certificate_one_at_a_time",
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    officer_id: UUID = Field(foreign_key=OFFICER_ID)
    number: str = Field(max_length=64)
    valid_from: date
    valid_to: date
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class OfficerAbsence(RegionsTable, table=True):
    """A time in which the officer cannot be sent."""

    __tablename__ = "officer_absence"
    __table_args__: Any = (
        CheckConstraint("starts_at < ends_at", name="ordered"),
        Index("ix_officer_absence_officer_id", "officer_id", "ends_at"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    officer_id: UUID = Field(foreign_key=OFFICER_ID)
    starts_at: datetime = Field(sa_type=Timestamptz)
    ends_at: datetime = Field(sa_type=Timestamptz)
    reason: str = Field(max_length=200)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class OfficerInterest(RegionsTable, table=True):
    """利害关系: an object the officer must recuse from."""

    __tablename__ = "officer_interest"
    __table_args__: Any = (
        CheckConstraint("object_name IS NOT NULL OR object_code IS NOT NULL", name="names_object"),
        Index("ix_officer_interest_officer_id", "officer_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    officer_id: UUID = Field(foreign_key=OFFICER_ID)
    object_name: str | None = Field(default=None, max_length=200)
    object_code: str | None = Field(default=None, max_length=64)
    relation: str = Field(max_length=200)
    declared_at: datetime = Field(sa_type=Timestamptz)
    declared_by: UUID
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Booking(RegionsTable, table=True):
    """An officer is engaged by a task for a time, until the task is done or sends another."""

    __tablename__ = "booking"
    __table_args__: Any = (
        CheckConstraint("starts_at < ends_at", name="ordered"),
        # Nobody is in two places at once, whatever the program believed.
        ExcludeConstraint(
            (column("officer_id"), "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text("released_at IS NULL"),
            name="ex_booking_one_place_at_a_time",
        ),
        Index("ix_booking_task_id", "task_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    officer_id: UUID = Field(foreign_key=OFFICER_ID)
    task_id: UUID
    starts_at: datetime = Field(sa_type=Timestamptz)
    ends_at: datetime = Field(sa_type=Timestamptz)
    booked_at: datetime = Field(sa_type=Timestamptz)
    booked_by: UUID
    released_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

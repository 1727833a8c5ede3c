"""Tables of officers and of what they take along.

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
from services.regions.officers.domain import EquipmentKind, EquipmentStatus
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

OFFICER_ID = f"{SCHEMA}.officer.id"
BUREAU_ID = f"{SCHEMA}.bureau.id"


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
    bureau_id: UUID = Field(foreign_key=BUREAU_ID, index=True)
    division: str = Field(max_length=12)
    account_id: UUID | None = None
    name: str = Field(max_length=200)
    # Codes of the setting `officer.skills`.
    skills: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
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


class OfficerPost(RegionsTable, table=True):
    """职务: what the officer is in the bureau, from the first day to the last, both included."""

    __tablename__ = "officer_post"
    __table_args__: Any = (
        CheckConstraint("held_from <= held_to", name="ordered"),
        ExcludeConstraint(
            (column("officer_id"), "="),
            (column("title"), "="),
            (text("daterange(held_from, held_to, '[]')"), "&&"),
            name="ex_officer_post_held_once",
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    officer_id: UUID = Field(foreign_key=OFFICER_ID)
    title: str = Field(max_length=200)
    held_from: date
    held_to: date | None = None
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
    withdrawn_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class OfficerSubstitute(RegionsTable, table=True):
    """代理: who stands in for an absent officer, for the absence or a part of it."""

    __tablename__ = "officer_substitute"
    __table_args__: Any = (
        CheckConstraint("starts_at < ends_at", name="ordered"),
        CheckConstraint("officer_id <> substitute_id", name="somebody_else"),
        # One at a time stands in for an officer.
        ExcludeConstraint(
            (column("officer_id"), "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text("ended_at IS NULL"),
            name="ex_officer_substitute_one_at_a_time",
        ),
        Index("ix_officer_substitute_substitute_id", "substitute_id", "ends_at"),
        Index("ix_officer_substitute_absence_id", "absence_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    officer_id: UUID = Field(foreign_key=OFFICER_ID)
    absence_id: UUID = Field(foreign_key=f"{SCHEMA}.officer_absence.id")
    substitute_id: UUID = Field(foreign_key=OFFICER_ID)
    starts_at: datetime = Field(sa_type=Timestamptz)
    ends_at: datetime = Field(sa_type=Timestamptz)
    # Why somebody of another bureau.
    reason: str | None = Field(default=None, max_length=500)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class OfficerInterest(RegionsTable, table=True):
    """利害关系: an object the officer must recuse from."""

    __tablename__ = "officer_interest"
    __table_args__: Any = (
        CheckConstraint("object_name IS NOT NULL OR object_code IS NOT NULL", name="names_object"),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)",
            name="end_whole",
        ),
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
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    ended_by: UUID | None = None
    end_reason: str | None = Field(default=None, max_length=500)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Booking(RegionsTable, table=True):
    """An officer is engaged for a time, until the task is done or sends another.

    `task_id` is whose work it is: a task, or an operation that holds its team before its task does.
    """

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
        Index("ix_booking_officer_id", "officer_id", "starts_at"),
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
    # The task that holds the officer in this one's place; this one is no work of its own then.
    taken_over_by: UUID | None = None
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Equipment(RegionsTable, Versioned, table=True):
    """装备: one item a bureau works with, of its pool or assigned to one of its officers."""

    __tablename__ = "equipment"
    __table_args__: Any = (
        Index("uq_equipment_serial", "bureau_id", "kind", "serial_number", unique=True),
        Index("ix_equipment_division", "division", "kind"),
        Index("ix_equipment_holder_id", "holder_id"),
        Index("ix_equipment_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    bureau_id: UUID = Field(foreign_key=BUREAU_ID)
    division: str = Field(max_length=12)
    kind: EquipmentKind = Field(sa_type=str_enum(EquipmentKind))
    label: str = Field(max_length=200)
    serial_number: str = Field(max_length=64)
    # The last day its measurements hold; nothing if it measures nothing.
    calibration_valid_to: date | None = None
    # The officer it is assigned to; else it is of the pool.
    holder_id: UUID | None = Field(default=None, foreign_key=OFFICER_ID)
    status: EquipmentStatus = Field(sa_type=str_enum(EquipmentStatus))
    created_at: datetime = Field(sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class EquipmentBooking(RegionsTable, table=True):
    """An item is taken along for a time, as `Booking` holds an officer."""

    __tablename__ = "equipment_booking"
    __table_args__: Any = (
        CheckConstraint("starts_at < ends_at", name="ordered"),
        # Nothing is in two places at once, whatever the program believed.
        ExcludeConstraint(
            (column("equipment_id"), "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            where=text("released_at IS NULL"),
            name="ex_equipment_booking_one_place_at_a_time",
        ),
        Index("ix_equipment_booking_task_id", "task_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    equipment_id: UUID = Field(foreign_key=f"{SCHEMA}.equipment.id")
    task_id: UUID
    starts_at: datetime = Field(sa_type=Timestamptz)
    ends_at: datetime = Field(sa_type=Timestamptz)
    booked_at: datetime = Field(sa_type=Timestamptz)
    booked_by: UUID
    released_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    taken_over_by: UUID | None = None
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

"""Tables of staff exchanges, trainings and honours: seen by who has a part and those above."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.exchanges.domain import honours, staff, trainings
from services.regions.officers.models import OFFICER_ID
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

EXCHANGE_ID: Final = f"{SCHEMA}.staff_exchange.id"
TRAINING_ID: Final = f"{SCHEMA}.training.id"


class StaffExchange(RegionsTable, Versioned, table=True):
    """互派人员: what two sides agree on. `host_body` is a superior without a login here."""

    __tablename__ = "staff_exchange"
    __table_args__: Any = (
        CheckConstraint("(partner IS NULL) <> (host_body IS NULL)", name="one_other_side"),
        CheckConstraint("host_body IS NULL OR document IS NOT NULL", name="called_by_document"),
        CheckConstraint("from_on <= to_on", name="ordered"),
        CheckConstraint("(basis IS NULL) = (basis_id IS NULL)", name="basis_whole"),
        CheckConstraint(
            "(extension_to_on IS NULL) = (extension_by IS NULL)"
            " AND (extension_to_on IS NULL) = (extension_reason IS NULL)",
            name="extension_whole",
        ),
        Index(
            "ix_staff_exchange_moved_by_time",
            "from_on",
            postgresql_where=text("state IN ('proposed', 'agreed', 'running')"),
        ),
        Index("ix_staff_exchange_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    kind: staff.ExchangeKind = Field(sa_type=str_enum(staff.ExchangeKind))
    title: str = Field(max_length=200)
    proposer: str = Field(max_length=12)
    partner: str | None = Field(default=None, max_length=12)
    host_body: str | None = Field(default=None, max_length=200)
    # The letter it is agreed by, or by which a body outside called (调函文号).
    document: str | None = Field(default=None, max_length=200)
    cost_bearer: str = Field(max_length=200)
    basis: staff.Basis | None = Field(default=None, sa_type=str_enum(staff.Basis), nullable=True)
    basis_id: UUID | None = None
    from_on: date
    to_on: date
    state: staff.ExchangeState = Field(sa_type=str_enum(staff.ExchangeState))
    proposed_at: datetime = Field(sa_type=Timestamptz)
    proposed_by: UUID
    extensions: int = 0
    extension_to_on: date | None = None
    extension_by: str | None = Field(default=None, max_length=12)
    extension_reason: str | None = Field(default=None, sa_type=Text)
    # Set by every act, so that a word or a report is a new version of the exchange.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ExchangeParty(RegionsTable, table=True):
    """One side's word; nothing is said until it says something."""

    __tablename__ = "staff_exchange_party"
    __table_args__: Any = (
        CheckConstraint("(agrees IS NULL) = (answered_at IS NULL)", name="answered_once_said"),
        CheckConstraint("agrees IS NOT FALSE OR reason IS NOT NULL", name="reasoned"),
        {"info": rls.info(rls.SCOPED)},
    )

    exchange_id: UUID = Field(primary_key=True, foreign_key=EXCHANGE_ID)
    division: str = Field(primary_key=True, max_length=12)
    agrees: bool | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    # Who commands and instructs the guests here (带教、指挥).
    commander: str | None = Field(default=None, max_length=200)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answered_by: UUID | None = None
    answered_name: str | None = Field(default=None, max_length=200)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ExchangeGuest(RegionsTable, table=True):
    """An officer of `home` at the other side, from the first day to the last, both included.

    Bookings are held under its id, and the grant in `identity` names it.
    """

    __tablename__ = "staff_exchange_guest"
    __table_args__: Any = (
        UniqueConstraint("exchange_id", "officer_id"),
        CheckConstraint("from_on <= to_on", name="ordered"),
        CheckConstraint("(host IS NULL) <> (host_body IS NULL)", name="one_host"),
        CheckConstraint(
            "(stay IN ('returned', 'recalled', 'left')) = (last_on IS NOT NULL)", name="over_when"
        ),
        CheckConstraint("last_on IS NULL OR last_on BETWEEN from_on AND to_on", name="last_within"),
        CheckConstraint("(report IS NULL) = (reported_at IS NULL)", name="report_whole"),
        CheckConstraint("(remark IS NULL) = (remarked_at IS NULL)", name="remark_whole"),
        Index("ix_staff_exchange_guest_officer_id", "officer_id"),
        Index("ix_staff_exchange_guest_home", "home", "from_on"),
        Index("ix_staff_exchange_guest_host", "host", "from_on"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    exchange_id: UUID = Field(foreign_key=EXCHANGE_ID)
    officer_id: UUID = Field(foreign_key=OFFICER_ID)
    # The login at the time of naming; without one nothing can be granted.
    account_id: UUID | None = None
    name: str = Field(max_length=200)
    certificate_number: str = Field(max_length=64)
    home: str = Field(max_length=12)
    host: str | None = Field(default=None, max_length=12)
    host_body: str | None = Field(default=None, max_length=200)
    purpose: staff.Purpose = Field(sa_type=str_enum(staff.Purpose))
    duties: str = Field(sa_type=Text)
    from_on: date
    to_on: date
    stay: staff.Stay = Field(sa_type=str_enum(staff.Stay))
    last_on: date | None = None
    end_reason: str | None = Field(default=None, sa_type=Text)
    report: str | None = Field(default=None, sa_type=Text)
    reported_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    reported_by: UUID | None = None
    remark: str | None = Field(default=None, sa_type=Text)
    remarked_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    remarked_by: UUID | None = None
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ExchangeStep(RegionsTable, table=True):
    """Who did what in an exchange. Never changed."""

    __tablename__ = "staff_exchange_step"
    __table_args__: Any = (
        Index("ix_staff_exchange_step_exchange_id", "exchange_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    exchange_id: UUID = Field(foreign_key=EXCHANGE_ID)
    action: str = Field(max_length=32)
    state: staff.ExchangeState = Field(sa_type=str_enum(staff.ExchangeState))
    division: str | None = Field(default=None, max_length=12)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Training(RegionsTable, Versioned, table=True):
    """培训、我的案件我来讲、大练兵、联合帮扶: convened by one division for several."""

    __tablename__ = "training"
    __table_args__: Any = (
        CheckConstraint("starts_at < ends_at", name="ordered"),
        CheckConstraint("places > 0", name="places_positive"),
        CheckConstraint(
            "(state = 'cancelled') = (cancel_reason IS NOT NULL)", name="cancelled_reasoned"
        ),
        Index("ix_training_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    convener: str = Field(max_length=12)
    kind: trainings.TrainingKind = Field(sa_type=str_enum(trainings.TrainingKind))
    topic: str = Field(max_length=200)
    venue: str = Field(max_length=200)
    starts_at: datetime = Field(sa_type=Timestamptz)
    ends_at: datetime = Field(sa_type=Timestamptz)
    places: int
    # Name and SHA-256 of each, so that what was taught can be proved.
    materials: list[dict[str, Any]] = Field(sa_type=JSONB)
    exchange_id: UUID | None = Field(default=None, foreign_key=EXCHANGE_ID, index=True)
    state: trainings.TrainingState = Field(sa_type=str_enum(trainings.TrainingState))
    cancel_reason: str | None = Field(default=None, sa_type=Text)
    convened_at: datetime = Field(sa_type=Timestamptz)
    convened_by: UUID
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class TrainingParty(RegionsTable, table=True):
    """A division that takes part: who registered, who came, what it says to it."""

    __tablename__ = "training_party"
    __table_args__: Any = (
        CheckConstraint("registered IS NULL OR registered >= 0", name="registered_positive"),
        CheckConstraint(
            "attended IS NULL OR (registered IS NOT NULL AND attended BETWEEN 0 AND registered)",
            name="attended_of_registered",
        ),
        CheckConstraint("score IS NULL OR score BETWEEN 1 AND 5", name="score_of_five"),
        {"info": rls.info(rls.SCOPED)},
    )

    training_id: UUID = Field(primary_key=True, foreign_key=TRAINING_ID)
    division: str = Field(primary_key=True, max_length=12)
    # Nothing until it answers; 0 when it declines.
    registered: int | None = None
    officer_ids: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid()))
    reason: str | None = Field(default=None, sa_type=Text)
    attended: int | None = None
    attended_ids: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid()))
    # Person-hours (学时).
    hours: Decimal | None = Field(default=None, sa_type=Numeric(9, 1))
    score: int | None = None
    evaluation: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class TrainingStep(RegionsTable, table=True):
    """Who did what about a training. Never changed."""

    __tablename__ = "training_step"
    __table_args__: Any = (
        Index("ix_training_step_training_id", "training_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    training_id: UUID = Field(foreign_key=TRAINING_ID)
    action: str = Field(max_length=32)
    state: trainings.TrainingState = Field(sa_type=str_enum(trainings.TrainingState))
    division: str | None = Field(default=None, max_length=12)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Honour(RegionsTable, Versioned, table=True):
    """表扬: what an officer was honoured for, by whom, under which document."""

    __tablename__ = "honour"
    __table_args__: Any = (
        CheckConstraint("(reference IS NULL) = (reference_id IS NULL)", name="reference_whole"),
        CheckConstraint(
            "(state = 'recorded') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided_when",
        ),
        CheckConstraint(
            "state NOT IN ('refused', 'revoked') OR reason IS NOT NULL", name="reasoned"
        ),
        # One document honours a person once.
        Index(
            "uq_honour_officer_document",
            "officer_id",
            "document",
            unique=True,
            postgresql_where=text("state IN ('recorded', 'confirmed')"),
        ),
        Index("ix_honour_division", "division", "awarded_on"),
        Index("ix_honour_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    division: str = Field(max_length=12)
    officer_id: UUID = Field(foreign_key=OFFICER_ID)
    officer_name: str = Field(max_length=200)
    issuer_level: honours.IssuerLevel = Field(sa_type=str_enum(honours.IssuerLevel))
    issuer: str = Field(max_length=200)
    document: str = Field(max_length=200)
    awarded_on: date
    merit: str = Field(sa_type=Text)
    reference: honours.Reference | None = Field(
        default=None, sa_type=str_enum(honours.Reference), nullable=True
    )
    reference_id: UUID | None = None
    state: honours.HonourState = Field(sa_type=str_enum(honours.HonourState))
    recorded_at: datetime = Field(sa_type=Timestamptz)
    recorded_by: UUID
    # The last word of confirmation, refusal or revocation.
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    decided_by: UUID | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

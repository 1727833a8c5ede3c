"""Tables of joint operations.

A draft is seen by the lead alone; from countersigning on, by the lead, the parties and those above
them.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.agreements.domain import Form
from services.regions.base import SCHEMA, RegionsTable
from services.regions.operations.domain import (
    Consent,
    IssuedBy,
    PartyRole,
    PartyStatus,
    State,
)
from shared.contracts.origins import OriginKind
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

OPERATION_ID = f"{SCHEMA}.operation.id"


class Operation(RegionsTable, Versioned, table=True):
    """联动行动: what several divisions do together about one matter."""

    __tablename__ = "operation"
    __table_args__: Any = (
        CheckConstraint("planned_from <= planned_to AND planned_to <= due_on", name="days_ordered"),
        CheckConstraint("(origin_kind IS NULL) = (origin_id IS NULL)", name="origin_whole"),
        # A superior decides with a reason.
        CheckConstraint(
            "issued_by IS DISTINCT FROM 'common_superior' OR issue_reason IS NOT NULL",
            name="decision_reasoned",
        ),
        CheckConstraint(
            "(summarised_at IS NULL) = (summary IS NULL)"
            " AND (summarised_at IS NULL) = (inspections IS NULL)"
            " AND (summarised_at IS NULL) = (problems_found IS NULL)"
            " AND (summarised_at IS NULL) = (problems_closed IS NULL)",
            name="report_whole",
        ),
        Index("ix_operation_origin_id", "origin_id"),
        Index("ix_operation_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    form: Form = Field(sa_type=str_enum(Form))
    title: str = Field(max_length=200)
    lead: str = Field(max_length=12)
    matter: dict[str, Any] = Field(sa_type=JSONB)
    origin_kind: OriginKind | None = Field(default=None, sa_type=str_enum(OriginKind))
    origin_id: UUID | None = None
    planned_from: date
    planned_to: date
    due_on: date
    state: State = Field(sa_type=str_enum(State))
    issued_by: IssuedBy | None = Field(default=None, sa_type=str_enum(IssuedBy))
    issue_reason: str | None = Field(default=None, sa_type=Text)
    # The joint report as it was issued; later results do not change it.
    summary: str | None = Field(default=None, sa_type=Text)
    summarised_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    inspections: int | None = None
    problems_found: int | None = None
    problems_closed: int | None = None
    drafted_at: datetime = Field(sa_type=Timestamptz)
    drafted_by: UUID
    # Set by every act, so that what a party answers is a new version of the operation.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Participation(RegionsTable, table=True):
    """One party of an operation: its consent and where it stands."""

    __tablename__ = "participation"
    __table_args__: Any = (
        CheckConstraint("(consent = 'pending') = (answered_at IS NULL)", name="answered_once_said"),
        CheckConstraint("consent <> 'declined' OR answer_reason IS NOT NULL", name="reasoned"),
        Index("ix_participation_division", "division"),
        {"info": rls.info(rls.SCOPED)},
    )

    operation_id: UUID = Field(primary_key=True, foreign_key=OPERATION_ID)
    division: str = Field(primary_key=True, max_length=12)
    role: PartyRole = Field(sa_type=str_enum(PartyRole))
    consent: Consent = Field(sa_type=str_enum(Consent))
    status: PartyStatus = Field(sa_type=str_enum(PartyStatus))
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answered_by: UUID | None = None
    answer_reason: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class OperationStep(RegionsTable, table=True):
    """Who took which step, when and why. Never changed."""

    __tablename__ = "operation_step"
    __table_args__: Any = (
        Index("ix_operation_step_operation_id", "operation_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key=OPERATION_ID)
    action: str = Field(max_length=32)
    state: State = Field(sa_type=str_enum(State))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class OperationResult(RegionsTable, table=True):
    """What one task of the operation came to. A task counts once."""

    __tablename__ = "operation_result"
    __table_args__: Any = (
        CheckConstraint(
            "inspections >= 0 AND problems_closed >= 0 AND problems_closed <= problems_found",
            name="plausible",
        ),
        Index("ix_operation_result_operation_id", "operation_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    task_id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key=OPERATION_ID)
    inspections: int
    problems_found: int
    problems_closed: int
    summary: str = Field(sa_type=Text)
    completed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

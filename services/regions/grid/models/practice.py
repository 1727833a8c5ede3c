"""What is visited, the visits, what they found, and what was done in the grid."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.grid.domain.findings import FindingState, OutcomeKind
from services.regions.grid.domain.practice import ObjectKind
from services.regions.grid.models.territory import AREA_ID, CELL_ID
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

OBJECT_ID: Final = f"{SCHEMA}.grid_object.id"
VISIT_ID: Final = f"{SCHEMA}.grid_visit.id"


class GridObject(RegionsTable, Versioned, table=True):
    """What is visited in an area: a firm, a river section, a site."""

    __tablename__ = "grid_object"
    __table_args__: Any = (
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="end_whole"),
        Index("ix_grid_object_area_id", "area_id"),
        Index("ix_grid_object_division", "division", "kind"),
        Index("ix_grid_object_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    division: str = Field(max_length=12)
    area_id: UUID = Field(foreign_key=AREA_ID)
    name: str = Field(max_length=200)
    credit_code: str | None = Field(default=None, max_length=18)
    kind: ObjectKind = Field(sa_type=str_enum(ObjectKind))
    # Why it is in its class, e.g. the complaints' numbers.
    basis: str | None = Field(default=None, sa_type=Text)
    listed_at: datetime = Field(sa_type=Timestamptz)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    end_reason: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GridVisit(RegionsTable, table=True):
    """巡查: who was where when, and what was found. Never changed."""

    __tablename__ = "grid_visit"
    __table_args__: Any = (
        Index("ix_grid_visit_cell_id", "cell_id", "at"),
        Index("ix_grid_visit_object_id", "object_id", "level", "at"),
        Index("ix_grid_visit_area_id", "area_id"),
        Index("ix_grid_visit_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    cell_id: UUID = Field(foreign_key=CELL_ID)
    division: str = Field(max_length=12)
    level: int = Field(sa_type=SmallInteger)
    area_id: UUID = Field(foreign_key=AREA_ID)
    # None: the area was patrolled.
    object_id: UUID | None = Field(default=None, foreign_key=OBJECT_ID)
    account_id: UUID
    name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    at_night: bool
    found: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GridFinding(RegionsTable, Versioned, table=True):
    """What a visit found, reported to the county's command, and what became of it."""

    __tablename__ = "grid_finding"
    __table_args__: Any = (
        CheckConstraint("(outcome_kind IS NULL) = (outcome_id IS NULL)", name="outcome_whole"),
        CheckConstraint("state <> 'handed_on' OR outcome_id IS NOT NULL", name="handed_to_sth"),
        CheckConstraint(
            "(state = 'answered') = (answer IS NOT NULL)"
            " AND (state = 'answered') = (answered_at IS NOT NULL)",
            name="answered_whole",
        ),
        Index("ix_grid_finding_visit_id", "visit_id"),
        Index("ix_grid_finding_cell_id", "cell_id"),
        Index("ix_grid_finding_area_id", "area_id"),
        Index("ix_grid_finding_object_id", "object_id"),
        Index("ix_grid_finding_division", "division", "state"),
        Index("ix_grid_finding_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    visit_id: UUID = Field(foreign_key=VISIT_ID)
    # Where its open matters are now; where it was found, the visit says.
    cell_id: UUID = Field(foreign_key=CELL_ID)
    area_id: UUID = Field(foreign_key=AREA_ID)
    object_id: UUID | None = Field(default=None, foreign_key=OBJECT_ID)
    division: str = Field(max_length=12)
    text: str = Field(sa_type=Text)
    state: FindingState = Field(sa_type=str_enum(FindingState))
    found_at: datetime = Field(sa_type=Timestamptz)
    reported_at: datetime = Field(sa_type=Timestamptz)
    outcome_kind: OutcomeKind | None = Field(
        default=None, sa_type=str_enum(OutcomeKind), nullable=True
    )
    outcome_id: str | None = Field(default=None, max_length=64)
    handed_on_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answer: str | None = Field(default=None, sa_type=Text)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GridStep(RegionsTable, table=True):
    """Who did what to a plan, a cell or a finding. Never changed."""

    __tablename__ = "grid_step"
    __table_args__: Any = (
        Index("ix_grid_step_subject_id", "subject_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    subject_kind: str = Field(max_length=32)
    subject_id: UUID
    action: str = Field(max_length=32)
    # What the act named: a person, an outcome, a time.
    content: dict[str, Any] = Field(sa_type=JSONB)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

"""Tables of the grid. Seen within the county and above it.

What must hold is held here too: an area has one cell a level at any time, a cell's areas are its
parent's, whatever a parent has its children have, and a cell begins with somebody who leads it.
Who leads is kept by when it began, so that it ends where the next begins (decision 0034).
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.grid.domain.findings import FindingState, OutcomeKind
from services.regions.grid.domain.partition import PlanState
from services.regions.grid.domain.practice import ObjectKind
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

AREA_ID: Final = f"{SCHEMA}.grid_area.id"
PLAN_ID: Final = f"{SCHEMA}.grid_plan.id"
CELL_ID: Final = f"{SCHEMA}.grid_cell.id"
OBJECT_ID: Final = f"{SCHEMA}.grid_object.id"
VISIT_ID: Final = f"{SCHEMA}.grid_visit.id"
# Checked at the end of the transaction: the two sides refer to one another.
AT_COMMIT: Final = "DEFERRED"
AREA_CODE: Final = 16


class GridArea(RegionsTable, table=True):
    """A township, street or village of a county's list (统计用区划代码)."""

    __tablename__ = "grid_area"
    __table_args__: Any = (
        UniqueConstraint("code"),
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="point_whole"),
        Index("ix_grid_area_division", "division", "code"),
        Index("ix_grid_area_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    division: str = Field(max_length=12)
    code: str = Field(max_length=AREA_CODE)
    name: str = Field(max_length=200)
    # Nothing in the list lies below it: what cells are made of.
    is_atom: bool
    lon: float | None = Field(default=None, sa_type=Float)
    lat: float | None = Field(default=None, sa_type=Float)
    outline: list[Any] | None = Field(default=None, sa_type=JSONB)
    listed_at: datetime = Field(sa_type=Timestamptz)
    # No longer in the list.
    retired_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GridPlan(RegionsTable, Versioned, table=True):
    """网格划分方案: a draft is a document; published it is cells, until the next takes over."""

    __tablename__ = "grid_plan"
    __table_args__: Any = (
        UniqueConstraint("id", "valid_from"),
        # Old cells end exactly where the new begin.
        ForeignKeyConstraint(
            ["next_id", "valid_to"],
            [PLAN_ID, f"{SCHEMA}.grid_plan.valid_from"],
            deferrable=True,
            initially=AT_COMMIT,
        ),
        CheckConstraint("(next_id IS NULL) = (valid_to IS NULL)", name="taken_over"),
        CheckConstraint(
            "(state = 'published') = (valid_from IS NOT NULL)"
            " AND (state = 'published') = (published_at IS NOT NULL)",
            name="published_when",
        ),
        CheckConstraint("valid_from < valid_to", name="times_ordered"),
        CheckConstraint("(state = 'withdrawn') = (withdraw_reason IS NOT NULL)", name="withdrawn"),
        CheckConstraint("cardinality(levels) BETWEEN 1 AND 4", name="levels_few"),
        Index("ix_grid_plan_division", "division", "valid_from"),
        Index("ix_grid_plan_next_id", "next_id"),
        Index("ix_grid_plan_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    division: str = Field(max_length=12)
    number: int
    title: str = Field(max_length=200)
    basis: str = Field(sa_type=Text)
    # Names from the highest down: 县级, 乡镇级, 村级.
    levels: list[str] = Field(sa_type=ARRAY(Text))
    # The cells as drawn, with atomic areas; history once published.
    cells: list[dict[str, Any]] = Field(sa_type=JSONB)
    state: PlanState = Field(sa_type=str_enum(PlanState))
    drawn_at: datetime = Field(sa_type=Timestamptz)
    drawn_by: UUID
    drawn_name: str = Field(max_length=200)
    published_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    published_name: str | None = Field(default=None, max_length=200)
    # Why it was published with cells that lack officers.
    short_reason: str | None = Field(default=None, sa_type=Text)
    withdraw_reason: str | None = Field(default=None, sa_type=Text)
    valid_from: datetime | None = Field(default=None, sa_type=Timestamptz)
    valid_to: datetime | None = Field(default=None, sa_type=Timestamptz)
    next_id: UUID | None = None
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GridCell(RegionsTable, Versioned, table=True):
    """网格: areas with one who answers for them."""

    __tablename__ = "grid_cell"
    __table_args__: Any = (
        UniqueConstraint("plan_id", "key"),
        # Somebody leads it from its first instant on.
        ForeignKeyConstraint(
            ["id", "valid_from"],
            [f"{SCHEMA}.grid_assignment.cell_id", f"{SCHEMA}.grid_assignment.begins_at"],
            name="fk_grid_cell_has_lead",
            use_alter=True,
            deferrable=True,
            initially=AT_COMMIT,
        ),
        CheckConstraint("(level = 1) = (parent_id IS NULL)", name="has_parent"),
        CheckConstraint("valid_from < valid_to", name="times_ordered"),
        CheckConstraint("(successor_id IS NULL) = (valid_to IS NULL)", name="succeeded"),
        Index("ix_grid_cell_division", "division", "level"),
        Index("ix_grid_cell_parent_id", "parent_id"),
        Index("ix_grid_cell_successor_id", "successor_id"),
        Index("ix_grid_cell_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    plan_id: UUID = Field(foreign_key=PLAN_ID)
    division: str = Field(max_length=12)
    level: int = Field(sa_type=SmallInteger)
    key: str = Field(max_length=64)
    name: str = Field(max_length=200)
    parent_id: UUID | None = Field(default=None, foreign_key=CELL_ID)
    valid_from: datetime = Field(sa_type=Timestamptz)
    valid_to: datetime | None = Field(default=None, sa_type=Timestamptz)
    # Who took its open matters when its plan ended.
    successor_id: UUID | None = Field(default=None, foreign_key=CELL_ID)
    # Set by every act, so that a change of people is a new version of the cell.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GridCellArea(RegionsTable, table=True):
    """An area of a cell, as long as the cell is in force."""

    __tablename__ = "grid_cell_area"
    __table_args__: Any = (
        UniqueConstraint("plan_id", "area_id", "level"),
        # No two cells of a level have one area at one time, of whatever plan.
        ExcludeConstraint(
            (column("area_id"), "="),
            (column("level"), "="),
            (text("tstzrange(valid_from, valid_to)"), "&&"),
            name="ex_grid_cell_area_one_cell_a_level",
        ),
        # A cell's areas are its parent's.
        ForeignKeyConstraint(
            ["parent_id", "area_id"],
            [f"{SCHEMA}.grid_cell_area.cell_id", f"{SCHEMA}.grid_cell_area.area_id"],
            deferrable=True,
            initially=AT_COMMIT,
        ),
        # What a cell has, a cell of the level below has too.
        ForeignKeyConstraint(
            ["plan_id", "area_id", "lower_level"],
            [
                f"{SCHEMA}.grid_cell_area.plan_id",
                f"{SCHEMA}.grid_cell_area.area_id",
                f"{SCHEMA}.grid_cell_area.level",
            ],
            deferrable=True,
            initially=AT_COMMIT,
        ),
        CheckConstraint("(level = 1) = (parent_id IS NULL)", name="has_parent"),
        CheckConstraint("lower_level = level + 1", name="next_level"),
        Index("ix_grid_cell_area_parent_id", "parent_id", "area_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    cell_id: UUID = Field(primary_key=True, foreign_key=CELL_ID)
    area_id: UUID = Field(primary_key=True, foreign_key=AREA_ID)
    plan_id: UUID = Field(foreign_key=PLAN_ID)
    level: int = Field(sa_type=SmallInteger)
    parent_id: UUID | None = None
    # None on the lowest level of the plan.
    lower_level: int | None = Field(default=None, sa_type=SmallInteger)
    valid_from: datetime = Field(sa_type=Timestamptz)
    valid_to: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GridAssignment(RegionsTable, table=True):
    """网格长, from an instant until the next begins or the cell ends."""

    __tablename__ = "grid_assignment"
    __table_args__: Any = (
        UniqueConstraint("cell_id", "begins_at"),
        Index("ix_grid_assignment_account_id", "account_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    cell_id: UUID = Field(foreign_key=CELL_ID)
    account_id: UUID
    name: str = Field(max_length=200)
    begins_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GridOfficer(RegionsTable, table=True):
    """网格员 of a cell."""

    __tablename__ = "grid_officer"
    __table_args__: Any = (
        ExcludeConstraint(
            (column("cell_id"), "="),
            (column("account_id"), "="),
            (text("tstzrange(valid_from, valid_to)"), "&&"),
            name="ex_grid_officer_once",
        ),
        CheckConstraint("valid_from <= valid_to", name="times_ordered"),
        Index("ix_grid_officer_account_id", "account_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    cell_id: UUID = Field(foreign_key=CELL_ID)
    account_id: UUID
    name: str = Field(max_length=200)
    valid_from: datetime = Field(sa_type=Timestamptz)
    valid_to: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GridAbsence(RegionsTable, table=True):
    """A lead is away and the deputy named answers; cut short where the lead returns or changes."""

    __tablename__ = "grid_absence"
    __table_args__: Any = (
        ExcludeConstraint(
            (column("cell_id"), "="),
            (text("tstzrange(begins_at, ends_at)"), "&&"),
            name="ex_grid_absence_one_deputy",
        ),
        CheckConstraint("begins_at <= ends_at", name="times_ordered"),
        CheckConstraint("account_id <> deputy_id", name="somebody_else"),
        Index("ix_grid_absence_account_id", "account_id"),
        Index("ix_grid_absence_deputy_id", "deputy_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    cell_id: UUID = Field(foreign_key=CELL_ID)
    account_id: UUID
    name: str = Field(max_length=200)
    deputy_id: UUID
    deputy_name: str = Field(max_length=200)
    begins_at: datetime = Field(sa_type=Timestamptz)
    ends_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    reason: str = Field(sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GridHandover(RegionsTable, Versioned, table=True):
    """交接: what was open when a lead, or a cell, took over from another."""

    __tablename__ = "grid_handover"
    __table_args__: Any = (
        CheckConstraint("(acknowledged_at IS NULL) = (note IS NULL)", name="acknowledged_whole"),
        Index("ix_grid_handover_cell_id", "cell_id"),
        Index("ix_grid_handover_to_cell_id", "to_cell_id"),
        Index(
            "ix_grid_handover_waiting",
            "to_id",
            postgresql_where=text("acknowledged_at IS NULL"),
        ),
        Index("ix_grid_handover_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    cell_id: UUID = Field(foreign_key=CELL_ID)
    # The same cell, or the one that succeeded it.
    to_cell_id: UUID = Field(foreign_key=CELL_ID)
    from_id: UUID
    from_name: str = Field(max_length=200)
    to_id: UUID
    to_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    reason: str = Field(sa_type=Text)
    # Visits overdue and findings without an answer, as they stood then.
    open_matters: list[dict[str, Any]] = Field(sa_type=JSONB)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    note: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


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

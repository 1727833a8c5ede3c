"""Areas, plans and cells. Seen within the county and above it.

What must hold is held here too: an area has one cell a level at any time, a cell's areas are its
parent's, whatever a parent has its children have, a cell begins with somebody who leads it, and a
plan ends only where another begins.
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
from services.regions.grid.domain.partition import PlanState
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

AREA_ID: Final = f"{SCHEMA}.grid_area.id"
PLAN_ID: Final = f"{SCHEMA}.grid_plan.id"
CELL_ID: Final = f"{SCHEMA}.grid_cell.id"
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

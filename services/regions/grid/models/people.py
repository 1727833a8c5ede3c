"""Those who answer for cells and go round in them.

Who leads is kept by when it began, so that it ends where the next begins (decision 0034).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, column, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlmodel import Field

from services.regions.base import RegionsTable
from services.regions.grid.models.territory import CELL_ID
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz


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

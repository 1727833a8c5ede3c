"""Tables of the territory. Published by the system, read by everyone known."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from services.regions.base import RegionsTable
from services.regions.divisions.domain import BorderKind
from shared.db import rls
from shared.db.types import str_enum
from shared.divisions import Level


class Division(RegionsTable, table=True):
    """行政区划: a code, its name and its superior, for the days it is valid."""

    __tablename__ = "division"
    __table_args__: Any = (
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="ordered"),
        # On any one day a code names one division.
        ExcludeConstraint(
            (column("code"), "="),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            name="ex_division_one_at_a_time",
        ),
        Index("ix_division_parent", "parent"),
        {"info": rls.info(rls.REFERENCE)},
    )

    code: str = Field(primary_key=True, max_length=12)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    name: str = Field(max_length=100)
    level: Level = Field(sa_type=str_enum(Level))
    parent: str | None = Field(default=None, max_length=12)
    version: int = 1


class Border(RegionsTable, table=True):
    """两两交界: how two counties lie to each other, the lower code first.

    Those that touch in one place may face each other over the sea in another: the kind is part of
    what names a pair. `km` is the length of the boundary by land and by water, and the way over
    the water by sea.
    """

    __tablename__ = "border"
    __table_args__: Any = (
        CheckConstraint("a < b", name="ordered"),
        CheckConstraint("km > 0", name="has_length"),
        Index("ix_border_b", "b"),
        {"info": rls.info(rls.REFERENCE)},
    )

    a: str = Field(primary_key=True, max_length=12)
    b: str = Field(primary_key=True, max_length=12)
    kind: BorderKind = Field(primary_key=True, sa_type=str_enum(BorderKind))
    km: float

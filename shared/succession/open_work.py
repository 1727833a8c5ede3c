"""A service's declaration of its open work: which rows follow a division to its successor.

What is closed is history and keeps the code it was done under; so do frozen rows.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import MetaData, Table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import divisions
from shared.succession.lineage import Succession

Row = Mapping[str, Any]
# Moves one row itself, where a new value in a column is not enough; False if there is no need.
Move = Callable[[AsyncSession, Row, Succession, str, datetime], Awaitable[bool]]
# What a service keeps beside the row, brought up to date after it moved.
After = Callable[[AsyncSession, Row], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class OpenWork:
    """One kind of work: `columns` name divisions, `is_open` is the SQL condition of an open row.

    `cities` are columns that hold the city of the county in another. `by_scope` says that columns
    hold scopes instead of codes. `beside` is the SQL condition of a row that names the division $1
    in rows of its own, which move by themselves.
    """

    kind: str
    table: Table
    columns: tuple[str, ...]
    is_open: str = "true"
    cities: Mapping[str, str] = field(default_factory=dict)
    by_scope: bool = False
    beside: str | None = None
    move: Move | None = None
    after: After | None = None

    def value_of(self, code: str) -> str:
        """A division as the columns name it."""
        return divisions.scope(code) if self.by_scope else code

    @property
    def key(self) -> str:
        """SQL of what tells a row from others, as text."""
        return " || ' ' || ".join(f"t.{column.name}::text" for column in self.table.primary_key)

    @property
    def names(self) -> str:
        """SQL condition of a row that names the division $1."""
        beside = [self.beside] if self.beside else []
        return "(" + " OR ".join([*map(self._names, self.columns), *beside]) + ")"

    def _names(self, column: str) -> str:
        kind = self.table.c[column].type
        if isinstance(kind, ARRAY):
            return f"$1 = ANY (t.{column})"
        if isinstance(kind, JSONB):
            return f"(t.{column} ? $1 OR t.{column} ->> 'division' = $1)"
        return f"t.{column} = $1"


CLOCK: Final = "clock"


def dependants(table: Table) -> dict[str, str]:
    """Tables whose rows belong to rows of this one, with the SQL condition to be of those in $1.

    Frozen rows are not among them, nor what says nothing of who may see it.
    """
    [key] = table.primary_key
    found: dict[str, str] = {}
    _collect(table, f"= ANY ($1::{'uuid' if key.type.python_type is not str else 'text'}[])", found)
    if CLOCK in {each.name for each in table.metadata.tables.values()}:
        found.setdefault(CLOCK, "subject_id = ANY ($1::uuid[])")
    return found


def _collect(table: Table, of_parent: str, found: dict[str, str]) -> None:
    for child in _children(table.metadata, table):
        if child.name in found or child.info.get("frozen") or "visible_to" not in child.c:
            continue
        link = next(
            column.name
            for column in child.c
            for foreign in column.foreign_keys
            if foreign.column.table is table
        )
        condition = found[child.name] = f"{link} {of_parent}"
        if len(child.primary_key) == 1:
            [key] = child.primary_key
            _collect(
                child,
                f"IN (SELECT {key.name} FROM {child.name} WHERE {condition})",  # noqa: S608
                found,
            )


def _children(metadata: MetaData, table: Table) -> list[Table]:
    return [
        each
        for each in metadata.sorted_tables
        if each is not table and any(foreign.column.table is table for foreign in each.foreign_keys)
    ]

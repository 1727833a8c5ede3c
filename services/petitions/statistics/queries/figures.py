"""Counting petitions, grouped by how they share out; and the rows behind a figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.statistics.domain.counting import Group
from services.petitions.statistics.domain.dimensions import PROGRESS, Dimension, Filters
from services.petitions.statistics.domain.facts import Fact
from services.petitions.statistics.domain.periods import Period, boundaries
from services.petitions.statistics.queries.facts import SOURCES, Source, state
from shared.db.session import driver

MEDIA: Final = "LEFT JOIN LATERAL unnest(p.media) AS m(medium) ON true"
# Row-level security lets the planner expect a single row of each table. It would join thousands by
# nested loops, and just after an import, when it knows no better, by reading one table whole for
# each row of the other.
FOR_MANY: Final = (
    "SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '32MB', true)"
)
OF_STATE: Final = frozenset({Fact.CLOSED, Fact.CLOSED_OR_REFUSED, Fact.CHECKABLE})
KEYS: Final[Mapping[Dimension, str]] = {
    Dimension.CHANNEL: "ARRAY[p.channel]",
    Dimension.MEDIUM: "ARRAY[m.medium]",
    Dimension.INDUSTRY: "ARRAY[p.industry]",
    Dimension.TRACK: "ARRAY[p.track]",
    Dimension.FORM: "ARRAY[p.form]",
    Dimension.SATISFACTION: "ARRAY[c.result]",
    Dimension.OBJECT: "ARRAY[p.object_code, p.object_name]",
}
ROW: Final = (
    "p.id AS petition_id, p.number, p.channel, p.media, p.industry, p.track, p.divisions,"
    " p.shares, p.redacted_title AS title, p.object_name, p.received_at, p.accepted_at,"
    " p.closed_at, p.approximate"
)


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: whose items, by which filters, as of when; `back` if that is past."""

    scope: str
    filters: Filters
    as_of: datetime
    back: bool


async def count(
    session: AsyncSession,
    fact: Fact,
    row: Sequence[Period],
    look: Look,
    *,
    by: Dimension | None = None,
) -> dict[Period, list[Group]]:
    """The items of each of the disjoint periods, grouped by shares and, where asked for, by key."""
    # The history is read only where it matters what state a petition was in.
    stateful = fact in OF_STATE or by is Dimension.PROGRESS or look.filters.progress is not None
    look = replace(look, back=look.back and stateful)
    source = SOURCES[fact](look.back)
    conditions, values = _conditions(source, row, look)
    statement = f"""
SELECT width_bucket({source.at}, $1) AS cell, p.shares::text AS shares, {_key(by, look)} AS key,
       {source.counts} AS counts, count(*) AS items, bool_or(p.approximate) AS approximate,
       sum({source.micros})::bigint AS micros
  FROM {source.tables} {MEDIA if by is Dimension.MEDIUM else ""}
 WHERE {conditions} GROUP BY 1, 2, 3, 4
"""
    connection = await driver(session)
    await connection.execute(FOR_MANY)
    return _by_period(await connection.fetch(statement, *values), row)


def _key(by: Dimension | None, look: Look) -> str:
    if by is Dimension.PROGRESS:
        return f"ARRAY[{state(back=look.back)}]"
    return KEYS.get(by, "'{}'::text[]") if by else "'{}'::text[]"


def _by_period(
    rows: Sequence[Mapping[str, Any]], row: Sequence[Period]
) -> dict[Period, list[Group]]:
    cells = {start: cell for cell, start in enumerate(boundaries(row), start=1)}
    found: dict[int, list[Group]] = {cells[each.start]: [] for each in row}
    shares: dict[str, Mapping[str, str]] = {}
    for each in rows:
        groups = found.get(each["cell"])
        if groups is None:
            continue  # between the periods
        text = each["shares"]
        if text not in shares:
            shares[text] = orjson.loads(text)
        groups.append(
            Group(
                shares[text],
                each["counts"],
                each["items"],
                approximate=each["approximate"],
                key=tuple(each["key"]),
                micros=each["micros"],
            )
        )
    return {each: found[cells[each.start]] for each in row}


async def rows(
    session: AsyncSession,
    fact: Fact,
    period: Period,
    look: Look,
    *,
    marked: bool,
    after: UUID | None,
    limit: int,
) -> Sequence[Mapping[str, Any]]:
    """The items of a period that have a share in the scope, by id; only the marked ones if so."""
    source = SOURCES[fact](look.back)
    conditions, values = _conditions(source, [period], look)
    chosen = f"AND {source.counts}" if marked else ""
    beyond = ""
    if after is not None:
        values.append(after)
        beyond = f"AND {source.id} > ${len(values)}"
    values.append(limit)
    statement = f"""
SELECT {source.id} AS id, {ROW}, {state(back=look.back)} AS state, {source.at} AS at,
       ({source.micros})::bigint AS micros
  FROM {source.tables}
 WHERE {conditions} AND width_bucket({source.at}, $1) = 1 {chosen} {beyond}
   AND EXISTS (SELECT FROM unnest(p.divisions) AS d(code) WHERE starts_with(d.code, $5))
 ORDER BY {source.id} LIMIT ${len(values)}
"""
    connection = await driver(session)
    await connection.execute(FOR_MANY)
    found: Sequence[Mapping[str, Any]] = await connection.fetch(statement, *values)
    return found


def _conditions(source: Source, row: Sequence[Period], look: Look) -> tuple[str, list[Any]]:
    """What every item fulfils, and the values of the statement up to here.

    The parts of a coordinated item are no items of their own (DOMAIN 2.10).
    """
    bounds = boundaries(row)
    values: list[Any] = [bounds, look.as_of, bounds[0], bounds[-1], look.scope]
    conditions = [
        f"{source.at} >= $3 AND {source.at} < $4",
        source.known,
        "p.registered_at <= $2",
        "p.parent_id IS NULL",
        "p.visible_to @> ARRAY[$5::text]",
    ]
    for condition, value in _filtered(look):
        values.append(value)
        conditions.append(condition.format(f"${len(values)}"))
    return " AND ".join(conditions), values


def _filtered(look: Look) -> list[tuple[str, Any]]:
    filters = look.filters
    states = [each.value for each, bucket in PROGRESS.items() if bucket is filters.progress]
    asked = (
        ("p.channel = {}", filters.channel),
        ("p.media @> ARRAY[{}::text]", filters.medium),
        ("starts_with(p.industry, {})", filters.industry),
        ("p.track = {}", filters.track),
        ("p.form = {}", filters.form),
        ("p.import_id = {}", filters.import_id),
        (f"{state(back=look.back)} = ANY({{}}::text[])", states or None),
    )
    return [(condition, value) for condition, value in asked if value is not None]

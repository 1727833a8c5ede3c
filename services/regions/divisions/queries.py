"""Every SELECT on the territory, and the two statements that publish it as a set."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import aliased
from sqlmodel import col, func, or_, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions.domain import TOUCHING, BorderFact, BorderKind, DivisionFact
from services.regions.divisions.models import Border, Division
from shared import divisions as codes_of
from shared.db.session import driver
from shared.divisions import Level
from shared.errors import NotFound

PUBLISH_DIVISIONS: Final = """
INSERT INTO division AS d (code, name, level, parent, valid_from, valid_to, version)
SELECT *, 1 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[])
    ON CONFLICT (code, valid_from) DO UPDATE
   SET name = excluded.name, level = excluded.level, parent = excluded.parent,
       valid_to = excluded.valid_to, version = d.version + 1
 WHERE d.valid_to IS NULL -- what a change of divisions has ended, no file opens again
   AND (d.name, d.level, d.parent, d.valid_to)
       IS DISTINCT FROM (excluded.name, excluded.level, excluded.parent, excluded.valid_to)
RETURNING left(code, 2) AS province
"""
# What is published of a pair replaces what was known of it: land may prove to be water. A file
# knows nothing of what a change of divisions has made of the borders since.
PUBLISH_BORDERS: Final = """
WITH new AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[]) AS n (a, b, kind, km)
   WHERE NOT EXISTS (SELECT FROM division_succession s
                      WHERE $5 AND ARRAY[n.a, n.b] && (s.successors || s.predecessor::text))
), gone AS (
  DELETE FROM border AS old
   WHERE (old.a, old.b) IN (SELECT a, b FROM new)
     AND (old.a, old.b, old.kind) NOT IN (SELECT a, b, kind FROM new)
  RETURNING left(old.a, 2) AS province
), kept AS (
  INSERT INTO border AS known (a, b, kind, km) SELECT * FROM new
      ON CONFLICT (a, b, kind) DO UPDATE SET km = excluded.km WHERE known.km <> excluded.km
  RETURNING left(a, 2) AS province
)
SELECT province FROM gone UNION SELECT province FROM kept
"""


async def publish_divisions(session: AsyncSession, facts: Sequence[DivisionFact]) -> set[str]:
    """Take the table over; the provinces (two digits) in which anything changed."""
    rows = await (await driver(session)).fetch(
        PUBLISH_DIVISIONS,
        [each.code for each in facts],
        [each.name for each in facts],
        [each.level.value for each in facts],
        [each.parent for each in facts],
        [each.valid_from for each in facts],
        [each.valid_to for each in facts],
    )
    return {row["province"] for row in rows}


async def publish_borders(
    session: AsyncSession, facts: Sequence[BorderFact], *, from_file: bool = False
) -> set[str]:
    """Take the pairs over; the provinces of the lower codes in which anything changed."""
    rows = await (await driver(session)).fetch(
        PUBLISH_BORDERS,
        [each.a for each in facts],
        [each.b for each in facts],
        [each.kind.value for each in facts],
        [each.km for each in facts],
        from_file,
    )
    return {row["province"] for row in rows}


def _valid_on(day: date, table: type[Division] = Division) -> ColumnElement[bool]:
    return and_(
        col(table.valid_from) <= day, or_(col(table.valid_to).is_(None), col(table.valid_to) >= day)
    )


async def division(session: AsyncSession, code: str, *, on_day: date) -> Division:
    """The division of this code on the day."""
    statement = select(Division).where(Division.code == code, _valid_on(on_day))
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="division")
    return found


async def division_or_last(session: AsyncSession, code: str, *, today: date) -> Division:
    """The division of this code today or, if it has ended, as it was last."""
    statement = (
        select(Division)
        .where(Division.code == code, col(Division.valid_from) <= today)
        .order_by(col(Division.valid_from).desc())
        .limit(1)
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="division")
    return found


async def number_of_divisions(session: AsyncSession) -> int:
    """How many rows the table has, past ones too."""
    return (await session.exec(select(func.count()).select_from(Division))).one()


async def number_of_touching_pairs(session: AsyncSession) -> int:
    pairs = select(Border.a, Border.b).where(col(Border.kind).in_(TOUCHING)).distinct().subquery()
    return (await session.exec(select(func.count()).select_from(pairs))).one()


async def divisions(
    session: AsyncSession,
    *,
    on_day: date,
    parent: str | None,
    level: Level | None,
    name: str | None,
    after: str | None,
    limit: int,
) -> Sequence[Division]:
    """Divisions valid on the day by code, one more than `limit`; `name` is part of the name."""
    statement = select(Division).where(_valid_on(on_day)).order_by(col(Division.code))
    if parent is not None:
        statement = statement.where(Division.parent == parent)
    if level is not None:
        statement = statement.where(Division.level == level)
    if name is not None:
        statement = statement.where(col(Division.name).contains(name, autoescape=True))
    if after is not None:
        statement = statement.where(col(Division.code) > after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def divisions_of_province(session: AsyncSession, province: str) -> Sequence[Division]:
    """All rows of a province (two digits), past ones too."""
    statement = (
        select(Division)
        .where(col(Division.code).startswith(province))
        .order_by(col(Division.code), col(Division.valid_from))
    )
    return (await session.exec(statement)).all()


async def touching(session: AsyncSession, province: str) -> Sequence[tuple[str, str, float]]:
    """Pairs that touch, whose lower code lies in the province (two digits), with kilometres.

    Each pair once: what it shares by land and what by water is one boundary.
    """
    statement = (
        select(Border.a, Border.b, func.sum(Border.km))
        .where(col(Border.a).startswith(province), col(Border.kind).in_(TOUCHING))
        .group_by(col(Border.a), col(Border.b))
        .order_by(col(Border.a), col(Border.b))
    )
    return (await session.exec(statement)).all()


async def borders_of(session: AsyncSession, codes: Iterable[str]) -> Sequence[Border]:
    """Every border of any kind of these counties, nearest kinds first."""
    listed = list(codes)
    statement = (
        select(Border)
        .where(or_(col(Border.a).in_(listed), col(Border.b).in_(listed)))
        .order_by(col(Border.kind), col(Border.a), col(Border.b))
    )
    return (await session.exec(statement)).all()


async def borders_between(session: AsyncSession, one: str, other: str) -> Sequence[Border]:
    """The borders of any kind between two subtrees (scopes), by their codes."""
    a, b = col(Border.a), col(Border.b)
    statement = (
        select(Border)
        .where(
            or_(
                and_(a.startswith(one), b.startswith(other)),
                and_(a.startswith(other), b.startswith(one)),
            )
        )
        .order_by(a, b, col(Border.kind))
    )
    return (await session.exec(statement)).all()


async def lock_division(session: AsyncSession, code: str, *, on_day: date) -> Division:
    """The division of this code on the day, locked until the transaction ends."""
    statement = select(Division).where(Division.code == code, _valid_on(on_day)).with_for_update()
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="division")
    return found


async def ever(session: AsyncSession, codes: Iterable[str]) -> Sequence[Division]:
    """All rows these codes ever had."""
    statement = select(Division).where(col(Division.code).in_(list(codes)))
    return (await session.exec(statement)).all()


async def known(session: AsyncSession, codes: Iterable[str], *, on_day: date) -> frozenset[str]:
    """Those of the codes that name a division on the day."""
    statement = select(Division.code).where(col(Division.code).in_(list(codes)), _valid_on(on_day))
    return frozenset((await session.exec(statement)).all())


async def borders(
    session: AsyncSession,
    *,
    division: str | None,
    kind: BorderKind | None,
    on_day: date,
    after: tuple[str, str, str] | None,
    limit: int,
) -> Sequence[tuple[Border, str, str]]:
    """Pairs with both names, one more than `limit`; with a division, those its subtree has."""
    left, right = aliased(Division), aliased(Division)
    order = (col(Border.a), col(Border.b), col(Border.kind))
    statement = (
        select(Border, left.name, right.name)
        .join(left, and_(col(Border.a) == left.code, _valid_on(on_day, left)))
        .join(right, and_(col(Border.b) == right.code, _valid_on(on_day, right)))
        .order_by(*order)
    )
    if kind is not None:
        statement = statement.where(Border.kind == kind)
    if division is not None:
        scope = codes_of.scope(division)
        statement = statement.where(
            or_(col(Border.a).startswith(scope), col(Border.b).startswith(scope))
        )
    if after is not None:
        statement = statement.where(tuple_(*order) > tuple_(*after))
    return (await session.exec(statement.limit(limit + 1))).all()

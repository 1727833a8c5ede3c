"""The object library of a division as a freeze finds it, in one statement and one more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.positive_lists import EFFECTS, Category, Standing
from services.tasks.enterprises.domain.registry import Status, object_code
from services.tasks.enterprises.models.positive_lists import PositiveList, PositiveListing
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.queries.positive_lists import in_force
from shared.db.session import driver

# $1 scope, $2 day, $3 year of the cap, $4 period, $5 since when a listed object was drawn lately.
LIBRARY: Final = """
WITH taken AS (
  SELECT enterprise_id, count(*) AS visits FROM enterprise_visit
   WHERE cap_year = $3 AND slot IS NOT NULL AND state IN ('planned', 'made') GROUP BY 1
), special AS (
  SELECT DISTINCT enterprise_id FROM draw_ground
   WHERE ended_at IS NULL AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)
), drawn AS (
  SELECT o.enterprise_id, bool_or(d.period = $4) AS this_period, max(o.day) AS last
    FROM drawn_object o JOIN draw d ON d.id = o.draw_id
   WHERE d.state IN ('revealed', 'staffed') AND d.closes_on >= $5 GROUP BY 1
)
SELECT e.id, e.credit_code, e.site_number, e.own_code, e.division, e.status,
       cardinality(e.flags) > 0 AS is_key, s.enterprise_id IS NOT NULL AS is_special,
       coalesce(t.visits, 0) AS visits, coalesce(d.this_period, false) AS this_period, d.last
  FROM enterprise e
  LEFT JOIN taken t ON t.enterprise_id = e.id
  LEFT JOIN special s ON s.enterprise_id = e.id
  LEFT JOIN drawn d ON d.enterprise_id = e.id
 WHERE e.visible_to @> ARRAY[$1] AND e.status <> 'merged'
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One object with what decides its place: `visits` are those of the year under the cap."""

    id: UUID
    code: str
    division: str
    status: Status
    is_key: bool
    is_special: bool
    visits: int
    this_period: bool
    last_day: date | None


async def library(
    session: AsyncSession, scope: str, *, day: date, period: str, lately: date
) -> list[Row]:
    """Every object of the subtree; to be asked beyond scope, since other draws are secret."""
    rows = await (await driver(session)).fetch(LIBRARY, scope, day, day.year, period, lately)
    return [
        Row(
            each["id"],
            object_code(each["credit_code"], each["site_number"], each["own_code"]),
            each["division"],
            Status(each["status"]),
            each["is_key"],
            each["is_special"],
            each["visits"],
            each["this_period"],
            each["last"],
        )
        for each in rows
    ]


async def standings(session: AsyncSession, scope: str, *, day: date) -> Mapping[UUID, Standing]:
    """Who of the subtree is on a positive list on a day, by the list published last."""
    statement = (
        select(PositiveListing.enterprise_id, PositiveListing.category, PositiveList.document)
        .where(
            *in_force(day),
            col(PositiveListing.enterprise_id) == col(Enterprise.id),
            col(Enterprise.visible_to).contains([scope]),
        )
        .order_by(col(PositiveList.published_on), col(PositiveList.id))
    )
    return {
        enterprise_id: Standing(Category(category), document, EFFECTS[Category(category)])
        for enterprise_id, category, document in (await session.exec(statement)).all()
    }

"""Reading repeats and their candidates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.models import Petition
from services.petitions.repeats.models import RepeatLink
from shared.db.session import driver

# How many are read and ranked. What shares a person or an object's key comes before what shares
# pairs of characters with the names and places sought, and of those what shares more of them. Where
# nobody is named, all of the counties around are looked through for what shares the most words.
READ: Final = 60
WITHIN: Final = (
    "p.divisions && $1 AND p.media && $2 AND p.received_at >= $3 AND p.received_at <= $4"
    " AND p.parent_id IS NULL AND p.id <> ALL($5)"
)
GATE: Final = f"""
SELECT p.id, p.number, p.redacted_title, p.redacted_body, p.place, p.object_name, p.object_code,
       p.divisions, p.media, p.purpose, p.anonymous, p.petitioner_tokens, p.longitude, p.latitude,
       p.received_at
  FROM (
    SELECT id, sum(strength) AS strength, max(received_at) AS received_at
      FROM (
        SELECT p.id, p.received_at, 1000 AS strength FROM petition p
         WHERE p.petitioner_tokens && $6 AND {WITHIN}
        UNION ALL
        SELECT p.id, p.received_at, 100 FROM petition p WHERE p.object_key = ANY($7) AND {WITHIN}
        UNION ALL
        SELECT p.id, p.received_at, 100 FROM petition p
         WHERE p.latitude BETWEEN $9 AND $10 AND p.longitude BETWEEN $11 AND $12 AND {WITHIN}
        UNION ALL
        SELECT p.id, p.received_at,
               (SELECT count(*) FROM unnest(p.grams) AS gram WHERE gram = ANY($8))
          FROM petition p WHERE p.grams && $8 AND {WITHIN}
        UNION ALL
        SELECT p.id, p.received_at,
               (SELECT count(*) FROM unnest(p.grams) AS gram WHERE gram = ANY($13))
          FROM petition p WHERE cardinality($13) > 0 AND {WITHIN}
      ) AS found
     GROUP BY id ORDER BY 2 DESC, 3 DESC, 1 DESC LIMIT {READ}
  ) AS best JOIN petition p USING (id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What an earlier petition must have: a person or a target, near by, of one kind, in time."""

    counties: Sequence[str]
    media: Sequence[str]
    since: datetime
    until: datetime
    but: Sequence[UUID]
    tokens: Sequence[str]
    keys: Sequence[str]
    pairs: Sequence[str]
    words: Sequence[str]
    # South, north, west, east.
    box: tuple[float, float, float, float] | None

    @property
    def values(self) -> list[Any]:
        return [
            list(self.counties),
            list(self.media),
            self.since,
            self.until,
            list(self.but),
            list(self.tokens),
            list(self.keys),
            list(self.pairs),
            *(self.box or (None,) * 4),
            list(self.words),
        ]


async def gate(session: AsyncSession, sought: Sought) -> list[Mapping[str, Any]]:
    """Petitions that may be about the same, at most `READ`, in no order; no petitioner's text."""
    rows = await (await driver(session)).fetch(GATE, *sought.values)
    return list(rows)


async def link(session: AsyncSession, petition_id: UUID) -> RepeatLink | None:
    """The link of a petition that is a repeat."""
    statement = select(RepeatLink).where(RepeatLink.petition_id == petition_id)
    return (await session.exec(statement)).one_or_none()


async def root_of(session: AsyncSession, petition_id: UUID) -> UUID:
    """The first petition of the matter: the petition itself unless it is a repeat."""
    found = await link(session, petition_id)
    return found.root_id if found else petition_id


async def repeats_of(session: AsyncSession, root_id: UUID) -> Sequence[RepeatLink]:
    """The repeats of a matter in their order."""
    statement = (
        select(RepeatLink).where(RepeatLink.root_id == root_id).order_by(col(RepeatLink.position))
    )
    return (await session.exec(statement)).all()


async def last_position(session: AsyncSession, root_id: UUID) -> int:
    """How often the matter was raised so far; the root is the first time."""
    statement = select(func.max(RepeatLink.position)).where(RepeatLink.root_id == root_id)
    return (await session.exec(statement)).one() or 1


async def matter(session: AsyncSession, root_id: UUID) -> Sequence[Petition]:
    """The root and its repeats in the order they were raised."""
    links = await repeats_of(session, root_id)
    ids = [root_id, *(each.petition_id for each in links)]
    rows = (await session.exec(select(Petition).where(col(Petition.id).in_(ids)))).all()
    return sorted(rows, key=lambda each: ids.index(each.id))

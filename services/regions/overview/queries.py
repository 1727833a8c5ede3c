"""Figures over what bureaus do together, counted as the caller sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.overview.domain import Flow, FlowKind
from shared import divisions
from shared.clocks.days import DAY, end_of_day
from shared.db.session import driver

PAIRS: Final = """
SELECT b.a, b.b, sum(b.km) FILTER (WHERE b.kind <> 'sea') AS km,
       min(b.km) FILTER (WHERE b.kind = 'sea') AS sea_km
  FROM border b WHERE b.a LIKE $1 || '%' OR b.b LIKE $1 || '%'
 GROUP BY b.a, b.b ORDER BY b.a, b.b
"""
# Every county and city that has a part in something of which the caller knows. A matter of a city
# is the city's own, not that of its counties.
LOADS: Final = """
WITH part AS (
  SELECT p.division, 'operations' AS what, p.operation_id AS id
    FROM participation p JOIN operation o ON o.id = p.operation_id
   WHERE o.state NOT IN ('draft', 'closed', 'called_off') AND p.status IN ('invited', 'taking_part')
  UNION ALL
  SELECT lead, 'operations', id FROM operation WHERE state NOT IN ('draft', 'closed', 'called_off')
  UNION ALL
  SELECT receiver, 'handovers_in', id FROM handover
   WHERE state NOT IN ('accepted_by_sender', 'withdrawn')
  UNION ALL
  SELECT sender, 'handovers_out', id FROM handover
   WHERE state NOT IN ('accepted_by_sender', 'withdrawn')
  UNION ALL
  SELECT receiver, 'requests_in', id FROM assistance_request
   WHERE state NOT IN ('accepted_by_sender', 'withdrawn')
  UNION ALL
  SELECT sender, 'requests_out', id FROM assistance_request
   WHERE state NOT IN ('accepted_by_sender', 'withdrawn')
  UNION ALL
  SELECT caller, 'activations', id FROM activation WHERE state = 'active'
  UNION ALL
  SELECT r.division, 'activations', a.id
    FROM activation a JOIN activation_reply r ON r.activation_id = a.id WHERE a.state = 'active'
  UNION ALL
  SELECT m.division, 'groups', g.id
    FROM joint_group g JOIN group_member m ON m.group_id = g.id
   WHERE g.state = 'active' AND m.status = 'taking_part'
)
SELECT division, what, count(DISTINCT id) AS number
  FROM part WHERE division LIKE $1 || '%' GROUP BY division, what ORDER BY division, what
"""
# Two counties meet in an operation or a group when both are in it, in a letter when it goes
# between them.
MEETINGS: Final = """
WITH met AS (
  SELECT least(p.division, q.division) AS a, greatest(p.division, q.division) AS b,
         'operations' AS what, p.operation_id AS id
    FROM participation p
    JOIN participation q ON q.operation_id = p.operation_id AND p.division < q.division
    JOIN operation o ON o.id = p.operation_id
   WHERE o.state NOT IN ('draft', 'called_off') AND o.planned_to >= $2 AND o.planned_from <= $3
     AND p.status <> 'left' AND q.status <> 'left'
  UNION ALL
  SELECT least(m.division, n.division), greatest(m.division, n.division), 'groups', g.id
    FROM joint_group g
    JOIN group_member m ON m.group_id = g.id AND m.status = 'taking_part'
    JOIN group_member n ON n.group_id = g.id AND n.status = 'taking_part'
                       AND m.division < n.division
   WHERE g.state = 'active'
  UNION ALL
  SELECT least(sender, receiver), greatest(sender, receiver), 'letters', id FROM handover
   WHERE sent_at >= $4 AND sent_at < $5
  UNION ALL
  SELECT least(sender, receiver), greatest(sender, receiver), 'letters', id FROM assistance_request
   WHERE sent_at >= $4 AND sent_at < $5
  UNION ALL
  SELECT least(a.caller, r.division), greatest(a.caller, r.division), 'activations', a.id
    FROM activation a JOIN activation_reply r ON r.activation_id = a.id
   WHERE a.called_at >= $4 AND a.called_at < $5
)
SELECT a, b, what, count(DISTINCT id) AS number
  FROM met WHERE a LIKE $1 || '%' OR b LIKE $1 || '%' GROUP BY a, b, what ORDER BY a, b, what
"""
# From the call to the word that one comes, late words included.
COMING: Final = """
SELECT a.caller AS sender, r.division AS receiver, count(*) AS answered,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY r.acknowledged_at - a.called_at) AS median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY r.acknowledged_at - a.called_at) AS p90
  FROM activation a JOIN activation_reply r ON r.activation_id = a.id
 WHERE (a.caller LIKE $1 || '%' OR r.division LIKE $1 || '%')
   AND r.acknowledged_at >= $2 AND r.acknowledged_at < $3
 GROUP BY 1, 2 ORDER BY 1, 2
"""
# How long until an order was acknowledged, or answered with why it cannot be carried out.
ORDERED: Final = """
SELECT i.division AS sender, o.division AS receiver, count(*) AS answered,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY o.answered_at - o.issued_at) AS median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY o.answered_at - o.issued_at) AS p90
  FROM incident i JOIN (
    SELECT incident_id, division, issued_at, least(acknowledged_at, refused_at) AS answered_at
      FROM dispatch_order WHERE state <> 'recalled') o ON o.incident_id = i.id
 WHERE (i.division LIKE $1 || '%' OR o.division LIKE $1 || '%')
   AND o.answered_at >= $2 AND o.answered_at < $3
 GROUP BY 1, 2 ORDER BY 1, 2
"""
# Days on which somebody acted elsewhere than at home, from the first to the last asked for and
# not beyond today ($4): days of a turn of the rota that was served; in an operation while it ran
# and the own part was not over; in an audit from its start to its report. Who orders an audit
# receives the auditors.
ELSEWHERE: Final = """
WITH stay AS (
  SELECT 'operation' AS kind, f.division AS giver, t.place AS receiver,
         (o.started_at AT TIME ZONE 'Asia/Shanghai')::date AS first_day,
         least(o.planned_to, (o.summarised_at AT TIME ZONE 'Asia/Shanghai')::date,
               (p.ended_at AT TIME ZONE 'Asia/Shanghai')::date) AS last_day
    FROM operation_officer f
    JOIN operation o ON o.id = f.operation_id
    JOIN operation_team t ON t.id = f.team_id
    JOIN participation p ON p.operation_id = f.operation_id AND p.division = f.party
   WHERE o.started_at IS NOT NULL AND o.state <> 'called_off'
  UNION ALL
  SELECT 'audit', u.division, a.orderer, (a.started_at AT TIME ZONE 'Asia/Shanghai')::date,
         (coalesce(a.reported_at, a.planned_to) AT TIME ZONE 'Asia/Shanghai')::date
    FROM unit_auditor u JOIN unit_audit a ON a.id = u.unit_audit_id
   WHERE a.started_at IS NOT NULL
  UNION ALL
  SELECT 'rota', d.division, r.place, day, day
    FROM rota_draw d JOIN rota_round r ON r.id = d.round_id CROSS JOIN unnest(d.served_on) AS day
   WHERE d.state = 'served'
), within AS (
  SELECT kind, giver, receiver,
         least(last_day, $3::date, $4::date) - greatest(first_day, $2::date) + 1 AS days
    FROM stay WHERE giver LIKE $1 || '%' OR receiver LIKE $1 || '%'
)
SELECT kind, giver, receiver, sum(days)::int AS days
  FROM within WHERE days > 0 GROUP BY kind, giver, receiver ORDER BY kind, giver, receiver
"""
# The account of each rota: how far the most favoured and the most burdened unit are from theirs.
FAIRNESS: Final = """
SELECT r.id, r.division, r.title, count(u.id) AS units, coalesce(sum(u.drawn), 0)::int AS drawn,
       coalesce(sum(u.owing), 0)::int AS owing,
       coalesce(max(abs(split_part(u.entitled, '/', 1)::numeric
                        / split_part(u.entitled, '/', 2)::numeric - u.given)), 0) AS furthest
  FROM rota r LEFT JOIN rota_unit u ON u.rota_id = r.id AND u.left_at IS NULL
 WHERE r.division LIKE $1 || '%' AND r.ended_at IS NULL
 GROUP BY r.id, r.division, r.title ORDER BY r.division
"""
NAMES: Final = """
SELECT code, name FROM division
 WHERE code = ANY($1) AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)
"""


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two counties that touch (`km` of common border) or face each other (`sea_km` of water)."""

    a: str
    b: str
    km: float | None
    sea_km: float | None


@dataclass(frozen=True, slots=True)
class Coming:
    """How fast one division comes when another calls: median and 90th percentile."""

    sender: str
    receiver: str
    answered: int
    median: timedelta
    p90: timedelta


@dataclass(frozen=True, slots=True)
class Fairness:
    """A running rota: turns drawn and owing, and the largest distance of a unit from its share."""

    id: UUID
    division: str
    title: str
    units: int
    drawn: int
    owing: int
    furthest: Decimal


Counts = Mapping[str, int]


async def pairs(session: AsyncSession, division: str) -> Sequence[PairRow]:
    """The pairs of which one side at least lies in the division."""
    rows = await (await driver(session)).fetch(PAIRS, divisions.scope(division))
    return [PairRow(**row) for row in rows]


async def loads(session: AsyncSession, division: str) -> Mapping[str, Counts]:
    """By division of the subtree: in how many open matters of each kind it has a part."""
    rows = await (await driver(session)).fetch(LOADS, divisions.scope(division))
    return _by(rows, lambda row: str(row["division"]))


async def meetings(
    session: AsyncSession, division: str, *, since: date, until: date
) -> Mapping[tuple[str, str], Counts]:
    """By pair: in how many operations, letters and activations of these days the two met."""
    rows = await (await driver(session)).fetch(
        MEETINGS,
        divisions.scope(division),
        since,
        until,
        end_of_day(since - DAY),
        end_of_day(until),
    )
    return _by(rows, lambda row: (str(row["a"]), str(row["b"])))


async def coming(
    session: AsyncSession, division: str, *, since: date, until: date
) -> Sequence[Coming]:
    """Acknowledgements of these days, by caller and called."""
    rows = await (await driver(session)).fetch(
        COMING, divisions.scope(division), end_of_day(since - DAY), end_of_day(until)
    )
    return [Coming(**row) for row in rows]


async def ordered(
    session: AsyncSession, division: str, *, since: date, until: date
) -> Sequence[Coming]:
    """Orders answered in these days, by who ordered and who was ordered."""
    rows = await (await driver(session)).fetch(
        ORDERED, divisions.scope(division), end_of_day(since - DAY), end_of_day(until)
    )
    return [Coming(**row) for row in rows]


async def elsewhere(
    session: AsyncSession, division: str, *, since: date, until: date, today: date
) -> list[Flow]:
    """Person-days of rota, operations and audits, of which one side lies in the division."""
    rows = await (await driver(session)).fetch(
        ELSEWHERE, divisions.scope(division), since, until, today
    )
    return [Flow(FlowKind(row["kind"]), row["giver"], row["receiver"], row["days"]) for row in rows]


async def fairness(session: AsyncSession, division: str) -> list[Fairness]:
    """The running rotas of a subtree."""
    rows = await (await driver(session)).fetch(FAIRNESS, divisions.scope(division))
    return [Fairness(**row) for row in rows]


async def names(session: AsyncSession, codes: Sequence[str], *, on_day: date) -> dict[str, str]:
    rows = await (await driver(session)).fetch(NAMES, list(codes), on_day)
    return {row["code"]: row["name"] for row in rows}


def _by(rows: Sequence[Any], key: Any) -> dict[Any, dict[str, int]]:  # noqa: ANN401 -- of either
    found: dict[Any, dict[str, int]] = {}
    for row in rows:
        found.setdefault(key(row), {})[row["what"]] = row["number"]
    return found

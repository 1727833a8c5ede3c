"""Every SELECT on desks as they are watched over: what they keep, and alerts about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus.models import Bureau
from services.regions.duty.models.rosters import (
    DutyAlert,
    DutyHandover,
    DutyRoster,
    DutyShift,
    DutyStint,
)
from services.regions.duty.queries.rosters import KEPT_STATES
from services.regions.officers.domain import Period
from shared import divisions
from shared.db.session import beyond_scope, driver

Row = TypeVar("Row", DutyRoster, DutyShift, DutyStint)


# From the first published roster of a desk to the last one, by the index on both ends: what lies
# between is not read, however long a desk has been kept.
SPANS: Final = """
SELECT b.id AS bureau_id, first.starts_at AS begins, last.ends_at AS ends, last.id AS last_id
  FROM bureau b
 CROSS JOIN LATERAL (
       SELECT r.starts_at FROM duty_roster r
        WHERE r.bureau_id = b.id AND r.state IN ('published', 'ended')
          AND ($1::text IS NULL OR r.visible_to @> ARRAY[$1])
        ORDER BY r.starts_at LIMIT 1) first
 CROSS JOIN LATERAL (
       SELECT r.id, r.ends_at FROM duty_roster r
        WHERE r.bureau_id = b.id AND r.state IN ('published', 'ended')
          AND ($1::text IS NULL OR r.visible_to @> ARRAY[$1])
        ORDER BY r.starts_at DESC LIMIT 1) last
 ORDER BY b.id
"""
# Desks with a shift between two instants that may be threatened. A roster is published only if it
# holds, and a certificate is never taken back: what can have come since is that somebody is away
# or leaves, or a change that left a shift no worse than it was. The rules decide whether it is.
DOUBTFUL: Final = """
WITH doubted AS (
  SELECT d.roster_id
    FROM officer_absence x
    JOIN duty_stint d ON d.officer_id = x.officer_id
     AND d.starts_at < least(x.ends_at, x.withdrawn_at) AND d.ends_at > x.starts_at
   WHERE x.ends_at > $1 AND x.starts_at < $2
     AND d.standing AND d.published AND d.ends_at > $1 AND d.starts_at < $2
   UNION ALL
  SELECT d.roster_id
    FROM officer o
    JOIN duty_stint d ON d.officer_id = o.id AND d.ends_at > o.left_at
   WHERE o.left_at < $2 AND d.standing AND d.published AND d.ends_at > $1 AND d.starts_at < $2
   UNION ALL
  SELECT d.roster_id
    FROM duty_stint d
   WHERE d.reason IS NOT NULL AND d.standing AND d.ends_at > $1 AND d.starts_at < $2
)
SELECT DISTINCT r.bureau_id FROM doubted JOIN duty_roster r ON r.id = doubted.roster_id
 WHERE r.state IN ('published', 'ended')
"""


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a desk was or will be kept, without a gap, and by which roster at last."""

    bureau_id: UUID
    begins: datetime
    ends: datetime
    last_id: UUID


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk's published time, and what of it touches a period."""

    bureau: Bureau
    span: Span
    rosters: list[DutyRoster]
    shifts: list[DutyShift]
    stints: list[DutyStint]


async def spans(session: AsyncSession, division: str | None = None) -> list[Span]:
    """Every desk that keeps, or kept, duty; of a division those of its subtree."""
    scope = None if division is None else divisions.scope(division)
    return [Span(**row) for row in await (await driver(session)).fetch(SPANS, scope)]


async def doubtful(session: AsyncSession, period: Period) -> set[UUID]:
    """The desks at which a shift in the period may be threatened.

    Past the asker's own rows: whether somebody is there is the same whoever may ask.
    """
    async with beyond_scope(session):
        rows = await (await driver(session)).fetch(DOUBTFUL, period.starts_at, period.ends_at)
    return {row["bureau_id"] for row in rows}


async def desks_of(session: AsyncSession, division: str) -> Sequence[Bureau]:
    """The bureaus of exactly this division that keep, or kept, duty, by name."""
    keeping = select(DutyRoster.bureau_id).where(col(DutyRoster.state).in_(KEPT_STATES))
    statement = (
        select(Bureau)
        .where(Bureau.division == division, col(Bureau.id).in_(keeping))
        .order_by(col(Bureau.name))
    )
    return (await session.exec(statement)).all()


async def desks(session: AsyncSession, period: Period, spans: Iterable[Span]) -> list[Desk]:
    """These desks with what was kept in the period, of those that began before its end."""
    wanted = {each.bureau_id: each for each in spans if each.begins < period.ends_at}
    rosters = await _within(session, DutyRoster, col(DutyRoster.bureau_id).in_(wanted), period)
    kept = [each for each in rosters if each.state in KEPT_STATES]
    ids = [each.id for each in kept]
    shifts = await _within(session, DutyShift, col(DutyShift.roster_id).in_(ids), period)
    stints = await _within(session, DutyStint, col(DutyStint.roster_id).in_(ids), period)
    offices = select(Bureau).where(col(Bureau.id).in_(wanted)).order_by(col(Bureau.id))
    of_desk = {each.id: each.bureau_id for each in kept}
    found = {
        each.id: Desk(each, wanted[each.id], [], [], [])
        for each in (await session.exec(offices)).all()
    }
    for roster in kept:
        found[roster.bureau_id].rosters.append(roster)
    for shift in shifts:
        if shift.standing:
            found[of_desk[shift.roster_id]].shifts.append(shift)
    for stint in stints:
        if stint.standing:
            found[of_desk[stint.roster_id]].stints.append(stint)
    return list(found.values())


async def _within(
    session: AsyncSession, table: type[Row], condition: ColumnElement[bool], period: Period
) -> Sequence[Row]:
    """What of a table touches the period, by time."""
    statement = (
        select(table)
        .where(
            condition,
            col(table.starts_at) < period.ends_at,
            col(table.ends_at) > period.starts_at,
        )
        .order_by(col(table.starts_at), col(table.id))
    )
    return (await session.exec(statement)).all()


async def untaken(
    session: AsyncSession, *, since: datetime, until: datetime
) -> Sequence[tuple[DutyShift, Bureau]]:
    """Shifts that ended in a time and whose hand-over nobody took, with their desk."""
    statement = (
        select(DutyShift, Bureau)
        .join(DutyRoster, col(DutyRoster.id) == col(DutyShift.roster_id))
        .join(Bureau, col(Bureau.id) == col(DutyRoster.bureau_id))
        .outerjoin(DutyHandover, col(DutyHandover.shift_id) == col(DutyShift.id))
        .where(
            col(DutyRoster.state).in_(KEPT_STATES),
            col(DutyShift.standing),
            col(DutyShift.ends_at) > since,
            col(DutyShift.ends_at) <= until,
            col(DutyHandover.taken_at).is_(None),
        )
        .order_by(col(DutyShift.ends_at), col(DutyShift.id))
    )
    return (await session.exec(statement)).all()


async def handovers_of(
    session: AsyncSession, shift_ids: Iterable[UUID]
) -> Mapping[UUID, DutyHandover]:
    statement = select(DutyHandover).where(col(DutyHandover.shift_id).in_(list(shift_ids)))
    return {each.shift_id: each for each in (await session.exec(statement)).all()}


async def hold_alerts(session: AsyncSession) -> None:
    """Let nobody else raise alerts until the transaction ends."""
    key = func.hashtextextended("duty alerts", 0)
    await session.exec(select(func.pg_advisory_xact_lock(key)))


async def standing_alerts(session: AsyncSession) -> Sequence[DutyAlert]:
    """Every alert nobody has seen to yet."""
    return (await session.exec(select(DutyAlert).where(col(DutyAlert.cleared_at).is_(None)))).all()


async def alerts(
    session: AsyncSession,
    *,
    division: str | None,
    standing: bool | None,
    after: UUID | None,
    limit: int,
) -> Sequence[DutyAlert]:
    """Alerts from the newest on, one more than `limit`."""
    statement = select(DutyAlert).order_by(col(DutyAlert.id).desc())
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(DutyAlert.visible_to).contains([scope]))
    if standing is not None:
        cleared = col(DutyAlert.cleared_at)
        statement = statement.where(cleared.is_(None) if standing else cleared.is_not(None))
    if after is not None:
        statement = statement.where(col(DutyAlert.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()

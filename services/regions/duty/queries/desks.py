"""Every SELECT on desks as they are watched over: what they keep, and alerts about it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk's published time: its stints, and the instants at which it begins and ends."""

    bureau: Bureau
    rosters: list[DutyRoster]
    shifts: list[DutyShift]
    stints: list[DutyStint]


async def desks_of(session: AsyncSession, division: str) -> Sequence[Bureau]:
    """The bureaus of exactly this division that keep, or kept, duty, by name."""
    keeping = select(DutyRoster.bureau_id).where(col(DutyRoster.state).in_(KEPT_STATES))
    statement = (
        select(Bureau)
        .where(Bureau.division == division, col(Bureau.id).in_(keeping))
        .order_by(col(Bureau.name))
    )
    return (await session.exec(statement)).all()


async def desks(
    session: AsyncSession, period: Period, *conditions: ColumnElement[bool]
) -> list[Desk]:
    """The desks whose published time touches the period, with what was kept in it."""
    statement = (
        select(DutyRoster)
        .where(
            col(DutyRoster.state).in_(KEPT_STATES),
            *conditions,
        )
        .order_by(col(DutyRoster.bureau_id), col(DutyRoster.starts_at))
    )
    kept: dict[UUID, list[DutyRoster]] = defaultdict(list)
    for each in (await session.exec(statement)).all():
        if each.starts_at < period.ends_at:
            kept[each.bureau_id].append(each)
    offices = {
        each.id: each
        for each in (await session.exec(select(Bureau).where(col(Bureau.id).in_(list(kept))))).all()
    }
    found = []
    for bureau_id, own in kept.items():
        ids = [each.id for each in own]
        shifts_in = select(DutyShift).where(
            col(DutyShift.roster_id).in_(ids),
            col(DutyShift.standing),
            col(DutyShift.starts_at) < period.ends_at,
            col(DutyShift.ends_at) > period.starts_at,
        )
        stints_in = select(DutyStint).where(
            col(DutyStint.roster_id).in_(ids),
            col(DutyStint.standing),
            col(DutyStint.starts_at) < period.ends_at,
            col(DutyStint.ends_at) > period.starts_at,
        )
        found.append(
            Desk(
                offices[bureau_id],
                own,
                list((await session.exec(shifts_in.order_by(col(DutyShift.starts_at)))).all()),
                list((await session.exec(stints_in.order_by(col(DutyStint.starts_at)))).all()),
            )
        )
    return found


def of_subtree(division: str) -> ColumnElement[bool]:
    """The condition of rosters of a division and what lies below it."""
    return col(DutyRoster.visible_to).contains([divisions.scope(division)])


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

"""Closing a bureau: an act of this floor, which knows the people and things it still has."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus import queries as bureaus, use_cases as bureau_acts
from services.regions.bureaus.domain import BureauNotEmpty, require_last_day
from services.regions.bureaus.models import Bureau
from services.regions.officers import queries
from shared.auth.actor import Actor
from shared.clocks.days import legal_day


async def close_bureau(
    session: AsyncSession,
    actor: Actor,
    bureau_id: UUID,
    *,
    last_day: date | None,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Bureau:
    """The bureau is no more after its last day, today if none is named.

    BureauNotEmpty while it has officers, equipment or offices below it.
    """
    bureau = await bureau_acts.lock_for_change(
        session, actor, bureau_id, expected_version=expected_version
    )
    today = legal_day(now)
    require_last_day(last_day or today, active_from=bureau.active_from, today=today)
    if await queries.has_active(session, bureau.id):
        raise BureauNotEmpty(what="在岗人员", what_en="officers")
    if await queries.equipment.has_any(session, bureau.id):
        raise BureauNotEmpty(what="未报废装备", what_en="equipment")
    if await bureaus.has_open_below(session, bureau.id):
        raise BureauNotEmpty(what="下级机构", what_en="offices below it")
    before = bureau.model_dump(mode="json")
    bureau.active_to, bureau.close_reason = last_day or today, reason
    await session.flush()
    await bureau_acts.trace(
        session, actor, "bureau.close", bureau, now=now, reason=reason, before=before
    )
    return bureau

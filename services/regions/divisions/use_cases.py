"""Publishing the territory to every service, and asking whether a code is one."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions import domain, queries
from services.regions.divisions.domain import UnknownDivision
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.contracts.regions import BordersPublished, DivisionEntry, DivisionsPublished
from shared.messaging.outbox import announce


async def load_divisions(
    session: AsyncSession, document: Mapping[str, Any], *, now: datetime
) -> int:
    """Take over a table of divisions; announce each province it changed. Repeating changes nothing.

    Returns how many provinces changed. For a session of the system.
    """
    table = domain.division_table(document)
    changed = await queries.publish_divisions(session, table)
    await announce_divisions(session, changed, now=now)
    await _trace(session, "divisions", document, changed, now=now)
    return len(changed)


async def load_borders(session: AsyncSession, document: Mapping[str, Any], *, now: datetime) -> int:
    """Take over a table of borders as `load_divisions` does one of divisions."""
    table = domain.border_table(document)
    changed = await queries.publish_borders(session, table, from_file=True)
    await announce_borders(session, changed, now=now)
    await _trace(session, "borders", document, changed, now=now)
    return len(changed)


async def announce_divisions(
    session: AsyncSession, provinces: Iterable[str], *, now: datetime
) -> None:
    """Tell every service how the divisions of these provinces (two digits) now stand."""
    total = await queries.number_of_divisions(session)
    for province in sorted(provinces):
        rows = await queries.divisions_of_province(session, province)
        entries = [DivisionEntry.model_validate(each.model_dump()) for each in rows]
        event = DivisionsPublished(province=province, divisions=entries, total=total)
        await announce(session, event, now=now)


async def announce_borders(
    session: AsyncSession,
    provinces: Iterable[str],
    *,
    removed: Iterable[tuple[str, str]] = (),
    now: datetime,
) -> None:
    """Tell every service the pairs whose lower code lies in these provinces, and which are gone."""
    total = await queries.number_of_borders(session)
    gone = sorted(removed)
    for province in sorted(provinces):
        rows = await queries.borders_of_province(session, province)
        event = BordersPublished(
            province=province,
            pairs=[(each.a, each.b, each.km) for each in rows],
            total=total,
            removed=[pair for pair in gone if pair[0].startswith(province)],
        )
        await announce(session, event, now=now)


async def require_known(
    session: AsyncSession, codes: Iterable[str], *, on_day: date, pointer: str
) -> None:
    """UnknownDivision unless every code names a division on the day."""
    asked = set(codes)
    if missing := asked - await queries.known(session, asked, on_day=on_day):
        listed = ", ".join(sorted(missing))
        raise UnknownDivision(reason=listed, codes=listed, pointer=pointer)


async def _trace(
    session: AsyncSession,
    kind: str,
    document: Mapping[str, Any],
    changed: set[str],
    *,
    now: datetime,
) -> None:
    if not changed:
        return
    await record(
        session,
        SYSTEM_ACTOR,
        "reference.publish",
        object_kind=kind,
        object_id=document["derived_on"],
        now=now,
        seen_by=(),
        reason=document["source"],
    )

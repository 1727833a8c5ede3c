"""Publishing the territory to every service, functional zones, and what stands above whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions import domain, queries
from services.regions.divisions.domain import UnknownDivision, ZoneExists
from services.regions.divisions.models import Division
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.contracts.regions import BordersPublished, DivisionEntry, DivisionsPublished
from shared.db.session import beyond_scope
from shared.divisions import Level
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


async def add_zone(
    session: AsyncSession,
    actor: Actor,
    *,
    parent: str,
    name: str,
    code: str | None,
    valid_from: date,
    now: datetime,
) -> Division:
    """A functional zone (功能区) below a city, from a day on; every service hears of it.

    ZoneExists if the code was ever given or the city has a division of that name.
    """
    require(actor, "division.add_zone", division=parent)
    codes = domain.zone_codes(parent)
    await require_known(session, [parent], on_day=legal_day(now), pointer="/parent")
    async with beyond_scope(session):
        # Two who add zones to one city do so one after the other.
        await queries.lock_division(session, parent, on_day=legal_day(now))
        used = await queries.ever(session, codes)
        code = domain.zone_code(parent, code, used={each.code for each in used})
        if any(each.name == name and each.valid_to is None for each in used):
            raise ZoneExists(taken=name)
        zone = Division(
            code=code, name=name, level=Level.ZONE, parent=parent, valid_from=valid_from
        )
        session.add(zone)
        await session.flush()
        await announce_divisions(session, [code[:2]], now=now)
    await record(
        session,
        actor,
        "division.add_zone",
        object_kind="division",
        object_id=code,
        now=now,
        seen_by=[code],
        after=zone.model_dump(mode="json"),
    )
    return zone


@dataclass(frozen=True, slots=True)
class Superior:
    """A scope and the division that heads it; none heads the state."""

    scope: str
    division: Division | None


async def common_superior(session: AsyncSession, codes: Sequence[str], *, on_day: date) -> Superior:
    """The lowest division that holds all of these.

    What heads districts of a municipality or counties of a province in the code alone (110100,
    429000) is no division and decides nothing.
    """
    await require_known(session, codes, on_day=on_day, pointer="/code")
    lowest = divisions.common_superior(codes)
    if lowest != divisions.NATION:
        for scope in reversed(divisions.lineage(divisions.division_of(lowest))):
            head = divisions.division_of(scope)
            if head in await queries.known(session, [head], on_day=on_day):
                return Superior(scope, await queries.division(session, head, on_day=on_day))
    return Superior(divisions.NATION, None)


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
    """Tell every service the pairs whose lower code lies in these provinces, and which are gone.

    The others ask who touches whom: distances over the sea stay here.
    """
    total = await queries.number_of_touching_pairs(session)
    gone = sorted(removed)
    for province in sorted(provinces):
        rows = await queries.touching(session, province)
        event = BordersPublished(
            province=province,
            pairs=[(a, b, km) for a, b, km in rows],
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

"""The county's list of areas, and the objects visited in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions.use_cases import require_known
from services.regions.grid.domain import partition
from services.regions.grid.domain.partition import Area, BadAreas, BadGrid
from services.regions.grid.domain.practice import ObjectEnded, ObjectKind
from services.regions.grid.models.practice import GridObject
from services.regions.grid.models.territory import GridArea
from services.regions.grid.queries import areas as queries, plans
from services.regions.grid.use_cases.record import note
from services.regions.helpers.domain.engaged import require_credit_code
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.divisions import Level
from shared.errors import NotFound
from shared.ids import uuid7


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a list changed."""

    division: str
    listed: int
    atoms: int
    added: tuple[str, ...]
    retired: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    name: str
    area: str
    kind: ObjectKind
    credit_code: str | None = None
    basis: str | None = None


async def load(
    session: AsyncSession, actor: Actor, county: str, listed: Sequence[Area], *, now: datetime
) -> Loaded:
    """Take a county's whole list over: what it no longer names is retired, not forgotten."""
    require(actor, "grid.draw", division=county)
    await require_county(session, county, now=now)
    wanted = partition.require_list(listed, county=county)
    await plans.hold_county(session, county)
    kept = await queries.all_of(session, county)
    atoms = partition.atoms({each.code for each in wanted})
    before = {code for code, each in kept.items() if each.retired_at is None}
    for each in wanted:
        row = kept.get(each.code)
        if row is None:
            row = GridArea(
                id=uuid7(),
                division=county,
                code=each.code,
                name=each.name,
                is_atom=True,
                listed_at=now,
                visible_to=divisions.visibility([county]),
            )
            session.add(row)
        row.name, row.is_atom, row.retired_at = each.name, each.code in atoms, None
        row.lon, row.lat = each.point or (None, None)
        row.outline = [list(point) for point in each.outline] if each.outline else None
    codes = {each.code for each in wanted}
    for code in before - codes:
        kept[code].retired_at = now
    await session.flush()
    loaded = Loaded(
        county,
        len(codes),
        len(atoms),
        added=tuple(sorted(codes - before)),
        retired=tuple(sorted(before - codes)),
    )
    await record(
        session,
        actor,
        "grid_area.load",
        object_kind="grid_area",
        object_id=county,
        now=now,
        seen_by=divisions.visibility([county]),
        after={"added": loaded.added, "retired": loaded.retired, "listed": loaded.listed},
    )
    return loaded


async def require_county(session: AsyncSession, code: str, *, now: datetime) -> None:
    """A grid is a county's, or a zone's that stands where a county stands."""
    await require_known(session, [code], on_day=legal_day(now), pointer="/division")
    if divisions.level(code) not in {Level.COUNTY, Level.ZONE}:
        raise BadAreas(reason=f"{code} is no county", pointer="/division")


async def list_object(
    session: AsyncSession, actor: Actor, county: str, facts: ObjectFacts, *, now: datetime
) -> GridObject:
    """An object to be visited in an area of the county."""
    require(actor, "grid.draw", division=county)
    area = await _atom(session, county, facts)
    row = GridObject(
        id=uuid7(),
        division=county,
        area_id=area.id,
        name=facts.name,
        credit_code=facts.credit_code,
        kind=facts.kind,
        basis=facts.basis,
        listed_at=now,
        changed_at=now,
        visible_to=divisions.visibility([county]),
    )
    session.add(row)
    await session.flush()
    await note(session, actor, row, "list", now=now, reason=facts.basis)
    return row


async def amend_object(
    session: AsyncSession,
    actor: Actor,
    object_id: UUID,
    facts: ObjectFacts,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> GridObject:
    """The object is from now on as the facts say; its class decides how often it is visited."""
    row = await _lock(session, actor, object_id, expected_version)
    area = await _atom(session, row.division, facts)
    before = row.model_dump(mode="json")
    row.area_id, row.name, row.kind = area.id, facts.name, facts.kind
    row.credit_code, row.basis = facts.credit_code, facts.basis
    await note(session, actor, row, "amend", now=now, reason=reason, before=before)
    return row


async def end_object(
    session: AsyncSession,
    actor: Actor,
    object_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> GridObject:
    """No more visits are owed to it."""
    row = await _lock(session, actor, object_id, expected_version)
    before = row.model_dump(mode="json")
    row.ended_at, row.end_reason = now, reason
    await note(session, actor, row, "end", now=now, reason=reason, before=before)
    return row


def object_actions(actor: Actor, row: GridObject) -> list[str]:
    draws = may(actor, "grid.draw", division=row.division)
    return ["amend", "end"] if draws and row.ended_at is None else []


async def _lock(
    session: AsyncSession, actor: Actor, object_id: UUID, expected_version: int
) -> GridObject:
    row = await queries.lock_object(session, object_id)
    require(actor, "grid.draw", division=row.division)
    row.require_version(expected_version)
    if row.ended_at is not None:
        raise ObjectEnded
    return row


async def _atom(session: AsyncSession, county: str, facts: ObjectFacts) -> GridArea:
    if facts.credit_code is not None:
        require_credit_code(facts.credit_code, pointer="/credit_code")
    code = partition.normal(facts.area)
    try:
        area = await queries.by_code(session, code)
    except NotFound:
        raise BadGrid(reason=f"no area {code} in the list", pointer="/area") from None
    if area.division != county or not area.is_atom or area.retired_at is not None:
        raise BadGrid(reason=f"{code} is no area cells are made of", pointer="/area")
    return area

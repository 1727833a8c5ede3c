"""What is done with bureaus: add one, change what is known of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus import queries
from services.regions.bureaus.domain import (
    BureauClosed,
    BureauExists,
    BureauKind,
    CircularSuperiors,
    ForeignSuperior,
    may_stand_above,
)
from services.regions.bureaus.models import Bureau
from services.regions.divisions.use_cases import require_known
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.errors import NotFound
from shared.ids import uuid7


@dataclass(frozen=True, slots=True)
class Particulars:
    """What may change about a bureau."""

    name: str
    short_name: str | None = None
    phone: str | None = None
    superior_id: UUID | None = None
    headcount: int | None = None
    liaison_name: str | None = None
    liaison_phone: str | None = None
    active_from: date | None = None


async def create(
    session: AsyncSession,
    actor: Actor,
    *,
    division: str,
    kind: BureauKind,
    particulars: Particulars,
    now: datetime,
) -> Bureau:
    """`add_bureau` by somebody who keeps the division's bureaus."""
    require(actor, "bureau.manage", division=division)
    return await add_bureau(
        session, actor, division=division, kind=kind, now=now, **asdict(particulars)
    )


async def add_bureau(
    session: AsyncSession,
    actor: Actor,
    *,
    division: str,
    kind: BureauKind,
    name: str,
    now: datetime,
    short_name: str | None = None,
    phone: str | None = None,
    superior_id: UUID | None = None,
    headcount: int | None = None,
    liaison_name: str | None = None,
    liaison_phone: str | None = None,
    active_from: date | None = None,
) -> Bureau:
    """A new bureau of the division; BureauExists if the division has one of this name."""
    await require_known(session, [division], on_day=legal_day(now), pointer="/division")
    if await queries.exists(session, division=division, name=name):
        raise BureauExists
    bureau = Bureau(
        id=uuid7(),
        division=division,
        kind=kind,
        name=name,
        short_name=short_name,
        phone=phone,
        superior_id=superior_id,
        headcount=headcount,
        liaison_name=liaison_name,
        liaison_phone=liaison_phone,
        active_from=active_from,
        visible_to=divisions.visibility([division]),
        created_at=now,
    )
    await _require_superior(session, bureau)
    session.add(bureau)
    await session.flush()
    await trace(session, actor, "bureau.create", bureau, now=now)
    return bureau


async def amend(
    session: AsyncSession,
    actor: Actor,
    bureau_id: UUID,
    *,
    particulars: Particulars,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Bureau:
    """The bureau is from now on as the particulars say; what it is and where stays."""
    bureau = await lock_for_change(session, actor, bureau_id, expected_version=expected_version)
    before = bureau.model_dump(mode="json")
    taken = await queries.exists(
        session, division=bureau.division, name=particulars.name, besides=bureau.id
    )
    if taken:
        raise BureauExists
    for name, value in asdict(particulars).items():
        setattr(bureau, name, value)
    flag_modified(bureau, "name")  # an act is a version, even if it says what was there
    await _require_superior(session, bureau)
    await session.flush()
    await trace(session, actor, "bureau.amend", bureau, now=now, reason=reason, before=before)
    return bureau


async def lock_for_change(
    session: AsyncSession, actor: Actor, bureau_id: UUID, *, expected_version: int
) -> Bureau:
    """The open bureau, locked, for somebody who keeps it and has read its last version."""
    # Everybody may know of a bureau, so who may not change it is told so before any lock.
    require(
        actor,
        "bureau.manage",
        division=(await queries.bureau(session, bureau_id)).division,
    )
    bureau = await queries.lock_bureau(session, bureau_id)
    bureau.require_version(expected_version)
    require_open(bureau)
    return bureau


async def open_bureau(session: AsyncSession, bureau_id: UUID) -> Bureau:
    """The bureau, which nobody closes while something of its is added."""
    bureau = await queries.lock_bureau(session, bureau_id, shared=True)
    require_open(bureau)
    return bureau


def require_open(bureau: Bureau) -> None:
    if bureau.active_to is not None:
        raise BureauClosed


def actions(actor: Actor, bureau: Bureau) -> list[str]:
    """What this caller may do with the bureau now."""
    is_open = bureau.active_to is None
    manages = may(actor, "bureau.manage", division=bureau.division)
    return ["amend", "close"] if is_open and manages else []


async def trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    bureau: Bureau,
    *,
    now: datetime,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="bureau",
        object_id=bureau.id,
        now=now,
        seen_by=[bureau.division],
        reason=reason,
        before=before,
        after=bureau.model_dump(mode="json"),
    )


async def _require_superior(session: AsyncSession, bureau: Bureau) -> None:
    """ForeignSuperior or CircularSuperiors unless the bureau's superior may stand above it."""
    if bureau.superior_id is None:
        return
    if bureau.superior_id == bureau.id:
        raise CircularSuperiors
    await queries.hold_order(session)
    try:
        superior = await queries.bureau(session, bureau.superior_id)
    except NotFound:
        raise ForeignSuperior(reason="superior_id", pointer="/superior_id") from None
    if superior.active_to is not None or not may_stand_above(superior.division, bureau.division):
        raise ForeignSuperior(reason="superior_id", pointer="/superior_id")
    above = await queries.superiors(session, bureau)
    if any(each.id == bureau.id for each in above):
        raise CircularSuperiors

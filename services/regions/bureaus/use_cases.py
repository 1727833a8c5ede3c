"""What is done with bureaus: add one."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus import queries
from services.regions.bureaus.domain import BureauExists, BureauKind
from services.regions.bureaus.models import Bureau
from services.regions.divisions.use_cases import require_known
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.ids import uuid7


async def create(
    session: AsyncSession,
    actor: Actor,
    *,
    division: str,
    kind: BureauKind,
    name: str,
    now: datetime,
    short_name: str | None = None,
    phone: str | None = None,
) -> Bureau:
    """`add_bureau` by somebody who keeps the division's bureaus."""
    require(actor, "bureau.manage", division=division)
    return await add_bureau(
        session,
        actor,
        division=division,
        kind=kind,
        name=name,
        short_name=short_name,
        phone=phone,
        now=now,
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
        visible_to=divisions.visibility([division]),
        created_at=now,
    )
    session.add(bureau)
    await session.flush()
    await record(
        session,
        actor,
        "bureau.create",
        object_kind="bureau",
        object_id=bureau.id,
        now=now,
        seen_by=[division],
        after=bureau.model_dump(mode="json"),
    )
    return bureau

"""What officers recuse from: declared by them or recorded by the bureau, ended by its head."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers import queries
from services.regions.officers.domain import InterestEnded, InterestWithoutObject
from services.regions.officers.models import Officer, OfficerInterest
from services.regions.officers.use_cases.lines import change, lock_for
from services.regions.officers.use_cases.personnel import is_self
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.errors import NotFound
from shared.ids import uuid7


async def declare_interest(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    *,
    object_name: str | None,
    object_code: str | None,
    relation: str,
    expected_version: int,
    now: datetime,
) -> Officer:
    """An object the officer recuses from: declared by the officer, or recorded by the bureau."""
    officer = await queries.lock_officer(session, officer_id)
    if not is_self(actor, officer):
        require(actor, "officer.manage", division=officer.division)
    officer.require_version(expected_version)
    if object_name is None and object_code is None:
        raise InterestWithoutObject(reason="object", pointer="/object_name")
    interest = OfficerInterest(
        id=uuid7(),
        officer_id=officer.id,
        object_name=object_name,
        object_code=object_code,
        relation=relation,
        declared_at=now,
        declared_by=actor.id,
        visible_to=officer.visible_to,
    )
    session.add(interest)
    await change(session, actor, "officer.declare_interest", officer, now=now)
    return officer


async def end_interest(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    interest_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Officer:
    """The officer need not recuse from the object any more.

    Not for officers themselves to say: who decides on recusal decides that it has ended
    (行政处罚法 art. 43).
    """
    officer = await lock_for(
        session, actor, officer_id, "officer.end_interest", expected_version=expected_version
    )
    [file] = await queries.files(session, [officer])
    interest = next((each for each in file.interests if each.id == interest_id), None)
    if interest is None:
        raise NotFound(what="interest")
    if interest.ended_at is not None:
        raise InterestEnded
    interest.ended_at, interest.ended_by, interest.end_reason = now, actor.id, reason
    await change(session, actor, "officer.end_interest", officer, now=now, reason=reason)
    return officer

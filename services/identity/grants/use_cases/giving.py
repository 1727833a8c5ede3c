"""What is done with grants: give and withdraw."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.accounts import queries as accounts
from services.identity.grants import domain, queries
from services.identity.grants.domain import GrantEnded, GuestByExchange, OwnGrant
from services.identity.grants.models import RoleGrant
from shared import divisions
from shared.audit import trace
from shared.auth.actor import Actor, Role
from shared.auth.policy import require
from shared.clock import machine_time
from shared.ids import uuid7
from shared.succession.lineage import Succession


async def add_grant(
    session: AsyncSession,
    actor: Actor,
    *,
    holder_id: UUID,
    role: Role,
    division: str,
    valid_from: datetime,
    valid_to: datetime | None,
    reason: str,
    now: datetime,
) -> RoleGrant:
    """Give an account or client a role in the division's subtree from–to, in machine time."""
    held = await queries.open_grants(session, holder_id, now=now)
    domain.require_separation([each.role for each in held], role)
    grant = RoleGrant(
        id=uuid7(),
        holder_id=holder_id,
        role=role,
        scope=divisions.scope(division),
        visible_to=divisions.visibility([division]),
        valid_from=valid_from,
        valid_to=valid_to,
        given_at=now,
        given_by=actor.id,
        reason=reason,
    )
    session.add(grant)
    await session.flush()
    await trace_grant(session, actor, "grant.give", grant, reason=reason, now=now)
    return grant


async def give(
    session: AsyncSession,
    actor: Actor,
    *,
    account_id: UUID,
    role: Role,
    division: str,
    valid_from: datetime,
    valid_to: datetime | None,
    reason: str,
    now: datetime,
) -> RoleGrant:
    """`add_grant` by an administrator of the division to somebody else's account."""
    # Locked: two grants given at once must see each other, or three people could become one.
    account = await accounts.lock_account(session, account_id)
    require(actor, "grant.manage", division=division)
    if account.id == actor.id:
        raise OwnGrant
    held = await queries.open_grants(session, account.id, now=now)
    scope = divisions.scope(division)
    if any(each.guest_id and _overlap(each.scope, scope) for each in held):
        raise GuestByExchange
    return await add_grant(
        session,
        actor,
        holder_id=account.id,
        role=role,
        division=division,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason,
        now=now,
    )


async def withdraw(
    session: AsyncSession,
    actor: Actor,
    grant_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> RoleGrant:
    """End a grant now; it is dead everywhere within seconds."""
    grant = await queries.lock_grant(session, grant_id)
    # A scope read as a division covers like the division it came from.
    require(actor, "grant.manage", division=grant.scope)
    grant.require_version(expected_version)
    if grant.holder_id == actor.id:
        raise OwnGrant
    if grant.withdrawn_at is not None:
        raise GrantEnded
    grant.withdrawn_at, grant.withdrawn_by, grant.withdrawn_reason = now, actor.id, reason
    await session.flush()
    await trace_grant(session, actor, "grant.withdraw", grant, reason=reason, now=now)
    return grant


async def follow_division(
    session: AsyncSession, row: Mapping[str, Any], succession: Succession, heir: str, _: datetime
) -> bool:
    """End a grant at a division that ended and give the same at its successor.

    From this instant on and no earlier: until then the old one holds, so that nobody is without a
    right on the morning of the change. In machine time, as all grants are.
    """
    now = machine_time()
    grant = await queries.lock_grant(session, row["id"])
    reason = f"{succession.predecessor} → {heir}: {succession.document}"
    grant.withdrawn_at, grant.withdrawn_by, grant.withdrawn_reason = (
        now,
        trace.SYSTEM_ACTOR.id,
        reason[:500],
    )
    successor = RoleGrant(
        id=uuid7(),
        holder_id=grant.holder_id,
        role=grant.role,
        scope=divisions.scope(heir),
        visible_to=divisions.visibility([heir]),
        valid_from=max(grant.valid_from, now),
        valid_to=grant.valid_to,
        given_at=now,
        given_by=trace.SYSTEM_ACTOR.id,
        reason=reason[:500],
        exchange_id=grant.exchange_id,
        guest_id=grant.guest_id,
        stay_ends_at=grant.stay_ends_at,
    )
    await session.flush()  # what is withdrawn makes room for what takes its place
    session.add(successor)
    await session.flush()
    for each, action in ((grant, "grant.withdraw"), (successor, "grant.give")):
        await trace_grant(session, trace.SYSTEM_ACTOR, action, each, reason=reason, now=now)
    return True


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


async def trace_grant(
    session: AsyncSession,
    actor: Actor,
    action: str,
    grant: RoleGrant,
    *,
    reason: str,
    now: datetime,
) -> None:
    await trace.record(
        session,
        actor,
        action,
        object_kind="grant",
        object_id=grant.id,
        now=now,
        seen_by=[grant.scope],
        reason=reason,
        after={
            "holder_id": grant.holder_id,
            "role": grant.role,
            "scope": grant.scope,
            "valid_from": grant.valid_from,
            "valid_to": grant.valid_to,
            "withdrawn_at": grant.withdrawn_at,
        },
    )

"""Guests of a staff exchange: a right at the host that begins and ends with the stay.

Each stay has at most one right, named after it. It ends at whatever comes first: the word of
`regions` that the guest left, an administrator of the host, the job that looks at business time,
or its own `valid_to`, whoever is down. What ended is not revived by a longer stay.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.accounts import queries as accounts
from services.identity.grants import domain, queries
from services.identity.grants.models import RoleGrant
from services.identity.grants.use_cases.giving import trace_grant
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Role
from shared.clock import machine_time
from shared.clocks.days import DAY
from shared.contracts.regions import GuestArrived, GuestGrant, GuestGrants, GuestLeft
from shared.errors import NotFound
from shared.ids import uuid7

BATCH: Final = 100
REFUSED: Final = "refused: "


async def arrived(session: AsyncSession, event: GuestArrived, business: datetime) -> None:
    """Give the guest the right of an officer of the host, from now to the end of the stay.

    Heard again with another end, it lasts until that. Refused, with the reason, to an account that
    is not of the guest's home or may hold no such role. For a session of the system.
    """
    now = machine_time()
    valid_to = domain.machine_end(event.ends_at, business=business, machine=now)
    given = await queries.of_guest(session, event.guest_id)
    if given:
        await _last_until(session, given[0], event, valid_to, now=now)
        return
    barrier = await _barrier(session, event, now=now)
    if barrier is None and valid_to <= now:
        barrier = "stay_over"
    reason = f"staff exchange {event.exchange_id}: {event.title}"
    grant = RoleGrant(
        id=uuid7(),
        holder_id=event.account_id,
        role=Role.OFFICER,
        scope=divisions.scope(event.host),
        visible_to=divisions.visibility([event.host]),
        valid_from=now,
        # What is refused is never in force; its days only have to be in order.
        valid_to=max(valid_to, now + DAY) if barrier else valid_to,
        given_at=now,
        given_by=SYSTEM_ACTOR.id,
        reason=reason[:500],
        exchange_id=event.exchange_id,
        guest_id=event.guest_id,
        stay_ends_at=event.ends_at,
    )
    if barrier is not None:
        grant.withdrawn_at, grant.withdrawn_by = now, SYSTEM_ACTOR.id
        grant.withdrawn_reason = f"{REFUSED}{barrier}"
    session.add(grant)
    await session.flush()
    action = "grant.refuse" if barrier else "grant.give"
    await trace_grant(session, SYSTEM_ACTOR, action, grant, reason=grant.reason, now=now)


async def left(session: AsyncSession, event: GuestLeft, _: datetime) -> None:
    """End the guest's right now; again, or without one, it changes nothing. For the system."""
    now = machine_time()
    for grant in await queries.of_guest(session, event.guest_id):
        if grant.withdrawn_at is None:
            await _end(session, grant, reason=event.reason, now=now)


async def end_over(session: AsyncSession, *, business: datetime) -> int:
    """End a batch of rights whose stay is over; how many. For a session of the system."""
    over = await queries.stays_over(session, business, limit=BATCH)
    now = machine_time()
    for grant in over:
        await _end(session, grant, reason="the stay is over", now=now)
    return len(over)


async def of_exchange(session: AsyncSession, exchange_id: UUID, *, now: datetime) -> GuestGrants:
    """Each guest's last grant as it is now."""
    latest = {each.guest_id: each for each in await queries.of_exchange(session, exchange_id)}
    return GuestGrants(
        grants=[
            GuestGrant(
                guest_id=guest_id,
                grant_id=each.id,
                state=_state(each, now=now),
                valid_from=each.valid_from,
                valid_to=each.valid_to,
                withdrawn_at=each.withdrawn_at,
                reason=each.withdrawn_reason,
            )
            for guest_id, each in latest.items()
            if guest_id is not None and each.valid_to is not None
        ]
    )


def _state(grant: RoleGrant, *, now: datetime) -> str:
    if grant.withdrawn_at is None:
        return "in_force" if grant.valid_to is None or grant.valid_to > now else "over"
    if (grant.withdrawn_reason or "").startswith(REFUSED):
        return "refused"
    return "over" if grant.withdrawn_by == SYSTEM_ACTOR.id else "withdrawn"


async def _barrier(session: AsyncSession, event: GuestArrived, *, now: datetime) -> str | None:
    try:
        # Locked: two grants given at once must see each other.
        account = await accounts.lock_account(session, event.account_id)
    except NotFound:
        return domain.guest_barrier([], home=event.home, account_division=None)
    held = await queries.open_grants(session, account.id, now=now)
    return domain.guest_barrier(
        [each.role for each in held], home=event.home, account_division=account.division
    )


async def _last_until(
    session: AsyncSession,
    grant: RoleGrant,
    event: GuestArrived,
    valid_to: datetime,
    *,
    now: datetime,
) -> None:
    """A longer stay, if the right still stands."""
    if grant.withdrawn_at is not None or valid_to <= now:
        return
    grant.valid_to, grant.stay_ends_at = valid_to, event.ends_at
    await session.flush()
    reason = f"staff exchange {event.exchange_id}: prolonged"
    await trace_grant(session, SYSTEM_ACTOR, "grant.prolong", grant, reason=reason, now=now)


async def _end(session: AsyncSession, grant: RoleGrant, *, reason: str, now: datetime) -> None:
    grant.withdrawn_at, grant.withdrawn_by = now, SYSTEM_ACTOR.id
    grant.withdrawn_reason = reason[:500]
    await session.flush()
    await trace_grant(session, SYSTEM_ACTOR, "grant.withdraw", grant, reason=reason, now=now)

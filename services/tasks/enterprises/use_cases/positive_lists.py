"""Positive lists: published under a document, objects put on and taken off, all withdrawn."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.positive_lists import (
    AlreadyListed,
    Category,
    ListWithdrawn,
    NotListed,
    OutsideTheList,
    RemovalGround,
    require_days,
)
from services.tasks.enterprises.domain.registry import STANDING
from services.tasks.enterprises.models.positive_lists import PositiveList, PositiveListing
from services.tasks.enterprises.queries import positive_lists as queries, registry
from services.tasks.enterprises.use_cases.record import require_known
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day


@dataclass(frozen=True, slots=True)
class Published:
    """A list as its document has it, e.g. 长环发〔2020〕32号."""

    division: str
    document: str
    title: str
    published_on: date
    valid_from: date
    valid_to: date | None = None


async def publish(
    session: AsyncSession, actor: Actor, published: Published, *, now: datetime
) -> PositiveList:
    """A list without objects yet; AlreadyExists if the division has its document."""
    require(actor, "positive_list.publish", division=published.division)
    require_days(published.valid_from, published.valid_to)
    await require_known(session, published.division, on_day=legal_day(now), pointer="/division")
    row = PositiveList(
        division=published.division,
        document=published.document,
        title=published.title,
        published_on=published.published_on,
        valid_from=published.valid_from,
        valid_to=published.valid_to,
        changed_at=now,
        visible_to=divisions.visibility([published.division]),
    )
    session.add(row)
    await session.flush()
    await _trace(session, actor, "publish", row, now=now)
    return row


async def put_on(
    session: AsyncSession,
    actor: Actor,
    list_id: UUID,
    *,
    enterprise_id: UUID,
    category: Category,
    expected_version: int | None,
    now: datetime,
) -> PositiveList:
    """An object goes on the list from today, at the earliest from when the list begins.

    Without a version for a file that is loaded row by row.
    """
    row = await _lock(session, actor, list_id, "positive_list.publish", version=expected_version)
    enterprise = await registry.enterprise(session, enterprise_id)
    within = divisions.covers(divisions.scope(row.division), enterprise.division)
    if not within or enterprise.status not in STANDING:
        raise OutsideTheList(reason="object", pointer="/enterprise_id")
    if await queries.lock_listing(session, list_id, enterprise_id) is not None:
        raise AlreadyListed
    session.add(
        PositiveListing(
            list_id=list_id,
            enterprise_id=enterprise_id,
            category=category,
            listed_on=max(legal_day(now), row.valid_from),
        )
    )
    await _keep(session, actor, "put_on", row, now=now)
    return row


async def remove(
    session: AsyncSession,
    actor: Actor,
    list_id: UUID,
    *,
    enterprise_id: UUID,
    ground: RemovalGround,
    reason: str,
    expected_version: int,
    now: datetime,
) -> PositiveList:
    """An object leaves the list, e.g. after a violation; from today it is checked as any other."""
    row = await _lock(session, actor, list_id, "positive_list.remove", version=expected_version)
    listing = await queries.lock_listing(session, list_id, enterprise_id)
    if listing is None:
        raise NotListed
    take_off(listing, actor, ground, reason, day=max(legal_day(now), listing.listed_on))
    await _keep(session, actor, "remove", row, reason=reason, now=now)
    return row


async def withdraw(
    session: AsyncSession,
    actor: Actor,
    list_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> PositiveList:
    """The whole list has no effect from today."""
    row = await _lock(session, actor, list_id, "positive_list.remove", version=expected_version)
    row.withdrawn_on, row.withdrawal_reason = legal_day(now), reason
    await _keep(session, actor, "withdraw", row, reason=reason, now=now)
    return row


def take_off(
    listing: PositiveListing, actor: Actor, ground: RemovalGround, reason: str, *, day: date
) -> None:
    listing.removed_on, listing.removal_ground = day, ground
    listing.removal_reason, listing.removed_by = reason, actor.id


def actions(actor: Actor, row: PositiveList) -> list[str]:
    """What this caller may do with the list now."""
    if row.withdrawn_on is not None:
        return []
    removes = may(actor, "positive_list.remove", division=row.division)
    adds = may(actor, "positive_list.publish", division=row.division)
    return [*(["put_on"] if adds else []), *(["remove", "withdraw"] if removes else [])]


async def _lock(
    session: AsyncSession, actor: Actor, list_id: UUID, right: str, *, version: int | None
) -> PositiveList:
    # Everybody may know of a list: who may not change one is told so before any lock.
    known = await queries.positive_list(session, list_id)
    require(actor, right, division=known.division)
    row = await queries.lock_list(session, list_id)
    if version is not None:
        row.require_version(version)
    if row.withdrawn_on is not None:
        raise ListWithdrawn
    return row


async def _keep(
    session: AsyncSession,
    actor: Actor,
    act: str,
    row: PositiveList,
    *,
    reason: str | None = None,
    now: datetime,
) -> None:
    row.changed_at = now
    await session.flush()
    await _trace(session, actor, act, row, reason=reason, now=now)


async def _trace(
    session: AsyncSession,
    actor: Actor,
    act: str,
    row: PositiveList,
    *,
    reason: str | None = None,
    now: datetime,
) -> None:
    await record(
        session,
        actor,
        f"positive_list.{act}",
        object_kind="positive_list",
        object_id=row.id,
        now=now,
        seen_by=[row.division],
        reason=reason,
        after=row.model_dump(mode="json"),
    )

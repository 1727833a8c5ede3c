"""An order sent, sent again where it was refused, or stopped."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain.approvals import Approval, SpecialNeedsApproval
from services.tasks.campaigns.domain.life import require_in_force
from services.tasks.campaigns.queries import campaigns
from services.tasks.campaigns.use_cases.campaigns import record_approval
from services.tasks.campaigns.use_cases.record import taking_part
from services.tasks.enterprises.domain.visits import LegalKind, Method, Mode
from services.tasks.enterprises.use_cases.record import require_known
from services.tasks.orders import domain, queries
from services.tasks.orders.domain import (
    BeyondTheOrderer,
    Item,
    ItemResult,
    ItemUnknown,
    OrderAction,
    OrderDiffers,
)
from services.tasks.orders.models import TaskOrder, TaskOrderItem
from services.tasks.orders.use_cases.judging import sender_columns
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.errors import NotFound

RIGHTS = {OrderAction.RESEND: "task_order.send", OrderAction.STOP: "task_order.stop"}


@dataclass(frozen=True, slots=True)
class Sent:
    """What is wanted of all items. A special check rests on an approval, its own or the campaign's.

    `off_site_instead`: routine checks of objects that are spared a visit become off-site ones.
    """

    division: str
    key: str
    document: str
    title: str
    facts: str
    legal_kind: LegalKind
    mode: Mode
    due_on: date
    media: tuple[str, ...] = ()
    methods: tuple[Method, ...] = ()
    campaign_id: UUID | None = None
    round_id: UUID | None = None
    approval: Approval | None = None
    off_site_instead: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """An item with the JSON it is kept as."""

    item: Item
    asked: Mapping[str, Any]


async def send(
    session: AsyncSession, actor: Actor, sent: Sent, items: Sequence[Kept], *, now: datetime
) -> TaskOrder:
    """Keep an order for jobs to make its tasks; the same order again is the one it was."""
    require(actor, "task_order.send", division=sent.division)
    domain.require_once([each.item for each in items])
    await queries.claim_key(session, sent.division, sent.key)
    sha256 = _fingerprint(sent, items)
    known = await queries.by_key(session, sent.division, sent.key)
    if known is not None:
        if known.sha256 != sha256:
            raise OrderDiffers
        return known
    domain.require_due(sent.due_on, today=legal_day(now))
    await require_known(session, sent.division, on_day=legal_day(now), pointer="/division")
    approval_id = await _of_campaign(session, sent)
    if sent.approval is not None:
        row = await record_approval(session, actor, sent.approval, organiser=sent.division, now=now)
        approval_id = row.id
    if sent.legal_kind is LegalKind.SPECIAL and approval_id is None:
        raise SpecialNeedsApproval
    order = TaskOrder(
        division=sent.division,
        key=sent.key,
        sha256=sha256,
        campaign_id=sent.campaign_id,
        round_id=sent.round_id,
        approval_id=approval_id if sent.legal_kind is LegalKind.SPECIAL else None,
        document=sent.document,
        title=sent.title,
        facts=sent.facts,
        media=[*sent.media],
        legal_kind=sent.legal_kind,
        mode=sent.mode,
        methods=[*sent.methods],
        off_site_instead=sent.off_site_instead,
        due_on=sent.due_on,
        items=len(items),
        **sender_columns(actor),
        created_at=now,
        changed_at=now,
        visible_to=divisions.visibility([sent.division]),
    )
    session.add(order)
    await session.flush()
    session.add_all(
        TaskOrderItem(order_id=order.id, key=each.item.key, number=number, asked={**each.asked})
        for number, each in enumerate(items, 1)
    )
    await keep(session, actor, order, OrderAction.SEND, now=now)
    return order


async def resend(
    session: AsyncSession,
    actor: Actor,
    order_id: UUID,
    items: Sequence[Kept],
    *,
    expected_version: int,
    now: datetime,
) -> TaskOrder:
    """Send refused items again, corrected; their tasks are made in the right of who does so."""
    domain.require_once([each.item for each in items])
    order = await _lock(session, actor, order_id, OrderAction.RESEND, expected_version)
    rows = await queries.of_keys(session, order_id, [each.item.key for each in items])
    for number, each in enumerate(items):
        row = rows.get(each.item.key)
        if row is None or row.result is not ItemResult.REFUSED:
            raise ItemUnknown(reason="key", key=each.item.key, pointer=f"/items/{number}/key")
        row.asked, row.problem = {**each.asked}, None
        row.result, row.tries = ItemResult.WAITING, row.tries + 1
    for name, value in sender_columns(actor).items():
        setattr(order, name, value)
    order.finished_at = None
    await _take(session, actor, order, OrderAction.RESEND, now=now)
    return order


async def stop(
    session: AsyncSession,
    actor: Actor,
    order_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> TaskOrder:
    """Make no more tasks; those that were made are withdrawn one by one, if at all."""
    order = await _lock(session, actor, order_id, OrderAction.STOP, expected_version)
    await queries.stop_waiting(session, order_id)
    order.stop_reason, order.finished_at = reason, now
    await _take(session, actor, order, OrderAction.STOP, reason=reason, now=now)
    return order


def actions(actor: Actor, order: TaskOrder) -> list[OrderAction]:
    """What this caller may do with the order now."""
    return [
        action
        for action in domain.TRANSITIONS[order.state]
        if action in RIGHTS and may(actor, RIGHTS[action], division=order.division)
    ]


async def keep(
    session: AsyncSession,
    actor: Actor,
    order: TaskOrder,
    action: OrderAction,
    *,
    reason: str | None = None,
    now: datetime,
) -> None:
    """Write the order as it is now, and the trace."""
    order.changed_at = now
    await session.flush()
    await record(
        session,
        actor,
        f"task_order.{action}",
        object_kind="task_order",
        object_id=order.id,
        now=now,
        seen_by=[order.division],
        reason=reason,
        after=order.model_dump(mode="json"),
    )


def _fingerprint(sent: Sent, items: Sequence[Kept]) -> str:
    whole = [sent, [each.asked for each in items]]
    return hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def _of_campaign(session: AsyncSession, sent: Sent) -> UUID | None:
    """The campaign's approval, once it is seen that the order may be for it."""
    if sent.campaign_id is None:
        if sent.round_id is not None:
            raise NotFound(what="campaign round")
        return None
    campaign = await campaigns.campaign(session, sent.campaign_id)
    require_in_force(campaign.state)
    if sent.division not in taking_part(campaign):
        raise BeyondTheOrderer(reason="division", division=sent.division, pointer="/division")
    if sent.round_id is not None:
        found = await campaigns.campaign_round(session, sent.round_id)
        if found.campaign_id != campaign.id:
            raise NotFound(what="campaign round")
    return campaign.approval_id


async def _lock(
    session: AsyncSession,
    actor: Actor,
    order_id: UUID,
    action: OrderAction,
    expected_version: int,
) -> TaskOrder:
    known = await queries.order(session, order_id)
    require(actor, RIGHTS[action], division=known.division)
    order = await queries.lock_order(session, order_id)
    order.require_version(expected_version)
    domain.step(order.state, action)
    return order


async def _take(
    session: AsyncSession,
    actor: Actor,
    order: TaskOrder,
    action: OrderAction,
    *,
    reason: str | None = None,
    now: datetime,
) -> None:
    order.state = domain.step(order.state, action)
    await keep(session, actor, order, action, reason=reason, now=now)

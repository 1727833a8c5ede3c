"""The tasks of an order, made slice by slice by a job; what is refused leaves nothing but why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain.approvals import require_within
from services.tasks.campaigns.domain.life import require_in_force
from services.tasks.campaigns.models.teams import CampaignTeam
from services.tasks.campaigns.queries import campaigns
from services.tasks.campaigns.use_cases.campaigns import terms_of
from services.tasks.campaigns.use_cases.record import taking_part
from services.tasks.dispatch.domain import is_crossing
from services.tasks.dispatch.use_cases.carrying_out import Wanted, ask_for
from services.tasks.enterprises.domain import visits
from services.tasks.enterprises.domain.visits import (
    Agency,
    AgencyKind,
    Method,
    Mode,
)
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.queries import registry
from services.tasks.enterprises.queries.imports import act_as_system, act_for
from services.tasks.enterprises.use_cases.record import code_of, require_known
from services.tasks.orders import domain, queries
from services.tasks.orders.domain import (
    Item,
    ItemResult,
    NowhereToGo,
    ObjectOrderedTwice,
    OrderAction,
)
from services.tasks.orders.models import TaskOrder, TaskOrderItem
from services.tasks.orders.use_cases.judging import (
    judged_mode,
    problem_of,
    require_fit,
    sender_of,
    standing_team,
)
from services.tasks.orders.use_cases.sending import keep
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter, Origin, OriginKind
from shared.crashpoint import crashpoint
from shared.errors import AlreadyExists, AppError

# Tasks a transaction makes: a crash costs none that was answered.
BATCH: Final = 50


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the sender sees of what an item names, and who takes part besides."""

    enterprise: Enterprise | None
    team: CampaignTeam | None
    taking_part: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Where an item leads: who is in charge with whom, the place, by when."""

    parties: Sequence[str]
    place: str
    due_on: date


async def make_slice(
    session: AsyncSession, *, read: Callable[[Mapping[str, Any]], Item], now: datetime
) -> int:
    """Make the next tasks of the oldest order; how many items, 0 if none waits. For the system."""
    order = await queries.lock_sending(session)
    if order is None:
        return 0
    waiting = await queries.waiting(session, order.id, limit=BATCH)
    sender = sender_of(order)
    for row in waiting:
        await _make(session, sender, order, row, read(row.asked), now=now)
    crashpoint("orders.make")
    if len(waiting) < BATCH:
        order.state = domain.step(order.state, OrderAction.FINISH)
        order.finished_at = now
        await keep(session, sender, order, OrderAction.FINISH, now=now)
    return len(waiting) + 1


async def _make(
    session: AsyncSession,
    sender: Actor,
    order: TaskOrder,
    row: TaskOrderItem,
    item: Item,
    *,
    now: datetime,
) -> None:
    try:
        async with session.begin_nested():
            await _apply(session, sender, order, row, item, now=now)
    except AppError as error:
        await _refuse(session, row, error)
    except IntegrityError:
        await _refuse(session, row, AlreadyExists())


async def _refuse(session: AsyncSession, row: TaskOrderItem, error: AppError) -> None:
    await act_as_system(session)
    row.result, row.mode, row.enterprise_id = ItemResult.REFUSED, None, None
    row.problem = problem_of(error)
    await session.flush()


async def _apply(
    session: AsyncSession,
    sender: Actor,
    order: TaskOrder,
    row: TaskOrderItem,
    item: Item,
    *,
    now: datetime,
) -> None:
    # What is named is looked for among what the sender sees; from there on the rules need more.
    await act_for(session, sender)
    seen = await _look(session, order, item)
    await act_as_system(session)
    ordered = await _ordered(session, order, item, seen, now=now)
    mode = order.mode
    if seen.enterprise is not None:
        mode = await _mode(session, order, seen.enterprise, ordered)
        if await queries.has_task(session, order.id, seen.enterprise.id):
            raise ObjectOrderedTwice
    if order.approval_id is not None:
        approval = await campaigns.lock_approval(session, order.approval_id)
        besides = seen.enterprise.id if seen.enterprise else None
        others = await queries.objects_under(session, approval.id, besides=besides)
        require_within(terms_of(approval), objects=others + 1, due_on=ordered.due_on)
    row.task_id = await ask_for(
        session,
        origin=Origin(kind=OriginKind.ORDER, id=row.id),
        parties=ordered.parties,
        matter=_matter(order, item, seen.enterprise, ordered.place),
        due_on=ordered.due_on,
        now=now,
        wanted=Wanted(
            enterprise_id=seen.enterprise.id if seen.enterprise else None,
            campaign_id=order.campaign_id,
            round_id=order.round_id,
            campaign_team_id=item.team_id,
            legal_kind=order.legal_kind,
            mode=mode,
            methods=[Method(each) for each in order.methods],
        ),
        asked_by=sender,
    )
    row.result, row.mode = ItemResult.MADE, mode
    row.enterprise_id = seen.enterprise.id if seen.enterprise else None
    await session.flush()


async def _look(session: AsyncSession, order: TaskOrder, item: Item) -> _Seen:
    enterprise = None
    if item.enterprise_id is not None:
        enterprise = await registry.enterprise(session, item.enterprise_id)
    elif item.code is not None:
        enterprise = await registry.by_code(session, item.code, site_number=item.site_number)
    part: Sequence[str] = ()
    team = None
    if order.campaign_id is not None:
        campaign = await campaigns.campaign(session, order.campaign_id)
        require_in_force(campaign.state)
        part = taking_part(campaign)
    if item.team_id is not None:
        team = await standing_team(session, item.team_id, campaign_id=order.campaign_id)
    return _Seen(enterprise, team, part)


async def _ordered(
    session: AsyncSession, order: TaskOrder, item: Item, seen: _Seen, *, now: datetime
) -> _Ordered:
    """Who is in charge and where, within what the orderer may order."""
    enterprise, today = seen.enterprise, legal_day(now)
    place = enterprise.division if enterprise else item.place
    if place is None:
        raise NowhereToGo(reason="place", pointer="/place")
    # Who sends officers of elsewhere stands above the place, and is in charge.
    by_default = order.division if is_crossing(order.methods) else place
    parties = [item.division or by_default, *item.parties]
    if seen.team is not None:
        require_fit(seen.team, place)
        parties += seen.team.home_divisions
    # Whoever goes there, the place of the act takes part (行政处罚法 art. 22).
    parties = [*dict.fromkeys([*parties, place])]
    domain.require_reach([*parties, place], orderer=order.division, taking_part=seen.taking_part)
    for code in parties:
        await require_known(session, code, on_day=today, pointer="/division")
    due_on = item.due_on or order.due_on
    domain.require_due(due_on, today=today)
    return _Ordered(parties, place, due_on)


async def _mode(
    session: AsyncSession, order: TaskOrder, enterprise: Enterprise, ordered: _Ordered
) -> Mode:
    wanted = visits.Wanted(
        agency=Agency(AgencyKind.ECOLOGY_ENVIRONMENT, order.actor_name, ordered.parties[0]),
        kind=order.legal_kind,
        mode=order.mode,
        day=ordered.due_on,
        methods=tuple(Method(each) for each in order.methods),
        document=order.document,
        # The order is what a visit inside the quiet days is for.
        reason=order.title,
    )
    return await judged_mode(session, enterprise, wanted, off_site_instead=order.off_site_instead)


def _matter(order: TaskOrder, item: Item, enterprise: Enterprise | None, place: str) -> Matter:
    site = item.site or (enterprise.address if enterprise else None)
    name = enterprise.name if enterprise else item.object_name
    return Matter(
        title=item.title or order.title,
        division=place,
        media=order.media,
        place=site or name or item.title or order.title,
        facts=item.facts or order.facts,
        object_name=name,
        object_code=code_of(enterprise) if enterprise else None,
        at_night=Method.NIGHT in order.methods,
    )

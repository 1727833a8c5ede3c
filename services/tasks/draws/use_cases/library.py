"""What a draw rests on: items, grounds that make an object special, plans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.queries.campaigns import campaign
from services.tasks.draws.domain.library import AlreadyEnded, GroundDays, UnknownItems
from services.tasks.draws.domain.pool import (
    LEAST_COMPLAINTS,
    ObjectClass,
    SpecialGround,
    ratio_of,
    require_complaints,
    shares_of,
)
from services.tasks.draws.models.library import DrawGround, DrawItem, DrawPlan
from services.tasks.draws.queries import library as queries
from services.tasks.draws.use_cases.record import note_of
from services.tasks.draws.use_cases.rules import ratio_table
from services.tasks.enterprises.queries.registry import enterprise
from services.tasks.enterprises.use_cases.record import require_known
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings

RIGHT = "draw.configure"


@dataclass(frozen=True, slots=True)
class Item:
    """What is looked at, and by which law."""

    division: str
    code: str
    name: str
    checks: Sequence[str]
    laws: Sequence[str]


@dataclass(frozen=True, slots=True)
class Ground:
    """Why an object is special, and from when to when."""

    enterprise_id: UUID
    ground: SpecialGround
    number: int | None
    reason: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a division draws every quarter."""

    division: str
    title: str
    document: str
    item_ids: Sequence[UUID]
    classes: Sequence[ObjectClass]
    ratios: Mapping[ObjectClass, str]
    by_staff: bool
    cross: bool
    bodies: Sequence[str]
    campaign_id: UUID | None


def actions(actor: Actor, division: str, *, ended: bool) -> list[str]:
    """Whatever stands may be ended by whoever may enter it."""
    return ["end"] if not ended and may(actor, RIGHT, division=division) else []


async def add_item(session: AsyncSession, actor: Actor, wanted: Item, *, now: datetime) -> DrawItem:
    """An item of the list; AlreadyExists while another of its code stands."""
    require(actor, RIGHT, division=wanted.division)
    await require_known(session, wanted.division, on_day=legal_day(now), pointer="/division")
    row = DrawItem(
        division=wanted.division,
        code=wanted.code,
        name=wanted.name,
        checks=[*wanted.checks],
        laws=[*wanted.laws],
        changed_at=now,
        visible_to=divisions.visibility([wanted.division]),
    )
    session.add(row)
    await _note(session, actor, "add", row, row.division, now=now)
    return row


async def withdraw_item(
    session: AsyncSession,
    actor: Actor,
    item_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> DrawItem:
    """The item is in no plan made from now on; plans that have it keep it."""
    row = await queries.lock_item(session, item_id)
    require(actor, RIGHT, division=row.division)
    row.require_version(expected_version)
    if row.withdrawn_at is not None:
        raise AlreadyEnded
    row.withdrawn_at, row.withdrawal_reason, row.changed_at = now, reason, now
    await _note(session, actor, "end", row, row.division, reason=reason, now=now)
    return row


async def name_special(
    session: AsyncSession, actor: Actor, wanted: Ground, *, now: datetime
) -> DrawGround:
    """A fact that makes an object special, with its reason."""
    place = (await enterprise(session, wanted.enterprise_id)).division
    require(actor, RIGHT, division=place)
    if wanted.valid_to is not None and wanted.valid_to < wanted.valid_from:
        raise GroundDays(reason="days", pointer="/valid_to")
    figures = await rule_settings(session, division=place, on_day=legal_day(now))
    require_complaints(wanted.ground, wanted.number, least=figures[LEAST_COMPLAINTS])
    row = DrawGround(
        enterprise_id=wanted.enterprise_id,
        ground=wanted.ground,
        number=wanted.number,
        reason=wanted.reason,
        valid_from=wanted.valid_from,
        valid_to=wanted.valid_to,
        named_by=actor.id,
        changed_at=now,
    )
    session.add(row)
    await _note(session, actor, "add", row, place, reason=wanted.reason, now=now)
    return row


async def end_special(
    session: AsyncSession,
    actor: Actor,
    ground_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> DrawGround:
    """The ground is gone, e.g. a supervision was lifted."""
    row = await queries.lock_ground(session, ground_id)
    place = (await enterprise(session, row.enterprise_id)).division
    require(actor, RIGHT, division=place)
    row.require_version(expected_version)
    if row.ended_at is not None:
        raise AlreadyEnded
    row.ended_at, row.end_reason, row.changed_at = now, reason, now
    await _note(session, actor, "end", row, place, reason=reason, now=now)
    return row


async def make_plan(
    session: AsyncSession, actor: Actor, wanted: Plan, *, now: datetime
) -> DrawPlan:
    """A plan; it draws no less than the rule in force of any class it names."""
    require(actor, RIGHT, division=wanted.division)
    today = legal_day(now)
    for code in (wanted.division, *wanted.bodies):
        await require_known(session, code, on_day=today, pointer="/bodies")
    if wanted.campaign_id is not None:
        await campaign(session, wanted.campaign_id)  # NotFound unless the planner sees it
    standing = {each.id for each in await queries.standing_items(session, wanted.item_ids)}
    if standing != {*wanted.item_ids}:
        raise UnknownItems(reason="items", pointer="/item_ids")
    own = {each: ratio_of(ratio) for each, ratio in wanted.ratios.items()}
    table = await ratio_table(session, wanted.division, on_day=today)
    shares_of(table, own, wanted.classes)
    row = DrawPlan(
        division=wanted.division,
        title=wanted.title,
        document=wanted.document,
        item_ids=[*dict.fromkeys(wanted.item_ids)],
        classes=[each.value for each in ObjectClass if each in wanted.classes],
        ratios={each.value: str(ratio) for each, ratio in own.items()},
        by_staff=wanted.by_staff,
        cross=wanted.cross,
        bodies=[*dict.fromkeys(wanted.bodies)] or [wanted.division],
        campaign_id=wanted.campaign_id,
        changed_at=now,
        visible_to=divisions.visibility([wanted.division]),
    )
    session.add(row)
    await _note(session, actor, "add", row, row.division, now=now)
    return row


async def end_plan(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> DrawPlan:
    """No draw of the plan begins any more; those that were begun go on."""
    row = await queries.lock_plan(session, plan_id)
    require(actor, RIGHT, division=row.division)
    row.require_version(expected_version)
    if row.ended_at is not None:
        raise AlreadyEnded
    row.ended_at, row.end_reason, row.changed_at = now, reason, now
    await _note(session, actor, "end", row, row.division, reason=reason, now=now)
    return row


async def _note(
    session: AsyncSession,
    actor: Actor,
    action: str,
    row: DrawItem | DrawGround | DrawPlan,
    division: str,
    *,
    reason: str | None = None,
    now: datetime,
) -> None:
    await session.flush()
    await note_of(
        session,
        actor,
        action,
        row.__tablename__,
        row.id,
        seen_by=[division],
        after=row.model_dump(mode="json"),
        reason=reason,
        now=now,
    )

"""Special checks: the approved document is registered, filed and published before anybody goes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.inspections import queries
from services.tasks.inspections.domain import special
from services.tasks.inspections.domain.special import Approver, SpecialAction
from services.tasks.inspections.models.special import SpecialCheck
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.errors import AlreadyExists
from shared.rule_settings import rule_settings

LONGEST: Final = "inspection.special_longest_days"


@dataclass(frozen=True, slots=True)
class Document:
    """What was approved: by whom, and its limits of number, scope, content and time."""

    division: str
    document: str
    title: str
    approver: Approver
    approving_division: str
    approved_on: date
    divisions: tuple[str, ...]
    contents: tuple[str, ...]
    most: int
    starts_on: date
    ends_on: date


def next_steps(actor: Actor, check: SpecialCheck) -> list[SpecialAction]:
    """What this caller may do now."""
    if not may(actor, "special_check.manage", division=check.division):
        return []
    return [*special.TRANSITIONS[check.state]]


async def register(
    session: AsyncSession, actor: Actor, document: Document, *, now: datetime
) -> SpecialCheck:
    """Enter an approved document; AlreadyExists for a number that is known."""
    require(actor, "special_check.manage", division=document.division)
    special.require_approver(
        document.approver,
        document.approving_division,
        division=document.division,
        scope=document.divisions,
    )
    today = legal_day(now)
    rules = await rule_settings(session, division=document.division, on_day=today)
    special.require_period(
        approved_on=document.approved_on,
        starts_on=document.starts_on,
        ends_on=document.ends_on,
        today=today,
        longest=rules[LONGEST],
    )
    check = SpecialCheck(
        division=document.division,
        document=document.document,
        title=document.title,
        approver=document.approver,
        approving_division=document.approving_division,
        approved_on=document.approved_on,
        divisions=[*document.divisions],
        contents=[*document.contents],
        most=document.most,
        starts_on=document.starts_on,
        ends_on=document.ends_on,
        changed_at=now,
        visible_to=divisions.visibility([document.division, *document.divisions]),
    )
    try:
        async with session.begin_nested():
            session.add(check)
    except IntegrityError as known:
        raise AlreadyExists from known
    await _trace(session, actor, "special_check.register", check, now=now)
    return check


async def file(
    session: AsyncSession,
    actor: Actor,
    special_check_id: UUID,
    *,
    reference: str,
    expected_version: int,
    now: datetime,
) -> SpecialCheck:
    """备案, with its number."""
    action = SpecialAction.FILE
    check = await _lock(session, actor, special_check_id, action, expected_version)
    check.filed_on, check.filing_ref = legal_day(now), reference
    return await _take(session, actor, check, action, now=now)


async def publish(
    session: AsyncSession,
    actor: Actor,
    special_check_id: UUID,
    *,
    reference: str,
    expected_version: int,
    now: datetime,
) -> SpecialCheck:
    """公布, and where; from then on it can be inspected under it."""
    action = SpecialAction.PUBLISH
    check = await _lock(session, actor, special_check_id, action, expected_version)
    check.published_on, check.publication_ref = legal_day(now), reference
    return await _take(session, actor, check, action, now=now)


async def end(
    session: AsyncSession,
    actor: Actor,
    special_check_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> SpecialCheck:
    """Nothing more is inspected under it."""
    check = await _lock(session, actor, special_check_id, SpecialAction.END, expected_version)
    return await _take(session, actor, check, SpecialAction.END, now=now)


async def _lock(
    session: AsyncSession,
    actor: Actor,
    special_check_id: UUID,
    action: SpecialAction,
    expected_version: int,
) -> SpecialCheck:
    # A published document is shown to everybody, and changed by its own alone.
    check = await queries.special_check(session, special_check_id)
    require(actor, "special_check.manage", division=check.division)
    check = await queries.lock_special_check(session, special_check_id)
    check.require_version(expected_version)
    special.step(check.state, action)
    return check


async def _take(
    session: AsyncSession,
    actor: Actor,
    check: SpecialCheck,
    action: SpecialAction,
    *,
    now: datetime,
) -> SpecialCheck:
    check.state, before = special.step(check.state, action), check.state
    check.changed_at = now
    await session.flush()
    await _trace(session, actor, f"special_check.{action}", check, before=before, now=now)
    return check


async def _trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    check: SpecialCheck,
    *,
    before: str | None = None,
    now: datetime,
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="special_check",
        object_id=check.id,
        now=now,
        seen_by=[check.division, *check.divisions],
        before=None if before is None else {"state": before},
        after=check.model_dump(mode="json"),
    )

"""A plan as it is carried out: it starts by its day, its matters are seen to, it is closed."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.plans import queries
from services.regions.plans.domain import contents, life
from services.regions.plans.domain.contents import BadPlan, ItemState, Outcome
from services.regions.plans.domain.life import Action, MattersOpen
from services.regions.plans.models import Plan, PlanItem
from services.regions.plans.use_cases.record import hold, lock, note
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.errors import NotFound

BATCH: Final = 50


async def start_due(session: AsyncSession, now: datetime) -> int:
    """Start the plans whose first day has come; how many. For a session of the system."""
    due = await queries.to_start(session, legal_day(now), limit=BATCH)
    for plan in due:
        held = await hold(session, plan)
        plan.state = life.step(plan.state, Action.START)
        await note(session, SYSTEM_ACTOR, held, Action.START, division=None, reason=None, now=now)
    return len(due)


async def progress(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    item_id: UUID,
    *,
    outcome: Outcome,
    told: str,
    done_on: date | None,
    expected_version: int,
    now: datetime,
) -> Plan:
    """What became of a matter: its own party says how far it is or that it is done.

    Only the lead drops one, for the parties agreed to it.
    """
    held = await lock(session, plan_id)
    item = next((each for each in held.file.items if each.id == item_id), None)
    if item is None:
        raise NotFound(what="plan item")
    division = held.plan.lead if outcome is Outcome.DROPPED else item.responsible
    right = "plan.draft" if outcome is Outcome.DROPPED else "plan.progress"
    require(actor, right, division=division)
    held.plan.require_version(expected_version)
    life.step(held.plan.state, Action.PROGRESS)
    contents.require_open(item.state)
    if (outcome is Outcome.DONE) != (done_on is not None):
        raise BadPlan(reason="what is done was done on a day", pointer="/done_on")
    if done_on is not None and done_on > legal_day(now):
        raise BadPlan(reason="the day is yet to come", pointer="/done_on")
    if outcome is not Outcome.UNDER_WAY:
        _close(item, actor, outcome, told=told, done_on=done_on, now=now)
    await note(
        session,
        actor,
        held,
        f"item_{outcome.value}",
        division=division,
        reason=told,
        now=now,
        item_id=item.id,
    )
    return held.plan


def _close(
    item: PlanItem,
    actor: Actor,
    outcome: Outcome,
    *,
    told: str,
    done_on: date | None,
    now: datetime,
) -> None:
    item.state = ItemState.DONE if outcome is Outcome.DONE else ItemState.DROPPED
    item.outcome, item.done_on = told, done_on
    item.closed_at, item.closed_by, item.closed_name = now, actor.id, actor.name


async def close(
    session: AsyncSession,
    actor: Actor,
    plan_id: UUID,
    *,
    summary: str,
    expected_version: int,
    now: datetime,
) -> Plan:
    """归档: the lead sums the plan up; every matter was done, or dropped with a reason."""
    held = await lock(session, plan_id)
    plan = held.plan
    require(actor, "plan.issue", division=plan.lead)
    plan.require_version(expected_version)
    plan.state = life.step(plan.state, Action.CLOSE)
    waiting = sum(each.state is ItemState.OPEN for each in held.file.items)
    if waiting:
        raise MattersOpen(count=waiting)
    plan.summary, plan.closed_at = summary, now
    await note(session, actor, held, Action.CLOSE, division=plan.lead, reason=summary, now=now)
    return plan

"""Turning a check from afar into a visit: a stated ground, a reason, and another who approves."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.models import Task
from services.tasks.dispatch.queries import lock_task
from services.tasks.dispatch.use_cases.crews import require_member
from services.tasks.inspections import queries
from services.tasks.inspections.domain import terms
from services.tasks.inspections.domain.terms import OwnTurn, TurnGround, TurnPending
from services.tasks.inspections.models.special import SiteTurn
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.errors import NotFound
from shared.rule_settings import rule_settings


async def ask(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    ground: TurnGround,
    reason: str,
    expected_version: int,
    now: datetime,
) -> SiteTurn:
    """A member of the team says why the site must be seen."""
    task = await lock_task(session, task_id)
    require(actor, "inspection.start", division=task.division, participants=task.parties)
    await require_member(session, actor, task.id, action="turn_on_site")
    task.require_version(expected_version)
    rules = await rule_settings(session, division=task.place, on_day=legal_day(now))
    terms.require_turnable(task.mode, ground, [*rules[terms.TURN_GROUNDS]])
    if await queries.standing_turn(session, task.id) is not None:
        raise TurnPending
    turn = SiteTurn(
        task_id=task.id,
        ground=ground,
        reason=reason,
        asked_by=actor.id,
        asked_by_name=actor.name,
        asked_at=now,
    )
    session.add(turn)
    await session.flush()
    await _trace(session, actor, "site_turn.ask", turn, task, reason=reason, now=now)
    return turn


async def decide(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    approved: bool,
    opinion: str,
    expected_version: int,
    now: datetime,
) -> SiteTurn:
    """The head of the office in charge lets the team go, or does not."""
    task = await lock_task(session, task_id)
    require(actor, "inspection.approve_turn", division=task.division)
    task.require_version(expected_version)
    turn = await queries.standing_turn(session, task.id)
    if turn is None:
        raise NotFound(what="site turn")
    if turn.approved is not None:
        raise TurnPending
    if turn.asked_by == actor.id:
        raise OwnTurn
    turn.approved, turn.opinion = approved, opinion
    turn.decided_by, turn.decided_by_name, turn.decided_at = actor.id, actor.name, now
    await session.flush()
    await _trace(session, actor, "site_turn.decide", turn, task, reason=opinion, now=now)
    return turn


async def _trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    turn: SiteTurn,
    task: Task,
    *,
    reason: str,
    now: datetime,
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="site_turn",
        object_id=turn.id,
        now=now,
        seen_by=[*task.parties, task.place],
        reason=reason,
        after=turn.model_dump(mode="json"),
    )

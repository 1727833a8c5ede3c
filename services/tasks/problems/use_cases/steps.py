"""What every step of a problem shares: the lock, the right, the history line and the trace."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.use_cases.crews import Crew, require_member
from services.tasks.problems import domain, queries
from services.tasks.problems.domain import DECIDES, ProblemAction
from services.tasks.problems.models import Problem, ProblemStep
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings


def right(problem: Problem, action: ProblemAction) -> str:
    """The row of the table of rights that a step asks for; who decides may also reject."""
    if action is ProblemAction.REJECT:
        return f"problem.{DECIDES.get(problem.state, ProblemAction.APPROVE)}"
    return f"problem.{action}"


def needs_team(problem: Problem, action: ProblemAction) -> bool:
    return right(problem, action) == "problem.verify"


def next_steps(actor: Actor, problem: Problem, crew: Crew | None) -> list[ProblemAction]:
    """What this caller may do now: the transition table, the table of rights, the team."""
    in_team = crew is not None and crew.has(actor.id)
    return [
        action
        for action in domain.TRANSITIONS[problem.state]
        if may(
            actor, right(problem, action), division=problem.division, participants=problem.parties
        )
        and (in_team or not needs_team(problem, action))
    ]


async def lock_for(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    action: ProblemAction,
    *,
    expected_version: int,
) -> Problem:
    """The problem, locked, for a step this caller may take."""
    problem = await queries.lock_problem(session, problem_id)
    require(actor, right(problem, action), division=problem.division, participants=problem.parties)
    if needs_team(problem, action):
        await require_member(session, actor, problem.task_id, action=action)
    problem.require_version(expected_version)
    domain.step(problem.state, action)
    return problem


async def take(
    session: AsyncSession,
    actor: Actor,
    problem: Problem,
    action: ProblemAction,
    *,
    note: str | None = None,
    now: datetime,
) -> None:
    """The only place a problem's state changes: the step, its history line and its trace."""
    before = problem.state
    problem.state = domain.step(before, action)
    session.add(
        ProblemStep(
            problem_id=problem.id,
            action=action,
            state=problem.state,
            actor_id=actor.id,
            actor_name=actor.name,
            note=note,
            at=now,
            visible_to=problem.visible_to,
        )
    )
    await session.flush()
    await trace(
        session,
        actor,
        f"problem.{action}",
        problem,
        reason=note,
        before={"state": before},
        now=now,
    )


async def trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    problem: Problem,
    *,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="problem",
        object_id=problem.id,
        now=now,
        seen_by=[*problem.parties, problem.division],
        reason=reason,
        before=before,
        after=problem.model_dump(mode="json"),
    )


async def rules(session: AsyncSession, division: str, found_at: datetime) -> Mapping[str, Any]:
    """The settings a problem lives under: those in force on the day it was found."""
    return await rule_settings(session, division=division, on_day=legal_day(found_at))

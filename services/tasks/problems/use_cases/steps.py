"""What every step of a problem shares: the lock, the right, the history line and the trace."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.use_cases.crews import Crew, require_member
from services.tasks.problems.domain.closing import accepting_division
from services.tasks.problems.domain.five_steps import PunishmentState
from services.tasks.problems.domain.life import (
    DECIDES,
    TRANSITIONS,
    ListLevel,
    ProblemAction,
    step,
)
from services.tasks.problems.models.problems import Problem, ProblemStep
from services.tasks.problems.queries import problems as queries
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings

# Acts that ask for the right to another one.
_BY_RIGHT_TO: Final = {
    ProblemAction.SEND_TO_LIST: ProblemAction.ENLIST,
    ProblemAction.RECEIVE_ON_LIST: ProblemAction.ENLIST,
    ProblemAction.TAKE_CASE: ProblemAction.PUNISH,
}
# What the level accepts that keeps the highest list it stands on.
_AT_ITS_LEVEL: Final = frozenset({ProblemAction.APPROVE, ProblemAction.FILE_CLOSING})


def _decided(problem: Problem, action: ProblemAction) -> ProblemAction:
    """Who decides on a step may also send back."""
    if action is ProblemAction.REJECT:
        return DECIDES.get(problem.state, ProblemAction.APPROVE)
    return _BY_RIGHT_TO.get(action, action)


def right(problem: Problem, action: ProblemAction) -> str:
    """The row of the table of rights that a step asks for."""
    return f"problem.{_decided(problem, action)}"


def judged_at(problem: Problem, action: ProblemAction) -> str:
    """The division whose right a step asks for: 分级验收, else the place's."""
    if _decided(problem, action) in _AT_ITS_LEVEL:
        return accepting_division(problem.list_level, problem.division)
    return problem.division


def needs_team(problem: Problem, action: ProblemAction) -> bool:
    return right(problem, action) == "problem.verify"


def next_steps(actor: Actor, problem: Problem, crew: Crew | None) -> list[ProblemAction]:
    """What this caller may do now: the transition table, the table of rights, the team."""
    in_team = crew is not None and crew.has(actor.id)
    return [
        action
        for action in TRANSITIONS[problem.state]
        if _makes_sense(problem, action)
        and may(
            actor,
            right(problem, action),
            division=judged_at(problem, action),
            participants=problem.parties,
        )
        and (in_team or not needs_team(problem, action))
    ]


def _makes_sense(problem: Problem, action: ProblemAction) -> bool:
    """What the row itself already says; the rest is said when it is tried."""
    listed = problem.list_level is not ListLevel.NONE
    return {
        ProblemAction.REOPEN: False,
        ProblemAction.ASK_EXTENSION: problem.extension_id is None,
        ProblemAction.DECIDE_EXTENSION: problem.extension_id is not None,
        ProblemAction.SEND_TO_LIST: listed,
        ProblemAction.RECEIVE_ON_LIST: listed,
        ProblemAction.FILE_CLOSING: listed,
        ProblemAction.PUNISH: problem.punishment is None,
        ProblemAction.TAKE_CASE: problem.punishment is PunishmentState.OFFERED,
    }.get(action, True)


async def lock_for(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    action: ProblemAction,
    *,
    expected_version: int,
    at_level: ListLevel | None = None,
) -> Problem:
    """The problem, locked, for a step this caller may take (at the level of that list)."""
    problem = await queries.lock_problem(session, problem_id)
    judged = judged_at(problem, action)
    if at_level is not None:
        judged = accepting_division(at_level, problem.division)
    require(actor, right(problem, action), division=judged, participants=problem.parties)
    if needs_team(problem, action):
        await require_member(session, actor, problem.task_id, action=action)
    problem.require_version(expected_version)
    step(problem.state, action)
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
    problem.state = step(before, action)
    problem.changed_at = now
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

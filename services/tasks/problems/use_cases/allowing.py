"""The time a problem has: its clock, more time 延期, and telling upwards that it is long over."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.problems.domain import time
from services.tasks.problems.domain.life import ProblemAction, Severity
from services.tasks.problems.domain.time import CLOCK, Allowance, ExtensionState, NoExtensionAsked
from services.tasks.problems.models.problems import Problem, ProblemExtension
from services.tasks.problems.queries import problems as queries
from services.tasks.problems.use_cases.steps import lock_for, rules, take, trace
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.clock_rows.rows import Ladder, drop_clocks, start_clock
from shared.clocks.deadline import Deadline
from shared.clocks.term import Term

SUBJECT: Final = "problem"
# Problems told upwards in one transaction of the job.
BATCH: Final = 200


async def begin_time(
    session: AsyncSession,
    problem_id: UUID,
    severity: Severity,
    *,
    counts_from: datetime,
    due_on: date | None,
    division: str,
    seen_by: Sequence[str],
    extended_to: date | None = None,
) -> Deadline:
    """Start the clock at the instant the time counts from; an extension replaces the rule."""
    in_force = await rules(session, division, counts_from)
    allowance = Allowance(
        immediate_hours=in_force["problem.immediate_hours"],
        general_days=in_force["problem.general_days"],
        warn_before_hours=in_force["problem.warn_before_hours"],
        raise_after_hours=in_force["problem.raise_after_hours"],
    )
    allowed: Term = (
        time.term(severity, allowance, found_at=counts_from, due_on=due_on)
        if extended_to is None
        else time.extended_term(extended_to, counts_from=counts_from)
    )
    return await start_clock(
        session,
        subject_kind=SUBJECT,
        subject_id=problem_id,
        kind=CLOCK,
        term=allowed,
        ladder=Ladder(*time.rungs(severity, allowance)),
        started_at=counts_from,
        seen_by=seen_by,
    )


async def run_again(session: AsyncSession, problem: Problem) -> None:
    """The request for closing failed: its time, and what was added to it, still counts."""
    is_major = problem.severity is Severity.MAJOR
    await begin_anew(session, problem, due_on=problem.due_on if is_major else None)


async def begin_anew(session: AsyncSession, problem: Problem, *, due_on: date | None) -> None:
    """Start the clock where the time counts from, with the extension given last since then.

    `due_on` is given for a major problem, and for no other.
    """
    extended = await queries.extended_to(session, problem.id, round_=problem.reopen_count)
    due = await begin_time(
        session,
        problem.id,
        problem.severity,
        counts_from=problem.counts_from,
        due_on=due_on,
        division=problem.division,
        seen_by=[*problem.parties, problem.division],
        extended_to=extended,
    )
    assert due.due_on is not None  # noqa: S101 -- only a paused clock has no deadline
    assert due.due_at is not None  # noqa: S101 -- same
    problem.due_on, problem.due_at = due.due_on, due.due_at


async def ask_extension(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    due_on: date,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Problem:
    """Ask for more time, while there is some; how often depends on the severity."""
    action = ProblemAction.ASK_EXTENSION
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    in_force = await rules(session, problem.division, problem.counts_from)
    time.check_asking(
        problem.severity,
        in_force["problem.extensions_at_most"],
        granted=await queries.times_extended(session, problem.id, round_=problem.reopen_count),
        pending=problem.extension_id is not None,
    )
    time.check_extension(due_on, due_at=problem.due_at, now=now)
    asked = ProblemExtension(
        problem_id=problem.id,
        round=problem.reopen_count,
        state=ExtensionState.ASKED,
        reason=reason,
        due_before=problem.due_at,
        due_on=due_on,
        asked_at=now,
        asked_by=actor.id,
        asked_by_name=actor.name,
        visible_to=problem.visible_to,
    )
    session.add(asked)
    problem.extension_id = asked.id
    await take(session, actor, problem, action, note=f"{due_on}: {reason}", now=now)
    return problem


async def decide_extension(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    granted: bool,
    opinion: str,
    expected_version: int,
    now: datetime,
) -> Problem:
    """Grant or refuse what was asked; the clock then runs to the end of the granted day."""
    action = ProblemAction.DECIDE_EXTENSION
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    if problem.extension_id is None:
        raise NoExtensionAsked
    asked = await queries.extension(session, problem.extension_id)
    time.check_granter(actor.id, asked_by=asked.asked_by, rectifiers=problem.rectifiers)
    if granted:
        time.check_extension(asked.due_on, due_at=problem.due_at, now=now)
    asked.state = ExtensionState.GRANTED if granted else ExtensionState.REFUSED
    asked.decided_at, asked.decided_by, asked.decided_by_name = now, actor.id, actor.name
    asked.opinion = opinion
    problem.extension_id = None
    await session.flush()
    if granted:
        await drop_clocks(session, subject_id=problem.id, at=now, kinds=[CLOCK])
        await run_again(session, problem)
    await take(session, actor, problem, action, note=f"{asked.state}: {opinion}", now=now)
    return problem


async def lapse_request(session: AsyncSession, problem: Problem, *, now: datetime) -> None:
    """A request that waits for its answer needs none any more."""
    if problem.extension_id is None:
        return
    asked = await queries.extension(session, problem.extension_id)
    asked.state, asked.decided_at = ExtensionState.LAPSED, now
    problem.extension_id = None


async def raise_overdue(session: AsyncSession, now: datetime) -> int:
    """Tell the division above of problems whose last rung has fired; each once for its time."""
    found = await queries.lock_unraised(session, now=now, limit=BATCH)
    for problem in found:
        above = divisions.superior(problem.division) or problem.division
        problem.raised_to, problem.raised_at, problem.changed_at = above, now, now
        await session.flush()
        await trace(session, SYSTEM_ACTOR, "problem.raise", problem, now=now)
    return len(found)

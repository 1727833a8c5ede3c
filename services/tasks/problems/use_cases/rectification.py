"""From the finding to the request for closing, and the clock that runs between them.

The clock counts what the severity allows for putting the problem right. It starts with the finding
whether or not anybody is named, and stops when closing is asked for: how long the verification
takes is not the rectifier's time. A rejected request was none, so the clock then runs again from
the finding as if it had never stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.evidence.queries import evidence_among
from services.tasks.inspections.use_cases import lock_for_finding
from services.tasks.problems import domain
from services.tasks.problems.domain import (
    CLOCK,
    Allowance,
    Category,
    ListLevel,
    ProblemAction,
    Proof,
    Severity,
    UnknownProof,
)
from services.tasks.problems.models import Problem
from services.tasks.problems.use_cases.steps import lock_for, rules, take, trace
from shared.auth.actor import Actor
from shared.clock_rows.rows import Ladder, start_clock, stop_clock
from shared.clocks.deadline import Deadline
from shared.ids import uuid7

SUBJECT: Final = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What an officer found; `due_on` is for major problems only."""

    category: Category
    severity: Severity
    is_key: bool
    description: str
    traceable_source: str
    list_level: ListLevel
    external_list_ref: str | None
    found_at: datetime
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Responsibility:
    unit: str
    person: str
    account_id: UUID | None


async def find(
    session: AsyncSession, actor: Actor, inspection_id: UUID, finding: Finding, *, now: datetime
) -> Problem:
    """File what an inspection under way has found; its clock starts at the finding."""
    inspection = await lock_for_finding(session, actor, inspection_id)
    domain.check_finding(finding.found_at, inspection_started_at=inspection.started_at, now=now)
    problem_id = uuid7()
    due = await _start_clock(
        session,
        problem_id,
        finding.severity,
        found_at=finding.found_at,
        due_on=finding.due_on,
        division=inspection.division,
        seen_by=[*inspection.parties, inspection.division],
    )
    assert due.due_on is not None  # noqa: S101 -- only a paused clock has no deadline
    assert due.due_at is not None  # noqa: S101 -- same
    problem = Problem(
        id=problem_id,
        task_id=inspection.task_id,
        inspection_id=inspection.id,
        division=inspection.division,
        parties=inspection.parties,
        category=finding.category,
        severity=finding.severity,
        is_key=finding.is_key,
        description=finding.description,
        traceable_source=finding.traceable_source,
        list_level=finding.list_level,
        external_list_ref=finding.external_list_ref,
        found_at=finding.found_at,
        found_by=actor.id,
        due_on=due.due_on,
        due_at=due.due_at,
        visible_to=inspection.visible_to,
    )
    session.add(problem)
    await session.flush()
    await trace(session, actor, "problem.find", problem, now=now)
    return problem


async def assign(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    responsibility: Responsibility,
    expected_version: int,
    now: datetime,
) -> Problem:
    """Name the unit and the person that answer for the rectification."""
    problem = await lock_for(
        session, actor, problem_id, ProblemAction.ASSIGN, expected_version=expected_version
    )
    problem.responsible_unit = responsibility.unit
    problem.responsible_person = responsibility.person
    problem.responsible_account_id = responsibility.account_id
    if responsibility.account_id is not None:
        problem.rectifiers = _with(problem.rectifiers, responsibility.account_id)
    await take(session, actor, problem, ProblemAction.ASSIGN, now=now)
    return problem


async def rectify(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    measures: str,
    expected_version: int,
    now: datetime,
) -> Problem:
    """File the measures, or what was added to them."""
    problem = await lock_for(
        session, actor, problem_id, ProblemAction.RECTIFY, expected_version=expected_version
    )
    problem.measures = measures
    problem.rectifiers = _with(problem.rectifiers, actor.id)
    await take(session, actor, problem, ProblemAction.RECTIFY, note=measures, now=now)
    return problem


async def submit(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    proof: Sequence[UUID],
    expected_version: int,
    now: datetime,
) -> Problem:
    """Ask for closing with proof; the clock stops here, met or missed."""
    problem = await lock_for(
        session, actor, problem_id, ProblemAction.SUBMIT, expected_version=expected_version
    )
    offered = await _proof(session, proof)
    domain.check_proof(offered, task_id=problem.task_id, found_at=problem.found_at)
    problem.proof = list(dict.fromkeys([*problem.proof, *proof]))
    problem.rectifiers = _with(problem.rectifiers, actor.id)
    await stop_clock(session, subject_id=problem.id, kind=CLOCK, at=now)
    await take(session, actor, problem, ProblemAction.SUBMIT, now=now)
    return problem


async def run_clock_again(session: AsyncSession, problem: Problem) -> None:
    """The request for closing failed: the time allowed still counts from the finding."""
    is_major = problem.severity is Severity.MAJOR
    await _start_clock(
        session,
        problem.id,
        problem.severity,
        found_at=problem.found_at,
        due_on=problem.due_on if is_major else None,
        division=problem.division,
        seen_by=[*problem.parties, problem.division],
    )


async def _start_clock(
    session: AsyncSession,
    problem_id: UUID,
    severity: Severity,
    *,
    found_at: datetime,
    due_on: date | None,
    division: str,
    seen_by: Sequence[str],
) -> Deadline:
    in_force = await rules(session, division, found_at)
    allowance = Allowance(
        immediate_hours=in_force["problem.immediate_hours"],
        general_days=in_force["problem.general_days"],
        warn_before_hours=in_force["problem.warn_before_hours"],
        raise_after_hours=in_force["problem.raise_after_hours"],
    )
    return await start_clock(
        session,
        subject_kind=SUBJECT,
        subject_id=problem_id,
        kind=CLOCK,
        term=domain.term(severity, allowance, found_at=found_at, due_on=due_on),
        ladder=Ladder(*domain.rungs(severity, allowance)),
        started_at=found_at,
        seen_by=seen_by,
    )


async def _proof(session: AsyncSession, ids: Sequence[UUID]) -> list[Proof]:
    found = {each.id: each for each in await evidence_among(session, ids)}
    for evidence_id in ids:
        if evidence_id not in found:
            raise UnknownProof(evidence_id=evidence_id)
    return [Proof(each.id, each.task_id, each.taken_at) for each in found.values()]


def _with(accounts: Sequence[UUID], account_id: UUID) -> list[UUID]:
    """JSON and array columns are values: a new list is assigned, never changed in place."""
    return list(dict.fromkeys([*accounts, account_id]))

"""From the finding to the request for closing, and the clock that runs between them.

The clock counts what the severity allows for putting the problem right. It starts with the finding
whether or not anybody is named, and stops when closing is asked for: how long the verification
takes is not the rectifier's time. A rejected request was none, so the clock then runs again from
where it began as if it had never stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.evidence.queries import evidence_among
from services.tasks.inspections.use_cases import lock_for_finding
from services.tasks.problems.domain.closing import Proof, UnknownProof, check_proof
from services.tasks.problems.domain.life import (
    Category,
    ListLevel,
    ProblemAction,
    Severity,
    check_finding,
)
from services.tasks.problems.domain.time import CLOCK
from services.tasks.problems.models.problems import Problem
from services.tasks.problems.use_cases.allowing import begin_time, lapse_request
from services.tasks.problems.use_cases.listing import put_on_list
from services.tasks.problems.use_cases.steps import lock_for, take, trace
from shared.auth.actor import Actor
from shared.clock_rows.rows import stop_clock
from shared.ids import uuid7


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
    check_finding(finding.found_at, inspection_started_at=inspection.started_at, now=now)
    problem_id = uuid7()
    due = await begin_time(
        session,
        problem_id,
        finding.severity,
        counts_from=finding.found_at,
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
    if finding.list_level is not ListLevel.NONE:
        await put_on_list(
            session,
            problem,
            finding.list_level,
            reference=finding.external_list_ref,
            reason=finding.description,
            now=now,
        )
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
    long_term: bool,
    expected_version: int,
    now: datetime,
) -> Problem:
    """File the measures, or what was added to them."""
    problem = await lock_for(
        session, actor, problem_id, ProblemAction.RECTIFY, expected_version=expected_version
    )
    problem.measures = measures
    problem.long_term = long_term
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
    check_proof(offered, task_id=problem.task_id, counts_from=problem.counts_from)
    problem.proof = list(dict.fromkeys([*problem.proof, *proof]))
    problem.rectifiers = _with(problem.rectifiers, actor.id)
    await stop_clock(session, subject_id=problem.id, kind=CLOCK, at=now)
    await lapse_request(session, problem, now=now)
    await take(session, actor, problem, ProblemAction.SUBMIT, now=now)
    return problem


async def _proof(session: AsyncSession, ids: Sequence[UUID]) -> list[Proof]:
    found = {each.id: each for each in await evidence_among(session, ids)}
    for evidence_id in ids:
        if evidence_id not in found:
            raise UnknownProof(evidence_id=evidence_id)
    return [Proof(each.id, each.task_id, each.taken_at) for each in found.values()]


def _with(accounts: Sequence[UUID], account_id: UUID) -> list[UUID]:
    """JSON and array columns are values: a new list is assigned, never changed in place."""
    return list(dict.fromkeys([*accounts, account_id]))

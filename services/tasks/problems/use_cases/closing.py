"""The four steps of closing 销号: verified on site, approved, published where demanded, closed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.use_cases.crews import Crew, require_member
from services.tasks.problems import domain
from services.tasks.problems.domain import (
    ListLevel,
    ProblemAction,
    Verifier,
    VerifierUnknown,
)
from services.tasks.problems.models import Problem, ProblemVerifier
from services.tasks.problems.use_cases.rectification import run_clock_again
from services.tasks.problems.use_cases.steps import lock_for, rules, take
from shared.auth.actor import Actor
from shared.clocks.days import legal_day


async def verify(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    officer_ids: Sequence[UUID],
    result: str,
    expected_version: int,
    now: datetime,
) -> Problem:
    """Enter that officers of the team went and saw that the problem is gone."""
    action = ProblemAction.VERIFY
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    crew = await require_member(session, actor, problem.task_id, action=action)
    verifiers = [_verifier(crew, officer_id) for officer_id in dict.fromkeys(officer_ids)]
    domain.check_verifiers(
        verifiers, entered_by=actor.id, rectifiers=problem.rectifiers, on_day=legal_day(now)
    )
    session.add_all(
        ProblemVerifier(
            problem_id=problem.id,
            round=problem.reject_count,
            officer_id=each.officer_id,
            account_id=each.account_id,
            name=each.name,
            verified_at=now,
            visible_to=problem.visible_to,
        )
        for each in verifiers
    )
    await take(session, actor, problem, action, note=result, now=now)
    return problem


async def approve(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    opinion: str,
    expected_version: int,
    now: datetime,
) -> Problem:
    """Sign for the accepting unit; who accepts answers for it."""
    action = ProblemAction.APPROVE
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    domain.check_accepter(actor.id, actor.name, rectifiers=problem.rectifiers)
    problem.accepter_id = actor.id
    problem.accepter_name = actor.name
    await take(session, actor, problem, action, note=opinion, now=now)
    return problem


async def publish(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    publication_ref: str,
    external_list_ref: str | None,
    expected_version: int,
    now: datetime,
) -> Problem:
    """Note where the result was published, and its number on the list."""
    action = ProblemAction.PUBLISH
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    await _check_publication(session, problem, action)
    problem.publication_ref = publication_ref
    problem.external_list_ref = external_list_ref or problem.external_list_ref
    await take(session, actor, problem, action, note=publication_ref, now=now)
    return problem


async def close(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> Problem:
    """Strike the problem off: traceable, proven, owned."""
    action = ProblemAction.CLOSE
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    await _check_publication(session, problem, action)
    listed = problem.list_level is not ListLevel.NONE
    domain.check_closing(
        {
            "traceable_source": problem.traceable_source,
            "responsible_person": problem.responsible_person,
            "proof": problem.proof,
            "accepter": problem.accepter_id,
            "external_list_ref": problem.external_list_ref if listed else "not listed",
        }
    )
    problem.closed_at = now
    await take(session, actor, problem, action, now=now)
    return problem


async def reject(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Problem:
    """Send the problem back to rectification; whoever could go on may send back instead."""
    action = ProblemAction.REJECT
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    problem.reject_count += 1
    problem.accepter_id = None
    problem.accepter_name = None
    problem.publication_ref = None
    await run_clock_again(session, problem)
    await take(session, actor, problem, action, note=reason, now=now)
    return problem


async def _check_publication(
    session: AsyncSession, problem: Problem, action: ProblemAction
) -> None:
    in_force = await rules(session, problem.division, problem.found_at)
    domain.check_publication(
        action, problem.state, problem.list_level, in_force["problem.published_levels"]
    )


def _verifier(crew: Crew, officer_id: UUID) -> Verifier:
    for member in crew.members:
        if member.officer_id == officer_id:
            return Verifier(
                member.officer_id, member.account_id, member.name, member.certificate_valid_to
            )
    raise VerifierUnknown(officer_id=officer_id)

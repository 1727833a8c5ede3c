"""The four steps of closing 销号: verified on site, approved, published where demanded, closed."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.queries import task
from services.tasks.dispatch.use_cases.crews import Crew, require_member
from services.tasks.dispatch.use_cases.proof import take_proof
from services.tasks.problems.domain.closing import (
    Assessed,
    Background,
    Verifier,
    VerifierUnknown,
    check_accepter,
    check_background,
    check_closing,
    check_filed,
    check_publication,
    check_standards,
    check_verifiers,
)
from services.tasks.problems.domain.five_steps import PunishmentState
from services.tasks.problems.domain.life import ListLevel, ProblemAction, step
from services.tasks.problems.domain.lists import ListingState
from services.tasks.problems.models.problems import Problem, ProblemAcceptance, ProblemVerifier
from services.tasks.problems.queries import problems as queries
from services.tasks.problems.use_cases.allowing import begin_anew, run_again
from services.tasks.problems.use_cases.listing import note_reference, open_again
from services.tasks.problems.use_cases.steps import judged_at, lock_for, rules, take
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.contracts.origins import OriginKind


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
    check_verifiers(
        verifiers, entered_by=actor.id, rectifiers=problem.rectifiers, on_day=legal_day(now)
    )
    session.add_all(
        ProblemVerifier(
            problem_id=problem.id,
            round=problem.round,
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
    standards: Sequence[Assessed],
    opinion: str,
    expected_version: int,
    now: datetime,
) -> Problem:
    """Sign for the accepting unit: each standard of closing answered, at the level of its list.

    Who accepts answers for it (谁验收谁负责).
    """
    action = ProblemAction.APPROVE
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    check_accepter(actor.id, actor.name, rectifiers=problem.rectifiers)
    check_standards(standards, await _background(session, problem, now=now))
    problem.accepter_id = actor.id
    problem.accepter_name = actor.name
    session.add(
        ProblemAcceptance(
            problem_id=problem.id,
            round=problem.round,
            division=judged_at(problem, action),
            accepter_id=actor.id,
            accepter_name=actor.name,
            standards=[asdict(each) for each in standards],
            opinion=opinion,
            at=now,
        )
    )
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
    if external_list_ref is not None and external_list_ref != problem.external_list_ref:
        await note_reference(session, problem, problem.list_level, external_list_ref, now=now)
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
    accepted = await queries.acceptance(session, problem.id, round_=problem.round)
    check_closing(
        {
            "traceable_source": problem.traceable_source,
            "responsible_person": problem.responsible_person,
            "proof": problem.proof,
            "accepter": problem.accepter_id,
            "standards": accepted,
            "external_list_ref": problem.external_list_ref if listed else "not listed",
        }
    )
    listings = await queries.listings(session, problem.id)
    in_force = await rules(session, problem.division, problem.found_at)
    check_filed(
        [each.level for each in listings],
        [each.level for each in listings if each.state is ListingState.FILED],
        in_force["problem.filed_levels"],
    )
    check_background(await _background(session, problem, now=now))
    problem.closed_at = now
    await take(session, actor, problem, action, now=now)
    tally = await queries.tally(session, problem.task_id)
    if problem.reopen_count and tally.found == tally.closed:
        await take_proof(session, problem.task_id, open_=False)
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
    await open_again(session, problem)
    await run_again(session, problem)
    await take(session, actor, problem, action, note=reason, now=now)
    return problem


async def reopen(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    due_on: date | None,
    facts: str,
    now: datetime,
) -> Problem:
    """A look-back found a relapse: the problem is open again, with its parents and a new time.

    Its task takes proof again although it is completed: its result was told and counts once.
    """
    problem = await queries.lock_problem(session, problem_id)
    step(problem.state, ProblemAction.REOPEN)
    problem.reopen_count += 1
    problem.reopened_at = now
    problem.raised_to = problem.raised_at = problem.punishment = None
    await open_again(session, problem)
    await begin_anew(session, problem, due_on=due_on)
    await take_proof(session, problem.task_id, open_=True)
    # With the state: a closed problem has all of these.
    problem.accepter_id = problem.accepter_name = None
    problem.publication_ref = problem.closed_at = None
    await take(session, actor, problem, ProblemAction.REOPEN, note=facts, now=now)
    return problem


async def _background(session: AsyncSession, problem: Problem, *, now: datetime) -> Background:
    about = await task(session, problem.task_id)
    return Background(
        complaint=about.origin_kind is OriginKind.ESCALATION,
        punishment_open=problem.punishment is PunishmentState.OFFERED,
        punished=problem.punishment is PunishmentState.TAKEN,
        others_overdue=await queries.others_overdue(session, problem, about, now=now),
    )


async def _check_publication(
    session: AsyncSession, problem: Problem, action: ProblemAction
) -> None:
    in_force = await rules(session, problem.division, problem.found_at)
    check_publication(
        action, problem.state, problem.list_level, in_force["problem.published_levels"]
    )


def _verifier(crew: Crew, officer_id: UUID) -> Verifier:
    for member in crew.members:
        if member.officer_id == officer_id:
            return Verifier(
                member.officer_id, member.account_id, member.name, member.certificate_valid_to
            )
    raise VerifierUnknown(officer_id=officer_id)

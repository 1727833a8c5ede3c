"""Places on the lists: put on, sent, received with a number, the closing filed (DOMAIN 3.8)."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.problems.domain.closing import accepting_division
from services.tasks.problems.domain.life import ListLevel, ProblemAction
from services.tasks.problems.domain.lists import (
    ListedAlready,
    ListingAction,
    ListingState,
    NotOnThatList,
    highest,
    listing_step,
)
from services.tasks.problems.models.problems import Problem, ProblemListing
from services.tasks.problems.queries import problems as queries
from services.tasks.problems.use_cases.steps import lock_for, take
from shared import divisions
from shared.auth.actor import Actor


async def enlist(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    level: ListLevel,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Problem:
    """Put the problem on the list of a level, while it is open."""
    action = ProblemAction.ENLIST
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    if any(each.level is level for each in await queries.listings(session, problem.id)):
        raise ListedAlready
    await put_on_list(session, problem, level, reference=None, reason=reason, now=now)
    await take(session, actor, problem, action, note=f"{level}: {reason}", now=now)
    return problem


async def send_to_list(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    level: ListLevel,
    expected_version: int,
    now: datetime,
) -> Problem:
    """Note that it was given to whoever keeps the list."""
    action = ProblemAction.SEND_TO_LIST
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    listing = await _move(session, problem, level, ListingAction.SEND)
    listing.sent_at = now
    await take(session, actor, problem, action, note=level, now=now)
    return problem


async def receive_on_list(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    level: ListLevel,
    reference: str,
    expected_version: int,
    now: datetime,
) -> Problem:
    """Note the number it has on the list."""
    action = ProblemAction.RECEIVE_ON_LIST
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    await note_reference(session, problem, level, reference, now=now)
    await take(session, actor, problem, action, note=f"{level}: {reference}", now=now)
    return problem


async def file_closing(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    level: ListLevel,
    filing_ref: str,
    expected_version: int,
    now: datetime,
) -> Problem:
    """备案销号: the level that keeps the list files the closing of what was accepted."""
    action = ProblemAction.FILE_CLOSING
    problem = await lock_for(
        session, actor, problem_id, action, expected_version=expected_version, at_level=level
    )
    listing = await _move(session, problem, level, ListingAction.FILE)
    listing.filing_ref, listing.filed_at = filing_ref, now
    await take(session, actor, problem, action, note=f"{level}: {filing_ref}", now=now)
    return problem


async def put_on_list(
    session: AsyncSession,
    problem: Problem,
    level: ListLevel,
    *,
    reference: str | None,
    reason: str,
    now: datetime,
) -> None:
    """A place on one more list; the problem is then accepted at the highest of its levels."""
    listing = ProblemListing(
        problem_id=problem.id,
        level=level,
        division=accepting_division(level, problem.division),
        state=ListingState.RECEIVED if reference else ListingState.ENTERED,
        reference=reference,
        reason=reason,
        entered_at=now,
        received_at=now if reference else None,
        visible_to=divisions.visibility([*problem.parties, problem.division]),
    )
    session.add(listing)
    await session.flush()
    problem.list_level = highest([problem.list_level, level])
    if problem.list_level is level:
        problem.external_list_ref = reference


async def note_reference(
    session: AsyncSession, problem: Problem, level: ListLevel, reference: str, *, now: datetime
) -> None:
    """The list's number for the problem; that of its highest list is the problem's."""
    listing = await _move(session, problem, level, ListingAction.RECEIVE)
    listing.reference, listing.received_at = reference, now
    if problem.list_level is level:
        problem.external_list_ref = reference


async def open_again(session: AsyncSession, problem: Problem) -> None:
    """What was filed is no longer so: the problem is not closed after all."""
    for listing in await queries.listings(session, problem.id):
        if listing.state is ListingState.FILED:
            listing.state = ListingState.RECEIVED
            listing.filing_ref = listing.filed_at = None
    await session.flush()


async def _move(
    session: AsyncSession, problem: Problem, level: ListLevel, action: ListingAction
) -> ProblemListing:
    for listing in await queries.listings(session, problem.id):
        if listing.level is level:
            listing.state = listing_step(listing.state, action)
            return listing
    raise NotOnThatList

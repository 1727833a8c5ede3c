"""回头看: committed, frozen by another person, revealed; a relapse opens the problem again."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.problems.domain import look_backs as domain
from services.tasks.problems.domain.life import ProblemState
from services.tasks.problems.domain.look_backs import (
    AlreadyReported,
    DrawnBefore,
    Finding,
    LookBackAction,
    LookBackState,
    NotAssigned,
    NothingClosed,
    PeriodOpen,
    SamePerson,
)
from services.tasks.problems.models.look_backs import LookBack, LookBackSample, LookBackSecret
from services.tasks.problems.queries import look_backs as queries, problems
from services.tasks.problems.use_cases.closing import reopen
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.errors import NotFound
from shared.rule_settings import rule_settings

Visitor = tuple[UUID, str]
_RIGHT = {
    LookBackAction.FREEZE: "look_back.draw",
    LookBackAction.REVEAL: "look_back.draw",
    LookBackAction.ASSIGN: "look_back.draw",
    LookBackAction.REPORT: "look_back.report",
}


def next_steps(actor: Actor, row: LookBack) -> list[LookBackAction]:
    """What this caller may do now."""
    return [
        action
        for action in domain.LOOK_BACKS[row.state]
        if may(actor, _RIGHT[action], division=row.division)
        and not (action is LookBackAction.FREEZE and actor.id == row.committed_by)
    ]


async def commit_nonce(
    session: AsyncSession,
    actor: Actor,
    *,
    division: str,
    closed_from: date,
    closed_to: date,
    nonce: bytes,
    now: datetime,
) -> LookBack:
    """Write down the hash of a nonce that nobody sees until the pool is frozen."""
    require(actor, "look_back.draw", division=division)
    if closed_to >= legal_day(now):
        raise PeriodOpen(ends_on=closed_to)
    if await queries.drawn_before(session, division, closed_from, closed_to):
        raise DrawnBefore
    # Days without a pool would stay committed for ever, and be drawn from already.
    if not await queries.pool(session, division, closed_from, closed_to):
        raise NothingClosed
    in_force = await rule_settings(session, division=division, on_day=legal_day(now))
    row = LookBack(
        division=division,
        closed_from=closed_from,
        closed_to=closed_to,
        ratio=Decimal(in_force["problem.look_back_ratio"]),
        nonce_hash=domain.commitment(nonce),
        committed_at=now,
        committed_by=actor.id,
        committed_by_name=actor.name,
        state=LookBackState.COMMITTED,
        changed_at=now,
        visible_to=divisions.visibility([division]),
    )
    session.add(row)
    await session.flush()
    async with beyond_scope(session):
        session.add(LookBackSecret(look_back_id=row.id, nonce=nonce.hex()))
    await _trace(session, actor, "commit", row, now=now)
    return row


async def freeze(
    session: AsyncSession,
    actor: Actor,
    look_back_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> LookBack:
    """Another person fixes the pool; from then on it cannot change."""
    row = await _lock_for(session, actor, look_back_id, LookBackAction.FREEZE, expected_version)
    if actor.id == row.committed_by:
        raise SamePerson
    pool = await queries.pool(session, row.division, row.closed_from, row.closed_to)
    if not pool:
        raise NothingClosed
    row.state = domain.look_back_step(row.state, LookBackAction.FREEZE)
    row.pool, row.pool_hash = [*pool], domain.pool_hash(pool)
    row.frozen_at, row.frozen_by, row.frozen_by_name = now, actor.id, actor.name
    await _step(session, actor, LookBackAction.FREEZE, row, now=now)
    return row


async def reveal(
    session: AsyncSession,
    actor: Actor,
    look_back_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> LookBack:
    """Show the nonce; pool and nonce alone say which problems are looked at."""
    row = await _lock_for(session, actor, look_back_id, LookBackAction.REVEAL, expected_version)
    async with beyond_scope(session):
        nonce = (await queries.secret(session, row.id)).nonce
    drawn = domain.draw(row.id, row.pool or [], bytes.fromhex(nonce), row.ratio)
    row.state = domain.look_back_step(row.state, LookBackAction.REVEAL)
    row.nonce, row.revealed_at = nonce, now
    session.add_all(
        LookBackSample(
            look_back_id=row.id,
            problem_id=UUID(each),
            place=place,
            visitors=[],
            visible_to=row.visible_to,
        )
        for place, each in enumerate(drawn, 1)
    )
    await _step(session, actor, LookBackAction.REVEAL, row, now=now)
    return row


async def assign(
    session: AsyncSession,
    actor: Actor,
    look_back_id: UUID,
    *,
    problem_id: UUID,
    visitors: Sequence[Visitor],
    expected_version: int,
    now: datetime,
) -> LookBack:
    """Say who looks at a drawn problem: nobody who put it right, verified or accepted it."""
    row = await _lock_for(session, actor, look_back_id, LookBackAction.ASSIGN, expected_version)
    drawn = await _sample(session, row, problem_id)
    problem = await problems.problem(session, problem_id)
    verifiers = await problems.verifiers(session, problem_id)
    accepted = await problems.acceptances(session, problem_id)
    domain.check_visitors(
        visitors,
        barred=[
            *problem.rectifiers,
            *(each.account_id for each in verifiers),
            *(each.accepter_id for each in accepted),
        ],
    )
    drawn.visitors = [{"account_id": str(account), "name": name} for account, name in visitors]
    await _step(session, actor, LookBackAction.ASSIGN, row, now=now)
    return row


async def report(
    session: AsyncSession,
    actor: Actor,
    look_back_id: UUID,
    *,
    problem_id: UUID,
    finding: Finding,
    facts: str,
    due_on: date | None,
    expected_version: int,
    now: datetime,
) -> LookBack:
    """Enter what was seen; a relapse opens the problem again in the same transaction.

    What another division's look-back has opened is open already, and no second relapse.
    """
    row = await _lock_for(session, actor, look_back_id, LookBackAction.REPORT, expected_version)
    drawn = await _sample(session, row, problem_id)
    if str(actor.id) not in {each["account_id"] for each in drawn.visitors}:
        raise NotAssigned
    drawn.finding, drawn.facts = finding, facts
    drawn.reported_at, drawn.reported_by = now, actor.id
    problem = await problems.lock_problem(session, problem_id)
    if finding is Finding.RELAPSE and problem.state is ProblemState.CLOSED:
        await reopen(session, actor, problem_id, due_on=due_on, facts=facts, now=now)
    await session.flush()
    every = await queries.samples(session, row.id)
    if all(each.finding is not None for each in every):
        row.state = LookBackState.DONE
    await _step(session, actor, LookBackAction.REPORT, row, now=now)
    return row


async def _lock_for(
    session: AsyncSession,
    actor: Actor,
    look_back_id: UUID,
    action: LookBackAction,
    expected_version: int,
) -> LookBack:
    row = await queries.look_back(session, look_back_id, lock=True)
    require(actor, _RIGHT[action], division=row.division)
    row.require_version(expected_version)
    domain.look_back_step(row.state, action)
    return row


async def _sample(session: AsyncSession, row: LookBack, problem_id: UUID) -> LookBackSample:
    for each in await queries.samples(session, row.id):
        if each.problem_id == problem_id:
            if each.finding is not None:
                raise AlreadyReported
            return each
    raise NotFound(what="look-back sample")


async def _step(
    session: AsyncSession, actor: Actor, action: LookBackAction, row: LookBack, *, now: datetime
) -> None:
    row.changed_at = now
    await session.flush()
    await _trace(session, actor, action, row, now=now)


async def _trace(
    session: AsyncSession, actor: Actor, action: str, row: LookBack, *, now: datetime
) -> None:
    await record(
        session,
        actor,
        f"look_back.{action}",
        object_kind="look_back",
        object_id=row.id,
        now=now,
        seen_by=[row.division],
        after=row.model_dump(mode="json"),
    )

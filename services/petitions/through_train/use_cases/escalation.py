"""An escalation from its trigger to its resolution."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.repeats.queries import matter
from services.petitions.through_train import domain, queries
from services.petitions.through_train.domain import (
    Action,
    ClockKind,
    Level,
    State,
)
from services.petitions.through_train.models import (
    Escalation,
    EscalationStep,
)
from services.petitions.through_train.use_cases.matters import (
    matter_of,
    reason_without_petitioners,
    require_solved,
)
from services.petitions.through_train.use_cases.schedule import period_at
from services.petitions.vault.use_cases import VaultKeys
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clock_rows.rows import (
    ClockState,
    Ladder,
    clocks_of,
    drop_clocks,
    is_running,
    start_clock,
    stop_clock,
)
from shared.clocks.days import DAY, legal_day
from shared.clocks.term import Term
from shared.contracts.petitions import SupervisionRaised
from shared.messaging.outbox import announce
from shared.rule_settings import rule_settings

KIND: Final = "escalation"
PROGRESS: Final = "escalation.progress"


async def take(
    session: AsyncSession,
    escalation: Escalation,
    action: Action,
    *,
    actor: Actor,
    reason: str | None,
    now: datetime,
) -> None:
    """The only place an escalation's state changes: step, history and trace are one act."""
    before = {"state": escalation.state}
    escalation.state = domain.step(escalation.state, action)
    session.add(
        EscalationStep(
            escalation_id=escalation.id,
            action=action,
            state=escalation.state,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
            visible_to=escalation.visible_to,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"escalation.{action}",
        object_kind=KIND,
        object_id=escalation.id,
        now=now,
        seen_by=escalation.divisions,
        reason=reason,
        before=before,
        after={"state": escalation.state},
    )


async def push(session: AsyncSession, escalation: Escalation, *, now: datetime) -> None:
    """The weekly report names the matter; the county's time to decide begins."""
    escalation.pushed_at = now
    await take(session, escalation, Action.PUSH, actor=SYSTEM_ACTOR, reason=None, now=now)
    settings = await settings_of(session, escalation.county, now)
    term = domain.decision_term(settings["through_train.county_decision_days"])
    await _begin(session, escalation, ClockKind.COUNTY_DECISION, term, now=now)


async def notice(session: AsyncSession, escalation: Escalation, *, now: datetime) -> None:
    """The period report names the matter and submits it to the city, in one step."""
    escalation.undecided = escalation.state is State.PUSHED
    await take(session, escalation, Action.NOTICE, actor=SYSTEM_ACTOR, reason=None, now=now)
    await _end_decision(session, escalation, now=now)
    settings = await settings_of(session, escalation.county, now)
    term = domain.city_term(settings["through_train.city_days"])
    await _begin(session, escalation, ClockKind.CITY_RESOLUTION, term, now=now)


async def _end_decision(session: AsyncSession, escalation: Escalation, *, now: datetime) -> None:
    """The county cannot decide any more: missed if its time was up, else no duty is left."""
    for clock in await clocks_of(session, [escalation.id]):
        late = clock.due_at is not None and now >= clock.due_at
        if clock.state is ClockState.RUNNING and late:
            await stop_clock(session, subject_id=escalation.id, kind=clock.kind, at=now)
    await drop_clocks(session, subject_id=escalation.id, at=now)


async def decide(
    session: AsyncSession,
    actor: Actor,
    escalation_id: UUID,
    *,
    level: Level | None,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Escalation:
    """The county leader raises the supervision to `level`, or keeps it where it is (视情)."""
    action = Action.RAISE if level else Action.KEEP
    escalation = await _begin_step(session, actor, escalation_id, version, action)
    reason = await reason_without_petitioners(session, escalation, reason, keys=keys)
    escalation.supervision_level = level
    escalation.decided_by, escalation.decision_reason = actor.id, reason
    await take(session, escalation, action, actor=actor, reason=reason, now=now)
    await stop_clock(session, subject_id=escalation.id, kind=ClockKind.COUNTY_DECISION, at=now)
    await _begin_handling(session, escalation, now=now)
    if level:
        await _ask_for_inspection(session, escalation, now=now)
    return escalation


async def _begin_handling(session: AsyncSession, escalation: Escalation, *, now: datetime) -> None:
    """Raised or not, the county has until the next period report to solve the matter."""
    settings = await settings_of(session, escalation.county, now)
    term = domain.handling_term(
        settings["through_train.county_handling_due"],
        today=legal_day(now),
        period_end=await _period_end(session, escalation, now=now),
    )
    if term is not None:
        await _begin(session, escalation, ClockKind.COUNTY_HANDLING, term, now=now)


async def _period_end(session: AsyncSession, escalation: Escalation, *, now: datetime) -> date:
    _, _, end = await period_at(session, escalation.city, legal_day(now))
    return end


async def _ask_for_inspection(
    session: AsyncSession, escalation: Escalation, *, now: datetime
) -> None:
    root, *_ = await matter(session, escalation.petition_id)
    event = SupervisionRaised(
        escalation_id=escalation.id,
        divisions=escalation.divisions,
        matter=matter_of(root),
        due_on=await _period_end(session, escalation, now=now) - DAY,
    )
    await announce(session, event, now=now)


async def take_up(
    session: AsyncSession,
    actor: Actor,
    escalation_id: UUID,
    *,
    owner: str,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Escalation:
    """The city names who solves the matter."""
    escalation = await _begin_step(session, actor, escalation_id, version, Action.TAKE_UP)
    reason = await reason_without_petitioners(session, escalation, reason, keys=keys)
    escalation.owner = await reason_without_petitioners(session, escalation, owner, keys=keys)
    await take(session, escalation, Action.TAKE_UP, actor=actor, reason=reason, now=now)
    return escalation


async def resolve(
    session: AsyncSession,
    actor: Actor,
    escalation_id: UUID,
    *,
    proof: str | None,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Escalation:
    """Solved: rectification proven, and a new call-back that is not bad.

    The proof is the result of a task or an operation, or else what `proof` says.
    """
    escalation = await _begin_step(session, actor, escalation_id, version, Action.RESOLVE)
    await require_solved(session, escalation, proven=bool(proof or escalation.result))
    if proof is not None:
        proof = await reason_without_petitioners(session, escalation, proof, keys=keys)
    escalation.proof = proof
    escalation.resolved_at = now
    await take(session, escalation, Action.RESOLVE, actor=actor, reason=proof, now=now)
    for kind in (ClockKind.COUNTY_HANDLING, ClockKind.CITY_RESOLUTION):
        if await is_running(session, subject_id=escalation.id, kind=kind):
            await stop_clock(session, subject_id=escalation.id, kind=kind, at=now)
    await drop_clocks(session, subject_id=escalation.id, at=now)
    return escalation


async def _begin_step(
    session: AsyncSession, actor: Actor, escalation_id: UUID, version: int, action: Action
) -> Escalation:
    """The escalation, locked, as the caller saw it, with the right to take the step."""
    escalation = await queries.lock_escalation(session, escalation_id)
    escalation.require_version(version)
    require(actor, f"escalation.{action}", division=_decider(escalation, action))
    domain.step(escalation.state, action)
    return escalation


def _decider(escalation: Escalation, action: Action) -> str:
    """Whose leaders take the step: the city's or the own county's."""
    return escalation.city if action in domain.BY_CITY else escalation.county


def actions(actor: Actor, escalation: Escalation) -> list[str]:
    """The steps this caller may take with the escalation now."""
    steps = [
        action.value
        for action in domain.TRANSITIONS[escalation.state]
        if action not in domain.BY_REPORT
        and may(actor, f"escalation.{action}", division=_decider(escalation, action))
    ]
    under_way = escalation.state in domain.UNSOLVED and may(
        actor, PROGRESS, division=escalation.city, participants=escalation.divisions
    )
    return [*steps, "progress"] if under_way else steps


async def _begin(
    session: AsyncSession, escalation: Escalation, kind: ClockKind, term: Term, *, now: datetime
) -> None:
    settings = await settings_of(session, escalation.county, now)
    await start_clock(
        session,
        subject_kind=KIND,
        subject_id=escalation.id,
        kind=kind,
        term=term,
        ladder=Ladder(
            timedelta(hours=settings["clocks.warn_before_hours"]),
            timedelta(hours=settings["clocks.raise_after_hours"]),
        ),
        started_at=now,
        seen_by=escalation.divisions,
    )


async def settings_of(session: AsyncSession, division: str, now: datetime) -> Mapping[str, Any]:
    """The figures in force for a division now."""
    return await rule_settings(session, division=division, on_day=legal_day(now))

"""An escalation from its trigger to its resolution."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks.domain import REACHED, Result, Solved
from services.petitions.callbacks.queries import callbacks_of
from services.petitions.intake.models import Petition
from services.petitions.repeats.queries import matter, root_of
from services.petitions.through_train import domain, queries
from services.petitions.through_train.domain import (
    Action,
    ClockKind,
    Level,
    Period,
    State,
    Trigger,
)
from services.petitions.through_train.models import (
    Escalation,
    EscalationStep,
)
from shared import divisions
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
from shared.clocks.days import legal_day
from shared.clocks.term import Term
from shared.contracts.origins import Matter
from shared.contracts.petitions import SupervisionRaised
from shared.messaging.outbox import announce
from shared.rule_settings import rule_settings

KIND: Final = "escalation"


async def open_or_join(
    session: AsyncSession, *, petition_id: UUID, trigger: Trigger, at: datetime, now: datetime
) -> None:
    """Make the petition's matter a candidate, unless it is on the through-train already."""
    root, *repeats = await matter(session, await root_of(session, petition_id))
    settings = await _settings(session, root.divisions[0], now)
    if trigger not in settings["through_train.trigger_on"]:
        return
    if await queries.running(session, root.id) is not None:
        return
    previous = await queries.last_resolved(session, root.id)
    county = root.divisions[0]
    escalation = Escalation(
        petition_id=root.id,
        previous_id=previous.id if previous else None,
        county=county,
        city=divisions.city_of(county),
        divisions=root.divisions,
        trigger=trigger,
        triggered_at=at,
        created_at=now,
        visible_to=sorted({*root.visible_to, *(s for each in repeats for s in each.visible_to)}),
    )
    session.add(escalation)
    await session.flush()
    await record(
        session,
        SYSTEM_ACTOR,
        "escalation.open",
        object_kind=KIND,
        object_id=escalation.id,
        now=now,
        seen_by=escalation.divisions,
        after={"trigger": trigger, "petition": root.id},
    )


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
    settings = await _settings(session, escalation.county, now)
    term = domain.decision_term(settings["through_train.county_decision_days"])
    await _begin(session, escalation, ClockKind.COUNTY_DECISION, term, now=now)


async def notice(session: AsyncSession, escalation: Escalation, *, now: datetime) -> None:
    """The period report names the matter and submits it to the city, in one step."""
    escalation.undecided = escalation.state is State.PUSHED
    await take(session, escalation, Action.NOTICE, actor=SYSTEM_ACTOR, reason=None, now=now)
    await _end_decision(session, escalation, now=now)
    settings = await _settings(session, escalation.county, now)
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
    version: int,
    now: datetime,
) -> Escalation:
    """The county leader raises the supervision to `level`, or keeps it where it is (视情)."""
    action = Action.RAISE if level else Action.KEEP
    escalation = await _begin_step(session, actor, escalation_id, version, action)
    escalation.supervision_level = level
    escalation.decided_by, escalation.decision_reason = actor.id, reason
    await take(session, escalation, action, actor=actor, reason=reason, now=now)
    await stop_clock(session, subject_id=escalation.id, kind=ClockKind.COUNTY_DECISION, at=now)
    if level:
        await _ask_for_inspection(session, escalation, now=now)
    return escalation


async def _ask_for_inspection(
    session: AsyncSession, escalation: Escalation, *, now: datetime
) -> None:
    root, *_ = await matter(session, escalation.petition_id)
    settings = await _settings(session, escalation.county, now)
    period = Period(settings["through_train.period_report"])
    event = SupervisionRaised(
        escalation_id=escalation.id,
        divisions=escalation.divisions,
        matter=matter_of(root),
        due_on=domain.handling_due(period, now),
    )
    await announce(session, event, now=now)


def matter_of(petition: Petition) -> Matter:
    """The pollution facts of a petition: redacted, without number or channel."""
    return Matter(
        title=petition.redacted_title,
        division=petition.divisions[0],
        media=petition.media,
        place=petition.place,
        facts=petition.redacted_body,
        object_name=petition.object_name,
        object_code=petition.object_code,
        at_night=petition.at_night,
    )


async def take_up(
    session: AsyncSession,
    actor: Actor,
    escalation_id: UUID,
    *,
    owner: str,
    reason: str,
    version: int,
    now: datetime,
) -> Escalation:
    """The city names who solves the matter."""
    escalation = await _begin_step(session, actor, escalation_id, version, Action.TAKE_UP)
    escalation.owner = owner
    await take(session, escalation, Action.TAKE_UP, actor=actor, reason=reason, now=now)
    return escalation


async def resolve(
    session: AsyncSession,
    actor: Actor,
    escalation_id: UUID,
    *,
    proof: str | None,
    version: int,
    now: datetime,
) -> Escalation:
    """Solved: rectification proven, and a new call-back that is not bad.

    The proof is the result of a task or an operation, or else what `proof` says.
    """
    escalation = await _begin_step(session, actor, escalation_id, version, Action.RESOLVE)
    domain.require_solved(
        triggered_at=escalation.triggered_at,
        proven=proof is not None or escalation.result is not None,
        last_calls=await _last_calls(session, escalation.petition_id),
    )
    escalation.proof = proof
    escalation.resolved_at = now
    await take(session, escalation, Action.RESOLVE, actor=actor, reason=proof, now=now)
    if await is_running(session, subject_id=escalation.id, kind=ClockKind.CITY_RESOLUTION):
        await stop_clock(session, subject_id=escalation.id, kind=ClockKind.CITY_RESOLUTION, at=now)
    await drop_clocks(session, subject_id=escalation.id, at=now)
    return escalation


async def _last_calls(
    session: AsyncSession, root_id: UUID
) -> Mapping[str, tuple[Result, Solved, datetime] | None]:
    """The last call of each petition of the matter that reached its petitioner."""
    last: dict[str, tuple[Result, Solved, datetime] | None] = {}
    for petition in await matter(session, root_id):
        calls = await callbacks_of(session, petition.id)
        reached = [each for each in calls if each.result in REACHED]
        last[petition.number] = (
            (reached[-1].result, reached[-1].solved, reached[-1].at) if reached else None
        )
    return last


async def keep_result(
    session: AsyncSession, *, escalation_id: UUID, result: dict[str, Any], now: datetime
) -> None:
    """What the inspection or the operation achieved; a second result replaces the first."""
    escalation = await queries.lock_escalation(session, escalation_id)
    escalation.result, escalation.result_at = result, now
    await session.flush()
    await record(
        session,
        SYSTEM_ACTOR,
        "escalation.result",
        object_kind=KIND,
        object_id=escalation.id,
        now=now,
        seen_by=escalation.divisions,
        after=result,
    )


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
    return [
        action.value
        for action in domain.TRANSITIONS[escalation.state]
        if action not in domain.BY_REPORT
        and may(actor, f"escalation.{action}", division=_decider(escalation, action))
    ]


async def _begin(
    session: AsyncSession, escalation: Escalation, kind: ClockKind, term: Term, *, now: datetime
) -> None:
    settings = await _settings(session, escalation.county, now)
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


async def _settings(session: AsyncSession, division: str, now: datetime) -> Mapping[str, Any]:
    return await rule_settings(session, division=division, on_day=legal_day(now))

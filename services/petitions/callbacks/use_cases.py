"""Recording what a call-back heard."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks import domain, queries
from services.petitions.callbacks.domain import ClockKind, Result, Solved
from services.petitions.callbacks.models import Callback, CallbackPlan
from services.petitions.handling.use_cases.recusal import require_not_recused
from services.petitions.intake.domain import Step, require_whole, step as leads_to
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import lock_petition
from services.petitions.intake.use_cases.steps import KIND, seen_by, take
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import Ladder, drop_clocks, is_running, start_clock, stop_clock
from shared.clocks.days import legal_day
from shared.contracts.petitions import CallbackRecorded
from shared.messaging.outbox import announce
from shared.rule_settings import rule_settings

# Characters the column holds; a note may grow by being redacted.
NOTE_LENGTH: Final = 200


async def call_back(
    session: AsyncSession,
    actor: Actor,
    petition_id: UUID,
    *,
    result: Result,
    solved: Solved,
    note: str | None,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> Callback:
    """Record a call and what follows: settled, reopened, or nothing while nobody was reached."""
    petition = await lock_petition(session, petition_id)
    petition.require_version(version)
    require(actor, "petition.call_back", division=petition.holder)
    await require_not_recused(session, petition.id, actor)
    require_whole(petition.parent_id)
    leads_to(petition.state, Step.SETTLE)  # only what was replied to is called back
    domain.require_callable(
        nobody=petition.petitioner_id is None,
        handlers=await queries.handlers_of(session, petition),
        caller_id=actor.id,
    )
    settings = await rule_settings(session, division=petition.holder, on_day=legal_day(now))
    earlier = await queries.callbacks_of(session, petition_id)
    since_reply = [
        legal_day(each.at)
        for each in earlier
        if petition.replied_at is None or each.at >= petition.replied_at
    ]
    domain.require_answers(
        result, solved, tries=since_reply, today=legal_day(now), needed=settings["callbacks.tries"]
    )
    if note is not None:
        told = await without_petitioner(session, petition.party_ids, note, keys=keys)
        note = told[:NOTE_LENGTH]
    callback = Callback(
        petition_id=petition.id,
        result=result,
        solved=solved,
        note=note,
        caller_id=actor.id,
        caller_name=actor.name,
        at=now,
        visible_to=petition.visible_to,
    )
    session.add(callback)
    facts = {"result": result.value, "solved": solved.value}
    step = domain.step_after(result, solved)
    if step is None:
        await session.flush()
        await record(
            session,
            actor,
            "petition.call_back",
            object_kind=KIND,
            object_id=petition.id,
            now=now,
            seen_by=seen_by(petition),
            reason=note,
            after=facts,
        )
        return callback
    await _end_plan(session, petition.id, now=now)
    petition.closed_at = now if step is Step.SETTLE else None
    await take(session, petition, step, actor=actor, reason=note, keys=keys, now=now, facts=facts)
    await announce(
        session,
        CallbackRecorded(
            petition_id=petition.id,
            result=result,
            solved=solved,
            at=now,
            divisions=petition.divisions,
            office=petition.office,
        ),
        now=now,
    )
    return callback


async def plan(session: AsyncSession, petition: Petition) -> None:
    """A call is due so many days after the answer; planned when the answer is found."""
    replied_at = petition.replied_at
    assert replied_at is not None  # noqa: S101 -- what `unplanned` looked for
    settings = await rule_settings(session, division=petition.holder, on_day=legal_day(replied_at))
    due = await start_clock(
        session,
        subject_kind=KIND,
        subject_id=petition.id,
        kind=ClockKind.CALLBACK_DUE,
        term=domain.due_term(settings["callbacks.due_days"]),
        ladder=Ladder(
            timedelta(hours=settings["clocks.warn_before_hours"]),
            timedelta(hours=settings["clocks.raise_after_hours"]),
        ),
        started_at=replied_at,
        seen_by=seen_by(petition),
    )
    assert due.due_on is not None  # noqa: S101 -- nothing pauses a clock that just began
    session.add(CallbackPlan(petition_id=petition.id, replied_at=replied_at, due_on=due.due_on))
    await session.flush()


async def _end_plan(session: AsyncSession, petition_id: UUID, *, now: datetime) -> None:
    """Somebody was reached, or nobody is to be called any more."""
    planned = await queries.open_plan(session, petition_id)
    if planned is None:
        return
    planned.done_at = now
    if await is_running(session, subject_id=petition_id, kind=ClockKind.CALLBACK_DUE):
        await stop_clock(session, subject_id=petition_id, kind=ClockKind.CALLBACK_DUE, at=now)


async def give_up(session: AsyncSession, planned: CallbackPlan, *, now: datetime) -> None:
    """The petition went another way: reviewed, sent back, filed. The duty to call fell away."""
    planned.done_at = now
    await session.flush()
    await drop_clocks(
        session, subject_id=planned.petition_id, at=now, kinds=[ClockKind.CALLBACK_DUE]
    )

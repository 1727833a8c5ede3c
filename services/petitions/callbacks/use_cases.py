"""Recording what a call-back heard."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks import domain, queries
from services.petitions.callbacks.domain import Result, Solved
from services.petitions.callbacks.models import Callback
from services.petitions.intake.domain import Step, step as leads_to
from services.petitions.intake.queries import lock_petition
from services.petitions.intake.use_cases.steps import KIND, seen_by, take
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
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
    leads_to(petition.state, Step.SETTLE)  # only what was replied to is called back
    domain.require_callable(
        anonymous=petition.anonymous, handler_id=petition.handler_id, caller_id=actor.id
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
        told = await without_petitioner(session, petition.petitioner_id, note, keys=keys)
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

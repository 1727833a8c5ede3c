"""Looking back at what was closed (回头看), twice, by others than who answered."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.letters import domain, queries
from services.petitions.letters.domain import ClockKind, Found, Step
from services.petitions.letters.models import InspectionLetter, LookBack
from services.petitions.letters.use_cases.steps import (
    begin_step,
    plan_look_back,
    record_act,
    redacted,
    take,
)
from services.petitions.vault.use_cases import VaultKeys
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import drop_clocks, stop_clock

# Characters the column holds; a text may grow by being redacted.
FINDINGS_LENGTH: Final = 500


async def look_back(
    session: AsyncSession,
    actor: Actor,
    batch_id: UUID,
    letter_id: UUID,
    *,
    round_: int,
    found: Found,
    findings: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> LookBack:
    """Look back at a closed letter: by the office that keeps the batch or one above it.

    A relapse opens the letter again; otherwise the second round is planned.
    """
    batch, letter = await begin_step(session, batch_id, letter_id, version)
    require(actor, "letter.look_back", division=batch.division)
    rounds = [
        each.round
        for each in await queries.look_backs(session, [letter.id])
        if each.reopened == letter.reopened
    ]
    domain.require_look_back(
        state=letter.state, round_=round_, done=rounds, answered_by=letter.answered_by, by=actor.id
    )
    text = (await redacted(session, letter, findings, keys=keys))[:FINDINGS_LENGTH]
    made = LookBack(
        letter_id=letter.id,
        reopened=letter.reopened,
        round=round_,
        found=found,
        findings=text,
        by_id=actor.id,
        by_name=actor.name,
        at=now,
        visible_to=letter.visible_to,
    )
    session.add(made)
    await session.flush()
    facts = {"round": round_, "found": found}
    await record_act(session, actor, letter, "letter.look_back", after=facts, reason=text, now=now)
    await stop_clock(session, subject_id=letter.id, kind=ClockKind.LOOK_BACK, at=now)
    if found is Found.RELAPSED:
        await _reopen(session, actor, letter, reason=text, now=now)
    elif round_ != domain.ROUNDS[-1]:
        await plan_look_back(session, letter, round_ + 1, at=now)
    return made


async def _reopen(
    session: AsyncSession, actor: Actor, letter: InspectionLetter, *, reason: str, now: datetime
) -> None:
    letter.closed_on = None
    letter.reopened += 1
    await take(session, letter, Step.REOPEN, actor=actor, reason=reason, now=now)
    await drop_clocks(session, subject_id=letter.id, at=now)

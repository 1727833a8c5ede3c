"""The parts of a cross-region matter: what its answer waits for, and how they end with it."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling import queries
from services.petitions.handling.domain.parts import is_answered, is_partial
from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import lock_petition, parts
from services.petitions.intake.use_cases.steps import take
from shared.audit.trace import SYSTEM_ACTOR
from shared.clock_rows.rows import drop_clocks
from shared.db.session import beyond_scope

MATTER_ENDED = "主办件已办结,分办件随之办结"


async def answers_partially(session: AsyncSession, petition: Petition, *, partial: bool) -> bool:
    """Whether this reply to a matter is partial; PartsUnanswered if it should have waited."""
    if len(petition.divisions) == 1:
        return False
    # Who answers for the whole need not see every part, but waits for each.
    async with beyond_scope(session):
        found = await parts(session, petition.id)
    answered = {
        each.number: is_answered(each.state, replied=each.replied_at is not None) for each in found
    }
    return is_partial(answered, first=petition.first_replied_at is None, partial=partial)


async def close_one(session: AsyncSession, now: datetime) -> int:
    """End one part whose matter has ended; the petitioner has an answer to the whole."""
    part_id = await queries.part_left_open(session)
    if part_id is None:
        return 0
    part = await lock_petition(session, part_id)
    part.closed_at = now
    await take(
        session,
        part,
        Step.CLOSE_PART,
        actor=SYSTEM_ACTOR,
        reason=MATTER_ENDED,
        keys=None,
        now=now,
    )
    await drop_clocks(session, subject_id=part.id, at=now)
    return 1

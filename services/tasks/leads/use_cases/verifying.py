"""Every lead is checked: what was found, by an officer or by the task it became; then closed."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.leads.domain import life
from services.tasks.leads.domain.life import CHECK_CLOCK, LeadAction, LeadState, Verification
from services.tasks.leads.models.leads import Lead
from services.tasks.leads.queries import leads as queries
from services.tasks.leads.use_cases import clocks
from services.tasks.leads.use_cases.steps import lock_for, take
from shared.auth.actor import Actor
from shared.db.session import beyond_scope


async def verify(
    session: AsyncSession,
    actor: Actor,
    lead_id: UUID,
    *,
    result: Verification,
    note: str,
    forwarded_to: str | None,
    expected_version: int,
    now: datetime,
) -> Lead:
    """What the officer found; with a task under way, this stands whatever the task counts."""
    life.check_result(result, forwarded_to)
    lead = await lock_for(
        session, actor, lead_id, LeadAction.VERIFY, expected_version=expected_version
    )
    await _enter(session, actor, lead, result, note=note, forwarded_to=forwarded_to, now=now)
    return lead


async def settle(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    *,
    problems_found: int,
    note: str,
    now: datetime,
) -> None:
    """The task the lead became is done, and says what came of it unless the officer has.

    Officers of other parties may end the task who do not see the lead.
    """
    async with beyond_scope(session):
        lead = await queries.lock_lead_of(session, task_id)
        if lead is not None and lead.state is LeadState.HANDED_ON:
            await _enter(session, actor, lead, life.by_task(problems_found), note=note, now=now)


async def close(
    session: AsyncSession, actor: Actor, lead_id: UUID, *, expected_version: int, now: datetime
) -> Lead:
    """End the matter; the table of states lets none through that has no result."""
    lead = await lock_for(
        session, actor, lead_id, LeadAction.CLOSE, expected_version=expected_version
    )
    lead.closed_at = now
    await take(session, actor, lead, LeadAction.CLOSE, now=now)
    return lead


async def _enter(
    session: AsyncSession,
    actor: Actor,
    lead: Lead,
    result: Verification,
    *,
    note: str,
    forwarded_to: str | None = None,
    now: datetime,
) -> None:
    lead.result, lead.result_note, lead.forwarded_to = result, note, forwarded_to
    lead.verified_at = now
    for report in (lead, *await queries.merged_into(session, lead.id)):
        await clocks.stop(session, report.id, CHECK_CLOCK, at=now)
    await take(session, actor, lead, LeadAction.VERIFY, note=f"{result}: {note}", now=now)

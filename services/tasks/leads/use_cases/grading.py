"""How urgent a matter is: computed from all its reports, or said by a person with a reason."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.queries.registry import names
from services.tasks.leads.domain import grading, life
from services.tasks.leads.domain.grading import Grading, Priority
from services.tasks.leads.domain.life import GRADE_CLOCK, LeadAction
from services.tasks.leads.models.leads import Lead
from services.tasks.leads.queries import leads as queries
from services.tasks.leads.use_cases import clocks
from services.tasks.leads.use_cases.steps import keep, lock_for, take
from shared.auth.actor import Actor


async def grade(
    session: AsyncSession,
    actor: Actor,
    lead_id: UUID,
    *,
    priority: Priority | None,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Lead:
    """Grade by the points; with a priority, by hand against them. The time to check follows."""
    action = LeadAction.GRADE
    lead = await lock_for(session, actor, lead_id, action, expected_version=expected_version)
    _set(lead, await _computed(session, lead))
    lead.priority_reason = None
    if priority is not None:
        lead.priority, lead.priority_reason = priority, reason
    await set_deadlines(session, lead)
    await clocks.stop(session, lead.id, GRADE_CLOCK, at=now)
    await take(session, actor, lead, action, note=reason, now=now)
    return lead


async def regrade(session: AsyncSession, actor: Actor, lead: Lead, *, now: datetime) -> None:
    """A report more or less: what was computed is computed again, what a person said stays."""
    if LeadAction.REGRADE not in life.TRANSITIONS[lead.state]:
        return
    before, by_hand = lead.priority, lead.priority_reason is not None
    _set(lead, await _computed(session, lead))
    if by_hand:
        lead.priority = before
    await set_deadlines(session, lead)
    await keep(session, actor, lead, LeadAction.REGRADE, before=lead.state, now=now)


async def set_deadlines(session: AsyncSession, lead: Lead) -> None:
    """The lead's own time to check, and the earliest of all reports of its matter."""
    lead.due_at = await clocks.start_checking(session, lead)
    taken_in = await queries.merged_into(session, lead.id)
    lead.work_due_at = min(each.due_at for each in (lead, *taken_in))


async def _computed(session: AsyncSession, lead: Lead) -> Grading:
    reports = [lead, *await queries.merged_into(session, lead.id)]
    known = await names(session, [lead.enterprise_id] if lead.enterprise_id else [])
    object_grade = next((each.grade for each in known.values()), None)
    points = clocks.points(await clocks.rules(session, lead))
    return grading.grade(map(clocks.told, reports), object_grade, points)


def _set(lead: Lead, computed: Grading) -> None:
    lead.priority = computed.priority
    lead.score = computed.score
    lead.reasons = [each.as_json() for each in computed.reasons]

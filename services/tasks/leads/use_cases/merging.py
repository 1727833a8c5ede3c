"""Leads about one object become one matter; every report is kept and counted, and can be parted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.leads.domain import merging as domain
from services.tasks.leads.domain.life import ANSWER_CLOCK, GRADE_CLOCK, LeadAction
from services.tasks.leads.domain.merging import (
    About,
    Likeness,
    MatterEnded,
    MergedWithItself,
    Nearness,
    Standing,
)
from services.tasks.leads.models.leads import Lead
from services.tasks.leads.queries import leads as queries
from services.tasks.leads.use_cases import clocks, grading
from services.tasks.leads.use_cases.steps import lock_for, right, take
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import drop_clocks
from shared.crashpoint import crashpoint


async def proposals(session: AsyncSession, lead: Lead) -> list[tuple[Lead, Likeness]]:
    """Open leads that may be about the same object, each with why. People decide."""
    rule = (await clocks.rules(session, lead))["lead.merge"]
    near = Nearness(rule["radius_m"], timedelta(days=rule["window_days"]))
    mine = _about(lead)
    found = [
        (each, domain.likeness(mine, _about(each), near))
        for each in await queries.alike(session, lead, near)
    ]
    return [(each, why) for each, why in found if why is not None]


async def merge(
    session: AsyncSession,
    actor: Actor,
    lead_id: UUID,
    *,
    others: Sequence[UUID],
    reason: str,
    expected_version: int,
    now: datetime,
) -> Lead:
    """Make one matter of the leads; which of them carries it on follows from how far they are."""
    await queries.claim_merging(session)
    if lead_id in others:
        raise MergedWithItself
    leads = {each.id: each for each in await queries.lock_leads(session, [lead_id, *others])}
    for each in leads.values():
        require(actor, right(LeadAction.MERGE), division=each.division)
    leads[lead_id].require_version(expected_version)
    carrier = leads[domain.carrier([_standing(each) for each in leads.values()])]
    joining = [each for each in leads.values() if each is not carrier]
    for each in joining:
        await _join(session, actor, each, carrier, reason=reason, now=now)
    crashpoint("leads.merge")
    await _reckon(session, carrier)
    numbers = ", ".join(each.number for each in joining)
    await take(session, actor, carrier, LeadAction.TAKE_IN, note=f"{numbers}: {reason}", now=now)
    await grading.regrade(session, actor, carrier, now=now)
    return carrier


async def unmerge(
    session: AsyncSession,
    actor: Actor,
    lead_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Lead:
    """Part a lead from its matter: it goes its own way again from the receipt on."""
    await queries.claim_merging(session)
    action = LeadAction.UNMERGE
    lead = await lock_for(session, actor, lead_id, action, expected_version=expected_version)
    assert lead.merged_into_id is not None  # noqa: S101 -- what is merged is merged into a lead
    carrier = await queries.lock_lead(session, lead.merged_into_id)
    if carrier.result is not None:
        raise MatterEnded(number=carrier.number)
    lead.merged_into_id = None
    lead.work_due_at = lead.due_at
    await take(session, actor, lead, action, note=reason, now=now)
    await clocks.start_grading(session, lead, at=now)
    await _reckon(session, carrier)
    await session.flush()
    await grading.regrade(session, actor, carrier, now=now)
    return lead


async def _join(
    session: AsyncSession,
    actor: Actor,
    lead: Lead,
    carrier: Lead,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Into the carrier with all that it had taken in; its own time to be checked runs on."""
    for taken_in in await queries.merged_into(session, lead.id):
        taken_in.merged_into_id = carrier.id
    lead.merged_into_id = carrier.id
    lead.reports = 1
    lead.priority = lead.score = lead.priority_reason = None
    lead.reasons = []
    await drop_clocks(session, subject_id=lead.id, at=now, kinds={GRADE_CLOCK, ANSWER_CLOCK})
    await take(session, actor, lead, LeadAction.MERGE, note=f"{carrier.number}: {reason}", now=now)


async def _reckon(session: AsyncSession, carrier: Lead) -> None:
    """What a matter is with the reports it now has: their number, deadline and readers."""
    reports = [carrier, *await queries.merged_into(session, carrier.id)]
    carrier.reports = len(reports)
    carrier.work_due_at = min(each.due_at for each in reports)
    carrier.visible_to = divisions.visibility(
        [division for each in reports for division in each.parties]
    )


def _about(lead: Lead) -> About:
    point = None
    if lead.longitude is not None and lead.latitude is not None:
        point = (lead.longitude, lead.latitude)
    return About(lead.enterprise_id, lead.object_code, point, lead.occurred_at)


def _standing(lead: Lead) -> Standing:
    return Standing(lead.id, lead.number, lead.state, lead.received_at)

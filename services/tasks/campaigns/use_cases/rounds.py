"""Rounds and batches of a campaign."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain import life
from services.tasks.campaigns.domain.life import Stage
from services.tasks.campaigns.models.campaigns import Campaign, CampaignRound
from services.tasks.campaigns.queries import campaigns as queries
from services.tasks.campaigns.use_cases.campaigns import stage
from services.tasks.campaigns.use_cases.record import Act, Subject, keep, lock_open
from shared.auth.actor import Actor

RIGHT = "campaign.lead"


async def plan(
    session: AsyncSession, actor: Actor, campaign_id: UUID, wanted: Stage, *, now: datetime
) -> CampaignRound:
    """One more round or batch, within the campaign's days."""
    campaign = await lock_open(session, actor, campaign_id, RIGHT)
    await _require(session, campaign, wanted)
    row = CampaignRound(campaign_id=campaign_id, changed_at=now, **_columns(wanted))
    session.add(row)
    await _keep(session, actor, campaign, row, "plan", now=now)
    return row


async def amend(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    wanted: Stage,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> CampaignRound:
    """The round as it is to be, for a reason."""
    known = await queries.campaign_round(session, round_id)
    campaign = await lock_open(session, actor, known.campaign_id, RIGHT)
    row = await queries.lock_round(session, round_id)
    row.require_version(expected_version)
    await _require(session, campaign, replace(wanted, id=round_id))
    before = row.model_dump(mode="json")
    for name, value in _columns(wanted).items():
        setattr(row, name, value)
    row.changed_at = now
    await _keep(session, actor, campaign, row, "amend", reason=reason, before=before, now=now)
    return row


def _columns(wanted: Stage) -> dict[str, Any]:
    return {
        "kind": wanted.kind,
        "sequence": wanted.sequence,
        "name": wanted.name,
        "starts_on": wanted.starts_on,
        "ends_on": wanted.ends_on,
        "teams_planned": wanted.teams_planned,
    }


async def _require(session: AsyncSession, campaign: Campaign, wanted: Stage) -> None:
    others = [stage(each) for each in await queries.rounds(session, campaign.id)]
    life.require_round(wanted, others, starts_on=campaign.starts_on, ends_on=campaign.ends_on)


async def _keep(
    session: AsyncSession,
    actor: Actor,
    campaign: Campaign,
    row: CampaignRound,
    action: str,
    *,
    reason: str | None = None,
    before: dict[str, object] | None = None,
    now: datetime,
) -> None:
    await session.flush()
    facts = row.model_dump(mode="json")
    act = Act(Subject.ROUND, row.id, action, facts, reason=reason, before=before)
    await keep(session, actor, campaign, act, now=now)

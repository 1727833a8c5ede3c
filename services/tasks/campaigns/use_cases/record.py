"""What every act on a campaign and its parts shares: lock, right, history, trace."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain import life
from services.tasks.campaigns.domain.life import CampaignState
from services.tasks.campaigns.models.campaigns import Campaign, CampaignStep
from services.tasks.campaigns.queries import campaigns as queries
from services.tasks.enterprises.use_cases.record import require_known
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require


class Subject(StrEnum):
    """What of a campaign a line of its history is about."""

    CAMPAIGN = "campaign"
    ROUND = "campaign_round"
    TEAM = "campaign_team"
    GROUP = "campaign_group"
    TARGETS = "campaign_target"


@dataclass(frozen=True, slots=True)
class Act:
    """One line of history: what was done to what, and how that is now."""

    subject: Subject
    subject_id: UUID
    action: str
    facts: Mapping[str, Any]
    reason: str | None = None
    before: Mapping[str, Any] | None = None


def taking_part(campaign: Campaign) -> list[str]:
    """The organiser first."""
    return [campaign.division, *campaign.parties]


async def lock_open(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    right: str,
    *,
    participants: Iterable[str] = (),
) -> Campaign:
    """The campaign, locked, for setting up a part of it; CampaignNotOpen once it has ended."""
    # Who may not is told so before any lock.
    known = await queries.campaign(session, campaign_id)
    require(actor, right, division=known.division, participants=participants)
    campaign = await queries.lock_campaign(session, campaign_id)
    life.require_open(campaign.state)
    return campaign


async def require_divisions(
    session: AsyncSession, codes: Iterable[str], *, on_day: date, pointer: str
) -> None:
    """UnknownDivision at the first that is none."""
    for number, code in enumerate(codes):
        await require_known(session, code, on_day=on_day, pointer=f"{pointer}/{number}")


async def keep(
    session: AsyncSession, actor: Actor, campaign: Campaign, act: Act, *, now: datetime
) -> None:
    """Write the line of history and the trace, after the row itself is flushed."""
    await session.flush()
    session.add(
        CampaignStep(
            campaign_id=campaign.id,
            subject=act.subject,
            subject_id=act.subject_id,
            action=act.action,
            facts={**act.facts},
            reason=act.reason,
            actor_id=actor.id,
            actor_name=actor.name,
            at=now,
        )
    )
    await session.flush()
    is_draft = campaign.state is CampaignState.DRAFT
    await record(
        session,
        actor,
        f"{act.subject}.{act.action}",
        object_kind=act.subject,
        object_id=act.subject_id,
        now=now,
        seen_by=[campaign.division] if is_draft else taking_part(campaign),
        reason=act.reason,
        before=act.before,
        after=act.facts,
    )

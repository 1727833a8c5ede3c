"""A campaign from its draft to its end: drafted, amended, approved, issued, started, closed."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain import life
from services.tasks.campaigns.domain.approvals import Approval, require_approval
from services.tasks.campaigns.domain.life import (
    CampaignAction,
    CampaignState,
    DocumentNumberMissing,
    Facts,
    Stage,
)
from services.tasks.campaigns.models.campaigns import Campaign, CampaignRound, CheckApproval
from services.tasks.campaigns.queries import campaigns as queries
from services.tasks.campaigns.use_cases.record import (
    Act,
    Subject,
    keep,
    require_divisions,
    taking_part,
)
from services.tasks.enterprises.use_cases.record import require_known
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.errors import AlreadyExists

RIGHTS: Final = {
    CampaignAction.DRAFT: "campaign.draft",
    CampaignAction.AMEND: "campaign.draft",
    CampaignAction.APPROVE: "campaign.draft",
    CampaignAction.ISSUE: "campaign.issue",
    CampaignAction.START: "campaign.lead",
    CampaignAction.CLOSE: "campaign.issue",
    CampaignAction.CALL_OFF: "campaign.issue",
}


class DocumentTaken(AlreadyExists):
    code = "document_taken"
    zh = "该文号已用于另一专项行动。"
    en = "Another campaign has this document number."


async def draft(
    session: AsyncSession, actor: Actor, division: str, facts: Facts, *, now: datetime
) -> Campaign:
    """A campaign its organiser alone knows of."""
    require(actor, RIGHTS[CampaignAction.DRAFT], division=division)
    life.require_facts(facts)
    await require_known(session, division, on_day=legal_day(now), pointer="/division")
    await require_divisions(session, facts.parties, on_day=legal_day(now), pointer="/parties")
    campaign = Campaign(
        division=division,
        **_columns(division, facts),
        changed_at=now,
        visible_to=divisions.visibility([division]),
    )
    session.add(campaign)
    await _keep(session, actor, campaign, CampaignAction.DRAFT, now=now)
    return campaign


def _columns(division: str, facts: Facts) -> dict[str, Any]:
    columns = {
        name: [*value] if isinstance(value, tuple) else value
        for name, value in asdict(facts).items()
    }
    # Who organises does not take part besides.
    return columns | {
        "parties": [each for each in dict.fromkeys(facts.parties) if each != division]
    }


async def amend(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    facts: Facts,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Campaign:
    """What the campaign is about, as it is to be; ReasonMissing once it was issued."""
    campaign = await _lock_for(session, actor, campaign_id, CampaignAction.AMEND, expected_version)
    life.require_reason(campaign.state, reason)
    life.require_facts(facts)
    await require_divisions(session, facts.parties, on_day=legal_day(now), pointer="/parties")
    for each in await queries.rounds(session, campaign_id):
        life.require_round(stage(each), (), starts_on=facts.starts_on, ends_on=facts.ends_on)
    before = campaign.model_dump(mode="json")
    for name, value in _columns(campaign.division, facts).items():
        setattr(campaign, name, value)
    _require_number(campaign)
    await _take(
        session, actor, campaign, CampaignAction.AMEND, before=before, reason=reason, now=now
    )
    return campaign


async def approve(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    approval: Approval,
    *,
    expected_version: int,
    now: datetime,
) -> Campaign:
    """Record the approval that the campaign's special checks rest on; a later one replaces it."""
    campaign = await _lock_for(
        session, actor, campaign_id, CampaignAction.APPROVE, expected_version
    )
    before = campaign.model_dump(mode="json")
    row = await record_approval(session, actor, approval, organiser=campaign.division, now=now)
    campaign.approval_id = row.id
    await _take(session, actor, campaign, CampaignAction.APPROVE, before=before, now=now)
    return campaign


async def record_approval(
    session: AsyncSession, actor: Actor, approval: Approval, *, organiser: str, now: datetime
) -> CheckApproval:
    """Keep an approval document for checks of the organiser; it is never changed."""
    require_approval(approval, organiser=organiser, today=legal_day(now))
    row = CheckApproval(
        **asdict(approval),
        organiser=organiser,
        recorded_by=actor.id,
        recorded_at=now,
        visible_to=divisions.visibility([organiser]),
    )
    session.add(row)
    await session.flush()
    return row


def terms_of(row: CheckApproval) -> Approval:
    """What the document says, without who entered it."""
    kept = {"id", "organiser", "recorded_by", "recorded_at", "visible_to"}
    return Approval(**row.model_dump(exclude=kept))


async def issue(
    session: AsyncSession, actor: Actor, campaign_id: UUID, *, expected_version: int, now: datetime
) -> Campaign:
    """Send the document out: from now on all that take part know of the campaign."""
    campaign = await _lock_for(session, actor, campaign_id, CampaignAction.ISSUE, expected_version)
    if campaign.document_number is None:
        raise DocumentNumberMissing
    before = campaign.model_dump(mode="json")
    await _take(session, actor, campaign, CampaignAction.ISSUE, before=before, now=now)
    return campaign


async def start(
    session: AsyncSession, actor: Actor, campaign_id: UUID, *, expected_version: int, now: datetime
) -> Campaign:
    """The campaign begins, on its first day or later."""
    campaign = await _lock_for(session, actor, campaign_id, CampaignAction.START, expected_version)
    life.require_begun(campaign.starts_on, today=legal_day(now))
    before = campaign.model_dump(mode="json")
    await _take(session, actor, campaign, CampaignAction.START, before=before, now=now)
    return campaign


async def close(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    *,
    summary: str,
    expected_version: int,
    now: datetime,
) -> Campaign:
    """Sum the campaign up once its rounds have ended."""
    campaign = await _lock_for(session, actor, campaign_id, CampaignAction.CLOSE, expected_version)
    stages = [stage(each) for each in await queries.rounds(session, campaign_id)]
    life.require_ended(stages, today=legal_day(now))
    before = campaign.model_dump(mode="json")
    campaign.summary = summary
    await _take(session, actor, campaign, CampaignAction.CLOSE, before=before, now=now)
    return campaign


async def call_off(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Campaign:
    """Give the campaign up; what was ordered for it is seen to task by task."""
    campaign = await _lock_for(
        session, actor, campaign_id, CampaignAction.CALL_OFF, expected_version
    )
    before = campaign.model_dump(mode="json")
    await _take(
        session, actor, campaign, CampaignAction.CALL_OFF, before=before, reason=reason, now=now
    )
    return campaign


def actions(actor: Actor, campaign: Campaign) -> list[CampaignAction]:
    """What this caller may do with the campaign now."""
    return [
        action
        for action in life.TRANSITIONS[campaign.state]
        if may(actor, RIGHTS[action], division=campaign.division)
    ]


def stage(row: CampaignRound) -> Stage:
    """A round as the rules see it."""
    return Stage(
        kind=row.kind,
        sequence=row.sequence,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        teams_planned=row.teams_planned,
        name=row.name,
        id=row.id,
    )


def _require_number(campaign: Campaign) -> None:
    if campaign.state is not CampaignState.DRAFT and campaign.document_number is None:
        raise DocumentNumberMissing


async def _lock_for(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    action: CampaignAction,
    expected_version: int,
) -> Campaign:
    # Who may not is told so before any lock.
    known = await queries.campaign(session, campaign_id)
    require(actor, RIGHTS[action], division=known.division)
    campaign = await queries.lock_campaign(session, campaign_id)
    campaign.require_version(expected_version)
    life.step(campaign.state, action)
    return campaign


async def _take(
    session: AsyncSession,
    actor: Actor,
    campaign: Campaign,
    action: CampaignAction,
    *,
    before: dict[str, object],
    reason: str | None = None,
    now: datetime,
) -> None:
    """The only place a campaign's state changes."""
    campaign.state = life.step(campaign.state, action)
    campaign.changed_at = now
    is_draft = campaign.state is CampaignState.DRAFT
    # A draft that was called off stays its organiser's.
    if not is_draft and not (
        action is CampaignAction.CALL_OFF and before["state"] == CampaignState.DRAFT
    ):
        campaign.visible_to = divisions.visibility(taking_part(campaign))
    await _keep(session, actor, campaign, action, before=before, reason=reason, now=now)


async def _keep(
    session: AsyncSession,
    actor: Actor,
    campaign: Campaign,
    action: CampaignAction,
    *,
    before: dict[str, object] | None = None,
    reason: str | None = None,
    now: datetime,
) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        if "uq_campaign_document" in str(error):
            raise DocumentTaken from None
        raise
    facts = campaign.model_dump(mode="json")
    act = Act(Subject.CAMPAIGN, campaign.id, action, facts, reason=reason, before=before)
    await keep(session, actor, campaign, act, now=now)

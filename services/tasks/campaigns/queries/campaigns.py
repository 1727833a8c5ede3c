"""Every SELECT on campaigns, their rounds, history and approvals."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain.life import CampaignKind, CampaignState
from services.tasks.campaigns.models.campaigns import (
    Campaign,
    CampaignRound,
    CampaignStep,
    CheckApproval,
)
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Wanted:
    """`division` organises the campaign or takes part."""

    division: str | None = None
    state: CampaignState | None = None
    kind: CampaignKind | None = None


def _found(campaign: Campaign | None) -> Campaign:
    if campaign is None:
        raise NotFound(what="campaign")
    return campaign


def _found_round(found: CampaignRound | None) -> CampaignRound:
    if found is None:
        raise NotFound(what="campaign round")
    return found


async def campaign(session: AsyncSession, campaign_id: UUID) -> Campaign:
    statement = select(Campaign).where(Campaign.id == campaign_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_campaign(session: AsyncSession, campaign_id: UUID) -> Campaign:
    """The campaign, locked until the transaction ends. For every change of it and its parts."""
    statement = (
        select(Campaign)
        .where(Campaign.id == campaign_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none())


async def campaigns(
    session: AsyncSession, wanted: Wanted, *, after: UUID | None, limit: int
) -> Sequence[Campaign]:
    """Campaigns, newest first."""
    statement = select(Campaign).order_by(col(Campaign.id).desc())
    if wanted.division is not None:
        takes_part = col(Campaign.parties).contains([wanted.division])
        statement = statement.where(or_(col(Campaign.division) == wanted.division, takes_part))
    for column, value in ((Campaign.state, wanted.state), (Campaign.kind, wanted.kind)):
        if value is not None:
            statement = statement.where(col(column) == value)
    if after is not None:
        statement = statement.where(col(Campaign.id) < after)
    return (await session.exec(statement.limit(limit))).all()


async def steps(
    session: AsyncSession, campaign_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[CampaignStep]:
    """What happened to the campaign and to its parts, oldest first."""
    statement = select(CampaignStep).where(CampaignStep.campaign_id == campaign_id)
    if after is not None:
        statement = statement.where(col(CampaignStep.id) > after)
    return (await session.exec(statement.order_by(col(CampaignStep.id)).limit(limit))).all()


async def approval(session: AsyncSession, approval_id: UUID) -> CheckApproval:
    statement = select(CheckApproval).where(CheckApproval.id == approval_id)
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="check approval")
    return found


async def lock_approval(session: AsyncSession, approval_id: UUID) -> CheckApproval:
    """The approval, locked, so that its limit of objects is counted by one at a time."""
    statement = select(CheckApproval).where(CheckApproval.id == approval_id).with_for_update()
    return (await session.exec(statement)).one()


async def campaign_round(session: AsyncSession, round_id: UUID) -> CampaignRound:
    statement = select(CampaignRound).where(CampaignRound.id == round_id)
    return _found_round((await session.exec(statement)).one_or_none())


async def lock_round(session: AsyncSession, round_id: UUID) -> CampaignRound:
    statement = (
        select(CampaignRound)
        .where(CampaignRound.id == round_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _found_round((await session.exec(statement)).one_or_none())


async def rounds(session: AsyncSession, campaign_id: UUID) -> Sequence[CampaignRound]:
    """Rounds, then batches, each in their order."""
    statement = select(CampaignRound).where(CampaignRound.campaign_id == campaign_id)
    ordered = statement.order_by(col(CampaignRound.kind).desc(), col(CampaignRound.sequence))
    return (await session.exec(ordered)).all()


async def rounds_page(
    session: AsyncSession, *, campaign_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[CampaignRound]:
    """Rounds of all campaigns the caller sees, in the order they were planned."""
    statement = select(CampaignRound).order_by(col(CampaignRound.id))
    if campaign_id is not None:
        statement = statement.where(CampaignRound.campaign_id == campaign_id)
    if after is not None:
        statement = statement.where(col(CampaignRound.id) > after)
    return (await session.exec(statement.limit(limit))).all()

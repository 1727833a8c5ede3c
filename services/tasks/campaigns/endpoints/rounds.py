"""Rounds and batches of campaigns over HTTP."""

from uuid import UUID

from fastapi import APIRouter, status as http

from services.tasks.campaigns.endpoints.asked import Asked, AskedDep
from services.tasks.campaigns.models.campaigns import CampaignRound
from services.tasks.campaigns.queries import campaigns as queries
from services.tasks.campaigns.schemas.campaigns import RoundAmendIn, RoundIn, RoundOut
from services.tasks.campaigns.use_cases import rounds
from shared.http.access import policy
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route

router = APIRouter(prefix="/campaign-rounds", tags=["campaigns"], route_class=Route)
READ = [policy("campaign.read")]
LEAD = [policy("campaign.lead")]


async def _shown(asked: Asked, row: CampaignRound) -> RoundOut:
    campaign = await queries.campaign(asked.session, row.campaign_id)
    return RoundOut.of(row, asked.actor, campaign)


@router.get("", dependencies=READ)
async def list_rounds(
    asked: AskedDep, page: PageDep, campaign_id: UUID | None = None
) -> Page[RoundOut]:
    """Rounds and batches in the order they were planned."""
    last = UUID(page.after[0]) if page.after else None
    found = await queries.rounds_page(
        asked.session, campaign_id=campaign_id, after=last, limit=page.limit + 1
    )
    rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=[await _shown(asked, row) for row in rows], next=page.next)


@router.post("", status_code=http.HTTP_201_CREATED, dependencies=LEAD)
async def plan_round(body: RoundIn, asked: AskedDep) -> RoundOut:
    """Plan one more round or batch, within the campaign's days and in order."""
    row = await rounds.plan(
        asked.session, asked.actor, body.campaign_id, body.stage(), now=asked.now
    )
    asked.made(row, f"campaign-rounds/{row.id}")
    return await _shown(asked, row)


@router.get("/{campaign_round_id}", dependencies=READ)
async def read_round(campaign_round_id: UUID, asked: AskedDep) -> RoundOut:
    row = await queries.campaign_round(asked.session, campaign_round_id)
    asked.shown(row)
    return await _shown(asked, row)


@router.post("/{campaign_round_id}/amend", dependencies=LEAD)
async def amend_round(
    campaign_round_id: UUID, body: RoundAmendIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RoundOut:
    """The round as it is to be, for a reason."""
    row = await rounds.amend(
        asked.session,
        asked.actor,
        campaign_round_id,
        body.stage(),
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    asked.shown(row)
    return await _shown(asked, row)

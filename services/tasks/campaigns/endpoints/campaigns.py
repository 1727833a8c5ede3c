"""Campaigns over HTTP, with their history, approval and list of enterprises."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, status as http

from services.tasks.campaigns.domain.life import CampaignKind, CampaignState, TargetBasis
from services.tasks.campaigns.endpoints.asked import Asked, AskedDep
from services.tasks.campaigns.models.campaigns import Campaign
from services.tasks.campaigns.queries import campaigns as queries, targets as target_queries
from services.tasks.campaigns.queries.campaigns import Wanted
from services.tasks.campaigns.schemas.campaigns import (
    ApprovalIn,
    ApprovalOut,
    CampaignAmendIn,
    CampaignIn,
    CampaignOut,
    ReasonIn,
    StepOut,
    SummaryIn,
)
from services.tasks.campaigns.schemas.teams import (
    AddTargetsIn,
    AssignedOut,
    CoverageOut,
    FillTargetsIn,
    PutOut,
    RemoveTargetIn,
    TargetOut,
)
from services.tasks.campaigns.use_cases import campaigns, targets
from services.tasks.campaigns.use_cases.record import taking_part
from services.tasks.enterprises.queries import registry
from shared.db.session import beyond_scope
from shared.http.access import policy
from shared.http.body import Division
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/campaigns", tags=["campaigns"], route_class=Route)
READ = [policy("campaign.read")]
DRAFT = [policy("campaign.draft")]
ISSUE = [policy("campaign.issue")]
TARGET = [policy("campaign.target")]


def _answer(asked: Asked, campaign: Campaign) -> CampaignOut:
    asked.shown(campaign)
    return CampaignOut.of(campaign, asked.actor)


async def _wanted(
    division: Division | None = None,
    state: CampaignState | None = None,
    kind: CampaignKind | None = None,
) -> Wanted:
    return Wanted(division, state, kind)


@router.get("", dependencies=READ)
async def list_campaigns(
    asked: AskedDep, page: PageDep, wanted: Annotated[Wanted, Depends(_wanted)]
) -> Page[CampaignOut]:
    """Campaigns the caller's divisions organise or take part in, newest first."""
    last = UUID(page.after[0]) if page.after else None
    found = await queries.campaigns(asked.session, wanted, after=last, limit=page.limit + 1)
    rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=[CampaignOut.of(row, asked.actor) for row in rows], next=page.next)


@router.post("", status_code=http.HTTP_201_CREATED, dependencies=DRAFT)
async def draft_campaign(body: CampaignIn, asked: AskedDep) -> CampaignOut:
    """Draft a campaign; until it is issued its organiser alone knows of it."""
    row = await campaigns.draft(
        asked.session, asked.actor, body.division, body.facts(), now=asked.now
    )
    asked.made(row, f"campaigns/{row.id}")
    return CampaignOut.of(row, asked.actor)


@router.get("/{campaign_id}", dependencies=READ)
async def read_campaign(campaign_id: UUID, asked: AskedDep) -> CampaignOut:
    """One campaign as it is now."""
    return _answer(asked, await queries.campaign(asked.session, campaign_id))


@router.get("/{campaign_id}/steps", dependencies=READ)
async def list_campaign_steps(
    campaign_id: UUID, session: SessionDep, page: PageDep
) -> Page[StepOut]:
    """Everything that was done to the campaign and its parts, and how each was then."""
    row = await queries.campaign(session, campaign_id)
    last = UUID(page.after[0]) if page.after else None
    found = await queries.steps(session, row.id, after=last, limit=page.limit + 1)
    rows = page.cut(found, key=lambda each: (str(each.id),))
    return Page(items=[StepOut.model_validate(each) for each in rows], next=page.next)


@router.get("/{campaign_id}/approval", dependencies=READ)
async def read_approval(campaign_id: UUID, session: SessionDep) -> ApprovalOut | None:
    """What the campaign's special checks rest on; null if nothing was approved."""
    row = await queries.campaign(session, campaign_id)
    if row.approval_id is None:
        return None
    # It is published, and of the campaign the caller sees.
    async with beyond_scope(session):
        found = await queries.approval(session, row.approval_id)
    return ApprovalOut.model_validate(found)


@router.post("/{campaign_id}/amend", dependencies=DRAFT)
async def amend_campaign(
    campaign_id: UUID, body: CampaignAmendIn, asked: AskedDep, expected_version: ExpectedVersion
) -> CampaignOut:
    """Change what the campaign is about; who takes part learns of it, and why."""
    row = await campaigns.amend(
        asked.session,
        asked.actor,
        campaign_id,
        body.facts(),
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return _answer(asked, row)


@router.post("/{campaign_id}/approve", dependencies=DRAFT)
async def approve_campaign(
    campaign_id: UUID, body: ApprovalIn, asked: AskedDep, expected_version: ExpectedVersion
) -> CampaignOut:
    """Record the approval of the campaign's special checks, as its document has it."""
    row = await campaigns.approve(
        asked.session,
        asked.actor,
        campaign_id,
        body.value(),
        expected_version=expected_version,
        now=asked.now,
    )
    return _answer(asked, row)


@router.post("/{campaign_id}/issue", dependencies=ISSUE)
async def issue_campaign(
    campaign_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> CampaignOut:
    """Send the document out; all that take part know of the campaign from now on."""
    row = await campaigns.issue(
        asked.session, asked.actor, campaign_id, expected_version=expected_version, now=asked.now
    )
    return _answer(asked, row)


@router.post("/{campaign_id}/start", dependencies=[policy("campaign.lead")])
async def start_campaign(
    campaign_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> CampaignOut:
    """Begin, on the campaign's first day or later."""
    row = await campaigns.start(
        asked.session, asked.actor, campaign_id, expected_version=expected_version, now=asked.now
    )
    return _answer(asked, row)


@router.post("/{campaign_id}/close", dependencies=ISSUE)
async def close_campaign(
    campaign_id: UUID, body: SummaryIn, asked: AskedDep, expected_version: ExpectedVersion
) -> CampaignOut:
    """Sum up a campaign whose rounds have ended."""
    row = await campaigns.close(
        asked.session,
        asked.actor,
        campaign_id,
        summary=body.summary,
        expected_version=expected_version,
        now=asked.now,
    )
    return _answer(asked, row)


@router.post("/{campaign_id}/call-off", dependencies=ISSUE)
async def call_off_campaign(
    campaign_id: UUID, body: ReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> CampaignOut:
    """Give the campaign up; nothing more can be ordered for it."""
    row = await campaigns.call_off(
        asked.session,
        asked.actor,
        campaign_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return _answer(asked, row)


async def _targets_wanted(
    round_id: UUID | None = None,
    team_id: UUID | None = None,
    basis: TargetBasis | None = None,
    division: Division | None = None,
) -> target_queries.Wanted:
    return target_queries.Wanted(round_id, team_id, basis, division)


@router.get("/{campaign_id}/targets", dependencies=READ)
async def list_targets(
    campaign_id: UUID,
    session: SessionDep,
    page: PageDep,
    wanted: Annotated[target_queries.Wanted, Depends(_targets_wanted)],
) -> Page[TargetOut]:
    """Enterprises assigned to the campaign: the organiser's list, or one's own part of it."""
    row = await queries.campaign(session, campaign_id)
    last = UUID(page.after[0]) if page.after else None
    found = await target_queries.targets(session, row.id, wanted, after=last, limit=page.limit + 1)
    rows = page.cut(found, key=lambda each: (str(each.id),))
    # Who is sent to an enterprise elsewhere is told which one.
    async with beyond_scope(session):
        named = await registry.names(session, [each.enterprise_id for each in rows])
    items = [TargetOut.of(each, named[each.enterprise_id]) for each in rows]
    return Page(items=items, next=page.next)


@router.get("/{campaign_id}/coverage", dependencies=READ)
async def read_coverage(campaign_id: UUID, session: SessionDep) -> CoverageOut:
    """How many enterprises are assigned, and whether the trades are on the list in full."""
    row = await queries.campaign(session, campaign_id)
    numbers = await target_queries.numbers(session, row.id)
    on_register = on_list = 0
    if row.industries:
        within = {"industries": row.industries, "territory": taking_part(row)}
        on_register = await target_queries.on_register(session, **within)
        on_list = await target_queries.on_list(session, row.id, **within)
    return CoverageOut(
        enterprises=len(await target_queries.standing(session, row.id)),
        assigned=[AssignedOut.model_validate(each) for each in numbers],
        on_register=on_register,
        on_list=on_list,
    )


@router.post("/{campaign_id}/add-targets", dependencies=TARGET)
async def add_targets(
    campaign_id: UUID, body: AddTargetsIn, asked: AskedDep, expected_version: ExpectedVersion
) -> PutOut:
    """Put enterprises on the list; who is on it already stays as he is."""
    added = await targets.add(
        asked.session,
        asked.actor,
        campaign_id,
        body.enterprise_ids,
        body.putting(),
        expected_version=expected_version,
        now=asked.now,
    )
    return PutOut(added=added, more=False)


@router.post("/{campaign_id}/fill-targets", dependencies=TARGET)
async def fill_targets(
    campaign_id: UUID, body: FillTargetsIn, asked: AskedDep, expected_version: ExpectedVersion
) -> PutOut:
    """Full coverage: every object of the trades that is not listed yet, a thousand a call."""
    filled = await targets.fill(
        asked.session,
        asked.actor,
        campaign_id,
        body.industries,
        body.putting(),
        expected_version=expected_version,
        now=asked.now,
    )
    return PutOut.model_validate(filled)


@router.post("/{campaign_id}/remove-target", dependencies=TARGET)
async def remove_target(
    campaign_id: UUID, body: RemoveTargetIn, asked: AskedDep, expected_version: ExpectedVersion
) -> CampaignOut:
    """Take an enterprise off the list, for a reason."""
    await targets.remove(
        asked.session,
        asked.actor,
        campaign_id,
        body.target_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return _answer(asked, await queries.campaign(asked.session, campaign_id))

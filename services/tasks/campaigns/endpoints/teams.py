"""Teams of campaigns over HTTP."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, status as http

from services.tasks.campaigns.domain.teams import TeamKind
from services.tasks.campaigns.endpoints.asked import Asked, AskedDep
from services.tasks.campaigns.models.teams import CampaignTeam
from services.tasks.campaigns.queries import campaigns, teams as queries
from services.tasks.campaigns.queries.teams import Wanted
from services.tasks.campaigns.schemas.campaigns import ReasonIn
from services.tasks.campaigns.schemas.teams import TeamAmendIn, TeamIn, TeamOut
from services.tasks.campaigns.use_cases import teams
from shared.http.access import policy
from shared.http.body import Division
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route

router = APIRouter(prefix="/campaign-teams", tags=["campaigns"], route_class=Route)
READ = [policy("campaign.read")]
FORM = [policy("campaign_team.form")]


async def _answers(asked: Asked, rows: Sequence[CampaignTeam]) -> list[TeamOut]:
    members = await queries.members(asked.session, [row.id for row in rows])
    whole = {
        key: await campaigns.campaign(asked.session, key)
        for key in {row.campaign_id for row in rows}
    }
    return [
        TeamOut.of(row, members.get(row.id, ()), asked.actor, whole[row.campaign_id])
        for row in rows
    ]


async def _answer(asked: Asked, row: CampaignTeam) -> TeamOut:
    asked.shown(row)
    [shown] = await _answers(asked, [row])
    return shown


async def _wanted(
    campaign_id: UUID | None = None,
    round_id: UUID | None = None,
    kind: TeamKind | None = None,
    division: Division | None = None,
) -> Wanted:
    return Wanted(campaign_id, round_id, kind, division)


@router.get("", dependencies=READ)
async def list_campaign_teams(
    asked: AskedDep, page: PageDep, wanted: Annotated[Wanted, Depends(_wanted)]
) -> Page[TeamOut]:
    """Teams in the order they were formed; `division` sends people to them."""
    last = UUID(page.after[0]) if page.after else None
    found = await queries.teams(asked.session, wanted, after=last, limit=page.limit + 1)
    rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=await _answers(asked, rows), next=page.next)


@router.post("", status_code=http.HTTP_201_CREATED, dependencies=FORM)
async def form_campaign_team(body: TeamIn, asked: AskedDep) -> TeamOut:
    """Form a team, as the organiser or as a division that sends its people."""
    row = await teams.form(
        asked.session, asked.actor, body.campaign_id, body.facts(), now=asked.now
    )
    asked.made(row, f"campaign-teams/{row.id}")
    return await _answer(asked, row)


@router.get("/{campaign_team_id}", dependencies=READ)
async def read_campaign_team(campaign_team_id: UUID, asked: AskedDep) -> TeamOut:
    """One team with who is in it now."""
    return await _answer(asked, await queries.team(asked.session, campaign_team_id))


@router.post("/{campaign_team_id}/amend", dependencies=FORM)
async def amend_campaign_team(
    campaign_team_id: UUID, body: TeamAmendIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TeamOut:
    """The team as it is to be; who is not named any more has left it."""
    row = await teams.amend(
        asked.session,
        asked.actor,
        campaign_team_id,
        body.facts(),
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await _answer(asked, row)


@router.post("/{campaign_team_id}/disband", dependencies=FORM)
async def disband_campaign_team(
    campaign_team_id: UUID, body: ReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> TeamOut:
    """The team's work is over."""
    row = await teams.disband(
        asked.session,
        asked.actor,
        campaign_team_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await _answer(asked, row)

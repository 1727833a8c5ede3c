"""Teams of a campaign: formed, changed, disbanded."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain.teams import Person, TeamDisbanded, TeamFacts, require_team
from services.tasks.campaigns.models.campaigns import Campaign
from services.tasks.campaigns.models.teams import CampaignTeam, CampaignTeamMember
from services.tasks.campaigns.queries import campaigns, teams as queries
from services.tasks.campaigns.use_cases.record import Act, Subject, keep, lock_open, taking_part
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.clocks.days import legal_day
from shared.errors import NotFound

RIGHT = "campaign_team.form"


async def form(
    session: AsyncSession, actor: Actor, campaign_id: UUID, facts: TeamFacts, *, now: datetime
) -> CampaignTeam:
    """A team, by the organiser or by a division that sends its people."""
    campaign = await lock_open(
        session, actor, campaign_id, RIGHT, participants=facts.home_divisions
    )
    await _require(session, campaign, facts)
    team = CampaignTeam(campaign_id=campaign_id, changed_at=now, **_columns(facts))
    session.add(team)
    await session.flush()
    session.add_all(_member(team, each, now=now) for each in facts.members)
    await _keep(session, actor, campaign, team, "form", facts=facts, now=now)
    return team


async def amend(
    session: AsyncSession,
    actor: Actor,
    team_id: UUID,
    facts: TeamFacts,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> CampaignTeam:
    """The team as it is to be; who is not named any more has left it today."""
    campaign, team = await _lock(session, actor, team_id, expected_version)
    await _require(session, campaign, facts)
    before = team.model_dump(mode="json")
    for name, value in _columns(facts).items():
        setattr(team, name, value)
    team.changed_at = now
    await _replace_members(session, team, facts, now=now)
    await _keep(
        session, actor, campaign, team, "amend", facts=facts, reason=reason, before=before, now=now
    )
    return team


async def disband(
    session: AsyncSession,
    actor: Actor,
    team_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> CampaignTeam:
    """The team's work is over, or it is not needed."""
    campaign, team = await _lock(session, actor, team_id, expected_version)
    before = team.model_dump(mode="json")
    team.disbanded_on, team.changed_at = legal_day(now), now
    await _keep(session, actor, campaign, team, "disband", reason=reason, before=before, now=now)
    return team


def actions(actor: Actor, team: CampaignTeam, campaign: Campaign) -> list[str]:
    """What this caller may do with the team now."""
    mine = may(actor, RIGHT, division=campaign.division, participants=team.home_divisions)
    return ["amend", "disband"] if mine and team.disbanded_on is None else []


async def _lock(
    session: AsyncSession, actor: Actor, team_id: UUID, expected_version: int
) -> tuple[Campaign, CampaignTeam]:
    known = await queries.team(session, team_id)
    campaign = await lock_open(
        session, actor, known.campaign_id, RIGHT, participants=known.home_divisions
    )
    team = await queries.lock_team(session, team_id)
    team.require_version(expected_version)
    if team.disbanded_on is not None:
        raise TeamDisbanded
    return campaign, team


async def _require(session: AsyncSession, campaign: Campaign, facts: TeamFacts) -> None:
    require_team(facts, taking_part=taking_part(campaign))
    if facts.round_id is not None:
        found = await campaigns.campaign_round(session, facts.round_id)
        if found.campaign_id != campaign.id:
            raise NotFound(what="campaign round")


def _columns(facts: TeamFacts) -> dict[str, Any]:
    return {
        "round_id": facts.round_id,
        "kind": facts.kind,
        "name": facts.name,
        "alias": facts.alias,
        "home_divisions": [*facts.home_divisions],
        "works_in": [*facts.works_in],
        "tools": [*facts.tools],
        "focus": [*facts.focus],
        "skills": [*facts.skills],
    }


def _member(team: CampaignTeam, person: Person, *, now: datetime) -> CampaignTeamMember:
    return CampaignTeamMember(team_id=team.id, joined_on=legal_day(now), **asdict(person))


async def _replace_members(
    session: AsyncSession, team: CampaignTeam, facts: TeamFacts, *, now: datetime
) -> None:
    """Who stays as what he is keeps his line; the others leave, or join."""
    wanted = {*facts.members}
    for row in (await queries.members(session, [team.id])).get(team.id, ()):
        person = Person(row.name, row.division, row.function, row.officer_id, row.is_leader)
        if person in wanted:
            wanted.discard(person)
        else:
            row.left_on = legal_day(now)
    # Lines end before others begin: a team has one leader at a time.
    await session.flush()
    session.add_all(_member(team, each, now=now) for each in facts.members if each in wanted)


async def _keep(
    session: AsyncSession,
    actor: Actor,
    campaign: Campaign,
    team: CampaignTeam,
    action: str,
    *,
    facts: TeamFacts | None = None,
    reason: str | None = None,
    before: dict[str, object] | None = None,
    now: datetime,
) -> None:
    await session.flush()
    whole = team.model_dump(mode="json")
    if facts is not None:
        members = [asdict(each) for each in facts.members]
        whole["members"] = [
            {**each, "officer_id": each["officer_id"] and str(each["officer_id"])}
            for each in members
        ]
    act = Act(Subject.TEAM, team.id, action, whole, reason=reason, before=before)
    await keep(session, actor, campaign, act, now=now)

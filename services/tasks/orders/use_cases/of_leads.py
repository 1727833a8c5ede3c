"""Lead → task: what the lead says becomes the matter of its task, nothing is typed again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain.life import require_in_force
from services.tasks.campaigns.models.teams import CampaignTeam
from services.tasks.campaigns.queries import campaigns
from services.tasks.campaigns.use_cases.record import taking_part
from services.tasks.dispatch import queries as dispatch
from services.tasks.dispatch.models import Task
from services.tasks.dispatch.use_cases.carrying_out import Wanted, ask_for
from services.tasks.enterprises.domain.visits import LegalKind, Method, Mode
from services.tasks.leads.use_cases.steps import hand_on, name_task
from services.tasks.orders import domain
from services.tasks.orders.use_cases.judging import require_fit, standing_team
from shared import divisions
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class OfLead:
    """What is said of the task beyond the lead; a clue is looked into by an individual check."""

    mode: Mode = Mode.ON_SITE
    methods: tuple[Method, ...] = ()
    due_on: date | None = None
    campaign_id: UUID | None = None
    round_id: UUID | None = None
    team_id: UUID | None = None
    sealed: bool = False


async def make_of_lead(
    session: AsyncSession,
    actor: Actor,
    lead_id: UUID,
    asked: OfLead,
    *,
    expected_version: int,
    now: datetime,
) -> Task:
    """The task of a lead, by who has the lead; the lead knows it, and is settled by its end."""
    handed = await hand_on(session, actor, lead_id, expected_version=expected_version, now=now)
    place = handed.matter.division
    team = await _of_campaign(session, asked, division=handed.parties[0], place=place)
    # The place of the act takes part, whoever has the lead (行政处罚法 art. 22).
    parties: Sequence[str] = [*handed.parties, *(team.home_divisions if team else ())]
    if not divisions.covers(divisions.scope(handed.parties[0]), place):
        parties = [*parties, place]
    due_on = domain.due_of_lead(asked.due_on, handed.due_on, today=legal_day(now))
    async with beyond_scope(session):
        task_id = await ask_for(
            session,
            origin=handed.origin,
            parties=parties,
            matter=handed.matter,
            due_on=due_on,
            now=now,
            wanted=Wanted(
                enterprise_id=handed.enterprise_id,
                campaign_id=asked.campaign_id,
                round_id=asked.round_id,
                campaign_team_id=asked.team_id,
                legal_kind=LegalKind.INDIVIDUAL,
                mode=asked.mode,
                methods=asked.methods,
                sealed=asked.sealed,
            ),
            asked_by=actor,
        )
    await name_task(session, handed.lead, task_id)
    return await dispatch.task(session, task_id)


async def _of_campaign(
    session: AsyncSession, asked: OfLead, *, division: str, place: str
) -> CampaignTeam | None:
    """The team meant, once it is seen that the task may count for the campaign."""
    if asked.campaign_id is None:
        if asked.round_id is not None or asked.team_id is not None:
            raise NotFound(what="campaign")
        return None
    campaign = await campaigns.campaign(session, asked.campaign_id)
    require_in_force(campaign.state)
    domain.require_reach([division], orderer=division, taking_part=taking_part(campaign))
    if asked.round_id is not None:
        found = await campaigns.campaign_round(session, asked.round_id)
        if found.campaign_id != campaign.id:
            raise NotFound(what="campaign round")
    if asked.team_id is None:
        return None
    team = await standing_team(session, asked.team_id, campaign_id=campaign.id)
    require_fit(team, place)
    return team

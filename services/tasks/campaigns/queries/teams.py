"""Every SELECT on a campaign's teams."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain.teams import TeamKind
from services.tasks.campaigns.models.teams import CampaignTeam, CampaignTeamMember
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Wanted:
    campaign_id: UUID | None = None
    round_id: UUID | None = None
    kind: TeamKind | None = None
    division: str | None = None


def _found(team: CampaignTeam | None) -> CampaignTeam:
    if team is None:
        raise NotFound(what="campaign team")
    return team


async def team(session: AsyncSession, team_id: UUID) -> CampaignTeam:
    statement = select(CampaignTeam).where(CampaignTeam.id == team_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_team(session: AsyncSession, team_id: UUID) -> CampaignTeam:
    """The team, locked until the transaction ends. For every change."""
    statement = (
        select(CampaignTeam)
        .where(CampaignTeam.id == team_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _found((await session.exec(statement)).one_or_none())


async def teams(
    session: AsyncSession, wanted: Wanted, *, after: UUID | None, limit: int
) -> Sequence[CampaignTeam]:
    """Teams in the order they were formed; `division` sends people to them."""
    statement = select(CampaignTeam).order_by(col(CampaignTeam.id))
    for column, value in (
        (CampaignTeam.campaign_id, wanted.campaign_id),
        (CampaignTeam.round_id, wanted.round_id),
        (CampaignTeam.kind, wanted.kind),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if wanted.division is not None:
        statement = statement.where(col(CampaignTeam.home_divisions).contains([wanted.division]))
    if after is not None:
        statement = statement.where(col(CampaignTeam.id) > after)
    return (await session.exec(statement.limit(limit))).all()


async def members(
    session: AsyncSession, team_ids: Iterable[UUID]
) -> Mapping[UUID, Sequence[CampaignTeamMember]]:
    """Who is in each team now, the leader first."""
    statement = (
        select(CampaignTeamMember)
        .where(
            col(CampaignTeamMember.team_id).in_([*team_ids]),
            col(CampaignTeamMember.left_on).is_(None),
        )
        .order_by(col(CampaignTeamMember.is_leader).desc(), col(CampaignTeamMember.id))
    )
    found = defaultdict[UUID, list[CampaignTeamMember]](list)
    for member in (await session.exec(statement)).all():
        found[member.team_id].append(member)
    return found

"""What makers of tasks share: in whose right, how an object is checked, which team, why not."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain.teams import TeamDisbanded, TeamNotForPlace, may_work_in
from services.tasks.campaigns.models.teams import CampaignTeam
from services.tasks.campaigns.queries import teams
from services.tasks.enterprises.domain import visits
from services.tasks.enterprises.domain.registry import STANDING
from services.tasks.enterprises.domain.visits import EnterpriseNotStanding, Mode
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.queries import positive_lists, visits as ledger_queries
from services.tasks.enterprises.use_cases.visit_record import rules_for
from services.tasks.orders import domain
from shared.auth.actor import Actor, ActorKind, Grant, Role
from shared.errors import AppError, Language, NotFound


class Kept(Protocol):
    """A row that says in whose right its tasks are made."""

    actor_id: UUID
    actor_kind: str
    actor_name: str
    grants: list[list[str]]


def sender_columns(actor: Actor) -> dict[str, Any]:
    """In whose right tasks are made, as it is now."""
    return {
        "actor_id": actor.id,
        "actor_kind": actor.kind.value,
        "actor_name": actor.name,
        "grants": [[grant.role.value, grant.scope] for grant in actor.grants],
    }


def sender_of(row: Kept) -> Actor:
    """Who sent it last, with the rights of that moment."""
    return Actor(
        id=row.actor_id,
        kind=ActorKind(row.actor_kind),
        name=row.actor_name,
        grants=tuple(Grant(Role(role), scope) for role, scope in row.grants),
    )


def problem_of(error: AppError) -> dict[str, Any]:
    """Where and why, as it is kept for the sender."""
    return {
        "pointer": getattr(error, "pointer", ""),
        "code": error.code,
        "zh": error.message(Language.ZH),
        "en": error.message(Language.EN),
    }


async def judged_mode(
    session: AsyncSession, enterprise: Enterprise, wanted: visits.Wanted, *, off_site_instead: bool
) -> Mode:
    """On site or not, by list and ledger of the day; EnterpriseNotStanding if nothing is there.

    For a session of the system: the ledger is read past the sender's rows, for the answer alone.
    """
    if enterprise.status not in STANDING:
        raise EnterpriseNotStanding
    day = wanted.day
    listed = await positive_lists.standings(session, [enterprise.id], on_day=day)
    ledger: Sequence[visits.Earlier] = await ledger_queries.ledger(
        session, enterprise.id, year=day.year
    )
    return domain.mode_of(
        wanted,
        ledger,
        await rules_for(session, enterprise.division, on_day=day),
        listed=listed.get(enterprise.id),
        off_site_instead=off_site_instead,
    )


async def standing_team(
    session: AsyncSession, team_id: UUID, *, campaign_id: UUID | None
) -> CampaignTeam:
    """A team of the campaign that was not disbanded."""
    team = await teams.team(session, team_id)
    if team.campaign_id != campaign_id:
        raise NotFound(what="campaign team")
    if team.disbanded_on is not None:
        raise TeamDisbanded
    return team


def require_fit(team: CampaignTeam, place: str) -> None:
    """TeamNotForPlace where the team is not meant to go, or is at home."""
    fits = may_work_in(
        team.kind, home_divisions=team.home_divisions, works_in=team.works_in, place=place
    )
    if not fits:
        raise TeamNotForPlace(place=place)

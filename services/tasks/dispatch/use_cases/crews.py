"""Who is sent on a task."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import queries
from services.tasks.dispatch.domain import NotOfTheTeam
from services.tasks.dispatch.models import Team, TeamMember
from shared.auth.actor import Actor


@dataclass(frozen=True, slots=True)
class Crew:
    """A task's standing team with its officers."""

    team: Team
    members: Sequence[TeamMember]

    def has(self, account_id: UUID) -> bool:
        return any(member.account_id == account_id for member in self.members)

    def is_led_by(self, account_id: UUID) -> bool:
        return any(each.account_id == account_id for each in self.members if each.is_leader)

    def covers(self, instant: datetime) -> bool:
        """Whether the officers were sent for this instant."""
        return self.team.starts_at <= instant <= self.team.ends_at


async def crew(session: AsyncSession, task_id: UUID) -> Crew | None:
    """Who is sent on the task, if anybody is."""
    return (await crews(session, [task_id])).get(task_id)


async def crews(session: AsyncSession, task_ids: Sequence[UUID]) -> dict[UUID, Crew]:
    teams = await queries.standing_teams(session, task_ids)
    members = await queries.members(session, [team.id for team in teams.values()])
    return {task: Crew(team, members[team.id]) for task, team in teams.items()}


async def require_member(
    session: AsyncSession, actor: Actor, task_id: UUID, *, action: str
) -> Crew:
    """The task's team, of which the caller is a member; NotOfTheTeam otherwise."""
    sent = await crew(session, task_id)
    if sent is None or not sent.has(actor.id):
        raise NotOfTheTeam(action=action)
    return sent

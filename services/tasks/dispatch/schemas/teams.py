"""Bodies of teams: who is sent where."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self
from uuid import UUID

from services.tasks.dispatch.domain import TaskState
from services.tasks.dispatch.models import Task, Team, TeamMember
from services.tasks.dispatch.use_cases.crews import Crew
from shared.http.body import Out


class MemberOut(Out):
    officer_id: UUID
    account_id: UUID
    name: str
    division: str
    certificate_number: str
    certificate_valid_to: date
    is_leader: bool


class TeamOut(Out):
    starts_at: datetime
    ends_at: datetime
    named_at: datetime
    members: list[MemberOut]

    @classmethod
    def of(cls, crew: Crew) -> Self:
        return cls(
            starts_at=crew.team.starts_at,
            ends_at=crew.team.ends_at,
            named_at=crew.team.named_at,
            members=[MemberOut.model_validate(member) for member in crew.members],
        )


class SentTeamOut(Out):
    """A team in the calendar. `title` and `place` are the task's; sealed, they say nothing."""

    id: UUID
    task_id: UUID
    title: str
    place: str
    state: TaskState
    sealed: bool
    starts_at: datetime
    ends_at: datetime
    named_at: datetime
    dissolved_at: datetime | None
    members: list[MemberOut]

    @classmethod
    def of(cls, team: Team, task: Task, members: Sequence[TeamMember]) -> Self:
        return cls(
            id=team.id,
            task_id=task.id,
            title=task.title,
            place=task.place,
            state=task.state,
            sealed=task.sealed,
            starts_at=team.starts_at,
            ends_at=team.ends_at,
            named_at=team.named_at,
            dissolved_at=team.dissolved_at,
            members=[MemberOut.model_validate(each) for each in members],
        )


class BusyOut(Out):
    """From when to when an officer is out with a team that the reader sees."""

    team_id: UUID
    starts_at: datetime
    ends_at: datetime


class OfficerBusyOut(Out):
    officer_id: UUID
    name: str
    division: str
    busy: list[BusyOut]

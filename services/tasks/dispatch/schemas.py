"""Bodies of tasks, in and out."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from services.tasks.dispatch.domain import TaskAction, TaskState
from services.tasks.dispatch.models import Task
from services.tasks.dispatch.use_cases.crews import Crew
from services.tasks.dispatch.use_cases.sending import Order
from services.tasks.dispatch.use_cases.steps import next_steps
from shared.auth.actor import Actor
from shared.contracts.origins import OriginKind
from shared.http.body import Body, Instant, LongText, Out

MOST_OFFICERS = 50


class DispatchIn(Body):
    """Officers of every party, with a certificate each, and when they go."""

    officer_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_OFFICERS)]
    leader_id: UUID
    starts_at: Instant
    ends_at: Instant

    def order(self) -> Order:
        return Order(self.officer_ids, self.leader_id, self.starts_at, self.ends_at)


class ReasonIn(Body):
    reason: LongText


class NameObjectIn(Body):
    """The object on the register that the task is about."""

    enterprise_id: UUID


class CandidateOut(Out):
    """`barred_by` is empty for an officer who can be sent."""

    officer_id: UUID
    name: str
    division: str
    certificate_number: str
    certificate_valid_to: date | None
    barred_by: list[str]


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


class TaskStepOut(Out):
    action: TaskAction
    state: TaskState
    actor_name: str
    reason: str | None
    at: datetime


class TaskFacts(Out):
    """What the row itself says."""

    id: UUID
    origin_kind: OriginKind
    origin_id: UUID
    division: str
    parties: list[str]
    place: str
    title: str
    media: list[str]
    site: str
    facts: str
    object_name: str | None
    object_code: str | None
    enterprise_id: UUID | None
    at_night: bool
    due_on: date
    state: TaskState
    requested_at: datetime
    completed_at: datetime | None
    summary: str | None
    version: int


class TaskOut(TaskFacts):
    team: TeamOut | None
    actions: list[TaskAction]

    @classmethod
    def of(cls, task: Task, crew: Crew | None, actor: Actor) -> Self:
        return cls(
            **TaskFacts.model_validate(task).model_dump(),
            team=TeamOut.of(crew) if crew else None,
            actions=next_steps(actor, task, crew),
        )

"""Bodies of tasks, in and out."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.tasks.dispatch import domain
from services.tasks.dispatch.domain import (
    AskedOn,
    Decision,
    RecusalGround,
    Remaining,
    ReturnCode,
    TaskAction,
    TaskState,
)
from services.tasks.dispatch.models import Task, TaskEnvelope
from services.tasks.dispatch.schemas.teams import TeamOut
from services.tasks.dispatch.use_cases.files import TaskFile
from services.tasks.dispatch.use_cases.recusing import Application, Ruling
from services.tasks.dispatch.use_cases.sending import Order
from services.tasks.enterprises.domain.visits import LegalKind, Method, Mode
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.clock_rows.rows import ClockRow, ClockState
from shared.clocks.calendar import WorkCalendar
from shared.contracts.origins import Matter, OriginKind
from shared.errors import Language
from shared.http.body import Body, Division, Instant, LongText, Out

MOST_OFFICERS: Final = 50
MOST_DIVISIONS: Final = 20
MOST_DAYS: Final = 365
Lenders = Annotated[tuple[Division, ...], Field(max_length=MOST_DIVISIONS)]


class DispatchIn(Body):
    """Officers of every party, with a certificate each, and when they go.

    `from_divisions` send officers without being parties otherwise; they take part while they go.
    """

    officer_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_OFFICERS)]
    leader_id: UUID
    starts_at: Instant
    ends_at: Instant
    from_divisions: Lenders = ()

    def order(self) -> Order:
        return Order(
            self.officer_ids, self.leader_id, self.starts_at, self.ends_at, self.from_divisions
        )


class ReassignIn(DispatchIn):
    """Another team instead of the standing one, and why."""

    reason: LongText


class ReasonIn(Body):
    reason: LongText


class ReturnIn(ReasonIn):
    """Why the team gives the task back, by kind and in words."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"code": "no_capacity", "reason": "执法车辆故障"}}
    )

    code: ReturnCode = ReturnCode.OTHER


class HandOverIn(ReasonIn):
    """Who is in charge from now on; whether who was before takes part further."""

    division: Division
    stays: bool = False


class ExtensionIn(ReasonIn):
    """So many natural days more than the due day."""

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)]


class DecisionIn(ReasonIn):
    granted: bool


class RecusalIn(ReasonIn):
    """Who is to stand aside: on the own motion (only of oneself) or as the party wishes."""

    officer_id: UUID
    asked_on: AskedOn
    ground: RecusalGround

    def application(self) -> Application:
        return Application(self.officer_id, self.asked_on, self.ground, self.reason)


class RulingIn(DecisionIn):
    """The head's decision on one recusal; granted, who goes instead and who leads then."""

    recusal_id: UUID
    replacement_id: UUID | None = None
    leader_id: UUID | None = None
    from_divisions: Lenders = ()

    def ruling(self) -> Ruling:
        return Ruling(
            recusal_id=self.recusal_id,
            granted=self.granted,
            reason=self.reason,
            replacement_id=self.replacement_id,
            leader_id=self.leader_id,
            from_divisions=self.from_divisions,
        )


class NameObjectIn(Body):
    """The object on the register that the task is about."""

    enterprise_id: UUID


class CandidateOut(Out):
    """`barred_by` is empty for an officer who can be sent.

    `held_for_this` marks whom the joint operation that the task came from holds for its team.
    """

    officer_id: UUID
    name: str
    division: str
    certificate_number: str
    certificate_valid_to: date | None
    barred_by: list[str]
    held_for_this: bool


class TaskStepOut(Out):
    action: TaskAction
    state: TaskState
    actor_name: str
    reason: str | None
    return_code: ReturnCode | None
    at: datetime


class ExtensionOut(Out):
    id: UUID
    days: int
    reason: str
    asked_at: datetime
    asked_by_name: str
    decision: Decision
    decided_at: datetime | None
    decided_by_name: str | None
    decision_reason: str | None
    due_before: date
    due_after: date | None


class RecusalOut(Out):
    id: UUID
    officer_id: UUID
    officer_name: str
    asked_on: AskedOn
    ground: RecusalGround
    reason: str
    asked_at: datetime
    asked_by_name: str
    decision: Decision
    decided_at: datetime | None
    decided_by_name: str | None
    decision_reason: str | None
    replaced_by: UUID | None


class TaskClockOut(Out):
    """A clock of the task, with what it rests on and how it came about."""

    kind: str
    state: ClockState
    due_on: date | None
    due_at: datetime | None
    provisional: bool
    ended_at: datetime | None
    explanation: list[str]

    @classmethod
    def of(cls, clock: ClockRow, calendar: WorkCalendar, language: Language) -> Self:
        return cls(
            kind=clock.kind,
            state=clock.state,
            due_on=clock.due_on,
            due_at=clock.due_at,
            provisional=clock.provisional,
            ended_at=clock.ended_at,
            explanation=[step.text(language) for step in clock.explanation(calendar)],
        )


class RemainingOut(Out):
    """What is left of the time until the end of the due day, less than nothing after it.

    `working_hours` are whole hours of working days, 24 to a day; `working_days` those after today.
    """

    working_hours: int
    working_days: int
    days: int


class TaskFacts(Out):
    """What the row itself says."""

    id: UUID
    division: str
    parties: list[str]
    lent_by: list[str]
    place: str
    title: str
    media: list[str]
    site: str
    facts: str
    object_name: str | None
    object_code: str | None
    enterprise_id: UUID | None
    at_night: bool
    legal_kind: LegalKind | None
    mode: Mode | None
    methods: list[Method]
    campaign_id: UUID | None
    round_id: UUID | None
    campaign_team_id: UUID | None
    due_on: date
    answer_due_at: datetime | None
    raised_to: str | None
    state: TaskState
    requested_at: datetime
    opened_at: datetime | None
    completed_at: datetime | None
    summary: str | None
    version: int


class TaskOut(TaskFacts):
    """A task as this reader may know it.

    While it is `sealed`, title, site, facts, object and place are told to its maker alone. Where
    the work came from is told to those in command only, but for a joint operation: the field does
    not learn of a complaint.
    """

    origin_kind: OriginKind | None
    origin_id: UUID | None
    sealed: bool
    remaining: RemainingOut | None
    team: TeamOut | None
    actions: list[TaskAction]

    @classmethod
    def of(cls, file: TaskFile, actor: Actor, remaining: Remaining) -> Self:
        task = file.task
        facts = TaskFacts.model_validate(task).model_dump()
        if file.envelope is not None:
            facts |= _enclosed(file.envelope)
        knows = _knows_origin(task, file.envelope, actor)
        ended = task.state in domain.ENDED
        return cls(
            **facts,
            origin_kind=task.origin_kind if knows else None,
            origin_id=task.origin_id if knows else None,
            sealed=task.sealed,
            remaining=None if ended else RemainingOut.model_validate(remaining),
            team=TeamOut.of(file.crew) if file.crew else None,
            actions=file.next_steps(actor),
        )


def _knows_origin(task: Task, envelope: TaskEnvelope | None, actor: Actor) -> bool:
    """By its cause one might find what a sealed task is about."""
    if task.sealed and envelope is None:
        return False
    # A joint operation is known to all who take part in it.
    return task.origin_kind is OriginKind.OPERATION or may(
        actor, "task.read_origin", division=task.division, participants=task.parties
    )


def _enclosed(envelope: TaskEnvelope) -> dict[str, Any]:
    matter = Matter.model_validate(envelope.matter)
    return {
        "title": matter.title,
        "site": matter.place,
        "facts": matter.facts,
        "object_name": matter.object_name,
        "object_code": matter.object_code,
        "place": matter.division,
        "enterprise_id": envelope.enterprise_id,
    }

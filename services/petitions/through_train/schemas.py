"""Bodies of the through-train."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.petitions.intake.domain import State as PetitionState
from services.petitions.intake.schemas import ClockOut
from services.petitions.through_train.domain import Action, Level, NoteKind, State, Trigger
from shared.auth.actor import Role
from shared.http.body import Body, Division, Out, Reason, ShortText


class RaiseIn(Body):
    """To what level the leader raises the supervision, and why."""

    level: Level
    reason: ShortText


class KeepIn(Body):
    """Why the leader leaves the supervision where it is."""

    reason: ShortText


class TakeUpIn(Body):
    """Which city unit owns the matter from now on."""

    owner: ShortText
    reason: ShortText


class ResolveIn(Body):
    """Proof of rectification where no task or operation reported a result."""

    proof: ShortText | None = None


class ProgressIn(Body):
    """How far the work on the matter is; kept without its petitioner."""

    note: Reason


class NoteOut(Out):
    """What was told of the matter beside its steps."""

    kind: NoteKind
    note: str
    actor_name: str
    at: datetime


class EscalationStepOut(Out):
    action: Action
    state: State
    actor_name: str
    reason: str | None
    at: datetime


class EscalationRow(Out):
    id: UUID
    petition_id: UUID
    previous_id: UUID | None
    county: str
    city: str
    divisions: list[str]
    trigger: Trigger
    triggered_at: datetime
    state: State
    pushed_at: datetime | None
    supervision_level: Level | None
    decision_reason: str | None
    undecided: bool
    owner: str | None
    result: dict[str, Any] | None
    result_at: datetime | None
    task_withdrawn_at: datetime | None
    proof: str | None
    resolved_at: datetime | None
    version: int


class EscalationOut(EscalationRow):
    """An escalation with its deadlines, its history and what the caller may do now."""

    clocks: list[ClockOut]
    history: list[EscalationStepOut]
    notes: list[NoteOut]
    petition_state: PetitionState
    actions: list[str]


class SchemeIn(Body):
    """The document (方案) by which bodies set the working group up together."""

    title: ShortText
    document_number: ShortText | None = None
    issued_by: Annotated[
        list[ShortText],
        Field(
            min_length=1,
            max_length=8,
            description="The bodies, by name",
            examples=[["市生态环境局", "市信访局"]],
        ),
    ]
    issued_on: date | None = None


class WorkingGroupIn(Body):
    city: Division
    name: ShortText
    scheme: SchemeIn | None = None


class MemberIn(Body):
    account_id: UUID
    name: ShortText
    division: Division
    role: Role
    must_confirm: bool = Field(default=True, description="Reports wait for this one's receipt")
    replaces: UUID | None = Field(default=None, description="Account that leaves in the same act")


class LeaveIn(Body):
    reason: ShortText


class MemberOut(Out):
    account_id: UUID
    name: str
    division: str
    role: Role
    must_confirm: bool
    joined_at: datetime
    left_at: datetime | None


class SchemeOut(Out):
    """The document the group stands on."""

    title: str
    document_number: str | None
    issued_by: list[str]
    issued_on: date | None


class WorkingGroupOut(Out):
    id: UUID
    city: str
    name: str
    scheme: SchemeOut | None
    version: int
    members: list[MemberOut] = Field(default_factory=list)

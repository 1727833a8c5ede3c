"""Bodies of draws and what they drew, in and out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.tasks.draws.domain.life import Decision, FollowUp, Liability, Outcome, State
from services.tasks.draws.domain.pool import ObjectClass
from services.tasks.draws.models.draws import (
    Draw,
    DrawFollowUp,
    DrawFollowUpSample,
    DrawnObject,
    DrawnOfficer,
)
from services.tasks.draws.use_cases import checking, following, record
from services.tasks.draws.use_cases.checking import Result
from services.tasks.draws.use_cases.drawing import Wanted
from services.tasks.enterprises.domain.visits import Mode
from shared.auth.actor import Actor
from shared.clock_rows.rows import ClockRow
from shared.http.body import Body, Division, Instant, LongText, Out, Reason, ShortText


class CommitIn(Body):
    """Begin a draw. The days of the checks lie in one quarter; a redraw names what it replaces."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "plan_id": "01980000-0000-7000-8000-000000000001",
                "opens_on": "2026-03-02",
                "closes_on": "2026-03-31",
            }
        }
    )

    plan_id: UUID
    opens_on: date
    closes_on: date

    def wanted(self) -> Wanted:
        return Wanted(**self.model_dump())


class RedrawIn(Body):
    """Draw again in place of a draw that stays visible, and say why."""

    opens_on: date
    closes_on: date
    reason: Reason


class AbortIn(Body):
    reason: Reason


class DrawOut(Out):
    """A draw as everybody of the division may know of it: never what was drawn.

    `numbers` is by class how many there were and how many were drawn, `left_out` by reason.
    `attempts` counts what came to nothing for the same plan and quarter, by how.
    """

    id: UUID
    plan_id: UUID
    division: str
    title: str
    period: str
    opens_on: date
    closes_on: date
    state: State
    nonce_hash: str
    snapshot_hash: str | None
    result_hash: str | None
    committed_by: UUID
    committed_at: datetime
    frozen_by: UUID | None
    frozen_at: datetime | None
    revealed_by: UUID | None
    revealed_at: datetime | None
    staffed_at: datetime | None
    lapses_at: datetime
    numbers: dict[ObjectClass, tuple[int, int]]
    left_out: dict[str, int]
    redraw_of_id: UUID | None
    redraw_reason: str | None
    redrawn_by_id: UUID | None
    attempts: dict[State, int]
    opened_at: datetime | None
    version: int
    actions: list[str]

    @classmethod
    def of(
        cls, row: Draw, actor: Actor, attempts: Mapping[State, int], redrawn_by: UUID | None
    ) -> Self:
        shown = {
            "attempts": dict(attempts),
            "redrawn_by_id": redrawn_by,
            "actions": record.actions(actor, row),
        }
        return cls.model_validate({**row.model_dump(), **shown})


class DrawStepOut(Out):
    action: str
    state: State
    actor_id: UUID
    actor_name: str
    reason: str | None
    at: datetime


class DrawnOfficerOut(Out):
    officer_id: UUID
    name: str
    division: str
    certificate_number: str
    assigned: bool


class ProblemOut(Out):
    text: str
    found_on: date
    resolved_on: date | None
    note: str | None = None


class DrawnObjectOut(Out):
    """What was drawn. `publish_due_on` is by when its result must be public, once decided."""

    id: UUID
    draw_id: UUID
    number: int
    enterprise_id: UUID
    object_name: str
    object_code: str
    division: str
    object_class: ObjectClass
    mode: Mode
    day: date
    officers: list[DrawnOfficerOut]
    sent_up_to: str | None
    state: Outcome
    checked_on: date | None
    result: str | None
    problems: list[ProblemOut]
    open_problems: int
    cases: int
    decision: Decision | None
    decided_at: datetime | None
    publish_due_on: date | None
    published_at: datetime | None
    publication: dict[str, Any] | None
    version: int
    actions: list[str]

    @classmethod
    def of(
        cls,
        row: DrawnObject,
        actor: Actor,
        team: Sequence[DrawnOfficer],
        clock: ClockRow | None,
    ) -> Self:
        shown = {
            "officers": [each.model_dump() for each in team],
            "publish_due_on": clock.due_on if clock else None,
            "actions": checking.actions(actor, row, team),
        }
        return cls.model_validate({**row.model_dump(), **shown})


class AssignIn(Body):
    """Officers of these divisions, whom the superior names."""

    officer_ids: Annotated[list[UUID], Field(min_length=1, max_length=20)]
    bodies: Annotated[list[Division], Field(min_length=1, max_length=20)]


class ResultIn(Body):
    """What the check came to; every problem goes on the dynamic list."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "checked_on": "2026-03-09",
                "result": "危险废物贮存间标识不全,其余符合要求",
                "problems": ["危险废物贮存间标识不全"],
                "cases": 0,
            }
        }
    )

    checked_on: date
    result: LongText
    problems: Annotated[list[ShortText], Field(max_length=100)] = Field(default_factory=list)
    cases: Annotated[int, Field(ge=0, le=1000)] = 0

    def outcome(self) -> Result:
        return Result(self.checked_on, self.result, self.problems, self.cases)


class ResolveIn(Body):
    """Which problem of the object, from 0, was put right, and how."""

    problem: Annotated[int, Field(ge=0, le=1000)]
    note: Reason


class DecideIn(Body):
    decision: Decision
    decided_at: Instant


class PublishIn(Body):
    """Where the result was published."""

    place: ShortText


class FollowUpIn(Body):
    kind: FollowUp


class SampleOut(Out):
    """Which checks were looked at again: run `sample` with this nonce over these codes."""

    kind: FollowUp
    codes: list[str]
    nonce: str
    at: datetime

    @classmethod
    def of(cls, row: DrawFollowUpSample) -> Self:
        return cls(kind=row.kind, codes=row.codes, nonce=row.nonce.hex(), at=row.at)


class FollowUpReportIn(Body):
    """What came out. Where something was found: was who checked diligent (尽职免责), and why."""

    found: bool
    note: LongText
    liability: Liability | None = None
    liability_note: Reason | None = None


class FollowUpOut(Out):
    id: UUID
    draw_id: UUID
    drawn_object_id: UUID
    kind: FollowUp
    division: str
    object_name: str
    done_at: datetime | None
    found: bool | None
    note: str | None
    liability: Liability | None
    liability_note: str | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, row: DrawFollowUp, actor: Actor) -> Self:
        return cls.model_validate({**row.model_dump(), "actions": following.actions(actor, row)})

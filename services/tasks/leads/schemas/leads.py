"""Bodies of leads, in and out."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from services.tasks.enterprises.schemas.visits import ObjectCode
from services.tasks.leads.domain.grading import Confidence, Priority
from services.tasks.leads.domain.life import LeadAction, LeadState, Verification
from services.tasks.leads.domain.merging import Likeness
from services.tasks.leads.domain.sources import Source, StationClass, shown
from services.tasks.leads.models.leads import Lead, LeadStep
from services.tasks.leads.use_cases.entering import Entered, Report, Result
from services.tasks.leads.use_cases.steps import may_know_source, next_steps
from shared.auth.actor import Actor
from shared.clock_rows.rows import ClockRow, ClockState
from shared.clocks.calendar import WorkCalendar
from shared.errors import Language
from shared.http.body import Body, Division, Instant, LongText, Out, Reason, ShortText

Medium = Annotated[ShortText, Field(max_length=32)]
Officers = Annotated[list[UUID], Field(max_length=20)]
A_LEAD: Final[dict[str, Any]] = {
    "division": "330281",
    "place": "330281",
    "source": "online_monitoring",
    "reference": "ALARM-2026-000171",
    "title": "废气排放口小时均值超标",
    "media": ["gas"],
    "site": "示例路 1 号",
    "longitude": 121.1544,
    "latitude": 30.0371,
    "facts": "挥发性有机物小时均值连续三小时超标",
    "object_name": "示例涂装有限公司",
    "confidence": "high",
    "occurred_at": "2026-01-05T08:00:00+08:00",
}


class LeadIn(Body):
    """`division` receives it, `place` is where it is; `confidential` hides any source."""

    model_config = ConfigDict(json_schema_extra={"example": A_LEAD})

    division: Division
    place: Division
    source: Source
    station_class: StationClass | None = None
    confidential: bool = False
    reference: ShortText | None = None
    title: ShortText
    media: Annotated[list[Medium], Field(min_length=1, max_length=10)]
    site: LongText
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    facts: LongText
    object_name: ShortText | None = None
    object_code: ObjectCode | None = None
    enterprise_id: UUID | None = None
    at_night: bool = False
    confidence: Confidence
    occurred_at: Instant
    survey_request_id: UUID | None = None

    @model_validator(mode="after")
    def _whole_point(self) -> Self:
        if (self.longitude is None) != (self.latitude is None):
            raise PydanticCustomError("missing", "both longitude and latitude, or neither")
        return self

    def report(self) -> Report:
        return Report(**self.model_dump())


class BatchIn(Body):
    model_config = ConfigDict(json_schema_extra={"example": {"leads": [A_LEAD]}})

    leads: Annotated[list[LeadIn], Field(min_length=1, max_length=200)]


class GradeIn(Body):
    """Without a priority it is computed; one by hand needs its reason."""

    priority: Priority | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.priority is not None and self.reason is None:
            raise PydanticCustomError("missing", "a priority by hand needs a reason")
        return self


class MergeIn(Body):
    """Leads that are about the same as this one."""

    lead_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    reason: Reason


class ReasonIn(Body):
    reason: Reason


class AssignIn(Body):
    """`officers` are accounts it is pushed to."""

    model_config = ConfigDict(json_schema_extra={"example": {"division": "330281"}})

    division: Division
    officers: Officers = Field(default_factory=list)
    note: Reason | None = None


class AcceptIn(Body):
    """Accounts of the own people who are to check it; nobody named leaves it as it was pushed."""

    officers: Officers = Field(default_factory=list)


class VerifyIn(Body):
    """`forwarded_to` names the agency of a lead that was forwarded."""

    result: Verification
    note: LongText
    forwarded_to: ShortText | None = None


class LeadDeadlineOut(Out):
    """A clock of the lead and how its deadline came about."""

    kind: str
    state: ClockState
    due_on: date | None
    due_at: datetime | None
    ended_at: datetime | None
    basis: str
    explanation: list[str]

    @classmethod
    def of(cls, clock: ClockRow, calendar: WorkCalendar, language: Language) -> Self:
        basis = clock.term.basis
        return cls(
            kind=clock.kind,
            state=clock.state,
            due_on=clock.due_on,
            due_at=clock.due_at,
            ended_at=clock.ended_at,
            basis=basis.title_zh if language is Language.ZH else basis.title_en,
            explanation=[step.text(language) for step in clock.explanation(calendar)],
        )


class LeadFacts(Out):
    """What every reader may know."""

    id: UUID
    number: str
    received_at: datetime
    survey_request_id: UUID | None
    division: str
    parties: list[str]
    place: str
    title: str
    media: list[str]
    site: str
    longitude: float | None
    latitude: float | None
    facts: str
    object_name: str | None
    object_code: str | None
    enterprise_id: UUID | None
    at_night: bool
    confidence: Confidence
    occurred_at: datetime
    state: LeadState
    reports: int
    merged_into_id: UUID | None
    priority: Priority | None
    score: int | None
    reasons: list[dict[str, Any]]
    priority_reason: str | None
    due_at: datetime
    work_due_at: datetime
    assigned_to: str | None
    officers: list[UUID]
    task_id: UUID | None
    result: Verification | None
    result_note: str | None
    forwarded_to: str | None
    verified_at: datetime | None
    closed_at: datetime | None
    version: int


class LeadLine(LeadFacts):
    """A lead as this reader may know it; a hidden source is `undisclosed`, with all that tells.

    A sealed task is not named to others than its maker: the lead says what it is about.
    """

    source: Source
    station_class: StationClass | None
    reference: str | None
    reported_by: str | None
    actions: list[LeadAction]

    @classmethod
    def of(cls, lead: Lead, actor: Actor, *, sealed: Collection[UUID]) -> Self:
        known = may_know_source(actor, lead)
        untold = {"task_id": None} if lead.task_id in sealed else {}
        return cls(
            **(LeadFacts.model_validate(lead).model_dump() | untold),
            source=shown(lead.source, confidential=not known),
            station_class=lead.station_class if known else None,
            reference=lead.reference if known else None,
            reported_by=lead.reporter_name if known else None,
            actions=next_steps(actor, lead),
        )


class LeadOut(LeadLine):
    """A lead with its clocks explained."""

    deadlines: list[LeadDeadlineOut]


class ProposalOut(Out):
    """An open lead that may be about the same, and why."""

    why: Likeness
    lead: LeadLine


class LeadStepOut(Out):
    action: LeadAction
    state: LeadState
    division: str
    actor_name: str | None
    note: str | None
    at: datetime

    @classmethod
    def of(cls, step: LeadStep, lead: Lead, actor: Actor) -> Self:
        """Who entered a lead tells where it comes from."""
        hidden = step.action is LeadAction.RECEIVE and not may_know_source(actor, lead)
        return cls(
            action=step.action,
            state=step.state,
            division=step.division,
            actor_name=None if hidden else step.actor_name,
            note=step.note,
            at=step.at,
        )


class EnteredOut(Out):
    """What became of one report of a list; `code` and `detail` say why it was refused."""

    index: int
    result: Entered
    lead_id: UUID | None
    number: str | None
    pointer: str | None
    code: str | None
    detail: str | None

    @classmethod
    def of(cls, index: int, result: Result, language: Language) -> Self:
        lead, error = result.lead, result.error
        return cls(
            index=index,
            result=result.entered,
            lead_id=lead.id if lead else None,
            number=lead.number if lead else None,
            pointer=f"/leads/{index}{getattr(error, 'pointer', '')}" if error else None,
            code=error.code if error else None,
            detail=error.message(language) if error else None,
        )


class BatchOut(Out):
    results: list[EnteredOut]


class SourceFiguresOut(Out):
    """Leads of a source: received, of them merged, checked, confirmed, and late."""

    source: Source
    received: int
    merged: int
    checked: int
    confirmed: int
    overdue: int

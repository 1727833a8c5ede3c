"""Bodies of joint operations."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.agreements.domain import Form
from services.regions.operations.domain import (
    Consent,
    IssuedBy,
    PartyRole,
    PartyStatus,
    State,
)
from services.regions.operations.models import Operation
from services.regions.operations.queries import OperationFile
from services.regions.operations.use_cases.record import origin_of
from shared.contracts.origins import Matter, Origin, OriginKind
from shared.http.body import Body, Code, Division, LongText, Out, ShortText


class MatterIn(Body):
    """Pollution facts for several bureaus: no petitioner, no petition text, no number."""

    title: ShortText
    division: Division
    media: Annotated[list[Code], Field(min_length=1, max_length=20)]
    place: ShortText
    facts: LongText
    object_name: ShortText | None = None
    object_code: Code | None = None
    at_night: bool = False

    def value(self) -> Matter:
        return Matter.model_validate(self.model_dump())


class OriginIn(Body):
    """What asked for the operation."""

    kind: OriginKind
    id: UUID

    def value(self) -> Origin:
        return Origin(kind=self.kind, id=self.id)


class OperationIn(Body):
    """A draft. The lead may be one of the parties, or the city above them."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "form": "emergency",
                "title": "北仑扬尘联合整治",
                "lead": "330200",
                "parties": ["330206", "330212"],
                "matter": {
                    "title": "堆场扬尘",
                    "division": "330206",
                    "media": ["air"],
                    "place": "霞浦街道",
                    "facts": "堆场未覆盖,大风天扬尘严重",
                },
                "planned_from": "2026-03-10",
                "planned_to": "2026-03-20",
                "due_on": "2026-03-31",
            }
        }
    )

    form: Form
    title: ShortText
    lead: Division
    parties: Annotated[list[Division], Field(min_length=1, max_length=50)]
    matter: MatterIn
    origin: OriginIn | None = None
    planned_from: date
    planned_to: date
    due_on: date


class NoteIn(Body):
    reason: LongText | None = None


class ReportIn(Body):
    """What was done or found in this step."""

    reason: LongText


class AnswerIn(Body):
    """A party's word in its own name; who declines says why."""

    division: Division
    agrees: bool
    reason: LongText | None = None


class SummaryIn(Body):
    summary: LongText


class PartyOut(Out):
    division: str
    role: PartyRole
    consent: Consent
    status: PartyStatus
    answered_at: datetime | None
    answer_reason: str | None


class StepOut(Out):
    action: str
    state: State
    actor_name: str
    reason: str | None
    at: datetime


class ResultOut(Out):
    task_id: UUID
    inspections: int
    problems_found: int
    problems_closed: int
    summary: str
    completed_at: datetime


class TotalsOut(Out):
    tasks: int
    inspections: int
    problems_found: int
    problems_closed: int


class ReportOut(Out):
    """The joint report (总结通报) as issued."""

    summary: str
    summarised_at: datetime
    inspections: int
    problems_found: int
    problems_closed: int


class OperationLineOut(Out):
    """An operation in a list."""

    id: UUID
    form: Form
    title: str
    lead: str
    state: State
    planned_from: date
    planned_to: date
    due_on: date
    version: int


class OperationOut(OperationLineOut):
    """An operation with its parties, its history and what its tasks came to."""

    matter: Matter
    origin: Origin | None
    issued_by: IssuedBy | None
    issue_reason: str | None
    parties: list[PartyOut]
    steps: list[StepOut]
    results: list[ResultOut]
    totals: TotalsOut
    report: ReportOut | None
    actions: list[str]

    @classmethod
    def of(cls, file: OperationFile, actions: list[str]) -> Self:
        row = file.operation
        return cls(
            **OperationLineOut.model_validate(row).model_dump(),
            matter=Matter.model_validate(row.matter),
            origin=origin_of(row),
            issued_by=row.issued_by,
            issue_reason=row.issue_reason,
            parties=[PartyOut.model_validate(each) for each in file.parties],
            steps=[StepOut.model_validate(each) for each in file.steps],
            results=[ResultOut.model_validate(each) for each in file.results],
            totals=TotalsOut.model_validate(file.totals),
            report=_report(row),
            actions=actions,
        )


def _report(row: Operation) -> ReportOut | None:
    return ReportOut.model_validate(row) if row.summarised_at else None

"""Bodies of inspections, in and out."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from services.tasks.dispatch.use_cases.crews import Crew
from services.tasks.enterprises.domain.visits import LegalKind, Method, Mode
from services.tasks.inspections.domain.guards import AbsenceCase, Breach, Signature
from services.tasks.inspections.domain.life import (
    AbortGround,
    InspectionAction,
    InspectionState,
)
from services.tasks.inspections.domain.recorders import SaidItem
from services.tasks.inspections.models.inspections import Inspection, InspectionOfficer
from services.tasks.inspections.schemas.answers import AnswerIn
from services.tasks.inspections.use_cases.ledger import Place
from services.tasks.inspections.use_cases.starting import Present, Visit
from services.tasks.inspections.use_cases.steps import next_steps
from shared.auth.actor import Actor
from shared.http.body import Body, Code, Instant, LongText, Out, Reason, ShortText


class PresentIn(Body):
    """Whether the officer showed the certificate; without it the party may refuse."""

    officer_id: UUID
    certificate_shown: bool


class RecorderIn(Body):
    """A recorder that is off needs a reason; `said` is what was said into it."""

    on: bool
    reason: ShortText | None = None
    device: Code | None = None
    said: Annotated[list[SaidItem], Field(max_length=len(SaidItem), default_factory=list)]

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if not self.on and self.reason is None:
            raise PydanticCustomError("missing", "a reason is needed")
        return self


class InspectionIn(Body):
    """The officers present are members of the task's team; what is left out is as the task says.

    `visit_id` is an entry of the ledger that was planned for it; `visit_reason` is asked for inside
    the quiet period. A special inspection names its `special_check_id` and `contents`, unless an
    order under an approval asked for it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "task_id": "01912d68-783e-7a94-8b6b-6a9d9d8a5e11",
                "mode": "on_site",
                "officers": [
                    {
                        "officer_id": "01912d68-783e-7a94-8b6b-6a9d9d8a5e12",
                        "certificate_shown": True,
                    }
                ],
                "started_at": "2026-03-18T22:30:00+08:00",
                "recorder": {"on": True, "said": [*SaidItem]},
            }
        }
    )

    task_id: UUID
    legal_kind: LegalKind | None = None
    mode: Mode | None = None
    methods: Annotated[list[Method], Field(max_length=len(Method), default_factory=list)]
    enterprise_id: UUID | None = None
    special_check_id: UUID | None = None
    contents: Annotated[list[ShortText], Field(max_length=50, default_factory=list)]
    visit_id: UUID | None = None
    visit_reason: Reason | None = None
    officers: Annotated[list[PresentIn], Field(min_length=1, max_length=50)]
    started_at: Instant
    recorder: RecorderIn

    @model_validator(mode="after")
    def _each_officer_once(self) -> Self:
        if len({each.officer_id for each in self.officers}) < len(self.officers):
            raise PydanticCustomError("officer_twice", "an officer is named twice")
        return self

    def visit(self) -> Visit:
        return Visit(
            officers=[Present(each.officer_id, each.certificate_shown) for each in self.officers],
            started_at=self.started_at,
            recorder_on=self.recorder.on,
            recorder_reason=self.recorder.reason,
            legal_kind=self.legal_kind,
            mode=self.mode,
            methods=self.methods,
            enterprise_id=self.enterprise_id,
            special_check_id=self.special_check_id,
            contents=self.contents,
            device=self.recorder.device,
            said=self.recorder.said,
            place=Place(self.visit_id, self.visit_reason),
        )


class CertificatesIn(Body):
    officer_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]


class RecordIn(AnswerIn):
    text: LongText


class BreachIn(Body):
    kind: Breach
    note: ShortText


class DeclarationIn(Body):
    """No breach is an empty list, and is said all the same."""

    breaches: Annotated[list[BreachIn], Field(max_length=20)]


class AbortIn(Body):
    ground: AbortGround
    facts: LongText


class CallOffIn(Body):
    reason: Reason


class AdditionIn(AnswerIn):
    """By two officers who were there."""

    text: LongText
    reason: Reason
    officer_ids: Annotated[list[UUID], Field(min_length=2, max_length=50)]


class StoreIn(Body):
    """The file as evidence of the task."""

    evidence_id: UUID


class PresentOut(Out):
    officer_id: UUID
    account_id: UUID
    name: str
    division: str
    certificate_number: str
    certificate_valid_to: date
    certificate_shown: bool


class InspectionStepOut(Out):
    action: InspectionAction
    actor_name: str
    note: str | None
    at: datetime


class AdditionOut(Out):
    text: str
    reason: str
    officers: list[str]
    signature: Signature
    signature_note: str | None
    absence_case: AbsenceCase | None
    actor_name: str
    at: datetime


class InspectionFacts(Out):
    """What the row itself says. What an individual check followed is not told here."""

    id: UUID
    task_id: UUID
    division: str
    parties: list[str]
    enterprise_id: UUID | None
    special_check_id: UUID | None
    visit_id: UUID | None
    legal_kind: LegalKind
    mode: Mode
    methods: list[Method]
    contents: list[str]
    at_night: bool
    on_rest_day: bool
    crossing: bool
    state: InspectionState
    started_at: datetime
    finished_at: datetime | None
    act_code: str | None
    code_shown_at: datetime | None
    recorder_on: bool
    recorder_reason: str | None
    said: list[SaidItem]
    record_text: str | None
    signature: Signature | None
    signature_note: str | None
    absence_case: AbsenceCase | None
    recorded_at: datetime | None
    sheet_handed_at: datetime | None
    sheet_number: str | None
    breaches: list[dict[str, Any]] | None
    abort_ground: AbortGround | None
    ended_at: datetime | None
    end_reason: str | None
    version: int


class InspectionOut(InspectionFacts):
    officers: list[PresentOut]
    actions: list[InspectionAction]

    @classmethod
    def of(
        cls,
        inspection: Inspection,
        officers: Iterable[InspectionOfficer],
        crew: Crew | None,
        actor: Actor,
    ) -> Self:
        return cls(
            **InspectionFacts.model_validate(inspection).model_dump(),
            officers=[PresentOut.model_validate(officer) for officer in officers],
            actions=next_steps(actor, inspection, crew),
        )


class ActOut(Out):
    """What anybody with a login may check of a code: whose act it is and when; not of whom."""

    act_code: str
    division: str
    agency: str
    day: date
    legal_kind: LegalKind
    mode: Mode
    state: InspectionState


class FiguresLineOut(Out):
    legal_kind: LegalKind
    mode: Mode
    at_night: bool
    on_rest_day: bool
    crossing: bool
    inspections: int
    visits: int
    codes_shown: int


class FiguresOut(Out):
    """Finished inspections by kind, mode, time and whose; 亮码率 as a whole fraction."""

    first: date
    last: date
    inspections: int
    visits: int
    codes_shown: int
    lines: list[FiguresLineOut]

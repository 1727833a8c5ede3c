"""Bodies of inspections, in and out."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.tasks.dispatch.use_cases.crews import Crew
from services.tasks.enterprises.domain.visits import LegalKind, Method, Mode
from services.tasks.inspections import use_cases
from services.tasks.inspections.domain import (
    InspectionAction,
    InspectionState,
    Signature,
)
from services.tasks.inspections.models import Inspection, InspectionOfficer
from services.tasks.inspections.use_cases import Present, Visit
from shared.auth.actor import Actor
from shared.http.body import Body, Instant, LongText, Out, ShortText


class PresentIn(Body):
    """Whether the officer showed the certificate; without it the party may refuse."""

    officer_id: UUID
    certificate_shown: bool


class RecorderIn(Body):
    """A recorder that is off needs a reason."""

    on: bool
    reason: ShortText | None = None

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if not self.on and self.reason is None:
            raise PydanticCustomError("missing", "a reason is needed")
        return self


class InspectionIn(Body):
    """The officers present are members of the task's team."""

    task_id: UUID
    legal_kind: LegalKind = LegalKind.INDIVIDUAL
    mode: Mode
    methods: Annotated[list[Method], Field(max_length=len(Method), default_factory=list)]
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
            legal_kind=self.legal_kind,
            mode=self.mode,
            methods=self.methods,
            officers=[Present(each.officer_id, each.certificate_shown) for each in self.officers],
            started_at=self.started_at,
            recorder_on=self.recorder.on,
            recorder_reason=self.recorder.reason,
        )


class RecordIn(Body):
    """A refusal to sign, or absence, is noted with what was said or seen."""

    text: LongText
    signature: Signature
    signature_note: ShortText | None = None

    @model_validator(mode="after")
    def _noted(self) -> Self:
        if self.signature is not Signature.SIGNED and self.signature_note is None:
            raise PydanticCustomError("missing", "a note is needed")
        return self


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


class InspectionFacts(Out):
    """What the row itself says."""

    id: UUID
    task_id: UUID
    division: str
    parties: list[str]
    legal_kind: LegalKind
    mode: Mode
    methods: list[Method]
    at_night: bool
    state: InspectionState
    started_at: datetime
    finished_at: datetime | None
    recorder_on: bool
    recorder_reason: str | None
    record_text: str | None
    signature: Signature | None
    signature_note: str | None
    recorded_at: datetime | None
    sheet_handed_at: datetime | None
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
            actions=use_cases.next_steps(actor, inspection, crew),
        )

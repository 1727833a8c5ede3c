"""Forms of the visit, in and out: what the guide of 2016 wants of each [S22]."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.tasks.inspections.domain.forms import (
    TITLES_ZH,
    TRANSITIONS,
    FormAction,
    FormKind,
    FormState,
    Signer,
)
from services.tasks.inspections.domain.guards import AbsenceCase, Signature
from services.tasks.inspections.models.forms import (
    InspectionForm,
    InspectionFormSignature,
    InspectionFormVersion,
)
from services.tasks.inspections.models.inspections import Inspection, InspectionOfficer
from services.tasks.inspections.schemas.answers import AnswerIn
from services.tasks.inspections.schemas.inspections import InspectionFacts, PresentOut
from shared.http.body import Body, Code, Instant, LongText, Out, ShortText


class PersonIn(Body):
    """现场负责人、被询问人、见证人."""

    name: ShortText
    duty: ShortText | None = None
    unit: ShortText | None = None
    phone: Annotated[str, Field(pattern=r"^[0-9+-]{3,20}$")] | None = None
    address: ShortText | None = None
    relation: ShortText | None = None


class SiteRecordIn(Body):
    """现场检查(勘察)笔录."""

    kind: Literal[FormKind.SITE_RECORD]
    object_name: ShortText
    address: ShortText
    representative: ShortText | None = None
    site_person: PersonIn | None = None
    from_at: Instant
    to_at: Instant
    told_rights: bool
    asked_to_recuse: bool
    findings: LongText
    drawing: ShortText | None = None
    recorder_name: ShortText


class QuestionIn(Body):
    question: LongText
    answer: LongText


class InterviewIn(Body):
    """调查询问笔录, of one person."""

    kind: Literal[FormKind.INTERVIEW]
    subject: ShortText
    place: ShortText
    asked: PersonIn
    from_at: Instant
    to_at: Instant
    told_rights: bool
    asked_to_recuse: bool
    questions: Annotated[list[QuestionIn], Field(min_length=1, max_length=200)]
    recorder_name: ShortText


class SampleIn(Body):
    number: Code
    point: ShortText
    item: ShortText
    amount: ShortText
    container: ShortText | None = None
    preservation: ShortText | None = None


class SamplingIn(Body):
    """采样取证登记单."""

    kind: Literal[FormKind.SAMPLING]
    object_name: ShortText
    place: ShortText
    taken_at: Instant
    method: ShortText
    samples: Annotated[list[SampleIn], Field(min_length=1, max_length=100)]
    sampler: ShortText
    witness: PersonIn | None = None


AnyForm = Annotated[SiteRecordIn | InterviewIn | SamplingIn, Field(discriminator="kind")]


class FormIn(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "form": {
                    "kind": "site_record",
                    "object_name": "示例电镀厂",
                    "address": "示例工业区 1 号",
                    "from_at": "2026-03-18T22:30:00+08:00",
                    "to_at": "2026-03-18T23:30:00+08:00",
                    "told_rights": True,
                    "asked_to_recuse": False,
                    "findings": "酸雾喷淋塔未开启。",
                    "recorder_name": "执法人员甲",
                }
            }
        }
    )

    form: AnyForm

    def fields(self) -> dict[str, Any]:
        return self.form.model_dump(mode="json", exclude={"kind"})


class SignIn(AnswerIn):
    """`name` for everybody but officers, who sign with their own login."""

    signer: Signer
    name: ShortText | None = None


class FormSignatureOut(Out):
    revision: int
    signer: Signer
    name: str
    officer_id: UUID | None
    signature: Signature
    absence_case: AbsenceCase | None
    note: str | None
    at: datetime


class FormVersionOut(Out):
    revision: int
    fields: dict[str, Any]
    written_by_name: str
    at: datetime


class FormLine(Out):
    id: UUID
    number: int
    kind: FormKind
    state: FormState
    revision: int
    version: int


class FormOut(FormLine):
    """Everything a template prints: the check, who was there, the fields, who signed."""

    title: str
    inspection: InspectionFacts
    officers: list[PresentOut]
    fields: dict[str, Any]
    signatures: list[FormSignatureOut]
    versions: list[FormVersionOut]
    actions: list[FormAction]

    @classmethod
    def whole(
        cls,
        form: InspectionForm,
        inspection: Inspection,
        officers: list[InspectionOfficer],
        versions: list[InspectionFormVersion],
        signatures: list[InspectionFormSignature],
    ) -> Self:
        return cls(
            **FormLine.model_validate(form).model_dump(),
            title=TITLES_ZH[form.kind],
            inspection=InspectionFacts.model_validate(inspection),
            officers=[PresentOut.model_validate(each) for each in officers],
            fields=versions[-1].fields,
            signatures=[FormSignatureOut.model_validate(each) for each in signatures],
            versions=[FormVersionOut.model_validate(each) for each in versions],
            actions=[*TRANSITIONS[form.state]],
        )

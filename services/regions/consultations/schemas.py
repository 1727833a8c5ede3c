"""Bodies of consultations."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.consultations import domain
from services.regions.consultations.domain import (
    Answer,
    Diagnosis,
    Invitee,
    InviteeKind,
    MeasureState,
    Rhythm,
    State,
)
from services.regions.consultations.models import (
    Consultation,
    ConsultationInvitee,
    ConsultationMeasure,
    ConsultationStep,
)
from services.regions.consultations.queries import ConsultationFile
from services.regions.consultations.use_cases.convening import Attendance, Call
from services.regions.consultations.use_cases.record import actions, measure_actions
from shared.auth.actor import Actor
from shared.contracts.origins import Matter
from shared.http.body import Body, Division, Instant, LongText, Out, Reason, ShortText
from shared.http.matter import MatterIn


class InviteeIn(Body):
    """A division by its code, an expert by `expert_id`, others by organisation and person."""

    kind: InviteeKind
    division: Division | None = None
    organisation: ShortText | None = None
    person: ShortText | None = None
    expert_id: UUID | None = None

    def value(self) -> Invitee:
        return Invitee(**self.model_dump())


class ConsultationIn(Body):
    """A consultation; `regular` if it keeps the rhythm, `meeting_id` if it is held at a meeting."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "convener": "330900",
                "title": "修造船企业废气扰民会诊",
                "regular": True,
                "starts_at": "2026-04-10T09:00:00+08:00",
                "place": "舟山市生态环境局",
                "problems": [
                    {
                        "title": "喷涂废气反复投诉",
                        "division": "330902",
                        "media": ["air"],
                        "place": "定海区某船厂",
                        "facts": "两次整改后仍有投诉",
                    }
                ],
                "invitees": [
                    {"kind": "division", "division": "330902"},
                    {"kind": "lawyer", "organisation": "示例律师事务所", "person": "甲"},
                ],
            }
        }
    )

    convener: Division
    title: ShortText
    regular: bool = False
    meeting_id: UUID | None = None
    starts_at: Instant
    place: ShortText
    problems: Annotated[list[MatterIn], Field(min_length=1, max_length=20)]
    invitees: Annotated[list[InviteeIn], Field(min_length=1, max_length=100)]

    def value(self) -> Call:
        return Call(
            convener=self.convener,
            title=self.title,
            regular=self.regular,
            meeting_id=self.meeting_id,
            starts_at=self.starts_at,
            place=self.place,
            problems=tuple(each.value() for each in self.problems),
            invitees=tuple(each.value() for each in self.invitees),
        )


class InviteIn(Body):
    invitees: Annotated[list[InviteeIn], Field(min_length=1, max_length=100)]


class AnswerIn(Body):
    """What an invited says; `text` is the opinion, or why it does not come."""

    invitee_id: UUID
    answer: Answer
    text: LongText | None = None


class AttendanceIn(Body):
    invitee_id: UUID
    attended: bool
    attendees: Annotated[list[ShortText], Field(max_length=50)] = Field(default_factory=list)


class HoldIn(Body):
    """Attendance is noted of everybody invited who did not decline."""

    held_on: date
    attendance: Annotated[list[AttendanceIn], Field(max_length=200)]

    def value(self) -> dict[UUID, Attendance]:
        return {
            each.invitee_id: Attendance(each.attended, tuple(each.attendees))
            for each in self.attendance
        }


class ReasonIn(Body):
    reason: Reason


class DiagnosisIn(Body):
    """The cause of a problem, what law and technique say, and what is recommended."""

    problem_id: UUID
    cause: LongText
    legal_view: LongText
    technical_view: LongText
    recommended: LongText

    def value(self) -> Diagnosis:
        return Diagnosis(**self.model_dump(exclude={"problem_id"}))


class DissentIn(Body):
    """Another view on a problem, under the name of the invited who holds it."""

    problem_id: UUID
    invitee_id: UUID
    text: LongText


class MeasureIn(Body):
    """A measure on a problem; without `due_on` it has the working days of the setting."""

    problem_id: UUID
    text: LongText
    responsible: Division
    due_on: date | None = None


class ConfirmIn(Body):
    """Who answers for the measure takes it on."""


class ProgressIn(Body):
    progress: LongText


class ProofIn(Body):
    """What shows that the measure is done."""

    proof: LongText


class LookBackIn(Body):
    problem_id: UUID
    solved: bool
    text: LongText


class CloseIn(Body):
    """Nothing but the word: every problem has its diagnosis, every measure its end."""


class InvitationOut(Out):
    """What an invited was sent and answered; `version` is the consultation's, for the answer."""

    id: UUID
    consultation_id: UUID
    title: str
    convener: str
    starts_at: datetime
    place: str
    problems: list[str]
    answer: Answer
    answer_text: str | None
    version: int | None

    @classmethod
    def of(cls, row: ConsultationInvitee, version: int | None) -> Self:
        return cls.model_validate(
            {
                **row.invitation,
                "id": row.id,
                "consultation_id": row.consultation_id,
                "answer": row.answer,
                "answer_text": row.answer_text,
                "version": version,
            }
        )


class InviteeOut(Out):
    id: UUID
    kind: InviteeKind
    division: str | None
    expert_id: UUID | None
    organisation: str | None
    person: str | None
    answer: Answer
    answer_text: str | None
    answered_at: datetime | None
    answered_name: str | None
    attended: bool | None
    attendees: list[str]


class DissentOut(Out):
    invitee_id: UUID
    name: str
    text: str
    recorded_name: str
    at: datetime


class ProblemOut(Out):
    id: UUID
    number: int
    matter: Matter
    cause: str | None
    legal_view: str | None
    technical_view: str | None
    recommended: str | None
    diagnosed_at: datetime | None
    dissents: list[DissentOut]
    solved: bool | None
    look_back: str | None
    looked_back_at: datetime | None


class MeasureOut(Out):
    """A measure; `version` is what a step with it names."""

    id: UUID
    consultation_id: UUID
    problem_id: UUID
    text: str
    responsible: str
    state: MeasureState
    ordered_at: datetime
    due_at: datetime
    overdue: bool
    progress: str | None
    proof: str | None
    reported_at: datetime | None
    drop_reason: str | None
    closed_at: datetime | None
    version: int

    @classmethod
    def on(cls, row: ConsultationMeasure, *, now: datetime) -> Self:
        late = domain.is_overdue(row.state, row.due_at, row.reported_at, now=now)
        return cls.model_validate({**row.model_dump(), "overdue": late})


class MeasureStepOut(MeasureOut):
    """A measure of a consultation read whole, with what this caller may do with it."""

    actions: list[str]


class StepOut(Out):
    action: str
    state: State
    about_id: UUID | None
    text: str | None
    actor_name: str
    at: datetime


class ConsultationLineOut(Out):
    """A consultation in a list."""

    id: UUID
    title: str
    convener: str
    regular: bool
    meeting_id: UUID | None
    starts_at: datetime
    place: str
    state: State
    held_on: date | None
    closed_at: datetime | None
    version: int


class ConsultationOut(ConsultationLineOut):
    """A consultation whole, with what this caller may do next."""

    cancel_reason: str | None
    problems: list[ProblemOut]
    invitees: list[InviteeOut]
    measures: list[MeasureStepOut]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(
        cls,
        file: ConsultationFile,
        steps: Sequence[ConsultationStep],
        *,
        actor: Actor,
        now: datetime,
    ) -> Self:
        row = file.consultation
        return cls(
            **ConsultationLineOut.model_validate(row).model_dump(),
            cancel_reason=row.cancel_reason,
            problems=_problems(file),
            invitees=[InviteeOut.model_validate(each) for each in file.invitees],
            measures=[measure_out(row, each, actor=actor, now=now) for each in file.measures],
            steps=[StepOut.model_validate(each) for each in steps],
            actions=actions(actor, file),
        )


def measure_out(
    row: Consultation, measure: ConsultationMeasure, *, actor: Actor, now: datetime
) -> MeasureStepOut:
    shown = MeasureOut.on(measure, now=now).model_dump()
    return MeasureStepOut(**shown, actions=measure_actions(actor, row.convener, measure))


def _problems(file: ConsultationFile) -> list[ProblemOut]:
    return [
        ProblemOut.model_validate(
            {
                **each.model_dump(),
                "dissents": [
                    DissentOut.model_validate(held)
                    for held in file.dissents
                    if held.problem_id == each.id
                ],
            }
        )
        for each in file.problems
    ]


class RhythmOut(Out):
    """When the last regular consultation was held; `due_on` is null if there was none yet."""

    division: str
    months: int
    last_held_on: date | None
    due_on: date | None
    is_due: bool

    @classmethod
    def of(cls, division: str, rhythm: Rhythm, today: date) -> Self:
        return cls(
            division=division,
            months=rhythm.months,
            last_held_on=rhythm.last_held_on,
            due_on=rhythm.due_on,
            is_due=rhythm.is_due(today),
        )

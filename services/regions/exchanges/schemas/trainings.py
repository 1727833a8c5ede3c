"""Bodies of trainings."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.exchanges.domain.trainings import TrainingKind, TrainingState
from services.regions.exchanges.queries.trainings import HoursRow, TrainingFile
from services.regions.exchanges.use_cases.trainings import Came, Invitation
from shared.http.body import Body, Division, Instant, LongText, Out, ShortText

People = Annotated[int, Field(ge=0, le=10_000)]
Officers = Annotated[list[UUID], Field(max_length=500)]


class MaterialIn(Body):
    """What is taught from; the hash proves which text it was."""

    name: ShortText
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class TrainingIn(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "convener": "510100",
                "kind": "case_talk",
                "topic": "我的案件我来讲",
                "venue": "成都市生态环境局",
                "starts_at": "2026-03-10T09:00:00+08:00",
                "ends_at": "2026-03-10T12:00:00+08:00",
                "places": 40,
                "invited": ["510600"],
            }
        }
    )

    convener: Division
    kind: TrainingKind
    topic: ShortText
    venue: ShortText
    starts_at: Instant
    ends_at: Instant
    places: Annotated[int, Field(ge=1, le=10_000)]
    invited: Annotated[list[Division], Field(min_length=1, max_length=100)]
    materials: Annotated[list[MaterialIn], Field(max_length=100)] = Field(default_factory=list)
    exchange_id: UUID | None = None

    def value(self) -> Invitation:
        return Invitation(**self.model_dump())


class RegistrationIn(Body):
    """How many come, officers by name among them; those of other offices only by number."""

    division: Division
    people: Annotated[int, Field(ge=1, le=10_000)]
    officer_ids: Officers = Field(default_factory=list)


class TrainingDeclineIn(Body):
    division: Division
    reason: LongText


class AttendanceIn(Body):
    division: Division
    people: People
    officer_ids: Officers = Field(default_factory=list)

    def value(self) -> Came:
        return Came(**self.model_dump())


class HoldIn(Body):
    """Who came; a division that is not named sent nobody."""

    attendance: Annotated[list[AttendanceIn], Field(min_length=1, max_length=101)]


class EvaluationIn(Body):
    division: Division
    score: Annotated[int, Field(ge=1, le=5)]
    evaluation: LongText | None = None


class TrainingCancelIn(Body):
    reason: LongText


class MaterialOut(Out):
    name: str
    sha256: str


class TrainingPartyOut(Out):
    """`hours` are person-hours (学时)."""

    division: str
    registered: int | None
    officer_ids: list[UUID]
    reason: str | None
    attended: int | None
    attended_ids: list[UUID]
    hours: Decimal | None
    score: int | None
    evaluation: str | None


class TrainingStepOut(Out):
    action: str
    state: TrainingState
    division: str | None
    actor_name: str
    reason: str | None
    at: datetime


class TrainingLineOut(Out):
    id: UUID
    convener: str
    kind: TrainingKind
    topic: str
    starts_at: datetime
    ends_at: datetime
    state: TrainingState
    version: int


class TrainingOut(TrainingLineOut):
    venue: str
    places: int
    places_left: int
    materials: list[MaterialOut]
    exchange_id: UUID | None
    cancel_reason: str | None
    parties: list[TrainingPartyOut]
    steps: list[TrainingStepOut]
    actions: list[str]

    @classmethod
    def of(cls, file: TrainingFile, actions: list[str]) -> Self:
        row = file.training
        return cls(
            **row.model_dump(
                exclude={"visible_to", "convened_at", "convened_by", "changed_at"},
            ),
            places_left=row.places - file.taken,
            parties=[TrainingPartyOut.model_validate(each) for each in file.parties],
            steps=[TrainingStepOut.model_validate(each) for each in file.steps],
            actions=actions,
        )


class HoursLineOut(Out):
    division: str
    kind: TrainingKind
    trainings: int
    attended: int
    hours: Decimal


class HoursOut(Out):
    """Of the division and all below it: trainings that began from `since` to `until`."""

    division: str
    since: date
    until: date
    hours: Decimal
    lines: list[HoursLineOut]

    @classmethod
    def of(cls, division: str, rows: list[HoursRow], *, since: date, until: date) -> Self:
        return cls(
            division=division,
            since=since,
            until=until,
            hours=sum((each.hours for each in rows), Decimal(0)),
            lines=[HoursLineOut.model_validate(each) for each in rows],
        )

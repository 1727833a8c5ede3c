"""Bodies of files under review, of readings and of faults."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.regions.file_reviews.domain.life import FileState, Purpose, ReadingState, State
from services.regions.file_reviews.models import FileReview, ReviewFile, ReviewReading
from services.regions.file_reviews.schemas.rounds import MarkIn
from services.regions.file_reviews.use_cases.submitting import FileFacts
from services.regions.helpers.schemas.engaged import CreditCode
from shared.http.body import Body, Code, Division, LongText, Out, ShortText

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
TOLD = (State.RESULTS, State.CLOSED)


class FileIn(Body):
    """A closed case and its redacted copy. Handlers and object are for recusal only."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "510100",
                "reference": "川A环罚〔2026〕12号",
                "cause": "超标排放大气污染物",
                "kind": "penalty",
                "closed_on": "2026-03-31",
                "handlers": ["01900000-0000-7000-8000-000000000001"],
                "sha256": "0" * 64,
                "pages": 86,
                "redacted": True,
            }
        }
    )

    division: Division
    reference: ShortText
    cause: ShortText
    kind: Code
    closed_on: date
    handlers: Annotated[list[UUID], Field(min_length=1, max_length=20)]
    sha256: Sha256
    pages: Annotated[int, Field(ge=1, le=100_000)]
    redacted: bool
    object_name: ShortText | None = None
    object_code: CreditCode | None = None

    def value(self) -> FileFacts:
        return FileFacts(**self.model_dump(exclude={"handlers"}), handlers=tuple(self.handlers))


class ReasonIn(Body):
    reason: LongText


class ObjectIn(Body):
    """Why the division does not accept the result."""

    reasons: LongText


class ScoreIn(Body):
    """The reader's marks; an item not named loses nothing."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "marks": [{"item": "facts", "points": "3.5", "reason": "违法时间认定缺少证据支持"}]
            }
        }
    )

    marks: Annotated[list[MarkIn], Field(max_length=60)]
    remark: LongText | None = None


class RemedyIn(Body):
    """What was done about the fault."""

    remedy: LongText


class FaultFoundOut(Out):
    item: str
    points: Decimal
    reasons: list[str]


class FileOut(Out):
    """A file as its own division sees it: no score before the results are told, no reader ever.

    `read_by` are the divisions of its readers, if the rules of the round open them at its end.
    """

    id: UUID
    code: str
    division: str
    reference: str
    cause: str
    kind: str
    closed_on: date
    object_name: str | None
    object_code: str | None
    handlers: list[UUID]
    sha256: str
    pages: int
    state: FileState
    submitted_at: datetime
    score: Decimal | None
    vetoed: bool
    faults: list[FaultFoundOut]
    minutes: str | None
    objection: str | None
    objected_at: datetime | None
    decision: str | None
    read_by: list[str]
    version: int

    @classmethod
    def of(cls, row: ReviewFile, review: FileReview, read_by: list[str] | None = None) -> Self:
        told = review.state in TOLD
        being_read = not told and row.state not in (FileState.SUBMITTED, FileState.WITHDRAWN)
        return cls(
            **row.model_dump(exclude={"state", "score", "vetoed", "faults", "minutes", "decision"}),
            state=FileState.READING if being_read else row.state,
            score=row.score if told else None,
            vetoed=told and row.vetoed,
            faults=[FaultFoundOut(**each) for each in row.faults or ()] if told else [],
            minutes=row.minutes if told else None,
            decision=row.decision if told else None,
            read_by=read_by or [],
        )


class MarkOut(Out):
    item: str
    points: Decimal
    reason: str


class ReadingOut(Out):
    """A file as its reader sees it: by code, kind, hash and length, and his own marks."""

    id: UUID
    purpose: Purpose
    code: str
    kind: str
    sha256: str
    pages: int
    state: ReadingState
    given_at: datetime
    due_at: datetime | None
    marks: list[MarkOut]
    total: Decimal | None
    remark: str | None
    scored_at: datetime | None
    drop_reason: str | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, row: ReviewReading) -> Self:
        open_now = row.state is ReadingState.GIVEN
        return cls(
            **row.model_dump(exclude={"marks"}),
            marks=[MarkOut(**each) for each in row.marks or ()],
            actions=["score", "recuse"] if open_now else [],
        )


class FaultOut(Out):
    """A line of the list of what is to be put right."""

    id: UUID
    file_id: UUID
    division: str
    item: str
    points: Decimal
    reasons: list[str]
    remedied_at: datetime | None
    remedy: str | None
    version: int

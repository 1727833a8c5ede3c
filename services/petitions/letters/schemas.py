"""Bodies of inspection letters."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.petitions.intake.domain import Medium
from services.petitions.intake.schemas import ClockOut
from services.petitions.letters.domain import Found, Level, Pace, State, Step
from shared.http.body import Body, Division, LongText, Out, Reason, ShortText

Number = Annotated[ShortText, StringConstraints(max_length=64)]
Share = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}/[1-9][0-9]{0,2}$")]


class LetterIn(Body):
    """One letter; with `closed_on` one that an archive knows as closed."""

    outside_number: Number
    county: Annotated[Division, Field(description="The division that answers")]
    divisions: Annotated[list[Division], Field(max_length=8)] = Field(default_factory=list)
    division_shares: Annotated[dict[Division, Share], Field(max_length=8)] | None = None
    content: LongText
    due_on: date
    petition_id: UUID | None = None
    pace: Pace | None = None
    answer: LongText | None = None
    closed_on: date | None = None

    @model_validator(mode="after")
    def _shares_name_the_divisions(self) -> Self:
        if self.divisions and self.county not in self.divisions:
            raise PydanticCustomError("county_missing", "the divisions name the county")
        if self.division_shares and set(self.division_shares) != set(self.divisions):
            raise PydanticCustomError("shares_mismatch", "shares must name the divisions")
        if len(set(self.divisions)) != len(self.divisions):
            raise PydanticCustomError("doubled_division", "a division is named twice")
        return self


class BatchIn(Body):
    """A batch with its letters, as the inspecting body handed it over."""

    body: Annotated[ShortText, Field(description="The inspecting body", examples=["某督察组"])]
    number: Number
    level: Level
    division: Annotated[Division, Field(description="The office that keeps the batch")]
    received_on: date
    stated_total: Annotated[int, Field(ge=1, le=100_000)] | None = None
    note: Reason | None = None
    letters: Annotated[list[LetterIn], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _numbers_differ(self) -> Self:
        if len({each.outside_number for each in self.letters}) != len(self.letters):
            raise PydanticCustomError("doubled_number", "a letter's number occurs twice")
        return self


class AnswerIn(Body):
    text: LongText
    pace: Pace


class ReasonIn(Body):
    reason: Reason


class LinkIn(Body):
    petition_id: UUID


class RegisterIn(Body):
    """What the letter lacks to be a petition; what it says is taken over."""

    title: ShortText
    place: ShortText
    media: Annotated[list[Medium], Field(min_length=1, max_length=8)]
    object_name: ShortText | None = None


class LookBackIn(Body):
    round: Literal[1, 2]
    found: Found
    findings: Reason


class BatchRow(Out):
    id: UUID
    body: str
    number: str
    level: Level
    division: str
    received_on: date
    stated_total: int | None
    note: str | None
    loaded_at: datetime


class LetterRow(Out):
    id: UUID
    position: int
    outside_number: str
    petition_id: UUID | None
    county: str
    shares: dict[str, str]
    due_on: date
    state: State
    pace: Pace | None
    closed_on: date | None
    version: int


class DivisionFigure(Out):
    """Letters that are about a division, and what they count for it by their shares."""

    letters: int
    exact: str


class FiguresOut(Out):
    """A batch in numbers, of the letters the caller may see; `stated_total` is what its list says.

    `look_back` counts the findings of each round since a letter was closed last.
    """

    total: int
    stated_total: int | None
    by_state: dict[str, int]
    by_pace: dict[str, int]
    closed: int
    closed_by_due: int
    overdue: int
    by_division: dict[str, DivisionFigure]
    look_back: dict[str, dict[str, int]]


class BatchOut(BatchRow):
    figures: FiguresOut
    letters: list[LetterRow]


class LetterStepOut(Out):
    step: Step
    state: State
    actor_name: str
    reason: str | None
    at: datetime


class LookBackOut(Out):
    round: int
    found: Found
    findings: str
    by_name: str
    at: datetime


class LetterOut(LetterRow):
    """A letter with its answer, its deadlines, its history and both looks back."""

    batch_id: UUID
    content: str
    answer: str | None
    answered_at: datetime | None
    reopened: int
    clocks: list[ClockOut]
    history: list[LetterStepOut]
    look_backs: list[LookBackOut]
    actions: list[str]

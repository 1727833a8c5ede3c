"""Bodies of intake: what registers a petition and what a reader of one gets."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.petitions.intake.domain import (
    Form,
    Medium,
    Purpose,
    Settled,
    State,
    Step,
    Urgency,
    searched,
)
from services.petitions.intake.queries import Filter
from services.petitions.intake.schemas.parties import IdentityOut, PartyIn, PetitionerIn
from services.petitions.profiles.domain import Channel, Track
from shared import divisions
from shared.clock_rows.rows import ClockRow, ClockState
from shared.clocks.calendar import WorkCalendar
from shared.clocks.days import DAY, end_of_day
from shared.enterprise_names import key_of
from shared.http.body import (
    FIRST_YEAR,
    LAST_YEAR,
    Body,
    Code,
    Division,
    Instant,
    LongText,
    Out,
    SafeText,
    ShortText,
)

Longitude = Annotated[float, Field(ge=-180, le=180, description="WGS 84", examples=[121.15])]
Latitude = Annotated[float, Field(ge=-90, le=90, description="WGS 84", examples=[30.04])]
Day = Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]
CreditCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}$")]


class PetitionIn(Body):
    """A petition as received. Without `petitioner` it is anonymous."""

    purpose: Purpose = Purpose.CLAIM
    channel: Channel
    media: Annotated[list[Medium], Field(min_length=1, max_length=8)]
    form: Form = Form.INDIVIDUAL
    urgency: Urgency = Urgency.NORMAL
    track: Track = Track.STATUTORY_DUTY
    office: Annotated[Division, Field(description="Office that registers, e.g. 330200")]
    divisions: Annotated[
        list[Division],
        Field(min_length=1, max_length=8, description="Where the matter lies; first in charge"),
    ]
    division_shares: (
        dict[Division, Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}/[1-9][0-9]{0,2}$")]]
        | None
    ) = Field(default=None, max_length=8, description="Exact shares such as 1/2; equal if absent")
    title: ShortText
    body: LongText
    place: ShortText
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    object_name: ShortText | None = None
    object_code: CreditCode | None = None
    industry: Annotated[
        str | None,
        StringConstraints(pattern=r"^[A-T][0-9]{0,4}$"),
        Field(description="GB/T 4754, e.g. C3360", examples=["C3360"]),
    ] = None
    at_night: bool = False
    momentary: Annotated[bool, Field(description="Pollution of the moment (瞬时污染)")] = False
    head_count: Annotated[int, Field(ge=1, le=100_000, description="Persons who petition")] = 1
    received_at: Instant
    petitioner: PetitionerIn | None = None
    co_petitioners: Annotated[
        list[PartyIn], Field(max_length=200, description="Who signed beside the petitioner")
    ] = Field(default_factory=list)
    source: Code | None = None
    outside_number: Code | None = None

    @model_validator(mode="after")
    def _shares_name_the_divisions(self) -> Self:
        if self.division_shares and set(self.division_shares) != set(self.divisions):
            raise PydanticCustomError("shares_mismatch", "shares must name the divisions")
        if len(set(self.divisions)) != len(self.divisions):
            raise PydanticCustomError("doubled_division", "a division is named twice")
        if (self.source is None) != (self.outside_number is None):
            raise PydanticCustomError("source_mismatch", "source and outside_number go together")
        if (self.longitude is None) != (self.latitude is None):
            raise PydanticCustomError("half_point", "longitude and latitude go together")
        return self


class MergedOut(Out):
    """A petition that is or was handled together with this one."""

    petition_id: UUID
    number: str
    state: State
    reason: str
    merged_by: str
    at: datetime
    undone_at: datetime | None
    undone_by: str | None
    undone_reason: str | None


class PartOut(Out):
    """One division's part of a matter."""

    id: UUID
    number: str
    holder: str
    state: State
    handler_name: str | None
    replied_at: datetime | None
    closed_at: datetime | None
    version: int


class UpwardReportOut(Out):
    """Which superior organ was told of the urgent matter, and when it confirmed."""

    superior: str
    reason: str
    reported_by_name: str
    reported_at: datetime
    acknowledge_by: datetime | None
    acknowledged_by_name: str | None
    acknowledged_at: datetime | None


class StepOut(Out):
    """One line of the history."""

    step: Step | None
    state: State
    actor_name: str
    reason: str | None
    at: datetime


class ExplanationStep(BaseModel):
    kind: str
    zh: str
    en: str


class ClockOut(BaseModel):
    """A deadline with what it rests on and how it was counted."""

    kind: str
    state: ClockState
    due_on: date | None
    due_at: datetime | None
    overdue: bool
    provisional: bool
    law: str
    article: str
    explanation: list[ExplanationStep]

    @classmethod
    def of(cls, clock: ClockRow, calendar: WorkCalendar, now: datetime) -> Self:
        running = clock.state is ClockState.RUNNING
        late = clock.due_at is not None and now >= clock.due_at
        return cls(
            kind=clock.kind,
            state=clock.state,
            due_on=clock.due_on,
            due_at=clock.due_at,
            overdue=clock.state is ClockState.MISSED or (running and late),
            provisional=clock.provisional,
            law=clock.term.basis.title_zh,
            article=clock.term.basis.article,
            explanation=[
                ExplanationStep(kind=step.kind, zh=step.zh, en=step.en)
                for step in clock.explanation(calendar)
            ],
        )


class PetitionRow(Out):
    """A petition in a list: what a worklist shows, no text and no petitioner."""

    id: UUID
    number: str
    parent_id: UUID | None
    state: State
    channel: Channel
    media: list[str]
    urgency: Urgency
    office: str
    holder: str
    divisions: list[str]
    title: str
    object_name: str | None
    received_at: datetime
    version: int


class FilterIn(BaseModel):
    """The filters of a list of petitions, all of which must hold; a list of values is any of them.

    Words are looked for in the redacted text, title, place and object only.
    """

    q: Annotated[
        SafeText | None,
        Field(max_length=100, description="Words, each of two characters or more; or a number"),
    ] = None
    state: Annotated[list[State], Field(max_length=len(State))] = []
    channel: Annotated[list[Channel], Field(max_length=len(Channel))] = []
    medium: Annotated[list[Medium], Field(max_length=len(Medium))] = []
    urgency: Annotated[list[Urgency], Field(max_length=len(Urgency))] = []
    form: Annotated[list[Form], Field(max_length=len(Form))] = []
    track: Annotated[list[Track], Field(max_length=len(Track))] = []
    industry: Annotated[
        str | None,
        StringConstraints(pattern=r"^[A-T][0-9]{0,4}$"),
        Field(description="GB/T 4754, with all below it"),
    ] = None
    county: Annotated[
        Division | None, Field(description="Where the matter lies; also a city or province")
    ] = None
    object: Annotated[ShortText | None, Field(description="Name of what is complained of")] = None
    received_from: Annotated[Day | None, Field(description="First day, in Shanghai")] = None
    received_to: Annotated[Day | None, Field(description="Last day, inclusive")] = None
    overdue: Annotated[bool | None, Field(description="A running clock is past due")] = None
    handler: Annotated[Literal["me"] | UUID | None, Field(description="`me` or an account")] = None
    repeat: Annotated[bool | None, Field(description="Confirmed or stated as a repeat")] = None
    import_id: UUID | None = None
    parent_id: Annotated[UUID | None, Field(description="Parts of this coordinating item")] = None
    coordinating: Annotated[bool | None, Field(description="Has parts in several divisions")] = None

    def asked(self, *, caller: UUID, now: datetime) -> Filter:
        """What is to be looked for; SearchTooShort if a word cannot be."""
        number, words = searched(self.q)
        return Filter(
            words=words,
            number=number,
            states=self.state,
            channels=self.channel,
            media=self.medium,
            urgencies=self.urgency,
            forms=self.form,
            tracks=self.track,
            industry=self.industry,
            lies_in=self.county and divisions.scope(self.county),
            object_key=key_of(self.object),
            received_from=end_of_day(self.received_from - DAY) if self.received_from else None,
            received_before=end_of_day(self.received_to) if self.received_to else None,
            overdue=self.overdue,
            as_of=now,
            handler_id=caller if self.handler == "me" else self.handler,
            repeated=self.repeat,
            import_id=self.import_id,
            parent_id=self.parent_id,
            coordinating=self.coordinating,
        )


class PetitionOut(PetitionRow):
    """A petition as its reader may see it; the petitioner's identity is masked or absent."""

    purpose: Purpose
    form: Form
    track: Track
    profile: str
    shares: dict[str, str]
    body: str
    place: str
    longitude: float | None
    latitude: float | None
    object_code: str | None
    industry: str | None
    at_night: bool
    momentary: bool
    head_count: int
    anonymous: bool
    partial: bool
    petitioner: IdentityOut | None
    route_count: int
    competence_settled: bool
    settled_by: Settled | None
    competence_open: bool
    refusal_ground: str | None
    same_as_id: UUID | None
    handler_id: UUID | None
    handler_name: str | None
    outcome: str | None
    reply: str | None
    reply_parts: dict[str, str] | None
    extension_open: bool
    registered_at: datetime
    accepted_at: datetime | None
    replied_at: datetime | None
    first_replied_at: datetime | None
    closed_at: datetime | None
    report_due_on: date | None
    asked_back_at: datetime | None
    parts: list[PartOut]
    merged_into: MergedOut | None
    merged: list[MergedOut]
    reported_upward: list[UpwardReportOut]
    clocks: list[ClockOut]
    history: list[StepOut]
    actions: list[str]


class RegisteredOut(Out):
    """The receipt of a registration."""

    id: UUID
    number: str
    state: State
    profile: str
    due: Mapping[str, date | None]
    follow_code: Annotated[
        str, Field(description="By which the petitioner follows the case; told here only")
    ]
    version: int = 1

"""Bodies of joint meetings."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from services.regions.agreements.schemas import AttachmentIn, Sha256
from services.regions.meetings.domain import (
    Attendance,
    Confirmation,
    GuestKind,
    ItemState,
    Kind,
    OpenMatter,
    Record,
    State,
)
from services.regions.meetings.models import MeetingItem, MeetingStep
from services.regions.meetings.queries import MeetingFile, Series
from services.regions.meetings.use_cases.convening import Arrangement, Guest, Owed
from shared.http.body import Body, Division, Instant, LongText, Out, Reason, ShortText


class GuestIn(Body):
    """Somebody asked to come beside the parties."""

    kind: GuestKind
    organisation: ShortText
    person: ShortText | None = None


class ArrangementIn(Body):
    """When, where and about what; the agenda without what earlier meetings left open."""

    title: ShortText
    starts_at: Instant
    ends_at: Instant
    place: ShortText
    agenda: Annotated[list[LongText], Field(max_length=50)] = Field(default_factory=list)
    guests: Annotated[list[GuestIn], Field(max_length=100)] = Field(default_factory=list)

    def value(self) -> Arrangement:
        return Arrangement(
            title=self.title,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            place=self.place,
            agenda=tuple(self.agenda),
            guests=tuple(Guest(each.kind, each.organisation, each.person) for each in self.guests),
        )


class MeetingIn(ArrangementIn):
    """A meeting under an agreement, a plan or in a group; without `divisions` all are invited."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kind": "joint_meeting",
                "agreement_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                "host": "330200",
                "title": "2026年联席会议",
                "starts_at": "2026-04-10T09:00:00+08:00",
                "ends_at": "2026-04-10T11:30:00+08:00",
                "place": "宁波",
                "agenda": ["通报上年度联动执法情况", "商定本年度实施方案"],
                "guests": [{"kind": "police", "organisation": "宁波市公安局"}],
            }
        }
    )

    kind: Kind
    agreement_id: UUID | None = None
    plan_id: UUID | None = None
    joint_group_id: UUID | None = None
    host: Division
    divisions: Annotated[list[Division], Field(max_length=100)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _under_one_thing(self) -> Self:
        named = [self.agreement_id, self.plan_id, self.joint_group_id]
        if sum(each is not None for each in named) != 1:
            raise PydanticCustomError(
                "under_one_thing", "a meeting is under an agreement, a plan or in a group"
            )
        return self

    @property
    def series(self) -> Series:
        return Series(self.agreement_id, self.plan_id, self.joint_group_id)


class AttendanceIn(Body):
    """Whether a division invited came, and with whom."""

    division: Division
    attended: bool
    attendees: Annotated[list[ShortText], Field(max_length=50)] = Field(default_factory=list)


class MatterIn(Body):
    """A matter left open: who sees to it and until when."""

    text: LongText
    responsible: Division
    due_on: date


class MinutesIn(Body):
    """The minutes (纪要). Attendance is noted of every division invited."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "held_on": "2026-03-02",
                "text": "会议通报了上年度联动执法情况。",
                "decisions": ["六月联合检查交界企业"],
                "attendance": [
                    {"division": "330200", "attended": True, "attendees": ["甲"]},
                    {"division": "330400", "attended": True, "attendees": ["乙"]},
                ],
                "items": [
                    {"text": "交换重点企业名单", "responsible": "330400", "due_on": "2026-05-31"}
                ],
            }
        }
    )

    held_on: date
    text: LongText
    decisions: Annotated[list[LongText], Field(max_length=100)] = Field(default_factory=list)
    attendance: Annotated[list[AttendanceIn], Field(min_length=2, max_length=100)]
    items: Annotated[list[MatterIn], Field(max_length=100)] = Field(default_factory=list)

    def value(self) -> Record:
        return Record(
            held_on=self.held_on,
            text=self.text,
            decisions=tuple(self.decisions),
            attendance=tuple(
                Attendance(each.division, each.attended, tuple(each.attendees))
                for each in self.attendance
            ),
            matters=tuple(
                OpenMatter(each.text, each.responsible, each.due_on) for each in self.items
            ),
        )


class ReasonIn(Body):
    reason: Reason


class ConfirmationIn(Body):
    """A party's word that the minutes of this hash are right."""

    division: Division
    minutes_hash: Sha256


class ObjectionIn(Body):
    """A party's word that they are not, and why."""

    division: Division
    minutes_hash: Sha256
    reason: Reason


class ClosingIn(Body):
    """`proof` shows that the matter is done, or says why it is dropped."""

    done: bool
    proof: LongText
    attachments: Annotated[list[AttachmentIn], Field(max_length=50)] = Field(default_factory=list)


class PartyOut(Out):
    division: str
    liaison_unit: str | None
    liaison_person: str | None
    liaison_phone: str | None
    attended: bool | None
    attendees: list[str]
    confirmation: Confirmation
    answered_at: datetime | None
    answered_name: str | None
    answer_reason: str | None


class ItemOut(Out):
    """A matter left open by the meeting `meeting_id`; `version` is what closing it names."""

    id: UUID
    meeting_id: UUID
    text: str
    responsible: str
    opened_on: date
    due_on: date
    overdue: bool
    state: ItemState
    proof: str | None
    attachments: list[dict[str, Any]]
    closed_at: datetime | None
    closed_name: str | None
    version: int

    @classmethod
    def on(cls, item: MeetingItem, today: date) -> Self:
        late = item.state is ItemState.OPEN and item.due_on < today
        return cls.model_validate({**item.model_dump(), "overdue": late})


class StepOut(Out):
    action: str
    state: State
    division: str | None
    item_id: UUID | None
    minutes_hash: str | None
    actor_name: str
    reason: str | None
    at: datetime


class MeetingLineOut(Out):
    """A meeting in a list."""

    id: UUID
    kind: Kind
    title: str
    agreement_id: UUID | None
    plan_id: UUID | None
    joint_group_id: UUID | None
    host: str
    term: int | None
    starts_at: datetime
    ends_at: datetime
    state: State
    held_on: date | None
    version: int


class MeetingOut(MeetingLineOut):
    """A meeting whole. `unconfirmed` are the parties that attended and have not confirmed.

    `carried` are the matters earlier meetings had left open when this one began.
    """

    place: str
    agenda: list[str]
    guests: list[dict[str, Any]]
    minutes: str | None
    decisions: list[str]
    minutes_hash: str | None
    minutes_version: int
    cancel_reason: str | None
    unconfirmed: list[str]
    parties: list[PartyOut]
    items: list[ItemOut]
    carried: list[ItemOut]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(
        cls,
        file: MeetingFile,
        *,
        carried: Sequence[MeetingItem],
        steps: Sequence[MeetingStep],
        today: date,
        actions: list[str],
    ) -> Self:
        return cls.model_validate(
            {
                **file.meeting.model_dump(),
                "unconfirmed": file.unconfirmed,
                "parties": [PartyOut.model_validate(each) for each in file.parties],
                "items": [ItemOut.on(each, today) for each in file.items],
                "carried": [ItemOut.on(each, today) for each in carried],
                "steps": [StepOut.model_validate(each) for each in steps],
                "actions": actions,
            }
        )


class OwedOut(Out):
    """Until when the next meeting of a kind is owed, and whose turn it is today to call it."""

    last_held_on: date | None
    due_on: date
    overdue: bool
    host: str | None
    term: int | None


class ScheduleOut(Out):
    """The meetings an agreement in effect asks for; none of a kind it did not set up."""

    joint_meeting: OwedOut | None
    consultation: OwedOut | None

    @classmethod
    def of(cls, owed: Sequence[Owed], today: date) -> Self:
        found = {
            each.kind: OwedOut(
                last_held_on=each.last_held_on,
                due_on=each.due_on,
                overdue=each.due_on < today,
                host=each.host,
                term=each.term,
            )
            for each in owed
        }
        return cls(
            joint_meeting=found.get(Kind.JOINT_MEETING), consultation=found.get(Kind.CONSULTATION)
        )

"""Bodies of the incident log, of dispatch orders and of their figures."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from services.regions.duty.domain.incidents import (
    Evaluation,
    Grade,
    LinkKind,
    OrderState,
    Receiver,
    Result,
    Source,
    State,
    Urgency,
)
from services.regions.duty.models.incidents import DispatchOrder
from services.regions.duty.queries.incidents import IncidentFile
from services.regions.duty.use_cases.incidents import Received
from services.regions.duty.use_cases.orders import Order
from shared.http.body import Body, Code, Division, Instant, LongText, Out, ShortText


class IncidentIn(Body):
    """What was told to a desk: facts only, no petitioner and no informant."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "bureau_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                "source": "neighbouring_desk",
                "source_note": "宁波市指挥中心值班电话",
                "title": "金塘海域油污",
                "place_division": "330902",
                "place": "金塘大浦口码头",
                "longitude": 121.87,
                "latitude": 30.05,
                "media": ["water"],
                "urgency": "urgent",
                "facts": "海面有带状油污,约两百米",
            }
        }
    )

    bureau_id: UUID
    source: Source
    source_note: ShortText | None = None
    title: ShortText
    place_division: Division
    place: ShortText
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    media: Annotated[list[Code], Field(min_length=1, max_length=20)]
    urgency: Urgency
    facts: LongText

    @model_validator(mode="after")
    def _point_whole(self) -> Self:
        if (self.longitude is None) != (self.latitude is None):
            raise ValueError("longitude and latitude go together")
        return self

    def value(self) -> Received:
        point = None
        if self.longitude is not None and self.latitude is not None:
            point = self.longitude, self.latitude
        return Received(
            bureau_id=self.bureau_id,
            source=self.source,
            source_note=self.source_note,
            title=self.title,
            place_division=self.place_division,
            place=self.place,
            point=point,
            media=tuple(self.media),
            urgency=self.urgency,
            facts=self.facts,
        )


class CorrectionIn(Body):
    """What was wrong, or came to be known later; what was written down stays."""

    correction: LongText


class JudgementIn(Body):
    """研判: how grave, what it is, what to do, whom of the experts one heard."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "grade": "ordinary",
                "assessment": "疑似船舶偷排,扩散方向为东南",
                "measures": ["现场布设围油栏", "采样", "通报海事"],
                "experts": [],
            }
        }
    )

    grade: Grade
    assessment: LongText
    measures: list[ShortText] = Field(default_factory=list, max_length=50)
    experts: list[UUID] = Field(default_factory=list, max_length=20)


class MergeIn(Body):
    """The incident that goes on, and why this one is the same."""

    into: UUID
    reason: ShortText


class OrderIn(Body):
    """调度单: whom, what, until when. A desk is named by its division alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "receiver": "desk",
                "division": "330902",
                "text": "两名执法人员赴现场取证采样",
                "urgency": "urgent",
                "due_at": "2026-03-09T18:00:00+08:00",
            }
        }
    )

    receiver: Receiver
    division: Division
    bureau_id: UUID | None = None
    officer_ids: list[UUID] = Field(default_factory=list, max_length=50)
    grid_lead: ShortText | None = None
    text: LongText
    urgency: Urgency
    due_at: Instant
    book: Annotated[bool, Field(description="hold the officers until it is due")] = False

    def value(self) -> Order:
        return Order(
            receiver=self.receiver,
            division=self.division,
            bureau_id=self.bureau_id,
            officer_ids=tuple(self.officer_ids),
            grid_lead=self.grid_lead,
            text=self.text,
            urgency=self.urgency,
            due_at=self.due_at,
            book=self.book,
        )


class ReportIn(Body):
    """反馈: what was found and done."""

    report: LongText


class ReasonIn(Body):
    reason: LongText


class RefusalIn(Body):
    """Whether the reason for refusing holds."""

    accepts: bool
    reason: LongText


class LinkIn(Body):
    """What the order led to."""

    kind: LinkKind
    id: UUID


class EvaluationIn(Body):
    """The word on one order, for the yearly assessment; that it was timely, its instants say."""

    order_id: UUID
    result: Result
    remark: LongText | None = None

    def value(self) -> Evaluation:
        return Evaluation(self.order_id, self.result, self.remark)


class CloseIn(Body):
    """What came of it, with a word on each order reported on or refused."""

    outcome: LongText
    evaluations: list[EvaluationIn] = Field(default_factory=list, max_length=200)


class LinkOut(Out):
    kind: LinkKind
    id: UUID


class OrderOut(Out):
    """One order with how far it has come; `escalated_to` was told of its silence."""

    id: UUID
    incident_id: UUID
    number: int
    receiver: Receiver
    division: str
    bureau_id: UUID | None
    officer_ids: list[UUID]
    grid_lead: str | None
    booked: bool
    text: str
    urgency: Urgency
    state: OrderState
    issued_at: datetime
    issued_name: str
    acknowledge_due_at: datetime
    due_at: datetime
    acknowledged_at: datetime | None
    set_out_at: datetime | None
    arrived_at: datetime | None
    reported_at: datetime | None
    report: str | None
    refused_at: datetime | None
    refusal: str | None
    refusal_accepted: bool | None
    escalated_to: str | None
    escalated_at: datetime | None
    timely: bool | None
    result: Result | None
    remark: str | None
    links: list[LinkOut]
    overdue: bool
    actions: list[str]

    @classmethod
    def of(cls, row: DispatchOrder, actions: list[str], *, now: datetime) -> Self:
        shown = {
            name: getattr(row, name)
            for name in cls.model_fields
            if name not in ("overdue", "actions")
        }
        return cls.model_validate({**shown, "overdue": _overdue(row, now=now), "actions": actions})


def _overdue(row: DispatchOrder, *, now: datetime) -> bool:
    if row.state is OrderState.ISSUED:
        return row.acknowledge_due_at <= now
    waiting = (OrderState.ACKNOWLEDGED, OrderState.UNDER_WAY, OrderState.ARRIVED)
    return row.state in waiting and row.due_at <= now


class StepOut(Out):
    """An entry that stays as it was written."""

    action: str
    state: State
    order_id: UUID | None
    division: str | None
    actor_name: str
    told: str | None
    content: dict[str, Any] | None
    at: datetime


class IncidentLineOut(Out):
    """An incident in a list; `number` counts those of a division and year."""

    id: UUID
    bureau_id: UUID
    division: str
    number: str
    source: Source
    title: str
    place_division: str
    place: str
    media: list[str]
    urgency: Urgency
    state: State
    grade: Grade | None
    received_at: datetime
    judge_due_at: datetime
    judged_at: datetime | None
    dispatched_at: datetime | None
    closed_at: datetime | None
    merged_into: UUID | None
    version: int


class IncidentOut(IncidentLineOut):
    """An incident with its orders, and every entry of its log."""

    source_note: str | None
    longitude: float | None
    latitude: float | None
    facts: str
    received_name: str
    shift_id: UUID | None
    outcome: str | None
    duplicates: list[UUID]
    orders: list[OrderOut]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(
        cls,
        file: IncidentFile,
        actions: list[str],
        order_actions: dict[UUID, list[str]],
        *,
        now: datetime,
    ) -> Self:
        row = file.incident
        return cls(
            **IncidentLineOut.model_validate(row).model_dump(),
            source_note=row.source_note,
            longitude=row.longitude,
            latitude=row.latitude,
            facts=row.facts,
            received_name=row.received_name,
            shift_id=row.shift_id,
            outcome=row.outcome,
            duplicates=file.duplicates,
            orders=[OrderOut.of(each, order_actions[each.id], now=now) for each in file.orders],
            steps=[StepOut.model_validate(each) for each in file.steps],
            actions=actions,
        )

"""Bodies of emergency protocols and activations."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.activations import domain
from services.regions.activations.domain import (
    AlertLevel,
    Measure,
    ProtocolState,
    Reply,
    State,
    Tier,
    Trigger,
)
from services.regions.activations.queries import ActivationFile, ProtocolFile
from services.regions.activations.use_cases.calls import Call
from services.regions.activations.use_cases.record import is_overdue
from shared.contracts.origins import Matter
from shared.http.body import Body, Code, Division, LongText, Out, ShortText
from shared.http.matter import MatterIn

Hours = Annotated[int, Field(ge=1, le=720)]


class MeasureIn(Body):
    """What `division` does in this tier; `strictness` orders measures of one code."""

    code: Code
    strictness: Annotated[int, Field(ge=0, le=100)]
    text: ShortText
    division: Division

    def value(self) -> Measure:
        return Measure(**self.model_dump())


class TierIn(Body):
    """When a tier applies, how long the called have, how long it lasts, what each party does."""

    code: Code
    trigger: Trigger
    alert_level: AlertLevel | None = None
    acknowledge_hours: Hours
    box_hours: Hours
    measures: Annotated[list[MeasureIn], Field(min_length=1, max_length=100)]

    def value(self) -> Tier:
        return Tier(
            code=self.code,
            trigger=self.trigger,
            alert_level=self.alert_level,
            acknowledge_hours=self.acknowledge_hours,
            box_hours=self.box_hours,
            measures=tuple(each.value() for each in self.measures),
        )


class ProtocolIn(Body):
    """Tiers of response, laid before the parties by one of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "title": "新都—广汉重污染天气应急联动预案",
                "proposer": "510114",
                "parties": ["510114", "510681"],
                "tiers": [
                    {
                        "code": "clue",
                        "trigger": "cross_border_clue",
                        "acknowledge_hours": 2,
                        "box_hours": 24,
                        "measures": [
                            {
                                "code": "send_officers",
                                "strictness": 2,
                                "text": "各派两名执法人员到场",
                                "division": "510114",
                            }
                        ],
                    }
                ],
            }
        }
    )

    title: ShortText
    proposer: Division
    parties: Annotated[list[Division], Field(min_length=2, max_length=50)]
    tiers: Annotated[list[TierIn], Field(min_length=1, max_length=20)]
    agreement_id: UUID | None = None
    group_id: UUID | None = None


class ProtocolAnswerIn(Body):
    """A party's word in its own name; who declines says why."""

    division: Division
    agrees: bool
    reason: LongText | None = None


class DecisionIn(Body):
    reason: LongText


class EndIn(Body):
    """Which party takes its word back, and why."""

    division: Division
    reason: LongText


class CallIn(Body):
    """One place calls others, by a tier of an agreed protocol."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "protocol_id": "01900000-0000-7000-8000-000000000001",
                "caller": "510114",
                "called": ["510681"],
                "trigger": "cross_border_clue",
                "tier": "clue",
                "matter": {
                    "title": "界河水色异常",
                    "division": "510681",
                    "media": ["water"],
                    "place": "青白江界河断面",
                    "facts": "夜间发现水体发黑并有气味",
                },
            }
        }
    )

    protocol_id: UUID
    caller: Division
    called: Annotated[list[Division], Field(min_length=1, max_length=50)]
    trigger: Trigger
    alert_level: AlertLevel | None = None
    tier: Code
    document: ShortText | None = None
    notice_id: UUID | None = None
    matter: MatterIn

    def value(self) -> Call:
        return Call(
            protocol_id=self.protocol_id,
            caller=self.caller,
            called=tuple(self.called),
            trigger=self.trigger,
            alert_level=self.alert_level,
            tier=self.tier,
            document=self.document,
            notice_id=self.notice_id,
            matter=self.matter.value(),
        )


class AcknowledgeIn(Body):
    division: Division


class ArriveIn(Body):
    """报到: with how many officers."""

    division: Division
    officers: Annotated[int, Field(ge=1, le=1000)]


class UnableIn(Body):
    division: Division
    reason: LongText


class ChangeTierIn(Body):
    tier: Code
    alert_level: AlertLevel | None = None
    reason: LongText


class ExtendIn(Body):
    hours: Hours
    reason: LongText


class JoinUpIn(Body):
    """The operation that grows out of the activation, from today to `planned_to`."""

    title: ShortText
    planned_to: date
    due_on: date


class StandDownIn(Body):
    reason: LongText


class ReportIn(Body):
    """What was done and what came of it."""

    report: LongText


class ConfirmIn(Body):
    """A called place's word on the report; who does not confirm says what is wrong."""

    division: Division
    confirms: bool
    remark: LongText | None = None


class CloseIn(Body):
    reason: LongText | None = None


class PartyOut(Out):
    division: str
    agrees: bool | None
    reason: str | None
    answered_at: datetime | None


class MeasureOut(Out):
    code: str
    strictness: int
    text: str
    division: str


class TierOut(Out):
    """A tier with what each party agreed to, and what holds for all: the stricter of each."""

    code: str
    trigger: Trigger
    alert_level: AlertLevel | None
    acknowledge_hours: int
    box_hours: int
    measures: list[MeasureOut]
    applied: list[MeasureOut]

    @classmethod
    def of(cls, tier: Tier) -> Self:
        return cls(
            code=tier.code,
            trigger=tier.trigger,
            alert_level=tier.alert_level,
            acknowledge_hours=tier.acknowledge_hours,
            box_hours=tier.box_hours,
            measures=[MeasureOut.model_validate(each) for each in tier.measures],
            applied=[MeasureOut.model_validate(each) for each in domain.stricter(tier.measures)],
        )


class ProtocolLineOut(Out):
    """A protocol in a list."""

    id: UUID
    title: str
    proposer: str
    state: ProtocolState
    agreement_id: UUID | None
    group_id: UUID | None
    proposed_at: datetime
    agreed_at: datetime | None
    decision: str | None
    ended_at: datetime | None
    end_reason: str | None
    version: int


class ProtocolOut(ProtocolLineOut):
    """A protocol with its tiers and each party's word."""

    parties: list[PartyOut]
    tiers: list[TierOut]
    actions: list[str]

    @classmethod
    def of(cls, file: ProtocolFile, actions: list[str]) -> Self:
        return cls(
            **ProtocolLineOut.model_validate(file.protocol).model_dump(),
            parties=[PartyOut.model_validate(each) for each in file.parties],
            tiers=[TierOut.of(each) for each in file.tiers],
            actions=actions,
        )


class ReplyOut(Out):
    """One called place; `escalated_at` is when its silence was named to the common superior."""

    division: str
    state: Reply
    acknowledge_due_at: datetime
    acknowledged_at: datetime | None
    arrived_at: datetime | None
    officers: int | None
    reason: str | None
    escalated_at: datetime | None
    confirms: bool | None
    remark: str | None


class StepOut(Out):
    action: str
    state: State
    division: str | None
    actor_name: str
    reason: str | None
    at: datetime


class ActivationLineOut(Out):
    """An activation in a list."""

    id: UUID
    protocol_id: UUID
    caller: str
    trigger: Trigger
    alert_level: AlertLevel | None
    tier: str
    state: State
    called_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    report_due_at: datetime | None
    reported_at: datetime | None
    version: int


class ActivationOut(ActivationLineOut):
    """An activation with the measures that hold, who came, and what was done."""

    document: str | None
    notice_id: UUID | None
    matter: Matter
    extensions: int
    operation_id: UUID | None
    measures: list[MeasureOut]
    replies: list[ReplyOut]
    report: str | None
    report_overdue: bool
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(cls, file: ActivationFile, actions: list[str], *, now: datetime) -> Self:
        row = file.activation
        measures = domain.stricter(file.tier.measures)
        return cls(
            **ActivationLineOut.model_validate(row).model_dump(),
            document=row.document,
            notice_id=row.notice_id,
            matter=Matter.model_validate(row.matter),
            extensions=row.extensions,
            operation_id=row.operation_id,
            measures=[MeasureOut.model_validate(each) for each in measures],
            replies=[ReplyOut.model_validate(each) for each in file.replies],
            report=row.report,
            report_overdue=is_overdue(row, now=now),
            steps=[StepOut.model_validate(each) for each in file.steps],
            actions=actions,
        )

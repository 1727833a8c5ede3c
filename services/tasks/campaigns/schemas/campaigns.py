"""Bodies of campaigns, rounds and approvals, in and out."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.tasks.campaigns.domain.approvals import Approval
from services.tasks.campaigns.domain.life import (
    CampaignAction,
    CampaignKind,
    CampaignState,
    Facts,
    Medium,
    RoundKind,
    Stage,
)
from services.tasks.campaigns.models.campaigns import Campaign, CampaignRound
from services.tasks.campaigns.use_cases.campaigns import actions
from services.tasks.enterprises.domain.industries import industry_name
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.http.body import Body, Division, LongText, Out, Reason, ShortText

MOST_PARTIES: Final = 200
MOST_NAMED: Final = 50
A_CAMPAIGN: Final[dict[str, Any]] = {
    "name": "大气“一号行动”",
    "kind": "special",
    "document_title": "示例市大气污染防治“一号行动”方案",
    "document_number": "示例环发〔2026〕3号",
    "starts_on": "2026-03-02",
    "ends_on": "2026-06-30",
    "media": ["air"],
    "industries": ["C2319"],
    "goals": ["重点行业全覆盖"],
    "parties": ["330281"],
}
IndustryCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-T][0-9]{2,4}$"),
    Field(description="GB/T 4754-2017", examples=["C2319"]),
]


class CampaignFactsIn(Body):
    """What a campaign is about. `parties` take part besides the organiser."""

    name: ShortText
    kind: CampaignKind
    document_title: ShortText
    document_number: ShortText | None = None
    starts_on: date
    ends_on: date
    media: Annotated[list[Medium], Field(max_length=len(Medium))] = Field(default_factory=list)
    industries: Annotated[list[IndustryCode], Field(max_length=MOST_NAMED)] = Field(
        default_factory=list
    )
    areas: Annotated[list[ShortText], Field(max_length=MOST_NAMED)] = Field(default_factory=list)
    goals: Annotated[list[ShortText], Field(max_length=MOST_NAMED)] = Field(default_factory=list)
    parties: Annotated[list[Division], Field(max_length=MOST_PARTIES)] = Field(default_factory=list)

    def facts(self) -> Facts:
        return Facts(
            name=self.name,
            kind=self.kind,
            document_title=self.document_title,
            document_number=self.document_number,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            media=tuple(dict.fromkeys(self.media)),
            industries=tuple(dict.fromkeys(self.industries)),
            areas=tuple(self.areas),
            goals=tuple(self.goals),
            parties=tuple(dict.fromkeys(self.parties)),
        )


class CampaignIn(CampaignFactsIn):
    model_config = ConfigDict(json_schema_extra={"example": {"division": "330200", **A_CAMPAIGN}})

    division: Annotated[Division, Field(description="organises the campaign")]


class CampaignAmendIn(CampaignFactsIn):
    """The campaign as it is to be. A reason is needed once it was issued."""

    model_config = ConfigDict(
        json_schema_extra={"example": {**A_CAMPAIGN, "reason": "增加参与单位"}}
    )

    reason: Reason | None = None


class ApprovalIn(Body):
    """专项检查批准文件: by the government of a county or above, or by a superior."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "organ": "示例市人民政府",
                "division": "330200",
                "document": "示例政办〔2026〕8号",
                "approved_on": "2026-02-20",
                "filed_with": "示例市司法局",
                "filed_on": "2026-02-24",
                "published_on": "2026-02-26",
                "published_at": "示例市人民政府门户网站",
                "scope": "包装印刷企业",
                "content": "挥发性有机物治理设施运行情况",
                "most_objects": 400,
                "valid_from": "2026-03-02",
                "valid_to": "2026-06-30",
            }
        }
    )

    organ: ShortText
    division: Annotated[Division, Field(description="of the organ that approved it")]
    document: ShortText
    approved_on: date
    filed_with: ShortText
    filed_on: date
    published_on: date
    published_at: Annotated[ShortText, Field(description="where it was published")]
    scope: LongText
    content: LongText
    most_objects: Annotated[int, Field(ge=1, le=100_000)]
    valid_from: date
    valid_to: date

    def value(self) -> Approval:
        return Approval(**self.model_dump())


class SummaryIn(Body):
    model_config = ConfigDict(json_schema_extra={"example": {"summary": "行动完成"}})

    summary: LongText


class ReasonIn(Body):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "上级统一部署"}})

    reason: Reason


class IndustryOut(Out):
    """`name` as the list of trades has it, of the code or of the nearest above it."""

    code: str
    name: str | None


class ApprovalOut(Out):
    id: UUID
    organ: str
    division: str
    document: str
    approved_on: date
    filed_with: str
    filed_on: date
    published_on: date
    published_at: str
    scope: str
    content: str
    most_objects: int
    valid_from: date
    valid_to: date


class CampaignOut(Out):
    id: UUID
    division: str
    parties: list[str]
    name: str
    kind: CampaignKind
    document_title: str
    document_number: str | None
    starts_on: date
    ends_on: date
    media: list[Medium]
    industries: list[IndustryOut]
    areas: list[str]
    goals: list[str]
    approval_id: UUID | None
    state: CampaignState
    summary: str | None
    version: int
    actions: list[CampaignAction]

    @classmethod
    def of(cls, campaign: Campaign, actor: Actor) -> Self:
        industries = [{"code": each, "name": industry_name(each)} for each in campaign.industries]
        return cls.model_validate(
            {
                **campaign.model_dump(),
                "industries": industries,
                "actions": actions(actor, campaign),
            }
        )


class RoundFactsIn(Body):
    """A round 轮次 or a batch 批次; `teams_planned` is how many teams its plan speaks of."""

    kind: RoundKind = RoundKind.ROUND
    sequence: Annotated[int, Field(ge=1, le=999)]
    name: ShortText | None = None
    starts_on: date
    ends_on: date
    teams_planned: Annotated[int, Field(ge=0, le=999)] = 0

    def stage(self) -> Stage:
        return Stage(
            self.kind, self.sequence, self.starts_on, self.ends_on, self.teams_planned, self.name
        )


A_ROUND: Final[dict[str, Any]] = {
    "sequence": 1,
    "starts_on": "2026-03-02",
    "ends_on": "2026-03-15",
    "teams_planned": 9,
}


class RoundIn(RoundFactsIn):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"campaign_id": "01890000-0000-7000-8000-000000000001", **A_ROUND}
        }
    )

    campaign_id: UUID


class RoundAmendIn(RoundFactsIn):
    model_config = ConfigDict(json_schema_extra={"example": {**A_ROUND, "reason": "顺延一周"}})

    reason: Reason


class RoundOut(Out):
    id: UUID
    campaign_id: UUID
    kind: RoundKind
    sequence: int
    name: str | None
    starts_on: date
    ends_on: date
    teams_planned: int
    version: int
    actions: list[str]

    @classmethod
    def of(cls, row: CampaignRound, actor: Actor, campaign: Campaign) -> Self:
        mine = may(actor, "campaign.lead", division=campaign.division)
        return cls.model_validate({**row.model_dump(), "actions": ["amend"] if mine else []})


class StepOut(Out):
    """One line of a campaign's history: what was done to what, and how that was then."""

    subject: str
    subject_id: UUID
    action: str
    facts: dict[str, Any]
    reason: str | None
    actor_name: str
    at: datetime

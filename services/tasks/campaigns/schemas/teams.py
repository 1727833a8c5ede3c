"""Bodies of a campaign's teams and of the enterprises assigned to it, in and out."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.tasks.campaigns.domain.life import TargetBasis
from services.tasks.campaigns.domain.teams import (
    Focus,
    Function,
    Person,
    TeamFacts,
    TeamKind,
    Tool,
)
from services.tasks.campaigns.models.campaigns import Campaign
from services.tasks.campaigns.models.teams import CampaignTarget, CampaignTeam, CampaignTeamMember
from services.tasks.campaigns.schemas.campaigns import MOST_NAMED, IndustryCode
from services.tasks.campaigns.use_cases.targets import Putting
from services.tasks.campaigns.use_cases.teams import actions
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.use_cases.record import code_of
from shared.auth.actor import Actor
from shared.http.body import Body, Code, Division, Out, Reason, ShortText

MOST_MEMBERS: Final = 100
MOST_TARGETS: Final = 500
AN_ID: Final = "01890000-0000-7000-8000-000000000001"
A_TEAM: Final[dict[str, Any]] = {
    "kind": "professional",
    "name": "专业执法队",
    "home_divisions": ["330281"],
    "tools": ["infrared_camera", "pid", "drone"],
    "focus": ["falsified_data", "secret_discharge"],
    "members": [{"name": "甲某某", "division": "330281", "function": "officer", "is_leader": True}],
}


class PersonIn(Body):
    """`officer_id` is of the officer's file in `regions`, for who has one."""

    name: ShortText
    division: Division
    function: Function
    officer_id: UUID | None = None
    is_leader: bool = False

    def value(self) -> Person:
        return Person(self.name, self.division, self.function, self.officer_id, self.is_leader)


class TeamFactsIn(Body):
    """A team; `works_in` is empty for one that works wherever the campaign does.

    A cross-county team never works in a county it comes from. `alias` is what else it is called.
    """

    kind: TeamKind
    name: ShortText
    alias: ShortText | None = None
    round_id: UUID | None = None
    home_divisions: Annotated[list[Division], Field(min_length=1, max_length=MOST_NAMED)]
    works_in: Annotated[list[Division], Field(max_length=MOST_NAMED)] = Field(default_factory=list)
    tools: Annotated[list[Tool], Field(max_length=len(Tool))] = Field(default_factory=list)
    focus: Annotated[list[Focus], Field(max_length=len(Focus))] = Field(default_factory=list)
    skills: Annotated[list[Code], Field(max_length=MOST_NAMED)] = Field(default_factory=list)
    members: Annotated[list[PersonIn], Field(min_length=1, max_length=MOST_MEMBERS)]

    def facts(self) -> TeamFacts:
        return TeamFacts(
            kind=self.kind,
            name=self.name,
            alias=self.alias,
            round_id=self.round_id,
            home_divisions=tuple(dict.fromkeys(self.home_divisions)),
            works_in=tuple(dict.fromkeys(self.works_in)),
            tools=tuple(dict.fromkeys(self.tools)),
            focus=tuple(dict.fromkeys(self.focus)),
            skills=tuple(dict.fromkeys(self.skills)),
            members=tuple(each.value() for each in self.members),
        )


class TeamIn(TeamFactsIn):
    model_config = ConfigDict(json_schema_extra={"example": {"campaign_id": AN_ID, **A_TEAM}})

    campaign_id: UUID


class TeamAmendIn(TeamFactsIn):
    """The team as it is to be; who is not named any more has left it."""

    model_config = ConfigDict(json_schema_extra={"example": {**A_TEAM, "reason": "人员调整"}})

    reason: Reason


class PersonOut(Out):
    officer_id: UUID | None
    name: str
    division: str
    function: Function
    is_leader: bool
    joined_on: date


class TeamOut(Out):
    id: UUID
    campaign_id: UUID
    round_id: UUID | None
    kind: TeamKind
    name: str
    alias: str | None
    home_divisions: list[str]
    works_in: list[str]
    tools: list[Tool]
    focus: list[Focus]
    skills: list[str]
    disbanded_on: date | None
    members: list[PersonOut]
    by_function: dict[Function, int]
    version: int
    actions: list[str]

    @classmethod
    def of(
        cls,
        team: CampaignTeam,
        members: Sequence[CampaignTeamMember],
        actor: Actor,
        campaign: Campaign,
    ) -> Self:
        functions = [each.function for each in members]
        return cls.model_validate(
            {
                **team.model_dump(),
                "members": [PersonOut.model_validate(each) for each in members],
                "by_function": {each: functions.count(each) for each in Function},
                "actions": actions(actor, team, campaign),
            }
        )


class PuttingIn(Body):
    """Why enterprises come on the list, and for which round and team."""

    basis: TargetBasis
    document: ShortText | None = None
    round_id: UUID | None = None
    team_id: UUID | None = None

    def putting(self) -> Putting:
        return Putting(self.basis, self.document, self.round_id, self.team_id)


class AddTargetsIn(PuttingIn):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"basis": "ministry", "document": "第1轮交办清单", "enterprise_ids": [AN_ID]}
        }
    )

    enterprise_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_TARGETS)]


class FillTargetsIn(PuttingIn):
    """Every object of the trades; without industries those of the campaign."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"basis": "trade", "industries": ["C2319"]}}
    )

    basis: TargetBasis = TargetBasis.TRADE
    industries: Annotated[list[IndustryCode], Field(max_length=MOST_NAMED)] = Field(
        default_factory=list
    )


class RemoveTargetIn(Body):
    model_config = ConfigDict(
        json_schema_extra={"example": {"target_id": AN_ID, "reason": "已停产拆除"}}
    )

    target_id: UUID
    reason: Reason


class PutOut(Out):
    """How many came on the list; `more` means that the same call again goes on."""

    added: int
    more: bool


class TargetOut(Out):
    id: UUID
    round_id: UUID | None
    team_id: UUID | None
    enterprise_id: UUID
    code: str
    name: str
    division: str
    industry: str
    basis: TargetBasis
    document: str | None
    added_on: date

    @classmethod
    def of(cls, row: CampaignTarget, enterprise: Enterprise) -> Self:
        return cls.model_validate(
            {
                **row.model_dump(),
                "code": code_of(enterprise),
                "name": enterprise.name,
                "industry": enterprise.industry,
            }
        )


class AssignedOut(Out):
    """How many enterprises a round has on its list by why they are on it."""

    round_id: UUID | None
    basis: TargetBasis
    number: int


class CoverageOut(Out):
    """The list in figures, of what the caller sees.

    `enterprises` counts each once however many rounds have it; of the campaign's trades there are
    `on_register`, and `on_list` of them are on its list.
    """

    enterprises: int
    assigned: list[AssignedOut]
    on_register: int
    on_list: int

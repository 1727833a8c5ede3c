"""Bodies of those who help."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from services.regions.bureaus.schemas import Phone
from services.regions.helpers.domain.engaged import Days, HelpDuty, SupervisorKind
from services.regions.helpers.models.engaged import EnvironmentalSupervisor, Expert, HelpTeam
from services.regions.helpers.use_cases import engaging as use_cases
from services.regions.helpers.use_cases.engaging import (
    Conflict,
    ExpertFacts,
    Member,
    SupervisorFacts,
    TeamFacts,
)
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.http.body import Body, Code, Division, Out, Reason, ShortText
from shared.masking import masked_name, masked_phone

CreditCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
    Field(examples=["91330281MA2AXXXX1R"]),
]
# Who sees personal data in a list: the division whose they are, not those above it.
LISTED: Final = "helper.list_contact"
A_BUREAU: Final = "01890a5d-ac96-774b-bcce-b302099a8057"
AN_EXPERT: Final[dict[str, JsonValue]] = {
    "name": "李工",
    "fields": ["voc_detection"],
    "organisation": "某环境科学研究院",
    "title": "高级工程师",
    "phone": "13800000000",
    "valid_from": "2026-01-01",
    "valid_to": "2027-12-31",
}
A_TEAM: Final[dict[str, JsonValue]] = {
    "organisation": "某环保咨询有限公司",
    "credit_code": "91330281MA2AXXXX1R",
    "duties": ["diagnosis", "per_firm_plan"],
    "service_area": ["330281"],
    "members": [{"name": "王工", "phone": "13800000000"}],
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
}
A_SUPERVISOR: Final[dict[str, JsonValue]] = {
    "kind": "village",
    "object_name": "某村",
    "name": "张三",
    "phone": "13800000000",
    "valid_from": "2026-01-01",
}


class DaysIn(Body):
    """From the first day to the last, both included."""

    valid_from: date
    valid_to: date | None = None

    def days(self) -> Days:
        return Days(self.valid_from, self.valid_to)


class ConflictIn(Body):
    """An object the expert has an interest in."""

    object_name: ShortText
    object_code: CreditCode | None = None
    relation: ShortText


class ExpertFactsIn(DaysIn):
    name: ShortText
    fields: Annotated[list[Code], Field(min_length=1, max_length=20)]
    organisation: ShortText
    title: ShortText | None = None
    phone: Phone | None = None
    conflicts: Annotated[list[ConflictIn], Field(max_length=50)] = Field(default_factory=list)

    def facts(self) -> ExpertFacts:
        return ExpertFacts(
            name=self.name,
            fields=self.fields,
            organisation=self.organisation,
            days=self.days(),
            title=self.title,
            phone=self.phone,
            conflicts=[Conflict(**each.model_dump()) for each in self.conflicts],
        )


class ExpertIn(ExpertFactsIn):
    model_config = ConfigDict(json_schema_extra={"example": {"bureau_id": A_BUREAU, **AN_EXPERT}})

    bureau_id: UUID


class ExpertAmendIn(ExpertFactsIn):
    """The expert as he or she is to be: what is left out is taken away."""

    model_config = ConfigDict(json_schema_extra={"example": {**AN_EXPERT, "reason": "续聘"}})

    reason: Reason


class MemberIn(Body):
    name: ShortText
    speciality: ShortText | None = None
    phone: Phone | None = None
    account_id: UUID | None = None


class TeamFactsIn(DaysIn):
    organisation: ShortText
    credit_code: CreditCode
    duties: Annotated[list[HelpDuty], Field(min_length=1, max_length=len(HelpDuty))]
    service_area: Annotated[list[Division], Field(min_length=1, max_length=100)]
    members: Annotated[list[MemberIn], Field(min_length=1, max_length=100)]

    def facts(self) -> TeamFacts:
        return TeamFacts(
            organisation=self.organisation,
            credit_code=self.credit_code,
            duties=self.duties,
            service_area=self.service_area,
            members=[Member(**each.model_dump()) for each in self.members],
            days=self.days(),
        )


class HelpTeamIn(TeamFactsIn):
    model_config = ConfigDict(json_schema_extra={"example": {"bureau_id": A_BUREAU, **A_TEAM}})

    bureau_id: UUID


class HelpTeamAmendIn(TeamFactsIn):
    """The team as it is to be: what is left out is taken away."""

    model_config = ConfigDict(json_schema_extra={"example": {**A_TEAM, "reason": "合同变更"}})

    reason: Reason


class SupervisorFactsIn(DaysIn):
    """Of a firm with its credit code, or of a village with its name."""

    kind: SupervisorKind
    object_name: ShortText
    credit_code: CreditCode | None = None
    name: ShortText
    phone: Phone

    def facts(self) -> SupervisorFacts:
        return SupervisorFacts(
            kind=self.kind,
            object_name=self.object_name,
            credit_code=self.credit_code,
            name=self.name,
            phone=self.phone,
            days=self.days(),
        )


class SupervisorIn(SupervisorFactsIn):
    model_config = ConfigDict(json_schema_extra={"example": {"division": "330281", **A_SUPERVISOR}})

    division: Division


class SupervisorAmendIn(SupervisorFactsIn):
    """The supervisor as he or she is to be: what is left out is taken away."""

    model_config = ConfigDict(json_schema_extra={"example": {**A_SUPERVISOR, "reason": "换届"}})

    reason: Reason


class EndIn(Body):
    """`last_day` is today if it is not named."""

    reason: Reason
    last_day: date | None = None


class FieldsOut(Out):
    """The fields of knowledge in force: code and Chinese name."""

    fields: dict[str, str]


class ConflictOut(Out):
    object_name: str
    object_code: str | None
    relation: str


class ExpertOut(Out):
    """An expert. Phone and declared interests are for the division that engaged and those above.

    `phone` and `conflicts` are null for everybody else.
    """

    id: UUID
    division: str
    bureau_id: UUID
    name: str
    fields: list[str]
    organisation: str
    title: str | None
    phone: str | None
    conflicts: list[ConflictOut] | None
    valid_from: date
    valid_to: date | None
    end_reason: str | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, expert: Expert, actor: Actor) -> Self:
        facts: dict[str, Any] = {**expert.model_dump(), "actions": use_cases.actions(actor, expert)}
        if not may(actor, "expert.read_contact", division=expert.division):
            facts |= {"phone": None, "conflicts": None, "end_reason": None}
        return cls.model_validate(facts)


class MemberOut(Out):
    name: str
    speciality: str | None
    phone: str | None
    account_id: UUID | None

    def masked(self) -> Self:
        return self.model_copy(
            update={
                "name": masked_name(self.name),
                "phone": self.phone and masked_phone(self.phone),
                "account_id": None,
            }
        )


class HelpTeamOut(Out):
    """A help team. Its members are masked in lists, except for the division that engaged it.

    Where it only serves, they are masked everywhere.
    """

    id: UUID
    division: str
    bureau_id: UUID
    organisation: str
    credit_code: str
    duties: list[HelpDuty]
    service_area: list[str]
    members: list[MemberOut]
    valid_from: date
    valid_to: date | None
    end_reason: str | None
    created_at: datetime
    version: int
    actions: list[str]

    @classmethod
    def of(cls, team: HelpTeam, actor: Actor, *, listed: bool = False) -> Self:
        right = LISTED if listed else "help_team.read_contact"
        members = [MemberOut.model_validate(each) for each in team.members]
        if not may(actor, right, division=team.division):
            members = [each.masked() for each in members]
        return cls.model_validate(
            {
                **team.model_dump(),
                "members": members,
                "actions": use_cases.actions(actor, team),
            }
        )


class SupervisorOut(Out):
    """An environmental supervisor; in lists masked except for the own division."""

    id: UUID
    division: str
    kind: SupervisorKind
    object_name: str
    credit_code: str | None
    name: str
    phone: str
    valid_from: date
    valid_to: date | None
    end_reason: str | None
    created_at: datetime
    version: int
    actions: list[str]

    @classmethod
    def of(cls, supervisor: EnvironmentalSupervisor, actor: Actor, *, listed: bool = False) -> Self:
        facts: dict[str, Any] = {
            **supervisor.model_dump(),
            "actions": use_cases.actions(actor, supervisor),
        }
        right = LISTED if listed else "supervisor.read_contact"
        if not may(actor, right, division=supervisor.division):
            facts |= {
                "name": masked_name(supervisor.name),
                "phone": masked_phone(supervisor.phone),
            }
        return cls.model_validate(facts)

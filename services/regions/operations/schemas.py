"""Bodies of joint operations."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.regions.agreements.domain import Focus, Form, Link
from services.regions.assistance.domain.evidence import CustodyStep, EvidenceItem, EvidenceKind
from services.regions.operations.domain import (
    Consent,
    IssuedBy,
    Kind,
    PartyRole,
    PartyStatus,
    Rectified,
    State,
)
from services.regions.operations.models import Finding, LookBack, Operation, OperationTeam
from services.regions.operations.queries import OperationFile
from services.regions.operations.use_cases.consent import Frame
from services.regions.operations.use_cases.findings import Facts
from services.regions.operations.use_cases.record import is_secret, origin_of
from services.regions.operations.use_cases.reporting import OWN_FIGURES
from shared.contracts.origins import Matter, Origin, OriginKind
from shared.http.body import Body, Code, Division, Instant, LongText, Out, Reason, ShortText
from shared.http.matter import MatterIn

Accounts = Annotated[list[UUID], Field(max_length=50)]
Links = Annotated[list[Link], Field(max_length=4)]
Focuses = Annotated[list[Focus], Field(max_length=4)]
Media = Annotated[list[Code], Field(min_length=1, max_length=20)]


class OriginIn(Body):
    """What asked for the operation."""

    kind: OriginKind
    id: UUID

    def value(self) -> Origin:
        return Origin(kind=self.kind, id=self.id)


class OperationIn(Body):
    """A draft. The lead may be one of the parties, or the city above them.

    Of a surprise plan (`kind`), until it starts, only who drafts it, the lead's head and the
    accounts `named` know.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "form": "emergency",
                "title": "北仑扬尘联合整治",
                "lead": "330200",
                "links": ["area", "staff"],
                "focuses": ["air"],
                "parties": ["330206", "330212"],
                "matter": {
                    "title": "堆场扬尘",
                    "division": "330206",
                    "media": ["air"],
                    "place": "霞浦街道",
                    "facts": "堆场未覆盖,大风天扬尘严重",
                },
                "planned_from": "2026-03-10",
                "planned_to": "2026-03-20",
                "due_on": "2026-03-31",
            }
        }
    )

    form: Form
    kind: Kind = Kind.NORMAL
    title: ShortText
    lead: Division
    parties: Annotated[list[Division], Field(min_length=1, max_length=50)]
    links: Links = Field(default_factory=list)
    focuses: Focuses = Field(default_factory=list)
    matter: MatterIn
    origin: OriginIn | None = None
    group_id: UUID | None = None
    plan_id: UUID | None = None
    activation_id: UUID | None = None
    named: Accounts = Field(default_factory=list)
    planned_from: date
    planned_to: date
    due_on: date

    def frame(self) -> Frame:
        return Frame(
            links=tuple(self.links),
            focuses=tuple(self.focuses),
            group_id=self.group_id,
            plan_id=self.plan_id,
            activation_id=self.activation_id,
        )


class AmendIn(Body):
    """The draft anew, without who takes part in it and what asked for it."""

    title: ShortText
    links: Links = Field(default_factory=list)
    focuses: Focuses = Field(default_factory=list)
    matter: MatterIn
    planned_from: date
    planned_to: date
    due_on: date

    def frame(self) -> Frame:
        return Frame(links=tuple(self.links), focuses=tuple(self.focuses))


class AdmitIn(Body):
    """Further people who may know of a surprise plan."""

    account_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    reason: LongText


class TeamIn(Body):
    """A team and the division it goes to."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "一组", "place": "330206"}})

    name: ShortText
    place: Division


class SendIn(Body):
    """Whom a party sends in a team, in place of those it named before."""

    division: Division
    team_id: UUID
    officer_ids: Annotated[list[UUID], Field(max_length=50)]


class LeaveIn(Body):
    division: Division
    reason: LongText


Count = Annotated[int, Field(ge=0, le=1_000_000)]


class FinishIn(Body):
    """What a party's own part came to: visits (家次), officer visits (人次), cases filed."""

    division: Division
    summary: LongText
    enterprise_visits: Count = 0
    officer_visits: Count = 0
    cases_filed: Count = 0

    def own_figures(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in OWN_FIGURES}


class ShareIn(Body):
    """A party's share of one result, as an exact fraction."""

    division: Division
    share: Annotated[
        str, StringConstraints(pattern=r"^[0-9]{1,4}(/[0-9]{1,4})?$"), Field(examples=["1/2"])
    ]


ShareList = Annotated[list[ShareIn], Field(max_length=50)]


def pairs(shares: Sequence[ShareIn]) -> list[tuple[str, str]]:
    return [(each.division, each.share) for each in shares]


class SharesIn(Body):
    """Whose a task's result or a finding is."""

    task_id: UUID | None = None
    finding_id: UUID | None = None
    shares: Annotated[list[ShareIn], Field(min_length=1, max_length=50)]
    reason: LongText

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.task_id is None) == (self.finding_id is None):
            raise PydanticCustomError("one_result", "a task or a finding is named")
        return self


class CustodyIn(Body):
    """Who passed an item to whom."""

    at: Instant
    giver: ShortText
    taker: ShortText
    what: ShortText


class EvidenceIn(Body):
    """One line of the custody list; `sha256` is that of the file, wherever it is kept."""

    title: ShortText
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    kind: EvidenceKind
    taken_at: Instant
    taken_by: Annotated[list[ShortText], Field(min_length=1, max_length=20)]
    chain: Annotated[list[CustodyIn], Field(max_length=50)] = Field(default_factory=list)
    cma_number: ShortText | None = None
    method_standard: ShortText | None = None

    def value(self) -> EvidenceItem:
        return EvidenceItem(
            **self.model_dump(exclude={"chain"}),
            chain=[CustodyStep(**each.model_dump()) for each in self.chain],
        )


class FindingIn(Body):
    """What a party found. Without `shares`, it and those `together_with` it have equal ones."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330211",
                "place": "330206",
                "site": "霞浦街道码头",
                "facts": "堆场未覆盖,无喷淋设施",
                "media": ["air"],
                "enterprise_name": "示例码头有限公司",
                "evidence": [],
                "officer_ids": ["01900000-0000-7000-8000-000000000001"],
                "found_at": "2026-03-12T10:00:00+08:00",
            }
        }
    )

    division: Division
    place: Division
    site: ShortText
    facts: LongText
    media: Media
    enterprise_name: ShortText | None = None
    enterprise_code: Code | None = None
    evidence: Annotated[list[EvidenceIn], Field(max_length=100)] = Field(default_factory=list)
    officer_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    task_id: UUID | None = None
    inspection_id: UUID | None = None
    case_number: ShortText | None = None
    found_at: Instant
    together_with: Annotated[list[Division], Field(max_length=50)] = Field(default_factory=list)
    shares: ShareList = Field(default_factory=list)

    def value(self) -> Facts:
        return Facts(
            **self.model_dump(exclude={"division", "evidence", "shares"}),
            evidence=[each.value() for each in self.evidence],
            shares=pairs(self.shares),
        )


class PassOnIn(Body):
    """What the organ of the place is told beside the facts."""

    legal_view: LongText
    urgent: bool = False
    contact: ShortText


class LookBackIn(Body):
    """What somebody of `division` saw when looking again."""

    division: Division
    rectified: Rectified
    note: Reason


class NoteIn(Body):
    reason: LongText | None = None


class ReportIn(Body):
    """What was done or found in this step."""

    reason: LongText


class AnswerIn(Body):
    """A party's word in its own name; who declines says why."""

    division: Division
    agrees: bool
    reason: LongText | None = None


class DropIn(Body):
    """A finding that goes to nobody, and why."""

    finding_id: UUID
    reason: LongText


class CallOffIn(Body):
    """Why it is called off, and of each finding not handed over why it goes to nobody."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"reason": "线索已由属地单独办结", "dropped": []}}
    )

    reason: LongText
    dropped: Annotated[list[DropIn], Field(max_length=200)] = Field(default_factory=list)

    def reasons(self) -> dict[UUID, str]:
        return {each.finding_id: each.reason for each in self.dropped}


class SummaryIn(Body):
    summary: LongText


class PartyOut(Out):
    division: str
    role: PartyRole
    consent: Consent
    status: PartyStatus
    answered_at: datetime | None
    answer_reason: str | None
    ended_at: datetime | None
    closing: str | None
    own_figures: dict[str, int] | None


class MemberOut(Out):
    """Somebody in a team; `party` sent them."""

    officer_id: UUID
    party: str
    division: str
    name: str


class TeamOut(Out):
    id: UUID
    name: str
    place: str
    members: list[MemberOut]


class StepOut(Out):
    action: str
    state: State
    actor_name: str
    reason: str | None
    at: datetime


class ResultOut(Out):
    task_id: UUID
    inspections: int
    problems_found: int
    problems_closed: int
    summary: str
    completed_at: datetime
    shares: dict[str, str]


class TotalsOut(Out):
    tasks: int
    inspections: int
    problems_found: int
    problems_closed: int


class SectionOut(Out):
    """One scope: whole numbers in total, exact fractions such as `1/2` by party."""

    total: dict[str, int]
    by_party: dict[str, dict[str, str]]


class OfficersOut(Out):
    """Persons sent, each once and of one party."""

    total: int
    by_party: dict[str, int]


class ReportOut(Out):
    """The joint report (总结通报) as issued."""

    summary: str
    summarised_at: datetime
    inspections: int
    problems_found: int
    problems_closed: int
    # Tasks, findings and what parties say of their own: three scopes that are never added.
    tasks: SectionOut | None = None
    findings: SectionOut | None = None
    officers: OfficersOut | None = None
    own: dict[str, dict[str, int]] | None = None


class OperationLineOut(Out):
    """An operation in a list."""

    id: UUID
    form: Form
    kind: Kind
    title: str
    lead: str
    links: list[Link]
    focuses: list[Focus]
    group_id: UUID | None
    plan_id: UUID | None
    state: State
    planned_from: date
    planned_to: date
    due_on: date
    version: int


class OperationOut(OperationLineOut):
    """An operation with its parties, its history and what its tasks came to."""

    matter: Matter
    origin: Origin | None
    activation_id: UUID | None
    issued_by: IssuedBy | None
    issue_reason: str | None
    started_at: datetime | None
    # Whom a surprise plan names; nobody's business once it has started.
    named: list[UUID]
    parties: list[PartyOut]
    teams: list[TeamOut]
    steps: list[StepOut]
    results: list[ResultOut]
    totals: TotalsOut
    report: ReportOut | None
    actions: list[str]

    @classmethod
    def of(cls, file: OperationFile, actions: list[str]) -> Self:
        row = file.operation
        return cls(
            **OperationLineOut.model_validate(row).model_dump(),
            matter=Matter.model_validate(row.matter),
            origin=origin_of(row),
            activation_id=row.activation_id,
            issued_by=row.issued_by,
            issue_reason=row.issue_reason,
            started_at=row.started_at,
            named=row.named if is_secret(row) else [],
            teams=[_team(file, each) for each in file.teams],
            parties=[PartyOut.model_validate(each) for each in file.parties],
            steps=[StepOut.model_validate(each) for each in file.steps],
            results=[ResultOut.model_validate(each) for each in file.results],
            totals=TotalsOut.model_validate(file.totals),
            report=_report(row),
            actions=actions,
        )


class LookBackOut(Out):
    division: str
    rectified: Rectified
    note: str
    actor_name: str
    at: datetime


class FindingLineOut(Out):
    """A finding in a list."""

    id: UUID
    operation_id: UUID
    division: str
    place: str
    site: str
    facts: str
    media: list[str]
    enterprise_name: str | None
    enterprise_code: str | None
    found_at: datetime
    recorded_at: datetime
    handover_id: UUID | None
    handed_over_at: datetime | None
    dropped_at: datetime | None
    drop_reason: str | None
    rectified: Rectified | None
    version: int


class FindingOut(FindingLineOut):
    """A finding with its evidence, whose it is, and every look back."""

    evidence: list[dict[str, Any]]
    officer_ids: list[UUID]
    task_id: UUID | None
    inspection_id: UUID | None
    case_number: str | None
    shares: dict[str, str]
    look_backs: list[LookBackOut]
    actions: list[str]

    @classmethod
    def of(cls, row: Finding, look_backs: Sequence[LookBack], actions: list[str]) -> Self:
        return cls(
            **FindingLineOut.model_validate(row).model_dump(),
            evidence=row.evidence,
            officer_ids=row.officer_ids,
            task_id=row.task_id,
            inspection_id=row.inspection_id,
            case_number=row.case_number,
            shares=row.shares,
            look_backs=[LookBackOut.model_validate(each) for each in look_backs],
            actions=actions,
        )


def _team(file: OperationFile, team: OperationTeam) -> TeamOut:
    members = [each for each in file.officers if each.team_id == team.id]
    return TeamOut(
        id=team.id,
        name=team.name,
        place=team.place,
        members=[MemberOut.model_validate(each) for each in members],
    )


def _report(row: Operation) -> ReportOut | None:
    if row.summarised_at is None:
        return None
    return ReportOut(
        summary=row.summary or "",
        summarised_at=row.summarised_at,
        inspections=row.inspections or 0,
        problems_found=row.problems_found or 0,
        problems_closed=row.problems_closed or 0,
        **(row.report or {}),
    )

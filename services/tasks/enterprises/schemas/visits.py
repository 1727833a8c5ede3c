"""Bodies of the visit ledger, in and out."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.tasks.enterprises.domain.visits import (
    Agency,
    AgencyKind,
    Earlier,
    Ground,
    LegalKind,
    Method,
    Mode,
    VisitState,
    Wanted,
)
from services.tasks.enterprises.models.visits import EnterpriseVisit
from services.tasks.enterprises.use_cases.visit_record import actions
from services.tasks.enterprises.use_cases.visits import LedgerState, Named, Outcome
from shared.auth.actor import Actor
from shared.http.body import Body, Code, Division, LongText, Out, Reason, ShortText

AN_OBJECT: Final[dict[str, Any]] = {"code": "91330281MA2AAAA00G"}
A_VISIT: Final[dict[str, Any]] = {
    "agency": {
        "kind": "ecology_environment",
        "name": "示例市生态环境局余姚分局",
        "division": "330281",
    },
    "legal_kind": "routine",
    "mode": "on_site",
    "methods": ["double_random"],
}
ObjectCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Z-]{1,32}$"),
    Field(examples=["91330281MA2AAAA00G"], description="credit code or own code"),
]
SiteNumber = Annotated[int, Field(ge=1, le=9999)]


class AgencyIn(Body):
    kind: AgencyKind
    name: ShortText
    division: Division

    def value(self) -> Agency:
        return Agency(self.kind, self.name, self.division)


class VisitFactsIn(Body):
    """A visit to an object that is named by key or by code.

    `document` is what a special or cross visit rests on; `reason` is asked for inside the quiet
    period and above the cap.
    """

    enterprise_id: UUID | None = None
    code: ObjectCode | None = None
    site_number: SiteNumber = 1
    agency: AgencyIn
    joint_with: Annotated[list[AgencyIn], Field(max_length=20)] = Field(default_factory=list)
    legal_kind: LegalKind
    mode: Mode
    methods: Annotated[list[Method], Field(max_length=len(Method))] = Field(default_factory=list)
    ground: Ground | None = None
    document: ShortText | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _one_object(self) -> Self:
        if (self.enterprise_id is None) == (self.code is None):
            raise PydanticCustomError("missing", "either enterprise_id or code")
        return self

    def named(self) -> Named:
        return Named(self.enterprise_id, self.code, self.site_number)

    def on(self, day: date) -> Wanted:
        return Wanted(
            agency=self.agency.value(),
            kind=self.legal_kind,
            mode=self.mode,
            day=day,
            methods=tuple(self.methods),
            ground=self.ground,
            document=self.document,
            reason=self.reason,
            joint_with=tuple(each.value() for each in self.joint_with),
        )


class VisitPlanIn(VisitFactsIn):
    model_config = ConfigDict(
        json_schema_extra={"example": {**AN_OBJECT, **A_VISIT, "planned_on": "2026-06-01"}}
    )

    planned_on: date

    def wanted(self) -> Wanted:
        return self.on(self.planned_on)


class OutcomeIn(Body):
    """What a visit came to; `act_code` is its 行政行为码."""

    model_config = ConfigDict(json_schema_extra={"example": {"made_on": "2026-03-02"}})

    made_on: date
    officers: Annotated[int | None, Field(ge=1, le=200)] = None
    result: LongText | None = None
    act_code: Code | None = None

    def outcome(self) -> Outcome:
        return Outcome(self.made_on, self.officers, self.result, self.act_code)


class VisitReportIn(VisitFactsIn):
    """A visit that was made without a plan here, by whatever agency."""

    model_config = ConfigDict(
        json_schema_extra={"example": {**AN_OBJECT, **A_VISIT, "made_on": "2026-03-02"}}
    )

    made_on: date
    officers: Annotated[int | None, Field(ge=1, le=200)] = None
    result: LongText | None = None
    act_code: Code | None = None

    def wanted(self) -> Wanted:
        return self.on(self.made_on)

    def outcome(self) -> Outcome:
        return Outcome(self.made_on, self.officers, self.result, self.act_code)


class CallOffIn(Body):
    reason: Reason


class AgencyOut(Out):
    kind: AgencyKind
    name: str
    division: str


class VisitOut(Out):
    """An entry of the ledger, for those who see the object and for the agencies of the visit."""

    id: UUID
    enterprise_id: UUID
    object_name: str
    object_code: str
    place: str
    agency: AgencyOut
    joint_with: list[AgencyOut]
    legal_kind: LegalKind
    mode: Mode
    methods: list[Method]
    ground: Ground | None
    document: str | None
    reason: str | None
    state: VisitState
    day: date
    slot: int | None
    over_cap: bool
    lapses_on: date | None
    approved_at: datetime | None
    officers: int | None
    result: str | None
    act_code: str | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, visit: EnterpriseVisit, actor: Actor) -> Self:
        return cls.model_validate(
            {
                **visit.model_dump(),
                "agency": {
                    "kind": visit.agency_kind,
                    "name": visit.agency_name,
                    "division": visit.agency_division,
                },
                "actions": actions(actor, visit),
            }
        )


class VisitStepOut(Out):
    action: str
    state: VisitState
    actor_name: str
    reason: str | None
    at: datetime


class LedgerLineOut(Out):
    """A visit as every agency sees it: when and by whom, whether it counts, not why."""

    day: date
    agency: str
    mode: Mode
    counts: bool

    @classmethod
    def of(cls, visit: Earlier) -> Self:
        mode = Mode.ON_SITE if visit.on_site else Mode.OFF_SITE
        return cls(day=visit.day, agency=visit.agency, mode=mode, counts=visit.slot is not None)


class LedgerStateOut(Out):
    """How many routine on-site visits the object has left this year, and until when it is quiet."""

    code: str
    division: str
    year: int
    cap: int
    taken: int
    left: int
    over_cap: int
    quiet_days: int
    quiet_until: date | None
    visits: list[LedgerLineOut]

    @classmethod
    def of(cls, state: LedgerState) -> Self:
        return cls(
            code=state.code,
            division=state.division,
            year=state.year,
            cap=state.cap,
            taken=state.taken,
            left=state.left,
            over_cap=state.over_cap,
            quiet_days=state.quiet_days,
            quiet_until=state.quiet_until,
            visits=[LedgerLineOut.of(each) for each in state.visits],
        )


class YearOut(Out):
    """Visits to one object in a year: `counted` and `planned` are measured against `cap`."""

    enterprise_id: UUID
    name: str
    division: str
    year: int
    cap: int
    counted: int
    planned: int
    over_cap: int
    special: int
    individual: int
    off_site: int

"""Bodies of unit audits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.officers.domain import Reason as Bar
from services.regions.unit_audits.domain import life
from services.regions.unit_audits.domain.conduct import HourClass, Item
from services.regions.unit_audits.domain.life import (
    CheckResult,
    FindingState,
    Position,
    Ruling,
    Severity,
    State,
    Statement,
)
from services.regions.unit_audits.models import (
    UnitAudit,
    UnitAuditFinding,
    UnitAuditReferral,
    UnitAuditStep,
)
from services.regions.unit_audits.queries import AuditFile
from services.regions.unit_audits.queries.figures import Coverage, Tally, UnitFigures
from services.regions.unit_audits.use_cases.conducting import Check, Found
from services.regions.unit_audits.use_cases.planning import Plan, Proposal
from services.regions.unit_audits.use_cases.record import actions
from shared.auth.actor import Actor
from shared.http.body import Body, Code, Division, Instant, LongText, Out, Reason, ShortText


class AuditIn(Body):
    """An audit of a county unit; `topics` are codes of the setting `unit_audit.topics`."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "orderer": "330900",
                "bureau_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                "title": "定海大队夜间稽查",
                "topics": ["site_checks", "petition_handling"],
                "announced": False,
                "planned_from": "2026-04-11T20:00:00+08:00",
                "planned_to": "2026-04-13T20:00:00+08:00",
            }
        }
    )

    orderer: Division
    bureau_id: UUID
    title: ShortText
    topics: Annotated[list[Code], Field(min_length=1, max_length=20)]
    announced: bool
    planned_from: Instant
    planned_to: Instant

    def value(self) -> Plan:
        return Plan(**self.model_dump(exclude={"topics"}), topics=tuple(self.topics))


class AuditorsIn(Body):
    """Who goes, in place of those named before."""

    officer_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]


class OrderIn(Body):
    """Nothing but the word of who answers for it."""


class StartIn(Body):
    """Nothing but the word that it begins; the hour is the system's."""


class CloseIn(Body):
    """Nothing but the word: every finding was verified or withdrawn."""


class ReasonIn(Body):
    reason: Reason


class CheckIn(Body):
    topic: Code
    item: Code
    result: CheckResult
    note: LongText | None = None

    def value(self) -> Check:
        return Check(Item(self.topic, self.item), self.result, self.note)


class ChecksIn(Body):
    """What was seen of some check items; what is said again replaces what was."""

    checks: Annotated[list[CheckIn], Field(min_length=1, max_length=100)]


class FindingIn(Body):
    """A fault; `sample` is the number of the inspection, petition or case it was seen in."""

    topic: Code
    item: Code
    severity: Severity
    fact: LongText
    legal_basis: LongText
    sample: ShortText | None = None
    responsible: ShortText

    def value(self) -> Found:
        plain = self.model_dump(exclude={"topic", "item"})
        return Found(item=Item(self.topic, self.item), **plain)


class ReportIn(Body):
    report: LongText


class StatementIn(Body):
    """The unit's word on one finding; who disagrees says why."""

    finding_id: UUID
    position: Position
    reason: LongText | None = None


class StatementsIn(Body):
    """陈述意见 on every finding."""

    statement: LongText
    statements: Annotated[list[StatementIn], Field(min_length=1, max_length=200)]

    def value(self) -> dict[UUID, Statement]:
        return {each.finding_id: Statement(each.position, each.reason) for each in self.statements}


class RulingIn(Body):
    finding_id: UUID
    upheld: bool
    reason: LongText


class DecisionIn(Body):
    """A ruling on each disputed finding; the others stand."""

    rulings: Annotated[list[RulingIn], Field(max_length=200)] = Field(default_factory=list)

    def value(self) -> dict[UUID, Ruling]:
        return {each.finding_id: Ruling(each.upheld, each.reason) for each in self.rulings}


class ProofIn(Body):
    """What shows that the fault is gone."""

    proof: LongText


class RemarkIn(Body):
    """What the auditor saw."""

    remark: LongText


class LookBackIn(Body):
    holds: bool
    text: LongText


class ReferralIn(Body):
    """Why the finding concerns discipline."""

    text: LongText


class AuditorOut(Out):
    officer_id: UUID
    division: str
    name: str


class CheckOut(Out):
    topic: str
    item: str
    result: CheckResult
    note: str | None
    checked_at: datetime
    checked_name: str


class FindingOut(Out):
    """A finding; `version` is what a step with it names, `late` is its rectification's."""

    id: UUID
    number: int
    topic: str
    item: str
    severity: Severity
    fact: str
    legal_basis: str
    sample: str | None
    responsible: str
    relapse: bool
    state: FindingState
    found_at: datetime
    found_name: str
    position: Position | None
    position_reason: str | None
    ruling: str | None
    rectify_due_at: datetime | None
    late: bool
    proof: str | None
    rectified_at: datetime | None
    rectified_name: str | None
    verified_at: datetime | None
    verified_name: str | None
    holds: bool | None
    look_back: str | None
    looked_back_at: datetime | None
    version: int

    @classmethod
    def on(cls, row: UnitAuditFinding, *, now: datetime) -> Self:
        late = life.is_late(row.state, row.rectify_due_at, row.rectified_at, now=now)
        return cls.model_validate({**row.model_dump(), "late": late})


class ReferralOut(Out):
    """A serious finding that went to discipline, as the discipline group reads it."""

    finding_id: UUID
    unit_audit_id: UUID
    orderer: str
    audited: str
    severity: Severity
    topic: str
    item: str
    fact: str
    legal_basis: str
    sample: str | None
    responsible: str
    relapse: bool
    text: str
    referred_at: datetime
    referred_name: str

    @classmethod
    def of(cls, audit: UnitAudit, finding: UnitAuditFinding, referral: UnitAuditReferral) -> Self:
        facts: dict[str, Any] = {**finding.model_dump(), **referral.model_dump()}
        return cls.model_validate({**facts, "orderer": audit.orderer, "audited": audit.audited})


class StepOut(Out):
    action: str
    state: State
    finding_id: UUID | None
    actor_name: str
    reason: str | None
    at: datetime


class AuditLineOut(Out):
    """An audit in a list."""

    id: UUID
    title: str
    orderer: str
    audited: str
    bureau_id: UUID
    topics: list[str]
    announced: bool
    planned_from: datetime
    planned_to: datetime
    state: State
    started_at: datetime | None
    hour_class: HourClass | None
    reported_at: datetime | None
    statement_due_at: datetime | None
    closed_at: datetime | None
    version: int


class AuditOut(AuditLineOut):
    """An audit whole, as far as the caller sees it.

    Until the report, checks and findings are only there for who audits and who orders. `referred`
    are the findings that went to discipline, for who may know of it.
    """

    report: str | None
    statement: str | None
    stated_at: datetime | None
    call_off_reason: str | None
    auditors: list[AuditorOut]
    checks: list[CheckOut]
    findings: list[FindingOut]
    referred: list[UUID]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(
        cls, file: AuditFile, steps: Sequence[UnitAuditStep], *, actor: Actor, now: datetime
    ) -> Self:
        row = file.audit
        return cls(
            **AuditLineOut.model_validate(row).model_dump(),
            report=row.report,
            statement=row.statement,
            stated_at=row.stated_at,
            call_off_reason=row.call_off_reason,
            auditors=[AuditorOut.model_validate(each) for each in file.auditors],
            checks=[CheckOut.model_validate(each) for each in file.checks],
            findings=[FindingOut.on(each, now=now) for each in file.findings],
            referred=sorted(file.referred),
            steps=[StepOut.model_validate(each) for each in steps],
            actions=actions(actor, file, now=now),
        )


class CandidateOut(Out):
    """An officer of another county: what bars, how often this year, whether there lately."""

    officer_id: UUID
    name: str
    division: str
    reasons: list[Bar]
    load: int
    lately: bool
    proposed: bool


class ProposalOut(Out):
    """Everybody who could be thought of, and whom the rules would send. A person decides."""

    candidates: list[CandidateOut]

    @classmethod
    def of(cls, found: Proposal) -> Self:
        chosen = {*found.proposed}
        return cls(
            candidates=[
                CandidateOut(
                    officer_id=each.officer_id,
                    name=each.name,
                    division=each.division,
                    reasons=list(each.reasons),
                    load=each.load,
                    lately=each.lately,
                    proposed=each.officer_id in chosen,
                )
                for each in found.candidates
            ]
        )


class CoverageOut(Out):
    """A unit and the audits of it that began in the year; `covered` if as many as are asked for."""

    bureau_id: UUID
    name: str
    division: str
    audits: int
    last_at: datetime | None
    required: int
    covered: bool


class CoveragesOut(Out):
    year: int
    units: list[CoverageOut]
    covered: int
    uncovered: int

    @classmethod
    def of(cls, year: int, units: Sequence[Coverage], required: Mapping[str, int]) -> Self:
        shown = [
            CoverageOut(
                bureau_id=each.bureau_id,
                name=each.name,
                division=each.division,
                audits=each.audits,
                last_at=each.last_at,
                required=required[each.division],
                covered=each.audits >= required[each.division],
            )
            for each in units
        ]
        covered = sum(each.covered for each in shown)
        return cls(year=year, units=shown, covered=covered, uncovered=len(shown) - covered)


class UnitFiguresOut(Out):
    bureau_id: UUID
    audited: str
    audits: int


class TallyOut(Out):
    by_severity: dict[Severity, int]
    open: int
    overdue: int
    closed_in_time: int
    closed_late: int
    withdrawn: int
    relapses: int
    referred: int


class FiguresOut(Out):
    """A year's audits: how many, at what hours they began, of which units, and the findings."""

    division: str
    year: int
    audits: int
    hours: dict[HourClass, int]
    units: list[UnitFiguresOut]
    findings: TallyOut

    @classmethod
    def of(
        cls,
        division: str,
        year: int,
        hours: Mapping[HourClass, int],
        units: Sequence[UnitFigures],
        tally: Tally,
    ) -> Self:
        return cls(
            division=division,
            year=year,
            audits=tally.audits,
            hours=dict(hours),
            units=[UnitFiguresOut.model_validate(each) for each in units],
            findings=TallyOut.model_validate(tally),
        )

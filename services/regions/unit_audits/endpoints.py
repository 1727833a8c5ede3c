"""Unit audits over HTTP: one route a step."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from services.regions.unit_audits import queries
from services.regions.unit_audits.domain.life import State
from services.regions.unit_audits.models import UnitAudit
from services.regions.unit_audits.schemas import (
    AuditIn,
    AuditLineOut,
    AuditorsIn,
    AuditOut,
    ChecksIn,
    CloseIn,
    CoveragesOut,
    DecisionIn,
    FiguresOut,
    FindingIn,
    LookBackIn,
    OrderIn,
    ProofIn,
    ProposalOut,
    ReasonIn,
    ReferralIn,
    ReferralOut,
    RemarkIn,
    ReportIn,
    StartIn,
    StatementsIn,
)
from services.regions.unit_audits.use_cases import answering, conducting, overseeing, planning
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/unit-audits", tags=["unit audits"], route_class=Route)
ONE: Final = "/{unit_audit_id}"
FINDING: Final = "/{unit_audit_id}/findings/{finding_id}"
Year = Annotated[int, Query(ge=2000, le=2100)]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: UnitAudit) -> AuditOut:
        """The audit as far as this caller sees it, with what he or she may do next."""
        file = await queries.file(self.session, row)
        steps = await queries.steps(self.session, row.id)
        self.response.headers["ETag"] = etag(row.version)
        return AuditOut.of(file, steps, actor=self.actor, now=self.now)


AskedDep = Annotated[Asked, Depends()]


@dataclass(frozen=True, slots=True)
class Step:
    """One step, on what the caller last read: the audit, or the finding it is about."""

    asked: AskedDep
    expected_version: ExpectedVersion

    @property
    def who(self) -> tuple[SessionDep, ActorDep]:
        return self.asked.session, self.asked.actor

    @property
    def call(self) -> dict[str, Any]:
        """What every use case of a step is told."""
        return {"expected_version": self.expected_version, "now": self.asked.now}


StepDep = Annotated[Step, Depends()]


@router.get("", dependencies=[policy("unit_audit.read")])
async def list_unit_audits(
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    bureau_id: UUID | None = None,
    state: State | None = None,
) -> Page[AuditLineOut]:
    """Audits the caller knows of, the newest first; a division has its subtree's units."""
    [after] = page.after or (None,)
    rows = await queries.audits(
        session,
        division=division,
        bureau_id=bureau_id,
        state=state,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[AuditLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("unit_audit.draft")])
async def draft_unit_audit(body: AuditIn, asked: AskedDep) -> AuditOut:
    """Plan an audit of a county unit, announced or not, at any hour of any day."""
    row = await planning.draft(asked.session, asked.actor, body.value(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/unit-audits/{row.id}"
    return await asked.answer(row)


@router.get("/coverage", dependencies=[policy("unit_audit.overview")])
async def read_coverage(division: Division, year: Year, asked: AskedDep) -> CoveragesOut:
    """全覆盖: which county units below a division were audited in the year, and which not yet."""
    found = await overseeing.coverage(
        asked.session, asked.actor, division=division, year=year, now=asked.now
    )
    return CoveragesOut.of(year, found.units, found.required)


@router.get("/figures", dependencies=[policy("unit_audit.overview")])
async def read_figures(division: Division, year: Year, asked: AskedDep) -> FiguresOut:
    """A year's audits by unit and hour, and what became of their findings."""
    found = await overseeing.year_figures(
        asked.session, asked.actor, division=division, year=year, now=asked.now
    )
    return FiguresOut.of(division, year, found.hours, found.units, found.tally)


@router.get("/referrals", dependencies=[policy("unit_audit.read_referrals")])
async def list_referrals(session: SessionDep, page: PageDep) -> Page[ReferralOut]:
    """Serious findings referred to the discipline group, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.referrals(session, after=UUID(after) if after else None, limit=page.limit)
    cut = page.cut(rows, lambda row: (str(row[1].id),))
    return Page(items=[ReferralOut.of(*row) for row in cut], next=page.next)


@router.get(ONE, dependencies=[policy("unit_audit.read")])
async def read_unit_audit(unit_audit_id: UUID, asked: AskedDep) -> AuditOut:
    """One audit with who goes, what was checked and what was found."""
    return await asked.answer(await queries.audit(asked.session, unit_audit_id))


@router.get(f"{ONE}/candidates", dependencies=[policy("unit_audit.draft")])
async def propose_auditors(
    unit_audit_id: UUID,
    asked: AskedDep,
    number: Annotated[int, Query(ge=1, le=50)] = 2,
) -> ProposalOut:
    """Officers of the other counties, what bars each, and whom the rules would send."""
    found = await planning.proposal(
        asked.session, asked.actor, unit_audit_id, number=number, now=asked.now
    )
    return ProposalOut.of(found)


@router.post(f"{ONE}/name-auditors", dependencies=[policy("unit_audit.draft")])
async def name_auditors(unit_audit_id: UUID, body: AuditorsIn, step: StepDep) -> AuditOut:
    """Who goes: never of the audited county, never again while others can."""
    row = await planning.name_auditors(
        *step.who, unit_audit_id, officer_ids=body.officer_ids, **step.call
    )
    return await step.asked.answer(row)


@router.post(f"{ONE}/order", dependencies=[policy("unit_audit.order")])
async def order_unit_audit(
    unit_audit_id: UUID,
    body: OrderIn,  # noqa: ARG001 -- a body without content
    step: StepDep,
) -> AuditOut:
    """下达: the corps' head sends them; they are held for the time."""
    return await step.asked.answer(await planning.order(*step.who, unit_audit_id, **step.call))


@router.post(f"{ONE}/call-off", dependencies=[policy("unit_audit.order")])
async def call_off_unit_audit(unit_audit_id: UUID, body: ReasonIn, step: StepDep) -> AuditOut:
    """It does not take place; who did not know of it does not learn of it."""
    row = await planning.call_off(*step.who, unit_audit_id, reason=body.reason, **step.call)
    return await step.asked.answer(row)


@router.post(f"{ONE}/start", dependencies=[policy("unit_audit.carry_out")])
async def start_unit_audit(
    unit_audit_id: UUID,
    body: StartIn,  # noqa: ARG001 -- a body without content
    step: StepDep,
) -> AuditOut:
    """Begin, at whatever hour; the record says which. From now on the audited knows."""
    return await step.asked.answer(await conducting.start(*step.who, unit_audit_id, **step.call))


@router.post(f"{ONE}/check", dependencies=[policy("unit_audit.carry_out")])
async def record_checks(unit_audit_id: UUID, body: ChecksIn, step: StepDep) -> AuditOut:
    """What was seen of the check items."""
    checks = [each.value() for each in body.checks]
    row = await conducting.check(*step.who, unit_audit_id, checks=checks, **step.call)
    return await step.asked.answer(row)


@router.post(f"{ONE}/find", dependencies=[policy("unit_audit.carry_out")])
async def record_finding(unit_audit_id: UUID, body: FindingIn, step: StepDep) -> AuditOut:
    """A fault, with its severity, legal basis and the sample it was seen in."""
    row = await conducting.find(*step.who, unit_audit_id, found=body.value(), **step.call)
    return await step.asked.answer(row)


@router.post(f"{ONE}/report", dependencies=[policy("unit_audit.carry_out")])
async def report_unit_audit(unit_audit_id: UUID, body: ReportIn, step: StepDep) -> AuditOut:
    """通报: the unit reads what was found and has its time to speak."""
    row = await conducting.report(*step.who, unit_audit_id, text=body.report, **step.call)
    return await step.asked.answer(row)


@router.post(f"{ONE}/state", dependencies=[policy("unit_audit.state")])
async def state_position(unit_audit_id: UUID, body: StatementsIn, step: StepDep) -> AuditOut:
    """陈述意见: the audited unit agrees or disagrees with each finding."""
    row = await answering.state(
        *step.who, unit_audit_id, text=body.statement, said=body.value(), **step.call
    )
    return await step.asked.answer(row)


@router.post(f"{ONE}/decide", dependencies=[policy("unit_audit.order")])
async def decide_on_findings(unit_audit_id: UUID, body: DecisionIn, step: StepDep) -> AuditOut:
    """The corps' head rules on disputed findings; what stands is to be rectified."""
    row = await answering.decide(*step.who, unit_audit_id, ruled=body.value(), **step.call)
    return await step.asked.answer(row)


@router.post(f"{FINDING}/rectify", dependencies=[policy("unit_audit.rectify")])
async def rectify_finding(
    unit_audit_id: UUID, finding_id: UUID, body: ProofIn, step: StepDep
) -> AuditOut:
    """The unit shows that a fault is gone. If-Match is the finding's, as of all its steps."""
    row = await answering.rectify(
        *step.who, unit_audit_id, finding_id, proof=body.proof, **step.call
    )
    return await step.asked.answer(row)


@router.post(f"{FINDING}/verify", dependencies=[policy("unit_audit.verify")])
async def verify_finding(
    unit_audit_id: UUID, finding_id: UUID, body: RemarkIn, step: StepDep
) -> AuditOut:
    """验收: an auditor who did not rectify it finds the fault gone."""
    row = await answering.verify(
        *step.who, unit_audit_id, finding_id, verified=True, remark=body.remark, **step.call
    )
    return await step.asked.answer(row)


@router.post(f"{FINDING}/send-back", dependencies=[policy("unit_audit.verify")])
async def send_finding_back(
    unit_audit_id: UUID, finding_id: UUID, body: RemarkIn, step: StepDep
) -> AuditOut:
    """The fault is not gone yet; the time stays as it was."""
    row = await answering.verify(
        *step.who, unit_audit_id, finding_id, verified=False, remark=body.remark, **step.call
    )
    return await step.asked.answer(row)


@router.post(f"{FINDING}/refer", dependencies=[policy("unit_audit.refer")])
async def refer_finding(
    unit_audit_id: UUID, finding_id: UUID, body: ReferralIn, step: StepDep
) -> AuditOut:
    """移送: a serious finding goes to the discipline group; the audited are not told."""
    row = await answering.refer(*step.who, unit_audit_id, finding_id, text=body.text, **step.call)
    return await step.asked.answer(row)


@router.post(f"{FINDING}/look-back", dependencies=[policy("unit_audit.verify")])
async def look_back(
    unit_audit_id: UUID, finding_id: UUID, body: LookBackIn, step: StepDep
) -> AuditOut:
    """回头看: whether a rectification holds after the audit was closed."""
    row = await answering.look_back(
        *step.who, unit_audit_id, finding_id, holds=body.holds, text=body.text, **step.call
    )
    return await step.asked.answer(row)


@router.post(f"{ONE}/close", dependencies=[policy("unit_audit.order")])
async def close_unit_audit(
    unit_audit_id: UUID,
    body: CloseIn,  # noqa: ARG001 -- a body without content
    step: StepDep,
) -> AuditOut:
    """办结: every finding was verified or withdrawn."""
    return await step.asked.answer(await answering.close(*step.who, unit_audit_id, **step.call))

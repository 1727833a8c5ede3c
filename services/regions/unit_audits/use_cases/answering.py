"""After the report: the unit speaks, the corps decides, faults are rectified and verified."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.unit_audits.domain import life
from services.regions.unit_audits.domain.life import (
    Action,
    FindingState,
    FindingStep,
    NotVerified,
    OwnRectification,
    Position,
    Ruling,
    Statement,
)
from services.regions.unit_audits.models import UnitAudit, UnitAuditFinding, UnitAuditReferral
from services.regions.unit_audits.queries import AuditFile
from services.regions.unit_audits.use_cases.record import (
    RECTIFY_CLOCK,
    STATEMENT_CLOCK,
    begin,
    note,
)
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.clock_rows.rows import Ladder, is_running, start_clock, stop_clock
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings


async def state(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    *,
    text: str,
    said: Mapping[UUID, Statement],
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """陈述意见: the audited unit agrees or disagrees with each finding, with reasons."""
    file = await begin(
        session, actor, unit_audit_id, Action.STATE, expected_version=expected_version
    )
    row = file.audit
    life.require_statements([each.id for each in file.findings], said)
    for each in file.findings:
        each.position = said[each.id].position
        each.position_reason = said[each.id].reason
    row.statement, row.stated_at = text, now
    if await is_running(session, subject_id=row.id, kind=STATEMENT_CLOCK):
        await stop_clock(session, subject_id=row.id, kind=STATEMENT_CLOCK, at=now)
    await note(session, actor, row, Action.STATE, reason=text, now=now)
    return row


async def decide(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    *,
    ruled: Mapping[UUID, Ruling],
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """The corps' head rules on what is disputed; what stands is rectified in its own time.

    A unit that let its time to speak pass has disputed nothing. StatementRunning before that.
    """
    file = await begin(
        session, actor, unit_audit_id, Action.DECIDE, expected_version=expected_version
    )
    row = file.audit
    life.require_heard(row.statement_due_at, stated=row.stated_at is not None, now=now)
    if await is_running(session, subject_id=row.id, kind=STATEMENT_CLOCK):
        await stop_clock(session, subject_id=row.id, kind=STATEMENT_CLOCK, at=now)
    disputed = [each.id for each in file.findings if each.position is Position.DISAGREES]
    life.require_rulings(disputed, ruled)
    for each in file.findings:
        ruling = ruled.get(each.id)
        stands = ruling is None or ruling.upheld
        taken = FindingStep.UPHOLD if stands else FindingStep.WITHDRAW
        each.state = life.finding_step(each.state, taken)
        each.ruling = ruling.reason if ruling is not None else None
        if stands:
            await _give_time(session, row, each, now=now)
    await note(session, actor, row, Action.DECIDE, now=now)
    return row


async def _give_time(
    session: AsyncSession, row: UnitAudit, finding: UnitAuditFinding, *, now: datetime
) -> None:
    figures = await rule_settings(session, division=row.orderer, on_day=legal_day(now))
    warned = timedelta(days=figures["unit_audit.warn_days"])
    due = await start_clock(
        session,
        subject_kind="unit_audit_finding",
        subject_id=finding.id,
        kind=RECTIFY_CLOCK,
        term=life.working_days(figures["unit_audit.rectify_working_days"][finding.severity.value]),
        ladder=Ladder(warn_before=warned, raise_after=warned),
        started_at=now,
        seen_by=row.visible_to,  # an auditor of another division stops it
    )
    finding.rectify_due_at = due.due_at


async def rectify(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    finding_id: UUID,
    *,
    proof: str,
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """整改: the unit shows that the fault is gone. The version is the finding's."""
    file, finding = await _with_finding(
        session, actor, unit_audit_id, finding_id, Action.RECTIFY, expected_version=expected_version
    )
    finding.state = life.finding_step(finding.state, FindingStep.RECTIFY)
    finding.proof, finding.rectified_at = proof, now
    finding.rectified_by, finding.rectified_name = actor.id, actor.name
    await _note(session, actor, file, finding, Action.RECTIFY, reason=None, now=now)
    return file.audit


async def verify(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    finding_id: UUID,
    *,
    verified: bool,
    remark: str,
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """验收: an auditor who did not rectify finds it gone, or sends it back in its old time.

    In time or late is decided by when it was reported rectified, not by when it was looked at.
    """
    action = Action.VERIFY if verified else Action.SEND_BACK
    file, finding = await _with_finding(
        session, actor, unit_audit_id, finding_id, action, expected_version=expected_version
    )
    taken = FindingStep.VERIFY if verified else FindingStep.SEND_BACK
    finding.state = life.finding_step(finding.state, taken)
    if finding.rectified_by == actor.id:
        raise OwnRectification
    if verified:
        finding.verified_at, finding.verified_by = now, actor.id
        finding.verified_name = actor.name
        done_at = finding.rectified_at or now
        await stop_clock(session, subject_id=finding.id, kind=RECTIFY_CLOCK, at=done_at)
    await _note(session, actor, file, finding, action, reason=remark, now=now)
    return file.audit


async def refer(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    finding_id: UUID,
    *,
    text: str,
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """移送: a serious finding that stands goes to the discipline group, once.

    Neither the history nor a version tells the audited of it: only the trace of the corps does.
    """
    file, finding = await _with_finding(
        session, actor, unit_audit_id, finding_id, Action.REFER, expected_version=expected_version
    )
    life.require_referable(finding.severity, finding.state, referred=finding.id in file.referred)
    row = file.audit
    session.add(
        UnitAuditReferral(
            finding_id=finding.id,
            unit_audit_id=row.id,
            text=text,
            referred_at=now,
            referred_by=actor.id,
            referred_name=actor.name,
            visible_to=divisions.visibility([row.orderer]),
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        "unit_audit.refer",
        object_kind="unit_audit_finding",
        object_id=finding.id,
        now=now,
        seen_by=[row.orderer],
        after={"text": text},
    )
    return row


async def close(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """办结: every finding was verified or withdrawn."""
    file = await begin(
        session, actor, unit_audit_id, Action.CLOSE, expected_version=expected_version
    )
    life.require_all_ended(each.state for each in file.findings)
    file.audit.closed_at = now
    await note(session, actor, file.audit, Action.CLOSE, now=now)
    return file.audit


async def look_back(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    finding_id: UUID,
    *,
    holds: bool,
    text: str,
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """回头看: whether a rectification holds; a later look replaces an earlier one."""
    file, finding = await _with_finding(
        session,
        actor,
        unit_audit_id,
        finding_id,
        Action.LOOK_BACK,
        expected_version=expected_version,
    )
    if finding.state is not FindingState.VERIFIED:
        raise NotVerified
    finding.holds, finding.look_back, finding.looked_back_at = holds, text, now
    await _note(session, actor, file, finding, Action.LOOK_BACK, reason=text, now=now)
    return file.audit


async def _with_finding(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    finding_id: UUID,
    action: Action,
    *,
    expected_version: int,
) -> tuple[AuditFile, UnitAuditFinding]:
    """The audit locked and one of its findings, as the caller last read the finding."""
    file = await begin(session, actor, unit_audit_id, action, expected_version=None)
    finding = file.finding(finding_id)
    finding.require_version(expected_version)
    return file, finding


async def _note(
    session: AsyncSession,
    actor: Actor,
    file: AuditFile,
    finding: UnitAuditFinding,
    action: Action,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    flag_modified(finding, "state")  # a version even if nothing else changed
    await note(session, actor, file.audit, action, finding_id=finding.id, reason=reason, now=now)

"""On the spot: start at any hour, record each check item, what is found, and the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers.use_cases import sending
from services.regions.unit_audits import queries
from services.regions.unit_audits.domain import conduct, life
from services.regions.unit_audits.domain.conduct import Item
from services.regions.unit_audits.domain.life import Action, CheckResult, FindingState, Severity
from services.regions.unit_audits.models import UnitAudit, UnitAuditCheck, UnitAuditFinding
from services.regions.unit_audits.use_cases.record import STATEMENT_CLOCK, begin, note, show
from shared import reference
from shared.auth.actor import Actor
from shared.clock_rows.rows import Ladder, start_clock
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.ids import uuid7
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class Check:
    """What was seen of one check item."""

    item: Item
    result: CheckResult
    note: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A fault: what it is, how grave, against what, where seen, and whose it is."""

    item: Item
    severity: Severity
    fact: str
    legal_basis: str
    sample: str | None
    responsible: str


async def start(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """Begin, on any day and at any hour of the time ordered; from now on the audited knows."""
    file = await begin(
        session, actor, unit_audit_id, Action.START, expected_version=expected_version
    )
    row = file.audit
    life.require_within(row.planned_from, row.planned_to, now=now)
    figures = await rule_settings(session, division=row.orderer, on_day=legal_day(now))
    row.started_at = now
    row.hour_class = conduct.hour_class(
        await reference.calendar(session), now, night=figures["unit_audit.night_hours"]
    )
    show(file)
    await note(session, actor, row, Action.START, reason=row.hour_class.value, now=now)
    return row


async def check(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    *,
    checks: Sequence[Check],
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """Record check items; what is recorded again replaces what was."""
    file = await begin(
        session, actor, unit_audit_id, Action.CHECK, expected_version=expected_version
    )
    row = file.audit
    items = await _items(session, row)
    recorded = {Item(each.topic, each.item): each for each in file.checks}
    for place, each in enumerate(checks):
        conduct.require_item(items, each.item, pointer=f"/checks/{place}")
        line = recorded.get(each.item)
        if line is None:
            line = recorded[each.item] = UnitAuditCheck(
                unit_audit_id=row.id,
                topic=each.item.topic,
                item=each.item.item,
                result=each.result,
                checked_at=now,
                checked_by=actor.id,
                checked_name=actor.name,
            )
            session.add(line)
        line.result, line.note = each.result, each.note
        line.checked_at, line.checked_by, line.checked_name = now, actor.id, actor.name
    # Without what was seen: the history is for who acted when.
    await note(session, actor, row, Action.CHECK, now=now)
    return row


async def find(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    *,
    found: Found,
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """Record a fault. One that was rectified and verified before at the unit is a relapse."""
    file = await begin(
        session, actor, unit_audit_id, Action.FIND, expected_version=expected_version
    )
    row = file.audit
    conduct.require_item(await _items(session, row), found.item, pointer="/item")
    async with beyond_scope(session):
        relapse = await queries.found_before(session, row.bureau_id, found.item)
    finding = UnitAuditFinding(
        id=uuid7(),
        unit_audit_id=row.id,
        number=len(file.findings) + 1,
        topic=found.item.topic,
        item=found.item.item,
        severity=found.severity,
        fact=found.fact,
        legal_basis=found.legal_basis,
        sample=found.sample,
        responsible=found.responsible,
        relapse=relapse,
        state=FindingState.FOUND,
        found_at=now,
        found_by=actor.id,
        found_name=actor.name,
    )
    session.add(finding)
    await note(session, actor, row, Action.FIND, finding_id=finding.id, now=now)
    return row


async def report(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    *,
    text: str,
    expected_version: int,
    now: datetime,
) -> UnitAudit:
    """通报: every item of the topics was looked at; the unit has its time to speak from now on.

    The auditors are free. Without a finding there is nothing to speak to.
    """
    file = await begin(
        session, actor, unit_audit_id, Action.REPORT, expected_version=expected_version
    )
    row = file.audit
    conduct.require_checked(await _items(session, row), file.results, file.faults)
    row.report, row.reported_at = text, now
    if file.findings:
        figures = await rule_settings(session, division=row.orderer, on_day=legal_day(now))
        warned = timedelta(days=figures["unit_audit.warn_days"])
        due = await start_clock(
            session,
            subject_kind="unit_audit",
            subject_id=row.id,
            kind=STATEMENT_CLOCK,
            term=life.working_days(figures["unit_audit.statement_working_days"]),
            ladder=Ladder(warn_before=warned, raise_after=warned),
            started_at=now,
            seen_by=row.visible_to,  # the auditors are of other divisions
        )
        row.statement_due_at = due.due_at
    async with beyond_scope(session):
        await sending.release(session, row.id, now=now)
    await note(session, actor, row, Action.REPORT, now=now)
    return row


async def _items(session: AsyncSession, row: UnitAudit) -> tuple[Item, ...]:
    """The check items of the topics as they were in force when the audit was drafted."""
    figures = await rule_settings(session, division=row.orderer, on_day=legal_day(row.drafted_at))
    return conduct.items_of(figures["unit_audit.topics"], row.topics)

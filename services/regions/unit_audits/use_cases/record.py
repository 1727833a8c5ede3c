"""Who sees an audit, who acts in it, and writing down what was done."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.unit_audits import queries
from services.regions.unit_audits.domain import life
from services.regions.unit_audits.domain.life import Action, FindingState, Severity, State
from services.regions.unit_audits.models import UnitAudit, UnitAuditFinding, UnitAuditStep
from services.regions.unit_audits.queries import AuditFile
from shared import divisions
from shared.audit.trace import record
from shared.auth import marks
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.errors import Forbidden
from shared.ids import uuid7

STATEMENT_CLOCK: Final = "unit_audit_statement"
RECTIFY_CLOCK: Final = "unit_audit_rectification"
OF_THE_CORPS: Final = {
    Action.NAME_AUDITORS: "unit_audit.draft",
    Action.ORDER: "unit_audit.order",
    Action.CALL_OFF: "unit_audit.order",
    Action.DECIDE: "unit_audit.order",
    Action.CLOSE: "unit_audit.order",
    Action.REFER: "unit_audit.refer",
}
OF_THE_UNIT: Final = {
    Action.STATE: "unit_audit.state",
    Action.RECTIFY: "unit_audit.rectify",
}
OF_THE_AUDITORS: Final = {
    Action.START: "unit_audit.carry_out",
    Action.CHECK: "unit_audit.carry_out",
    Action.FIND: "unit_audit.carry_out",
    Action.REPORT: "unit_audit.carry_out",
    Action.VERIFY: "unit_audit.verify",
    Action.SEND_BACK: "unit_audit.verify",
    Action.LOOK_BACK: "unit_audit.verify",
}

# In which state somewhere a finding must be for the step.
NEEDS: Final = {
    Action.RECTIFY: FindingState.OPEN,
    Action.VERIFY: FindingState.RECTIFIED,
    Action.SEND_BACK: FindingState.RECTIFIED,
    Action.LOOK_BACK: FindingState.VERIFIED,
}


async def begin(
    session: AsyncSession,
    actor: Actor,
    unit_audit_id: UUID,
    action: Action,
    *,
    expected_version: int | None,
) -> AuditFile:
    """The audit locked, for a step of one who may take it; its state is the one after.

    Without a version the step is one with a finding, whose version the caller names instead.
    """
    file = await queries.lock_audit(session, unit_audit_id)
    if not _may_take(actor, file, action):
        raise Forbidden(action=_right_of(action))
    if expected_version is not None:
        file.audit.require_version(expected_version)
    file.audit.state = life.step(file.audit.state, action)
    return file


def _right_of(action: Action) -> str:
    return {**OF_THE_CORPS, **OF_THE_UNIT, **OF_THE_AUDITORS}[action]


def _may_take(actor: Actor, file: AuditFile, action: Action) -> bool:
    row = file.audit
    right = _right_of(action)
    if action in OF_THE_CORPS:
        return may(actor, right, division=row.orderer)
    if action in OF_THE_UNIT:
        return may(actor, right, division=row.audited)
    return may(actor, right) and is_auditor(actor, file)


def is_auditor(actor: Actor, file: AuditFile) -> bool:
    """One named for this audit, or who plans audits in the corps that ordered it."""
    named = {each.account_id for each in file.auditors}
    return actor.id in named or may(actor, "unit_audit.draft", division=file.audit.orderer)


def show(file: AuditFile) -> None:
    """Who sees the audit now. Called after each change of state or of auditors.

    Unannounced, until it starts: who drafted it, the head of the corps, and once it is ordered the
    auditors. Announced, a draft: the corps. Else the corps, the audited and those above them.
    """
    row = file.audit
    people = [marks.person(each.account_id) for each in file.auditors if each.account_id]
    if row.state is State.DRAFT:
        people = []
    if not row.announced and row.started_at is None:
        secret = [marks.head_of(row.orderer), marks.person(row.drafted_by), *people]
        row.visible_to = sorted({*secret})
        row.work_to = row.visible_to
        return
    told = [row.orderer] if row.state is State.DRAFT else [row.orderer, row.audited]
    row.visible_to = sorted({*divisions.visibility(told), *people})
    row.work_to = sorted({*divisions.visibility([row.orderer]), *people})


async def note(
    session: AsyncSession,
    actor: Actor,
    row: UnitAudit,
    action: str,
    *,
    finding_id: UUID | None = None,
    reason: str | None = None,
    now: datetime,
) -> None:
    """Every act is a new version, a line of history and a line in the trace."""
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    session.add(
        UnitAuditStep(
            id=uuid7(),
            unit_audit_id=row.id,
            action=action,
            state=row.state,
            finding_id=finding_id,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
        )
    )
    await session.flush()
    # How often something was found is the auditors' until the report, in the trace too.
    own_work = action in (Action.CHECK, Action.FIND)
    await record(
        session,
        actor,
        f"unit_audit.{action}",
        object_kind="unit_audit",
        object_id=row.id,
        now=now,
        seen_by=row.work_to if own_work else row.visible_to,
        reason=reason,
        after=row.model_dump(mode="json"),
    )


def actions(actor: Actor, file: AuditFile, *, now: datetime) -> list[str]:
    """The legal next steps this caller may take."""
    legal = life.TRANSITIONS[file.audit.state]
    return [
        each.value
        for each in legal
        if _may_take(actor, file, each) and _has_object(file, each, now=now)
    ]


def _has_object(file: AuditFile, action: Action, *, now: datetime) -> bool:
    """Whether there is anything the step could be about."""
    states = {each.state for each in file.findings}
    if action in NEEDS:
        return NEEDS[action] in states
    match action:
        case Action.STATE:
            return bool(states)
        case Action.CLOSE:
            return states <= life.ENDED
        case Action.REFER:
            return any(_is_referable(file, each) for each in file.findings)
        case Action.DECIDE if file.audit.state is State.REPORTED:
            due = file.audit.statement_due_at
            return due is None or now >= due
        case _:
            return True


def _is_referable(file: AuditFile, finding: UnitAuditFinding) -> bool:
    stands = finding.state is not FindingState.WITHDRAWN
    return finding.severity is Severity.SERIOUS and stands and finding.id not in file.referred

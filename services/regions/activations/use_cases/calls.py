"""Calling, and what who called does: change the tier, extend, stand down, report, close."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.activations import domain, queries
from services.regions.activations.domain import (
    HOURS,
    AlertLevel,
    AnswersMissing,
    JoinedUp,
    NotAgreed,
    ProtocolState,
    Reply,
    State,
    Step,
    Trigger,
)
from services.regions.activations.models import Activation, ActivationReply
from services.regions.activations.queries import ActivationFile
from services.regions.activations.use_cases.record import (
    ACKNOWLEDGE_CLOCK,
    REPORT_CLOCK,
    note,
)
from services.regions.agreements.domain import Form
from services.regions.divisions.use_cases import require_known
from services.regions.notices import queries as notices
from services.regions.operations.use_cases import consent
from services.regions.operations.use_cases.consent import Frame
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clock_rows.rows import Ladder, drop_clocks, start_clock, stop_clock
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter
from shared.errors import ReasonMissing
from shared.ids import uuid7
from shared.rule_settings import rule_settings

BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls whom, by which tier of which protocol, about what."""

    protocol_id: UUID
    caller: str
    called: tuple[str, ...]
    trigger: Trigger
    alert_level: AlertLevel | None
    tier: str
    document: str | None
    notice_id: UUID | None
    matter: Matter


async def call(session: AsyncSession, actor: Actor, wanted: Call, *, now: datetime) -> Activation:
    """一地吹哨: begin an activation; each place called has the tier's hours to acknowledge."""
    held = await queries.lock_protocol(session, wanted.protocol_id)
    require(actor, "activation.call", division=wanted.caller)
    if wanted.notice_id is not None:
        await notices.notice(session, wanted.notice_id)
    if held.protocol.state is not ProtocolState.AGREED:
        raise NotAgreed
    today = legal_day(now)
    matter = wanted.matter
    await require_known(session, [matter.division], on_day=today, pointer="/matter/division")
    domain.require_call(
        caller=wanted.caller,
        called=wanted.called,
        parties=held.codes,
        matter_division=matter.division,
    )
    tier = domain.tier_of(
        held.tiers, wanted.tier, trigger=wanted.trigger, alert_level=wanted.alert_level
    )
    row = Activation(
        id=uuid7(),
        protocol_id=held.protocol.id,
        caller=wanted.caller,
        trigger=wanted.trigger,
        alert_level=wanted.alert_level,
        document=wanted.document,
        notice_id=wanted.notice_id,
        tier=tier.code,
        matter=matter.model_dump(mode="json"),
        state=State.ACTIVE,
        called_at=now,
        called_by=actor.id,
        ends_at=now + tier.box_hours * HOURS,
        changed_at=now,
        visible_to=divisions.visibility([wanted.caller, *wanted.called]),
    )
    session.add(row)
    await session.flush()
    for each in wanted.called:
        await _ring(session, row, each, hours=tier.acknowledge_hours, now=now)
    await note(session, actor, row, "call", division=wanted.caller, reason=None, now=now)
    return row


async def _ring(
    session: AsyncSession, row: Activation, division: str, *, hours: int, now: datetime
) -> None:
    """One place is called, with its clock."""
    answer_id = uuid7()
    half = hours * HOURS / 2
    due = await start_clock(
        session,
        subject_kind="activation_reply",
        subject_id=answer_id,
        kind=ACKNOWLEDGE_CLOCK,
        term=domain.acknowledge_term(hours),
        ladder=Ladder(warn_before=half, raise_after=half),
        started_at=now,
        seen_by=row.visible_to,
    )
    assert due.due_at is not None  # noqa: S101 -- a term in hours is never provisional or paused
    session.add(
        ActivationReply(
            id=answer_id,
            activation_id=row.id,
            division=division,
            state=Reply.CALLED,
            acknowledge_due_at=due.due_at,
            visible_to=row.visible_to,
        )
    )


async def change_tier(
    session: AsyncSession,
    actor: Actor,
    activation_id: UUID,
    *,
    tier: str,
    alert_level: AlertLevel | None,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Activation:
    """The alert rises or falls: another agreed tier holds, with its own time from now on."""
    file = await _begin(session, actor, activation_id, Step.CHANGE_TIER, expected_version)
    row = file.activation
    domain.require_running(row.ends_at, now=now)
    chosen = domain.tier_of(file.protocol.tiers, tier, trigger=row.trigger, alert_level=alert_level)
    told = f"{row.tier} -> {chosen.code}; {reason}"
    row.tier, row.alert_level = chosen.code, alert_level
    row.ends_at = now + chosen.box_hours * HOURS
    await note(session, actor, row, Step.CHANGE_TIER, division=row.caller, reason=told, now=now)
    return row


async def extend(
    session: AsyncSession,
    actor: Actor,
    activation_id: UUID,
    *,
    hours: int,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Activation:
    """More time, before the time is over; as often and as long as the settings allow."""
    file = await _begin(session, actor, activation_id, Step.EXTEND, expected_version)
    row = file.activation
    domain.require_running(row.ends_at, now=now)
    figures = await rule_settings(session, division=row.caller, on_day=legal_day(now))
    row.ends_at = domain.extended(
        row.ends_at,
        hours=hours,
        box_hours=file.tier.box_hours,
        extensions=row.extensions,
        most=figures["activation.extensions"],
    )
    row.extensions += 1
    await note(session, actor, row, Step.EXTEND, division=row.caller, reason=reason, now=now)
    return row


async def join_up(
    session: AsyncSession,
    actor: Actor,
    activation_id: UUID,
    *,
    title: str,
    planned_to: date,
    due_on: date,
    expected_version: int,
    now: datetime,
) -> Activation:
    """Draft the joint operation (应急联动) of who called and who comes, from today on.

    The protocol agreed to come, not to this operation: its parties are asked as ever.
    """
    file = await _begin(session, actor, activation_id, Step.JOIN_UP, expected_version)
    row = file.activation
    if row.operation_id is not None:
        raise JoinedUp
    coming = [
        each.division for each in file.replies if each.state in (Reply.ACKNOWLEDGED, Reply.ARRIVED)
    ]
    operation = await consent.draft(
        session,
        actor,
        form=Form.EMERGENCY,
        title=title,
        lead=row.caller,
        parties=(row.caller, *coming),
        matter=Matter.model_validate(row.matter),
        origin=None,
        planned_from=legal_day(now),
        planned_to=planned_to,
        due_on=due_on,
        frame=Frame(activation_id=row.id),
        now=now,
    )
    row.operation_id = operation.id
    await note(session, actor, row, Step.JOIN_UP, division=row.caller, reason=title, now=now)
    return row


async def stand_down(
    session: AsyncSession,
    actor: Actor,
    activation_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Activation:
    """The emergency is over before its time."""
    file = await _begin(session, actor, activation_id, Step.STAND_DOWN, expected_version)
    await _end(session, actor, file, Step.STAND_DOWN, reason=reason, at=now, now=now)
    return file.activation


async def lapse(session: AsyncSession, now: datetime) -> int:
    """End what nobody ended in its time, as of the instant it was boxed to."""
    due = await queries.over(session, now, limit=BATCH)
    for row in due:
        file = await queries.file(session, row)
        await _end(session, SYSTEM_ACTOR, file, Step.LAPSE, reason=None, at=row.ends_at, now=now)
    return len(due)


async def escalate(session: AsyncSession, now: datetime) -> int:
    """Name to the common superior who let the time to acknowledge pass. Once each."""
    silent = await queries.silent(session, now, limit=BATCH)
    for row, reply in silent:
        reply.escalated_at = now
        told = f"{reply.division}: no acknowledgement by {reply.acknowledge_due_at.isoformat()}"
        await note(
            session, SYSTEM_ACTOR, row, "escalate", division=reply.division, reason=told, now=now
        )
    return len(silent)


async def report(
    session: AsyncSession,
    actor: Actor,
    activation_id: UUID,
    *,
    report: str,
    expected_version: int,
    now: datetime,
) -> Activation:
    """总结评估: what was done and what came of it, for the called to speak to."""
    file = await _begin(session, actor, activation_id, Step.REPORT, expected_version)
    row = file.activation
    row.state = domain.step(row.state, Step.REPORT)
    row.report, row.reported_at = report, now
    await stop_clock(session, subject_id=row.id, kind=REPORT_CLOCK, at=now)
    await note(session, actor, row, Step.REPORT, division=row.caller, reason=None, now=now)
    return row


async def close(
    session: AsyncSession,
    actor: Actor,
    activation_id: UUID,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Activation:
    """归档: by who called once all spoke to the report, else by the common superior's head."""
    file = await queries.lock_activation(session, activation_id)
    row = file.activation
    superior = file.protocol.superior
    decides = bool(file.unspoken) and may(actor, "activation.decide", division=superior)
    if not decides:
        require(actor, "activation.call", division=row.caller)
    row.require_version(expected_version)
    row.state = domain.step(row.state, Step.CLOSE)
    if file.unspoken and not decides:
        raise AnswersMissing(parties=", ".join(file.unspoken))
    if decides and reason is None:
        raise ReasonMissing(reason="decision", pointer="/reason")
    await note(session, actor, row, Step.CLOSE, division=row.caller, reason=reason, now=now)
    return row


async def _begin(
    session: AsyncSession, actor: Actor, activation_id: UUID, step: Step, expected_version: int
) -> ActivationFile:
    """The activation locked, for a step of who called."""
    file = await queries.lock_activation(session, activation_id)
    require(actor, "activation.call", division=file.activation.caller)
    file.activation.require_version(expected_version)
    domain.step(file.activation.state, step)
    return file


async def _end(
    session: AsyncSession,
    actor: Actor,
    file: ActivationFile,
    step: Step,
    *,
    reason: str | None,
    at: datetime,
    now: datetime,
) -> None:
    """No more answers are due; the report is, from here on."""
    row = file.activation
    row.state = domain.step(row.state, step)
    row.ended_at = at
    for each in file.replies:
        await drop_clocks(session, subject_id=each.id, at=now)
    figures = await rule_settings(session, division=row.caller, on_day=legal_day(at))
    due = await start_clock(
        session,
        subject_kind="activation",
        subject_id=row.id,
        kind=REPORT_CLOCK,
        term=domain.report_term(figures["activation.report_working_days"]),
        ladder=Ladder(warn_before=24 * HOURS, raise_after=24 * HOURS),
        started_at=at,
        seen_by=row.visible_to,
    )
    row.report_due_at = due.due_at
    await note(session, actor, row, step, division=row.caller, reason=reason, now=now)

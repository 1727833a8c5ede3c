"""Major and urgent matters: told upward at once, and acknowledged by who was told (art. 25)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import queries
from services.petitions.intake.domain import superiors
from services.petitions.intake.models import Petition, UpwardReport
from services.petitions.intake.use_cases.steps import KIND, seen_by, told_of, touch
from services.petitions.profiles.domain import ClockKind
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.clock_rows.rows import Ladder, start_clock, stop_clock
from shared.clocks.days import legal_day
from shared.clocks.term import LegalBasis, Term, Unit
from shared.contracts.petitions import UrgentReported
from shared.errors import Forbidden, RuleViolation
from shared.messaging.outbox import announce
from shared.rule_settings import rule_settings

# The subject of a superior's clock: the report, of which a petition may have several.
REPORT: Final = "upward_report"
AT_ONCE: Final = LegalBasis(
    "regulations-on-petition-work", "25", "信访工作条例", "Regulations on Petition Work"
)


class NotReported(RuleViolation):
    code = "not_reported_upward"
    zh = "该件没有待确认的重大、紧急报告。"
    en = "Nothing about the petition was reported upward that waits to be acknowledged."


async def report_upward(
    session: AsyncSession, petition: Petition, *, actor: Actor, reason: str, now: datetime
) -> None:
    """Tell every superior organ of who has the petition, in the transaction that marks it."""
    told = superiors(petition.holder)
    for superior in told:
        report = UpwardReport(
            petition_id=petition.id,
            superior=superior,
            reason=reason,
            reported_by=actor.id,
            reported_by_name=actor.name,
            reported_at=now,
            visible_to=petition.visible_to,
        )
        report.acknowledge_by = await _ask_to_acknowledge(
            session, report, seen_by=[superior, *seen_by(petition)], now=now
        )
        await queries.insert(session, "upward_report", report.model_dump())
    await announce(
        session,
        UrgentReported(
            petition_id=petition.id,
            number=petition.number,
            superiors=told,
            divisions=told_of(petition),
            office=petition.office,
            at=now,
        ),
        now=now,
    )


async def _ask_to_acknowledge(
    session: AsyncSession, report: UpwardReport, *, seen_by: Sequence[str], now: datetime
) -> datetime | None:
    """The superior's own clock, in hours; it warns half-way."""
    settings = await rule_settings(session, division=report.superior, on_day=legal_day(now))
    hours: int = settings["urgent.acknowledge_hours"]
    due = await start_clock(
        session,
        subject_kind=REPORT,
        subject_id=report.id,
        kind=ClockKind.URGENT_REPORT,
        term=Term(hours, Unit.HOURS, AT_ONCE, evidence="DD"),
        ladder=Ladder(timedelta(hours=hours / 2), timedelta(hours=hours)),
        started_at=now,
        seen_by=seen_by,
    )
    return due.due_at


async def acknowledge(
    session: AsyncSession, actor: Actor, petition_id: UUID, *, version: int, now: datetime
) -> Petition:
    """A superior organ that was told confirms it, each for itself."""
    petition = await queries.lock_petition(session, petition_id)
    petition.require_version(version)
    open_ones = [
        each
        for each in await queries.upward_reports(session, petition.id)
        if each.acknowledged_at is None
    ]
    if not open_ones:
        raise NotReported
    action = "petition.acknowledge_urgent"
    own = [each for each in open_ones if may(actor, action, division=each.superior)]
    if not own:
        raise Forbidden(action=action)
    for report in own:
        report.acknowledged_by, report.acknowledged_by_name = actor.id, actor.name
        report.acknowledged_at = now
        await stop_clock(session, subject_id=report.id, kind=ClockKind.URGENT_REPORT, at=now)
    await touch(session, petition)
    await record(
        session,
        actor,
        action,
        object_kind=KIND,
        object_id=petition.id,
        now=now,
        seen_by=seen_by(petition),
        after={"superiors": [each.superior for each in own]},
    )
    return petition

"""Issuing a report: what it names takes its step, and the report is frozen, in one transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks.queries import callbacks_of
from services.petitions.intake.queries import next_number
from services.petitions.repeats.queries import matter
from services.petitions.reports import domain, queries
from services.petitions.reports.domain import ReportKind
from services.petitions.reports.models import Report, ReportItem, ReportReceipt
from services.petitions.through_train import queries as train_queries
from services.petitions.through_train.domain import Period, State, midnight
from services.petitions.through_train.models import Escalation, WorkingGroup
from services.petitions.through_train.use_cases import escalation as train
from shared import divisions, reference
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.errors import Forbidden
from shared.ids import uuid7

SERIES: Final = {
    ReportKind.WEEKLY: "W",
    ReportKind.MONTHLY: "M",
    ReportKind.QUARTERLY: "Q",
}
UNSOLVED: Final = (State.PUSHED, State.SUPERVISED, State.KEPT)


async def issue_weekly(
    session: AsyncSession, group: WorkingGroup, *, start: date, end: date, now: datetime
) -> Report:
    """Push every candidate triggered before the cut-off."""
    found = await train_queries.due_for_report(
        session, group.city, states=[State.CANDIDATE], before=midnight(end)
    )
    for escalation in found:
        await train.push(session, escalation, now=now)
    return await _issue(session, group, ReportKind.WEEKLY, found, start=start, end=end, now=now)


async def issue_periodic(
    session: AsyncSession,
    group: WorkingGroup,
    period: Period,
    *,
    start: date,
    end: date,
    now: datetime,
) -> Report:
    """Name what was pushed before the cut-off and is unsolved; naming submits it to the city."""
    found = await train_queries.due_for_report(
        session, group.city, states=UNSOLVED, before=midnight(end)
    )
    for escalation in found:
        await train.notice(session, escalation, now=now)
    return await _issue(
        session, group, ReportKind(period.value), found, start=start, end=end, now=now
    )


async def _issue(
    session: AsyncSession,
    group: WorkingGroup,
    kind: ReportKind,
    escalations: Sequence[Escalation],
    *,
    start: date,
    end: date,
    now: datetime,
) -> Report:
    """Freeze the report: number, items in order, hash."""
    year = legal_day(now).year
    serial = await next_number(session, f"report.{kind}", group.city, year)
    contents = [await _content(session, each, now=now) for each in escalations]
    hashes = [domain.item_hash(content) for content in contents]
    number = f"{group.city}-{SERIES[kind]}-{year}-{serial:03d}"
    header = {"number": number, "period_start": start, "period_end": end}
    report = Report(
        id=uuid7(),
        group_id=group.id,
        city=group.city,
        kind=kind,
        number=number,
        period_start=start,
        period_end=end,
        issued_at=now,
        item_hashes=hashes,
        hash=domain.report_hash(header, hashes),
        visible_to=group.visible_to,
    )
    session.add(report)
    await session.flush()
    for position, (escalation, content) in enumerate(
        zip(escalations, contents, strict=True), start=1
    ):
        session.add(
            ReportItem(
                report_id=report.id,
                position=position,
                escalation_id=escalation.id,
                content=content,
                visible_to=escalation.visible_to,
            )
        )
    await session.flush()
    await record(
        session,
        SYSTEM_ACTOR,
        "report.issue",
        object_kind="report",
        object_id=report.id,
        now=now,
        seen_by=[group.city],
        after={"number": number, "hash": report.hash},
    )
    return report


async def _content(
    session: AsyncSession, escalation: Escalation, *, now: datetime
) -> dict[str, Any]:
    """A matter as the report shows it: redacted, with its repeats and what was decided."""
    root, *repeats = await matter(session, escalation.petition_id)
    calls = await callbacks_of(session, root.id)
    names = await reference.division_names(session, escalation.divisions, on_day=legal_day(now))
    return {
        "escalation": str(escalation.id),
        "petition": root.number,
        "repeats": [each.number for each in repeats],
        "county": escalation.county,
        "county_name": names.get(escalation.county, ""),
        "divisions": escalation.divisions,
        "title": root.redacted_title,
        "facts": root.redacted_body,
        "place": root.place,
        "media": root.media,
        "trigger": escalation.trigger.value,
        "received_on": legal_day(root.received_at).isoformat(),
        "replied_on": legal_day(root.replied_at).isoformat() if root.replied_at else None,
        "callback": calls[-1].result.value if calls else None,
        "solved": calls[-1].solved.value if calls else None,
        "state": escalation.state.value,
        "decision": escalation.decision_reason,
        "undecided": escalation.undecided,
    }


async def confirm_receipt(
    session: AsyncSession, actor: Actor, report_id: UUID, *, now: datetime
) -> ReportReceipt:
    """A member of the working group confirms the report; once, however often it is sent."""
    report = await queries.report(session, report_id)
    members = await train_queries.members(session, report.group_id)
    member = next((each for each in members if each.account_id == actor.id), None)
    if member is None:
        raise Forbidden(action="report.confirm")
    known = await queries.receipts(session, report.id)
    if earlier := next((each for each in known if each.account_id == actor.id), None):
        return earlier
    receipt = ReportReceipt(
        report_id=report.id,
        account_id=actor.id,
        name=member.name,
        at=now,
        visible_to=divisions.visibility([report.city, member.division]),
    )
    session.add(receipt)
    await session.flush()
    await record(
        session,
        actor,
        "report.confirm",
        object_kind="report",
        object_id=report.id,
        now=now,
        seen_by=[report.city, member.division],
    )
    return receipt

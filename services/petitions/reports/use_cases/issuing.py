"""Issuing a report: what it names takes its step, and the report is frozen, in one transaction."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.queries import next_number
from services.petitions.reports import domain, queries
from services.petitions.reports.domain import PartKind, ReportKind, Section
from services.petitions.reports.models import Report, ReportItem, ReportPart
from services.petitions.reports.use_cases import contents
from services.petitions.reports.use_cases.contents import Entry, Week
from services.petitions.through_train import queries as train_queries
from services.petitions.through_train.models import WorkingGroup
from services.petitions.through_train.use_cases import escalation as train
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.ids import uuid7

SERIES: Final = {
    ReportKind.WEEKLY: "W",
    ReportKind.MONTHLY: "M",
    ReportKind.QUARTERLY: "Q",
}


@dataclass(frozen=True, slots=True)
class Edition:
    """A report before it is frozen."""

    group: WorkingGroup
    kind: ReportKind
    number: str
    week: Week
    period_start: date
    period_end: date
    entries: list[Entry]
    lines: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    restates_id: UUID | None = None
    restatement: int = 0
    reason: str | None = None


async def issue_weekly(
    session: AsyncSession,
    group: WorkingGroup,
    *,
    start: datetime,
    cut_off: datetime,
    first: bool,
    now: datetime,
) -> Report:
    """Push every candidate triggered before the cut-off; carry over what is still unsolved.

    What was triggered before this week, and heard of too late for its own, is marked late.
    """
    week = Week(group.city, start, cut_off)
    found = await train_queries.candidates(session, group.city, before=cut_off)
    for escalation in found:
        await train.push(session, escalation, now=now)
    named = await contents.named(session, week, found)
    for entry in named:
        entry.content["late"] = not first and entry.escalation.triggered_at < start
    entries = [*named, *await contents.carried(session, week, besides=found)]
    return await _issue(session, group, ReportKind.WEEKLY, week, entries, now=now)


async def issue_periodic(
    session: AsyncSession,
    group: WorkingGroup,
    kind: ReportKind,
    *,
    start: datetime,
    cut_off: datetime,
    now: datetime,
) -> Report:
    """Name what was pushed before the cut-off and is unsolved; naming submits it to the city."""
    found = await train_queries.with_county(session, group.city, before=cut_off)
    for escalation in found:
        await train.notice(session, escalation, now=now)
    week = Week(group.city, start, cut_off)
    entries = await contents.named(session, week, found)
    return await _issue(session, group, kind, week, entries, now=now)


async def _issue(
    session: AsyncSession,
    group: WorkingGroup,
    kind: ReportKind,
    week: Week,
    entries: list[Entry],
    *,
    now: datetime,
) -> Report:
    year = legal_day(now).year
    serial = await next_number(session, f"report.{kind}", group.city, year)
    edition = Edition(
        group=group,
        kind=kind,
        number=f"{group.city}-{SERIES[kind]}-{year}-{serial:03d}",
        week=week,
        period_start=legal_day(week.start),
        period_end=legal_day(week.end),
        entries=entries,
        lines=await contents.lines(session, group.id, week, entries, at=now),
        changes=[],
    )
    return await freeze(session, edition, actor=SYSTEM_ACTOR, now=now)


async def freeze(session: AsyncSession, edition: Edition, *, actor: Actor, now: datetime) -> Report:
    """Number, parts in order, hash: from here on nothing of it changes."""
    hashes = {
        section: [domain.item_hash(e.content) for e in edition.entries if e.section is section]
        for section in Section
    }
    lines = [domain.item_hash(each) for each in edition.lines]
    changes = [domain.item_hash(each) for each in edition.changes]
    previous = await queries.last_hash(session, edition.group.id)
    header = {
        "number": edition.number,
        "period_start": edition.period_start,
        "period_end": edition.period_end,
        "previous_hash": previous,
    }
    report = Report(
        id=uuid7(),
        group_id=edition.group.id,
        city=edition.group.city,
        kind=edition.kind,
        number=edition.number,
        period_start=edition.period_start,
        period_end=edition.period_end,
        starts_at=edition.week.start,
        cut_off=edition.week.end,
        issued_at=now,
        restates_id=edition.restates_id,
        restatement=edition.restatement,
        reason=edition.reason,
        item_hashes=hashes[Section.NAMED],
        carried_hashes=hashes[Section.CARRIED],
        line_hashes=lines,
        change_hashes=changes,
        hash=domain.report_hash(
            header,
            hashes[Section.NAMED],
            carried=hashes[Section.CARRIED],
            lines=lines,
            changes=changes,
        ),
        previous_hash=previous,
        visible_to=edition.group.visible_to,
    )
    session.add(report)
    await session.flush()
    _add_parts(session, report, edition)
    await session.flush()
    await record(
        session,
        actor,
        "report.restate" if edition.restatement else "report.issue",
        object_kind="report",
        object_id=report.id,
        now=now,
        seen_by=[report.city],
        reason=report.reason,
        after={"number": report.number, "hash": report.hash},
    )
    return report


def _add_parts(session: AsyncSession, report: Report, edition: Edition) -> None:
    for position, entry in enumerate(edition.entries, start=1):
        session.add(
            ReportItem(
                report_id=report.id,
                position=position,
                section=entry.section,
                escalation_id=entry.escalation.id,
                content=entry.content,
                visible_to=entry.escalation.visible_to,
            )
        )
    for kind, parts in ((PartKind.LINE, edition.lines), (PartKind.CHANGE, edition.changes)):
        for position, content in enumerate(parts, start=1):
            session.add(
                ReportPart(
                    report_id=report.id,
                    kind=kind,
                    position=position,
                    content=content,
                    visible_to=divisions.visibility([content["county"]]),
                )
            )

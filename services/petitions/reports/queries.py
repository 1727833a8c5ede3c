"""Reading reports, and what the next one is made of."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.domain import Step
from services.petitions.intake.models import Petition, PetitionStep
from services.petitions.oversight.models import SupervisionOrder
from services.petitions.repeats.models import RepeatLink
from services.petitions.reports.domain import PartKind, ReportKind, Section
from services.petitions.reports.models import Report, ReportItem, ReportPart, ReportReceipt
from services.petitions.through_train.models import Escalation, WorkingGroup
from shared import divisions
from shared.db.session import driver
from shared.errors import NotFound

# What a city's own call-backs and repeats announced before the cut-off and nobody has heard yet.
UNHEARD: Final = """
SELECT EXISTS (
  SELECT FROM outbox_delivery d JOIN outbox_event e ON e.id = d.event_id
   WHERE d.state = 'pending' AND d.destination = 'petitions' AND e.topic = ANY($1)
     AND e.occurred_at < $2 AND e.visible_to @> ARRAY[$3::text])
"""
TRIGGERED: Final = """
SELECT county, 'new' AS act, count(*) AS items FROM escalation
 WHERE city = $1 AND triggered_at >= $2 AND triggered_at < $3 GROUP BY 1
UNION ALL
SELECT e.county, s.action, count(*)
  FROM escalation_step s JOIN escalation e ON e.id = s.escalation_id
 WHERE e.city = $1 AND s.at >= $2 AND s.at < $3 AND s.action <> 'push' GROUP BY 1, 2
"""


async def groups_and_last(
    session: AsyncSession, kinds: Sequence[ReportKind], *, founded_by: datetime
) -> Sequence[tuple[WorkingGroup, Report | None]]:
    """Every group there is by an instant, with its latest report of these kinds."""
    latest = (
        select(Report.id)
        .where(
            col(Report.group_id) == col(WorkingGroup.id),
            col(Report.kind).in_(kinds),
            Report.restatement == 0,
        )
        .order_by(col(Report.period_start).desc())
        .limit(1)
        .correlate(WorkingGroup)
        .scalar_subquery()
    )
    statement = (
        select(WorkingGroup, Report)
        .outerjoin(Report, col(Report.id) == latest)
        .where(col(WorkingGroup.created_at) <= founded_by)
        .order_by(col(WorkingGroup.city))
    )
    return [(group, report) for group, report in (await session.exec(statement)).all()]


async def claim_group(session: AsyncSession, group_id: UUID) -> WorkingGroup | None:
    """The group, locked, unless another worker has it."""
    statement = (
        select(WorkingGroup)
        .where(WorkingGroup.id == group_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).one_or_none()


async def is_issued(
    session: AsyncSession, group_id: UUID, kinds: Sequence[ReportKind], *, period_start: date
) -> bool:
    """Whether the group has its report of the period, by whichever worker."""
    statement = select(Report.id).where(
        Report.group_id == group_id,
        col(Report.kind).in_(kinds),
        col(Report.period_start) >= period_start,
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def is_unheard(
    session: AsyncSession, city: str, topics: Sequence[str], *, before: datetime
) -> bool:
    """Whether something was announced in the city before the instant and is still on its way."""
    connection = await driver(session)
    return bool(await connection.fetchval(UNHEARD, list(topics), before, divisions.scope(city)))


async def counts(
    session: AsyncSession, city: str, *, start: datetime, end: datetime
) -> dict[tuple[str, str], int]:
    """How many matters were triggered, and how many took each step, in [start, end) by county."""
    rows = await (await driver(session)).fetch(TRIGGERED, city, start, end)
    return {(row["county"], row["act"]): row["items"] for row in rows}


async def links_of(session: AsyncSession, root_ids: Sequence[UUID]) -> Sequence[RepeatLink]:
    """The repeats of these matters, each matter's in their order."""
    statement = (
        select(RepeatLink)
        .where(col(RepeatLink.root_id).in_(root_ids))
        .order_by(col(RepeatLink.position))
    )
    return (await session.exec(statement)).all()


async def petitions(session: AsyncSession, petition_ids: Sequence[UUID]) -> dict[UUID, Petition]:
    statement = select(Petition).where(col(Petition.id).in_(petition_ids))
    return {each.id: each for each in (await session.exec(statement)).all()}


async def replied_before(
    session: AsyncSession, petition_ids: Sequence[UUID], *, before: datetime
) -> dict[UUID, datetime]:
    """When each of these petitions was answered last before the instant; later ones replace it."""
    statement = (
        select(PetitionStep.petition_id, func.max(PetitionStep.at))
        .where(
            col(PetitionStep.petition_id).in_(petition_ids),
            PetitionStep.step == Step.REPLY,
            col(PetitionStep.at) < before,
        )
        .group_by(col(PetitionStep.petition_id))
    )
    return dict((await session.exec(statement)).all())


async def pushed_by(
    session: AsyncSession, escalation_ids: Sequence[UUID]
) -> dict[UUID, tuple[str, datetime]]:
    """Number and cut-off of the weekly report that named each of these matters."""
    statement = (
        select(ReportItem.escalation_id, Report.number, Report.cut_off)
        .join(Report, col(Report.id) == col(ReportItem.report_id))
        .where(
            col(ReportItem.escalation_id).in_(escalation_ids),
            ReportItem.section == Section.NAMED,
            Report.kind == ReportKind.WEEKLY,
            Report.restatement == 0,
        )
    )
    rows = (await session.exec(statement)).all()
    return {escalation: (number, cut_off) for escalation, number, cut_off in rows}


async def matters_of(
    session: AsyncSession, report: Report
) -> Sequence[tuple[ReportItem, Escalation]]:
    """The items of a report in order, each with its matter as it is now."""
    statement = (
        select(ReportItem, Escalation)
        .join(Escalation, col(Escalation.id) == col(ReportItem.escalation_id))
        .where(ReportItem.report_id == report.id)
        .order_by(col(ReportItem.position))
    )
    return [(item, matter) for item, matter in (await session.exec(statement)).all()]


async def triggered_between(
    session: AsyncSession, city: str, *, start: datetime, end: datetime
) -> Sequence[Escalation]:
    """A city's matters that were triggered in [start, end), as known now, oldest first."""
    statement = (
        select(Escalation)
        .where(
            Escalation.city == city,
            col(Escalation.triggered_at) >= start,
            col(Escalation.triggered_at) < end,
        )
        .order_by(col(Escalation.triggered_at), col(Escalation.id))
    )
    return (await session.exec(statement)).all()


async def last_hash(session: AsyncSession, group_id: UUID) -> str | None:
    """The hash of the report the group got last."""
    statement = (
        select(Report.hash)
        .where(Report.group_id == group_id)
        .order_by(col(Report.issued_at).desc(), col(Report.id).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def report(session: AsyncSession, report_id: UUID) -> Report:
    """The report, if the caller may know of it."""
    found = (await session.exec(select(Report).where(Report.id == report_id))).one_or_none()
    if found is None:
        raise NotFound(what="report")
    return found


async def orders_about(session: AsyncSession, petition_id: UUID) -> Sequence[SupervisionOrder]:
    """The orders of superiors (督办, 催办) about the petition, oldest first."""
    statement = (
        select(SupervisionOrder)
        .where(SupervisionOrder.petition_id == petition_id)
        .order_by(col(SupervisionOrder.issued_at), col(SupervisionOrder.id))
    )
    return (await session.exec(statement)).all()


async def restatements(session: AsyncSession, report_id: UUID) -> Sequence[Report]:
    """How the report was stated again, first to last."""
    statement = (
        select(Report).where(Report.restates_id == report_id).order_by(col(Report.restatement))
    )
    return (await session.exec(statement)).all()


async def reports(
    session: AsyncSession,
    *,
    kind: ReportKind | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Report]:
    """Issued reports the caller may see, newest first."""
    statement = select(Report)
    if kind is not None:
        statement = statement.where(Report.kind == kind)
    if after is not None:
        statement = statement.where(tuple_(col(Report.issued_at), col(Report.id)) < after)
    statement = statement.order_by(col(Report.issued_at).desc(), col(Report.id).desc())
    return (await session.exec(statement.limit(limit))).all()


async def items(session: AsyncSession, report_id: UUID) -> Sequence[ReportItem]:
    """The items the caller may see: a county's leaders see their own county's."""
    statement = (
        select(ReportItem)
        .where(ReportItem.report_id == report_id)
        .order_by(col(ReportItem.position))
    )
    return (await session.exec(statement)).all()


async def parts(session: AsyncSession, report_id: UUID, kind: PartKind) -> Sequence[ReportPart]:
    """Lines or changes the caller may see, in order."""
    statement = (
        select(ReportPart)
        .where(ReportPart.report_id == report_id, ReportPart.kind == kind)
        .order_by(col(ReportPart.position))
    )
    return (await session.exec(statement)).all()


async def receipts(session: AsyncSession, report_id: UUID) -> Sequence[ReportReceipt]:
    statement = (
        select(ReportReceipt)
        .where(ReportReceipt.report_id == report_id)
        .order_by(col(ReportReceipt.at))
    )
    return (await session.exec(statement)).all()

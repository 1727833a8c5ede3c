"""Reading reports, and finding the group that still lacks one."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.reports.domain import ReportKind
from services.petitions.reports.models import Report, ReportItem, ReportReceipt
from services.petitions.through_train.models import WorkingGroup
from shared.errors import NotFound


async def groups_without_report(
    session: AsyncSession, kind: ReportKind, *, period_start: date, founded_before: datetime
) -> Sequence[WorkingGroup]:
    """The groups whose report of the period is not out yet, locked."""
    issued = exists().where(
        col(Report.group_id) == col(WorkingGroup.id),
        col(Report.kind) == kind,
        col(Report.period_start) == period_start,
    )
    statement = (
        select(WorkingGroup)
        .where(~issued, col(WorkingGroup.created_at) < founded_before)
        .order_by(WorkingGroup.city)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def report(session: AsyncSession, report_id: UUID) -> Report:
    """The report, if the caller may know of it."""
    found = (await session.exec(select(Report).where(Report.id == report_id))).one_or_none()
    if found is None:
        raise NotFound(what="report")
    return found


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


async def receipts(session: AsyncSession, report_id: UUID) -> Sequence[ReportReceipt]:
    statement = (
        select(ReportReceipt)
        .where(ReportReceipt.report_id == report_id)
        .order_by(col(ReportReceipt.at))
    )
    return (await session.exec(statement)).all()

"""Who got a report: receipts of members, and whose are still missing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.reports import queries
from services.petitions.reports.models import Report, ReportReceipt
from services.petitions.through_train import queries as train_queries
from services.petitions.through_train.models import WorkingGroupMember
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.errors import Forbidden
from shared.rule_settings import rule_settings


async def confirm_by(session: AsyncSession, report: Report) -> datetime:
    """Until when members confirm a report."""
    settings = await rule_settings(
        session, division=report.city, on_day=legal_day(report.issued_at)
    )
    return report.issued_at + timedelta(hours=settings["through_train.receipt_hours"])


async def unconfirmed(
    session: AsyncSession, report: Report, receipts: Sequence[ReportReceipt]
) -> list[WorkingGroupMember]:
    """Members of the day of issue who must confirm and have not; a county sees its own."""
    confirmed = {each.account_id for each in receipts}
    members = await train_queries.members(session, report.group_id, at=report.issued_at)
    return [each for each in members if each.must_confirm and each.account_id not in confirmed]


async def confirm_receipt(
    session: AsyncSession, actor: Actor, report_id: UUID, *, now: datetime
) -> ReportReceipt:
    """A member of the working group confirms the report; once, however often it is sent."""
    report = await queries.report(session, report_id)
    member = await train_queries.member(session, report.group_id, actor.id)
    if member is None or member.left_at is not None:
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

"""Reports over HTTP."""

from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter

from services.petitions.reports import queries, use_cases
from services.petitions.reports.domain import ReportKind
from services.petitions.reports.models import ReportReceipt
from services.petitions.reports.schemas import (
    ItemOut,
    ReceiptIn,
    ReceiptOut,
    ReportOut,
    ReportRow,
)
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/reports", tags=["reports"], route_class=Route)


@router.get("", dependencies=[policy("report.read")])
async def reports(
    session: SessionDep, page: PageDep, kind: ReportKind | None = None
) -> Page[ReportRow]:
    """Issued reports, newest first."""
    after = page.after and (datetime.fromisoformat(page.after[0]), UUID(page.after[1]))
    rows = await queries.reports(session, kind=kind, after=after, limit=page.limit + 1)
    items = page.cut(rows, key=lambda each: (each.issued_at, str(each.id)))
    return Page(items=[ReportRow.model_validate(each) for each in items], next=page.next)


@router.get("/{report_id}", dependencies=[policy("report.read")])
async def read(report_id: UUID, session: SessionDep) -> ReportOut:
    """A report as issued; a county's leaders get their own county's items."""
    report = await queries.report(session, report_id)
    return ReportOut.model_validate(
        {
            **report.model_dump(),
            "items": [
                ItemOut.model_validate(each) for each in await queries.items(session, report.id)
            ],
            "receipts": [
                ReceiptOut.model_validate(each)
                for each in await queries.receipts(session, report.id)
            ],
        }
    )


@router.post(
    "/{report_id}/receipts",
    status_code=201,
    dependencies=[policy("report.confirm")],
    response_model=ReceiptOut,
)
async def confirm_receipt(
    report_id: UUID, _: ReceiptIn, actor: ActorDep, session: SessionDep, now: Now
) -> ReportReceipt:
    """Confirm that the report was received; only members of the working group can."""
    return await use_cases.confirm_receipt(session, actor, report_id, now=now)

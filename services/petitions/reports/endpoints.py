"""Reports over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter

from services.petitions.intake.endpoints import Keys
from services.petitions.reports import queries
from services.petitions.reports.domain import PartKind, ReportKind, Section
from services.petitions.reports.models import Report, ReportItem, ReportReceipt
from services.petitions.reports.schemas import (
    DifferencesOut,
    ItemOut,
    MomentOut,
    ReceiptIn,
    ReceiptOut,
    ReportOut,
    ReportRow,
    RestatementIn,
    StageOut,
)
from services.petitions.reports.use_cases import receipts as getting, restating, timeline
from services.petitions.through_train.schemas import MemberOut
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.routing import Route, SessionDep, SystemSessionDep

router: Final = APIRouter(prefix="/reports", tags=["reports"], route_class=Route)
loop: Final = APIRouter(prefix="/petitions", tags=["reports"], route_class=Route)


@router.get("", dependencies=[policy("report.read")])
async def reports(
    session: SessionDep, page: PageDep, kind: ReportKind | None = None
) -> Page[ReportRow]:
    """Issued reports and their restatements, newest first."""
    after = page.after and (datetime.fromisoformat(page.after[0]), UUID(page.after[1]))
    rows = await queries.reports(session, kind=kind, after=after, limit=page.limit + 1)
    items = page.cut(rows, key=lambda each: (each.issued_at, str(each.id)))
    return Page(items=[ReportRow.model_validate(each) for each in items], next=page.next)


@router.get("/{report_id}", dependencies=[policy("report.read")])
async def read(report_id: UUID, session: SessionDep) -> ReportOut:
    """A report as issued; a county's leaders get their own county's items and numbers."""
    report = await queries.report(session, report_id)
    items = await queries.items(session, report.id)
    lines = [each.content for each in await queries.parts(session, report.id, PartKind.LINE)]
    changes = [each.content for each in await queries.parts(session, report.id, PartKind.CHANGE)]
    receipts = await queries.receipts(session, report.id)
    missing = await getting.unconfirmed(session, report, receipts)
    with_matters = [each for each in lines if each["named"] or each["carried"]]
    return ReportOut.model_validate(
        {
            **report.model_dump(),
            "items": _of(Section.NAMED, items),
            "carried": _of(Section.CARRIED, items),
            "lines": lines,
            "changes": changes,
            "unled": [each["county"] for each in with_matters if not each["has_leader"]],
            "confirm_by": await getting.confirm_by(session, report),
            "receipts": [ReceiptOut.model_validate(each) for each in receipts],
            "unconfirmed": [MemberOut.model_validate(each) for each in missing],
            "restatements": [each.id for each in await queries.restatements(session, report.id)],
        }
    )


def _of(section: Section, items: Sequence[ReportItem]) -> list[ItemOut]:
    return [ItemOut.model_validate(each) for each in items if each.section is section]


@router.get("/{report_id}/differences", dependencies=[policy("report.restate")])
async def differences(
    report_id: UUID, actor: ActorDep, session: SessionDep, whole: SystemSessionDep
) -> DifferencesOut:
    """What the report would say otherwise with what is known now; nothing is stored."""
    known = await restating.differences(session, whole, actor, report_id)
    return DifferencesOut.model_validate({"against": known.last.number, "changes": known.changes})


@router.post(
    "/{report_id}/restatements",
    status_code=201,
    dependencies=[policy("report.restate")],
    response_model=ReportRow,
)
async def restate(
    report_id: UUID,
    body: RestatementIn,
    actor: ActorDep,
    session: SessionDep,
    whole: SystemSessionDep,
    keys: Keys,
    now: Now,
) -> Report:
    """State the report again with late data: numbered, hashed, with its difference."""
    return await restating.restate(
        session, whole, actor, report_id, reason=body.reason, keys=keys, now=now
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
    return await getting.confirm_receipt(session, actor, report_id, now=now)


@loop.get("/{petition_id}/timeline", dependencies=[policy("petition.read")])
async def read_timeline(petition_id: UUID, session: SessionDep) -> list[StageOut]:
    """The eight steps of the closed loop of 12345, each with what happened in it."""
    stages = await timeline.timeline_of(session, petition_id)
    return [
        StageOut(stage=stage, moments=[MomentOut.model_validate(each) for each in moments])
        for stage, moments in stages
    ]

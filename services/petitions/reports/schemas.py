"""Bodies of reports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.petitions.reports.domain import ReportKind
from shared.http.body import Body, Out


class ReceiptIn(Body):
    """Nothing to say: the caller has got the report."""


class ReceiptOut(Out):
    account_id: UUID
    name: str
    at: datetime


class ReportRow(Out):
    id: UUID
    city: str
    kind: ReportKind
    number: str
    period_start: date
    period_end: date
    issued_at: datetime
    hash: str


class ItemOut(Out):
    """One matter as it was at the cut-off."""

    position: int
    content: dict[str, Any]


class ReportOut(ReportRow):
    """A report with the items the caller may see; `item_hashes` are those of all its items."""

    item_hashes: list[str]
    items: list[ItemOut]
    receipts: list[ReceiptOut]

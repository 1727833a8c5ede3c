"""Bodies of reports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.petitions.callbacks.domain import Stage
from services.petitions.reports.domain import ChangeKind, ReportKind
from services.petitions.through_train.schemas import MemberOut
from shared.http.body import Body, Out, ShortText


class ReceiptIn(Body):
    """Nothing to say: the caller has got the report."""


class RestatementIn(Body):
    """Why the report is stated again."""

    reason: ShortText


class ReceiptOut(Out):
    account_id: UUID
    name: str
    at: datetime


class ReportRow(Out):
    """`restatement` is 0 for a report itself, n for the n-th time it was stated again."""

    id: UUID
    city: str
    kind: ReportKind
    number: str
    period_start: date
    period_end: date
    starts_at: datetime
    cut_off: datetime
    issued_at: datetime
    restates_id: UUID | None
    restatement: int
    reason: str | None
    hash: str


class ItemOut(Out):
    """One matter as it was at the cut-off."""

    position: int
    content: dict[str, Any]


class LineOut(Out):
    """One county in numbers, of the report's week or period.

    `named` and `carried` count the report's own items, `new` what was triggered, the others steps.
    """

    county: str
    county_name: str
    new: int
    late: int
    named: int
    carried: int
    raised: int
    kept: int
    noticed: int
    taken_up: int
    resolved: int
    has_leader: bool


class ChangeOut(Out):
    """What is stated otherwise: a matter (`escalation`), or a county's line."""

    kind: ChangeKind
    county: str
    escalation: UUID | None = None
    petition: str | None = None
    fields: dict[str, Any]


class DifferencesOut(Out):
    """What a restatement would say otherwise than the statement `against`."""

    against: str
    changes: list[ChangeOut]


class ReportOut(ReportRow):
    """A report with the parts the caller may see; the hashes are those of all its parts.

    `unled` are counties with matters here and no leader in the group: nobody can raise them.
    """

    hash_form: int
    previous_hash: str | None
    item_hashes: list[str]
    carried_hashes: list[str]
    line_hashes: list[str]
    change_hashes: list[str]
    items: list[ItemOut]
    carried: list[ItemOut]
    lines: list[LineOut]
    changes: list[ChangeOut]
    unled: list[str]
    confirm_by: datetime
    receipts: list[ReceiptOut]
    unconfirmed: list[MemberOut]
    restatements: list[UUID]


class MomentOut(Out):
    """Something that happened; `what` is the name of the step, the result or the act."""

    what: str
    at: datetime


class StageOut(Out):
    """One of the eight steps; without moments nothing happened in it yet."""

    stage: Stage
    moments: list[MomentOut]

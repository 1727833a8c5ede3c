"""Reports, their items and the receipts of those who got them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from services.petitions.reports.domain import ReportKind
from shared.db import rls
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class Report(PetitionsTable, table=True):
    """An issued report. Its row never changes (a trigger refuses it)."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("number"),
        # One report a group, kind and period, however many workers try.
        UniqueConstraint("group_id", "kind", "period_start"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    group_id: UUID = Field(foreign_key="petitions.working_group.id")
    city: str = Field(max_length=12)
    kind: ReportKind = Field(sa_type=str_enum(ReportKind))
    number: str = Field(max_length=40)
    # The first day reported on and the first day after it.
    period_start: date
    period_end: date
    issued_at: datetime = Field(sa_type=Timestamptz)
    item_hashes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    hash: str = Field(max_length=64)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class ReportItem(PetitionsTable, table=True):
    """One matter in a report, as it was at the cut-off, redacted. Never changes."""

    __tablename__ = "report_item"
    __table_args__ = (
        # A matter stands at most once in a report.
        UniqueConstraint("report_id", "escalation_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    report_id: UUID = Field(primary_key=True, foreign_key="petitions.report.id")
    position: int = Field(primary_key=True)
    escalation_id: UUID = Field(foreign_key="petitions.escalation.id", index=True)
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class ReportReceipt(PetitionsTable, table=True):
    """A member of the group confirmed having got the report."""

    __tablename__ = "report_receipt"
    __table_args__ = ({"info": rls.info(rls.SCOPED)},)

    report_id: UUID = Field(primary_key=True, foreign_key="petitions.report.id")
    account_id: UUID = Field(primary_key=True)
    name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))

"""Reports, their items and the receipts of those who got them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from services.petitions.reports.domain import HASH_FORM, PartKind, ReportKind, Section
from shared.db import rls
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class Report(PetitionsTable, table=True):
    """An issued report. Its row never changes (a trigger refuses it)."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("number"),
        # One report a group, kind and period, however many workers try; 0 is the report itself,
        # 1, 2, ... are its restatements.
        Index(
            "uq_report_period",
            "group_id",
            "kind",
            "period_start",
            "restatement",
            unique=True,
        ),
        CheckConstraint(
            "(restatement = 0) = (restates_id IS NULL) AND (restatement = 0) = (reason IS NULL)",
            name="restated_with_reason",
        ),
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
    # The instants between which a matter belongs to this report.
    starts_at: datetime = Field(sa_type=Timestamptz)
    cut_off: datetime = Field(sa_type=Timestamptz)
    issued_at: datetime = Field(sa_type=Timestamptz)
    # Stated anew: which report, for the how-manieth time, why.
    restates_id: UUID | None = Field(default=None, foreign_key="petitions.report.id")
    restatement: int = Field(default=0, sa_type=SmallInteger)
    reason: str | None = Field(default=None, max_length=200)
    item_hashes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    carried_hashes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    line_hashes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    change_hashes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    # Of the group's report before this one: none can be taken out of the row of reports.
    previous_hash: str | None = Field(default=None, max_length=64)
    hash_form: int = Field(default=HASH_FORM, sa_type=SmallInteger)
    hash: str = Field(max_length=64)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class ReportItem(PetitionsTable, table=True):
    """One matter in a report, as it was at the cut-off, redacted. Never changes."""

    __tablename__ = "report_item"
    __table_args__ = (
        # A matter stands at most once in a report, named or carried over.
        UniqueConstraint("report_id", "escalation_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    report_id: UUID = Field(primary_key=True, foreign_key="petitions.report.id")
    position: int = Field(primary_key=True)
    section: Section = Field(sa_type=str_enum(Section))
    escalation_id: UUID = Field(foreign_key="petitions.escalation.id", index=True)
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class ReportPart(PetitionsTable, table=True):
    """A county in numbers, or what a restatement states otherwise. Never changes."""

    __tablename__ = "report_part"
    __table_args__ = ({"info": rls.info(rls.SCOPED)},)

    report_id: UUID = Field(primary_key=True, foreign_key="petitions.report.id")
    kind: PartKind = Field(primary_key=True, sa_type=str_enum(PartKind))
    position: int = Field(primary_key=True)
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

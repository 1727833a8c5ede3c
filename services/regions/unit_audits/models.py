"""Tables of unit audits.

Unannounced, an audit is seen until its start by the people named (shared.auth.marks), then by who
orders, the audited and those above them. What is found is the auditors' until it is reported.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.officers.models import BUREAU_ID, OFFICER_ID
from services.regions.unit_audits.domain.conduct import HourClass
from services.regions.unit_audits.domain.life import (
    CheckResult,
    FindingState,
    Position,
    Severity,
    State,
)
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

AUDIT_ID: Final = f"{SCHEMA}.unit_audit.id"


def _in_sight(table: str, besides: str = "") -> str:
    of_it = f"a.id = {table}.unit_audit_id AND a.visible_to && {rls.SCOPES}{besides}"
    return f"EXISTS (SELECT 1 FROM {SCHEMA}.unit_audit AS a WHERE {of_it})"  # noqa: S608 -- our own names


def _followed(table: str) -> rls.Policy:
    """Rows that are seen with their audit, judged when they are read."""
    return rls.Policy(f"{_in_sight(table)} OR {rls.AS_SYSTEM}", rls.IN_CONTEXT)


def _once_reported(table: str) -> rls.Policy:
    """Until the report, only who audits and who orders sees what is found."""
    told = f" AND (a.reported_at IS NOT NULL OR a.work_to && {rls.SCOPES})"
    return rls.Policy(f"{_in_sight(table, told)} OR {rls.AS_SYSTEM}", rls.IN_CONTEXT)


def _steps(table: str) -> rls.Policy:
    """As the audit; that something was looked at or found, and how often, as what is found."""
    told = (
        f" AND ({table}.action NOT IN ('check', 'find')"
        f" OR a.reported_at IS NOT NULL OR a.work_to && {rls.SCOPES})"
    )
    return rls.Policy(f"{_in_sight(table, told)} OR {rls.AS_SYSTEM}", rls.IN_CONTEXT)


class UnitAudit(RegionsTable, Versioned, table=True):
    """稽查: officers of other counties look into how a county unit works."""

    __tablename__ = "unit_audit"
    __table_args__: Any = (
        CheckConstraint("planned_from < planned_to", name="time_ordered"),
        CheckConstraint("orderer <> audited", name="of_another"),
        CheckConstraint("(started_at IS NULL) = (hour_class IS NULL)", name="hour_known"),
        CheckConstraint(
            "(state IN ('draft', 'ordered', 'called_off')) = (started_at IS NULL)",
            name="started_when",
        ),
        CheckConstraint("(reported_at IS NULL) = (report IS NULL)", name="report_whole"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_when"),
        CheckConstraint(
            "(state = 'called_off') = (call_off_reason IS NOT NULL)", name="called_off"
        ),
        CheckConstraint("cardinality(topics) > 0", name="has_topic"),
        Index("ix_unit_audit_bureau_id", "bureau_id", "started_at"),
        Index("ix_unit_audit_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    title: str = Field(max_length=200)
    orderer: str = Field(max_length=12)
    audited: str = Field(max_length=12)
    bureau_id: UUID = Field(foreign_key=BUREAU_ID)
    topics: list[str] = Field(sa_type=ARRAY(Text))
    announced: bool
    planned_from: datetime = Field(sa_type=Timestamptz)
    planned_to: datetime = Field(sa_type=Timestamptz)
    state: State = Field(sa_type=str_enum(State))
    drafted_at: datetime = Field(sa_type=Timestamptz)
    drafted_by: UUID
    ordered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    started_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    hour_class: HourClass | None = Field(default=None, sa_type=str_enum(HourClass), nullable=True)
    report: str | None = Field(default=None, sa_type=Text)
    reported_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # Nothing if there is nothing to speak to.
    statement_due_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    stated_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    statement: str | None = Field(default=None, sa_type=Text)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    call_off_reason: str | None = Field(default=None, sa_type=Text)
    # Set by every act, so that each is a new version of the audit.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
    # Who sees what is found before it is reported: who orders, and the auditors.
    work_to: list[str] = Field(sa_type=ARRAY(Text))


class UnitAuditor(RegionsTable, table=True):
    """稽查人员 of one audit, with the login they act by."""

    __tablename__ = "unit_auditor"
    __table_args__: Any = (
        Index("ix_unit_auditor_officer_id", "officer_id"),
        {"info": rls.info(_followed("unit_auditor"))},
    )

    unit_audit_id: UUID = Field(primary_key=True, foreign_key=AUDIT_ID)
    officer_id: UUID = Field(primary_key=True, foreign_key=OFFICER_ID)
    division: str = Field(max_length=12)
    name: str = Field(max_length=200)
    account_id: UUID | None = None
    named_at: datetime = Field(sa_type=Timestamptz)


class UnitAuditCheck(RegionsTable, table=True):
    """What was seen of one check item."""

    __tablename__ = "unit_audit_check"
    __table_args__: Any = ({"info": rls.info(_once_reported("unit_audit_check"))},)

    unit_audit_id: UUID = Field(primary_key=True, foreign_key=AUDIT_ID)
    topic: str = Field(primary_key=True, max_length=64)
    item: str = Field(primary_key=True, max_length=64)
    result: CheckResult = Field(sa_type=str_enum(CheckResult))
    note: str | None = Field(default=None, sa_type=Text)
    checked_at: datetime = Field(sa_type=Timestamptz)
    checked_by: UUID
    checked_name: str = Field(max_length=200)


class UnitAuditFinding(RegionsTable, Versioned, table=True):
    """稽查发现的问题, the unit's word on it, its rectification and what became of that."""

    __tablename__ = "unit_audit_finding"
    __table_args__: Any = (
        UniqueConstraint("unit_audit_id", "number"),
        CheckConstraint(
            "position IS DISTINCT FROM 'disagrees' OR position_reason IS NOT NULL",
            name="dispute_reasoned",
        ),
        CheckConstraint("state <> 'withdrawn' OR ruling IS NOT NULL", name="ruling_reasoned"),
        CheckConstraint(
            "state NOT IN ('rectified', 'verified') OR proof IS NOT NULL", name="proved"
        ),
        # Whoever rectified does not verify, whatever the program believed.
        CheckConstraint("verified_by IS NULL OR verified_by <> rectified_by", name="by_another"),
        CheckConstraint("(state = 'verified') = (verified_at IS NOT NULL)", name="verified_when"),
        Index(
            "ix_unit_audit_finding_due",
            "rectify_due_at",
            postgresql_where=text("state = 'open'"),
        ),
        {"info": rls.info(_once_reported("unit_audit_finding"))},
    )

    id: UUID = Field(primary_key=True)
    unit_audit_id: UUID = Field(foreign_key=AUDIT_ID)
    number: int = Field(sa_type=SmallInteger)
    topic: str = Field(max_length=64)
    item: str = Field(max_length=64)
    severity: Severity = Field(sa_type=str_enum(Severity))
    fact: str = Field(sa_type=Text)
    legal_basis: str = Field(sa_type=Text)
    # The inspection, petition or case it was seen in, by its number.
    sample: str | None = Field(default=None, max_length=200)
    responsible: str = Field(max_length=200)
    # Verified once before at this unit, and found again.
    relapse: bool
    state: FindingState = Field(sa_type=str_enum(FindingState))
    found_at: datetime = Field(sa_type=Timestamptz)
    found_by: UUID
    found_name: str = Field(max_length=200)
    position: Position | None = Field(default=None, sa_type=str_enum(Position), nullable=True)
    position_reason: str | None = Field(default=None, sa_type=Text)
    ruling: str | None = Field(default=None, sa_type=Text)
    rectify_due_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    proof: str | None = Field(default=None, sa_type=Text)
    rectified_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    rectified_by: UUID | None = None
    rectified_name: str | None = Field(default=None, max_length=200)
    verified_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    verified_by: UUID | None = None
    verified_name: str | None = Field(default=None, max_length=200)
    holds: bool | None = None
    look_back: str | None = Field(default=None, sa_type=Text)
    looked_back_at: datetime | None = Field(default=None, sa_type=Timestamptz)


class UnitAuditReferral(RegionsTable, table=True):
    """移送纪检监察: a serious finding goes to the discipline group. The audited do not see it.

    Never changed.
    """

    __tablename__ = "unit_audit_referral"
    __table_args__: Any = (
        Index("ix_unit_audit_referral_unit_audit_id", "unit_audit_id"),
        Index("ix_unit_audit_referral_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    finding_id: UUID = Field(primary_key=True, foreign_key=f"{SCHEMA}.unit_audit_finding.id")
    unit_audit_id: UUID = Field(foreign_key=AUDIT_ID)
    text: str = Field(sa_type=Text)
    referred_at: datetime = Field(sa_type=Timestamptz)
    referred_by: UUID
    referred_name: str = Field(max_length=200)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class UnitAuditStep(RegionsTable, table=True):
    """Who did what and when. Never changed."""

    __tablename__ = "unit_audit_step"
    __table_args__: Any = (
        Index("ix_unit_audit_step_unit_audit_id", "unit_audit_id"),
        {"info": rls.info(_steps("unit_audit_step"))},
    )

    id: UUID = Field(primary_key=True)
    unit_audit_id: UUID = Field(foreign_key=AUDIT_ID)
    action: str = Field(max_length=32)
    state: State = Field(sa_type=str_enum(State))
    finding_id: UUID | None = None
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
